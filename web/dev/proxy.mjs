// For development only: a proxy of a hundred lines that records what passes in the shapes of the API, so that the tests of
// tests/ui can send real requests before (and beside) the program. It is no proxy to use: no limits, no checks, http:// alone.

import http from 'node:http';
import {brotliDecompressSync, gunzipSync, inflateSync} from 'node:zlib';

import {newId} from './flows.mjs';

const kHop = /^(?:connection|proxy-connection|keep-alive|te|transfer-encoding|upgrade)$/i;
const pairs = (raw) => raw.flatMap((name, at) => (at % 2 ? [] : [[name, raw[at + 1]]]));
const head = (first, fields) => `${first}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
const via = ['Via', '1.1 porthole-dev'];
const added = {
  what: 'Via was added',
  before: '',
  after: 'Via: 1.1 porthole-dev',
  why: 'each proxy names itself',
  clause: 'RFC 9110 §7.6.3',
};
const removed = (fields) =>
  fields
    .filter(([name]) => kHop.test(name))
    .map(([name, value]) => ({
      what: `${name} was removed`,
      before: `${name}: ${value}`,
      after: '',
      why: 'it speaks of one connection only',
      clause: 'RFC 9110 §7.6.1',
    }));

export function decoded(body, coding) {
  if (coding === 'gzip') return gunzipSync(body);
  if (coding === 'br') return brotliDecompressSync(body);
  if (coding === 'deflate') return inflateSync(body);
  return body;
}

export function emptyFlow(method, url, given = {}) {
  const row = {
    id: newId(),
    state: 'open',
    method,
    scheme: 'http',
    host: url.hostname,
    port: Number(url.port || 80),
    target: url.href,
    path: url.pathname + url.search,
    bytes_in: 0,
    bytes_out: 0,
    begun: now(),
    client: '127.0.0.1:1',
    version: '1.1',
    ...given,
  };
  return {
    row,
    heads: {},
    interim: [],
    trailers: {request: '', response: ''},
    notes: [],
    beginning_gone: false,
    content: {
      request: {size: 0, kept: 0, unseen: 0, type: '', coding: ''},
      response: {size: 0, kept: 0, unseen: 0, type: '', coding: ''},
    },
    requestBody: Buffer.alloc(0),
    responseBody: Buffer.alloc(0),
    messages: [],
  };
}

const grow = (flow, side, chunk) => {
  const key = `${side}Body`;
  flow[key] = Buffer.concat([flow[key], chunk]);
  flow.content[side].size = flow.content[side].kept = flow[key].length;
  flow.row[side === 'request' ? 'bytes_in' : 'bytes_out'] = flow[key].length;
};

function messagesOf(flow) {
  if (!/event-stream/.test(flow.row.type ?? '')) return;
  const whole = flow.responseBody.toString().split('\n\n').slice(0, -1);
  for (let n = flow.messages.length; n < whole.length; n += 1) {
    const text = whole[n].replace(/^data: ?/gm, '');
    flow.messages.push({n, at: now(), direction: 'server', opcode: 'text', size: Buffer.byteLength(text), text});
  }
}

// Sends what `flow` is about and records what comes back; `sink` gets the response, when someone waits for it.
export function carry(flow, {method, url, fields, body}, {changed}, sink) {
  const {row} = flow;
  const sent = fields.filter(([name]) => !kHop.test(name)).concat([via]);
  flow.heads.request_received = {at: row.begun, text: head(`${method} ${url.href} HTTP/1.1`, fields), changes: []};
  flow.heads.request_sent = {
    at: now(),
    text: head(`${method} ${url.pathname}${url.search} HTTP/1.1`, sent),
    changes: [...removed(fields), added],
  };
  flow.content.request.type = fields.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '';
  const end = (how, more = {}) => {
    const took = now() - row.begun;
    const wait = Math.max(0, (flow.firstAt ?? now()) - row.begun);
    Object.assign(row, {state: 'done', end: how, took, ...more});
    const timing = {blocked: 0, dns: -1, connect: -1, tls: -1, send: 0, wait: Math.min(wait, took), receive: 0};
    flow.timing = {...timing, receive: took - timing.wait};
    changed(flow);
  };
  const upstream = http.request(url, {method, headers: sent.flat(), setHost: false}, (answer) => {
    flow.firstAt = now();
    const got = pairs(answer.rawHeaders);
    const type = answer.headers['content-type'];
    Object.assign(row, {status: answer.statusCode, type, server: `127.0.0.1:${url.port}`});
    if (/event-stream/.test(type ?? '')) flow.kind = 'sse';
    Object.assign(flow.content.response, {type: type ?? '', coding: answer.headers['content-encoding'] ?? ''});
    const first = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`;
    const back = got.filter(([name]) => !kHop.test(name)).concat([via]);
    flow.heads.response_received = {at: flow.firstAt, text: head(first, got), changes: []};
    flow.heads.response_sent = {at: now(), text: head(first, back), changes: [...removed(got), added]};
    changed(flow);
    sink?.writeHead(answer.statusCode, answer.statusMessage, back.flat());
    answer.on('data', (chunk) => {
      grow(flow, 'response', chunk);
      messagesOf(flow);
      sink?.write(chunk);
      if (flow.kind) changed(flow);
    });
    answer.on('end', () => (sink?.end(), end('complete')));
    answer.on('error', () => (sink?.destroy(), row.state === 'open' && end('client_gone', {error: 'connection_terminated'})));
  });
  upstream.on('error', () => {
    if (row.state !== 'open') return;
    if (sink && !sink.destroyed) sink.writeHead(502).end();
    end(sink?.destroyed ? 'client_gone' : 'answered', {
      status: sink?.destroyed ? undefined : 502,
      error: sink?.destroyed ? 'connection_terminated' : 'connection_refused',
    });
  });
  sink?.on('close', () => {
    if (!sink.writableFinished) upstream.destroy();
  });
  grow(flow, 'request', body);
  upstream.end(body);
}

export function proxy(hooks) {
  const server = http.createServer((request, answer) => {
    const url = new URL(request.url);
    const parts = [];
    request.on('data', (part) => parts.push(part));
    const flow = emptyFlow(request.method, url);
    hooks.begun(flow);
    request.on('end', () =>
      carry(flow, {method: request.method, url, fields: pairs(request.rawHeaders), body: Buffer.concat(parts)}, hooks, answer),
    );
  });
  return server;
}
