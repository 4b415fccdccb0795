// Builders of sequences for the tables of hostile requests. {h}, {c} and the like are filled in by judge.mjs.

export const kTarget = 'http://{h}{c}';
export const lines = (...all) => [...all, '', ''].join('\r\n');

// A head with `field` lines first, in the middle and last among harmless ones.
export const everywhere = (start, field, body = '', around = ['Host: {h}', 'X-One: 1', 'Accept: */*']) => [0, 1, around.length].map(
  (at) => lines(start, ...around.slice(0, at), ...[field].flat(), ...around.slice(at)) + body);
export const post = `POST ${kTarget} HTTP/1.1`;
export const get = `GET ${kTarget} HTTP/1.1`;
export const spread = (start, fields, body = '') => fields.flatMap((field) => everywhere(start, field, body));
export const chunks = (...bodies) => bodies.map((body) => lines(post, 'Host: {h}', 'Transfer-Encoding: chunked') + body);
export const cross = (first, second) => first.flatMap((a) => second.map((b) => [a, b]));

export const kChunkedBody = '5\r\nhello\r\n0\r\n\r\n';
