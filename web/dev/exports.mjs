// For development only: snippets and HAR of recorded flows. The real ones are the program's.

import {emptyFlow} from './proxy.mjs';

const kSecret = /^(?:authorization|proxy-authorization|cookie|set-cookie)$/i;
const kOurs = /^(?:host|content-length|transfer-encoding|connection|proxy-connection)$/i;
const fieldsOf = (head) =>
  (head?.text ?? '')
    .split('\r\n')
    .slice(1)
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

export function snippet(flow, as) {
  const {row, requestBody: body} = flow;
  const fields = fieldsOf(flow.heads.request_received).filter(([name]) => !kOurs.test(name));
  if (as === 'curl') {
    const parts = ['curl', '--globoff', '--path-as-is', '-X', quoted(row.method)];
    for (const [name, value] of fields) parts.push('-H', quoted(value === '' ? `${name};` : `${name}: ${value}`));
    if (body.length) parts.push('--data-raw', quoted(body.toString()));
    return `${parts.join(' ')} ${quoted(row.target)}\n`;
  }
  const options = {method: row.method, headers: Object.fromEntries(fields), ...(body.length ? {body: body.toString()} : {})};
  if (as === 'fetch') return `await fetch(${JSON.stringify(row.target)}, ${JSON.stringify(options, null, 2)});\n`;
  if (as === 'python') return `import urllib.request\nurllib.request.urlopen(${JSON.stringify(row.target)})\n`;
  return flow.heads.request_received.text + body.toString('latin1');
}

export function har(flows, secrets) {
  const shown = (head) =>
    fieldsOf(head)
      .filter(([name]) => secrets || !kSecret.test(name))
      .map(([name, value]) => ({name, value}));
  const entries = flows
    .filter(({row}) => row.state === 'done' && row.method !== 'CONNECT')
    .map((flow) => ({
      startedDateTime: new Date(flow.row.begun / 1000).toISOString(),
      time: flow.row.took / 1000,
      request: {
        method: flow.row.method,
        url: flow.row.target,
        httpVersion: 'HTTP/1.1',
        headers: shown(flow.heads.request_received),
        bodySize: flow.row.bytes_in,
      },
      response: {
        status: flow.row.status ?? 0,
        httpVersion: 'HTTP/1.1',
        headers: shown(flow.heads.response_received),
        content: {
          size: flow.responseBody.length,
          mimeType: flow.row.type ?? '',
          text: flow.responseBody.toString('base64'),
          encoding: 'base64',
        },
      },
      timings: Object.fromEntries(Object.entries(flow.timing ?? {}).map(([part, us]) => [part, us < 0 ? -1 : us / 1000])),
    }));
  return {log: {version: '1.2', creator: {name: 'porthole-dev', version: '0'}, entries}};
}

export function imported(entry) {
  const flow = emptyFlow(entry.request.method, new URL(entry.request.url), {imported: true, state: 'done', end: 'complete'});
  const body = Buffer.from(entry.response.content.text ?? '', 'base64');
  Object.assign(flow.row, {
    begun: Date.parse(entry.startedDateTime) * 1000,
    took: Math.round(entry.time * 1000),
    status: entry.response.status || undefined,
    type: entry.response.content.mimeType,
    bytes_out: body.length,
  });
  const text = (first, fields) => `${first}\r\n${fields.map(({name, value}) => `${name}: ${value}\r\n`).join('')}\r\n`;
  flow.heads.request_received = {
    at: flow.row.begun,
    text: text(`${entry.request.method} ${entry.request.url} HTTP/1.1`, entry.request.headers),
  };
  flow.heads.response_received = {at: flow.row.begun, text: text(`HTTP/1.1 ${entry.response.status}`, entry.response.headers)};
  flow.responseBody = body;
  Object.assign(flow.content.response, {size: body.length, kept: body.length, type: flow.row.type});
  return flow;
}
