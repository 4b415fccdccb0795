// For development only: made-up flows in the shapes that the server's API has.

import {gzipSync} from 'node:zlib';

let next = 1;
export const skipIds = (count) => (next += count);
export const newId = () => `06H2R8${(next++).toString(32).toUpperCase().padStart(7, '0')}`;
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const jwt =
  [
    {alg: 'HS256', typ: 'JWT'},
    {sub: '42', name: 'Ada', exp: 1900000000},
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.') + '.c2lnbmF0dXJl';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAKUlEQVR4' +
    'nGNkYPj/n4GBgYGBiQEXYIFS/xkYGBgZkXgjTAPJgTTSNAAAu+QEIc1NyrMAAAAASUVORK5CYII=',
  'base64',
);
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
const proto = Buffer.from([8, ...varint(150), 18, 7, ...Buffer.from('testing'), 26, 4, 8, 1, 16, 2, 37, 0, 0, 128, 63]);
const multipart =
  '--b1\r\nContent-Disposition: form-data; name="title"\r\n\r\nA ship\r\n' +
  '--b1\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1--\r\n';
const big = () =>
  JSON.stringify(
    Array.from({length: 200_000}, (_, n) => ({n, name: `item ${n}`, tags: ['a', 'b'], price: n / 7, stock: null, ok: n % 2 === 0})),
  );
const canary = '<script>window.canary = 1</script><img src=x onerror="window.canary=1">';

// [method, host, path, status, response type, response body, request type, request body, extra]
export const kShapes = [
  [
    'GET',
    'shop.test',
    '/',
    200,
    'text/html; charset=utf-8',
    `<!doctype html>\n<html><head><title>Shop</title><style>h1{color:#147}</style></head>\n` +
      `<body><h1>Shop</h1><p>Fresh fish</p>${canary}</body></html>`,
  ],
  [
    'GET',
    'shop.test',
    '/api/items?page=2&sort=price',
    200,
    'application/json',
    JSON.stringify({
      items: [
        {id: 1, name: 'Lantern', price: 12.5, tags: ['brass', 'light']},
        {id: 2, name: 'Rope "20 m"', price: 7, tags: []},
      ],
      next: null,
      total: 2,
      more: false,
      note: canary,
    }),
  ],
  ['GET', 'cdn.shop.test', '/img/logo.png', 200, 'image/png', png],
  ['GET', 'cdn.shop.test', '/app.css', 200, 'text/css', 'body {\n  color: #123;\n  margin: 0;\n}\n'],
  ['GET', 'cdn.shop.test', '/app.js', 304, undefined, ''],
  [
    'POST',
    'shop.test',
    '/login',
    302,
    undefined,
    '',
    'application/x-www-form-urlencoded',
    'user=ada&password=secret%21&next=%2Fcart',
  ],
  ['POST', 'shop.test', '/upload', 201, 'application/json', '{"id":7}', 'multipart/form-data; boundary=b1', multipart],
  [
    'POST',
    'api.shop.test',
    '/graphql',
    200,
    'application/json',
    '{"data":{"cart":{"items":[]}}}',
    'application/json',
    JSON.stringify({
      operationName: 'Cart',
      query: 'query Cart($id: ID!) {\n  cart(id: $id) {\n    items { name price }\n  }\n}',
      variables: {id: '42'},
    }),
  ],
  ['POST', 'api.shop.test', '/rpc/Search', 200, 'application/x-protobuf', proto, 'application/x-protobuf', proto],
  ['GET', 'api.shop.test', '/slow', 200, 'text/plain; charset=utf-8', 'took a while\n', undefined, '', {took: 1_840_000}],
  ['GET', 'api.shop.test', '/missing', 404, 'application/problem+json', '{"title":"Not here","status":404}'],
  [
    'GET',
    'api.shop.test',
    '/broken',
    502,
    'text/html',
    '<h1>502</h1>',
    undefined,
    '',
    {error: 'connection_refused', end: 'answered'},
  ],
  ['GET', 'api.shop.test', '/fault', 500, 'text/plain', 'stack trace\n at main'],
  ['DELETE', 'api.shop.test', '/items/7', 204, undefined, ''],
  ['GET', 'news.test', '/events', 200, 'text/event-stream', 'event: tick\ndata: {"n":1}\n\n', undefined, '', {messages: 'sse'}],
  ['GET', 'chat.test', '/socket', 101, undefined, '', undefined, '', {messages: 'websocket'}],
  ['CONNECT', 'secure.test', '', 200, undefined, '', undefined, '', {end: 'tunnelled'}],
];

function heads(row, shape) {
  const [method, host, path, status, type, body, requestType, requestBody] = shape;
  const line = `${method} http://${host}${path} HTTP/1.1\r\n`;
  const shared =
    `User-Agent: curl/8.5.0\r\nAccept: */*\r\nCookie: sid=abc123; theme=dark; cart="1,2"\r\n` + `Authorization: Bearer ${jwt}\r\n`;
  const content = requestBody ? `Content-Type: ${requestType}\r\nContent-Length: ${Buffer.byteLength(requestBody)}\r\n` : '';
  const reply =
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Status'}\r\nDate: Thu, 26 Nov 2026 18:00:00 GMT\r\n` +
    `${type ? `Content-Type: ${type}\r\n` : ''}` +
    `Set-Cookie: sid=abc123; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600\r\nX-Note: ${canary}\r\n`;
  const changes = [
    {
      what: 'the target became origin-form',
      before: `http://${host}${path}`,
      after: path,
      why: 'an origin server is sent the path and query alone',
      clause: 'RFC 9112 §3.2.1',
    },
    {
      what: 'Proxy-Connection was removed',
      before: 'Proxy-Connection: keep-alive',
      after: '',
      why: 'the field speaks to the proxy',
      clause: 'RFC 9110 §7.6.1',
    },
    {
      what: 'Via was added',
      before: '',
      after: 'Via: 1.1 porthole-ab12cd',
      why: 'each proxy names itself',
      clause: 'RFC 9110 §7.6.3',
    },
  ];
  const at = row.begun;
  const all = {
    request_received: {at, text: `${line}Host: ${host}\r\n${shared}${content}Proxy-Connection: keep-alive\r\n\r\n`, changes: []},
    request_sent: {
      at: at + 200,
      text: `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${shared}${content}Via: 1.1 porthole-ab12cd\r\n\r\n`,
      changes,
    },
  };
  if (row.status) {
    all.response_received = {
      at: at + (row.took ?? 900) - 500,
      text: `${reply}Content-Length: ${body.length}\r\nKeep-Alive: timeout=5\r\n\r\n`,
      changes: [],
    };
    all.response_sent = {
      at: at + (row.took ?? 900) - 400,
      text: `${reply}Content-Length: ${body.length}\r\nVia: 1.1 porthole-ab12cd\r\n\r\n`,
      changes: [
        {
          what: 'Keep-Alive was removed',
          before: 'Keep-Alive: timeout=5',
          after: '',
          why: 'it speaks of one connection only',
          clause: 'RFC 9110 §7.6.1',
        },
        {
          what: 'Via was added',
          before: '',
          after: 'Via: 1.1 porthole-ab12cd',
          why: 'each proxy names itself',
          clause: 'RFC 9110 §7.6.3',
        },
      ],
    };
  }
  return all;
}

export function explain(flow) {
  const lines = (received, sent) => {
    if (!received) return {lines: []};
    const left = received.text.trimEnd().split('\r\n'),
      right = sent.text.trimEnd().split('\r\n');
    const name = (line) => /^([\w-]+):/.exec(line)?.[1] ?? '';
    const out =
      left[0] === right[0]
        ? [{received: left[0], sent: right[0], kind: 'same', name: ''}]
        : [
            {
              received: left[0],
              sent: right[0],
              kind: 'changed',
              ...sent.changes[0],
              name: left[0].split(' ')[0],
              meaning: 'GET asks for a copy of what the target names.',
              duty: 'Pass it on.',
            },
          ];
    for (const line of left.slice(1))
      out.push(
        right.includes(line)
          ? {
              received: line,
              sent: line,
              kind: 'same',
              name: name(line),
              meaning: `What ${name(line)} says, in a sentence.`,
              duty: 'Pass it on unchanged.',
            }
          : {
              received: line,
              kind: 'removed',
              what: `${name(line)} was removed`,
              why: 'it speaks of one connection only',
              clause: 'RFC 9110 §7.6.1',
              name: name(line),
              meaning: 'How long an idle connection is kept.',
              duty: 'Remove it: it is meant for us.',
            },
      );
    for (const line of right.slice(1))
      if (!left.includes(line))
        out.push({
          sent: line,
          kind: 'added',
          what: `${name(line)} was added`,
          why: 'each proxy names itself',
          clause: 'RFC 9110 §7.6.3',
          name: name(line),
          meaning: 'The proxies on the way, nearest last.',
          duty: 'Add ourselves.',
        });
    return {lines: out};
  };
  return {
    request: lines(flow.heads.request_received, flow.heads.request_sent),
    response: lines(flow.heads.response_received, flow.heads.response_sent),
    story: [
      'DNS answered from the cache (23 s old).',
      'A kept connection to 192.0.2.7:80 was used.',
      'The server took most of the time before its first octet.',
    ],
  };
}

export function makeFlow(shape = pick(kShapes), given = {}) {
  const [method, host, path, status, type, body, requestType, requestBody, extra = {}] = shape;
  const responseBody = body === 'BIG' ? Buffer.from(big()) : Buffer.from(body),
    took = extra.took ?? Math.floor(2000 + Math.random() ** 4 * 400_000);
  const row = {
    id: newId(),
    state: 'done',
    method,
    scheme: 'http',
    host,
    port: method === 'CONNECT' ? 443 : 80,
    target: `http://${host}${path}`,
    path,
    status,
    type,
    bytes_in: Buffer.byteLength(requestBody ?? ''),
    bytes_out: responseBody.length,
    begun: Date.now() * 1000,
    took,
    client: '127.0.0.1:50312',
    server: '192.0.2.7:80',
    reused: true,
    version: '1.1',
    end: extra.end ?? 'complete',
    error: extra.error,
    ...given,
  };
  const share = (part) => Math.floor(row.took * part);
  const flow = {
    row,
    interim: [],
    trailers: {request: '', response: ''},
    notes: [{at: row.begun, took: 30, what: 'dns', detail: `${host} is 192.0.2.7 (cached)`}],
    beginning_gone: false,
    heads: heads(row, shape),
    timing: {blocked: share(0.02), dns: share(0.05), connect: share(0.1), tls: -1, send: share(0.02), wait: share(0.6), receive: 0},
    content: {
      request: {size: row.bytes_in, kept: row.bytes_in, unseen: 0, type: requestType ?? '', coding: ''},
      response: {size: responseBody.length, kept: responseBody.length, unseen: 0, type: type ?? '', coding: ''},
    },
    requestBody: Buffer.from(requestBody ?? ''),
    responseBody,
    shape,
    messages: [],
    kind: extra.messages,
  };
  flow.timing.receive =
    row.took -
    Object.values(flow.timing)
      .filter((part) => part > 0)
      .reduce((a, b) => a + b, 0);
  if (extra.messages)
    for (let n = 0; n < 12; n += 1)
      flow.messages.push({
        n,
        at: row.begun + n * 40_000,
        direction: n % 3 ? 'server' : 'client',
        opcode: 'text',
        size: 14 + n,
        text: JSON.stringify({n, hello: 'sea'}),
      });
  return flow;
}

export const bigShape = ['GET', 'big.test', '/20mb.json', 200, 'application/json', 'BIG'];
export const gzipped = (text) => gzipSync(text);
