// For development only, never shipped: speaks the API of docs/user/api.md with made-up flows, and serves dist/.
// Usage: node dev/server.mjs [--port N] [--proxy N] [--flows N] [--rate PER_SECOND] [--state FILE]. Prints the link to open.
// `--proxy` is a small recording proxy (proxy.mjs); `--state` keeps the flows over a restart.

import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {extname, join, normalize} from 'node:path';
import {fileURLToPath} from 'node:url';

import {BadFilter, complete, filter} from './filter.mjs';
import {har, imported, snippet} from './exports.mjs';
import {bigShape, explain, kShapes, makeFlow, skipIds} from './flows.mjs';
import {carry, decoded, emptyFlow, proxy} from './proxy.mjs';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const kPort = Number(option('port', 22084));
const kProxy = Number(option('proxy', kPort + 1));
const kRate = Number(option('rate', 3));
const kFlows = Number(option('flows', 400));
const kState = option('state', '');
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const kSession = `dev-${kPort}`;
let signedOut = false;
const flows = [],
  byId = new Map(),
  readers = new Set();
let seq = 1,
  dirty = {add: [], upd: new Set()};

let next = 0; // number of the next row
function keep(flow, quiet) {
  flow.row.n = next++;
  flows.push(flow);
  byId.set(flow.row.id, flow);
  if (!quiet) dirty.add.push(flow.row);
}
const now = Date.now() * 1000;
const codes = new Set([option('code', 'dev')]);
if (kState && existsSync(kState)) {
  const bytes = ({requestBody, responseBody}) => ({
    requestBody: Buffer.from(requestBody, 'base64'),
    responseBody: Buffer.from(responseBody, 'base64'),
  });
  for (const flow of JSON.parse(readFileSync(kState))) keep({...flow, ...bytes(flow)}, true);
  skipIds(flows.length);
}
process.on('SIGTERM', () => {
  const text = ({requestBody, responseBody, ...flow}) => ({
    ...flow,
    requestBody: requestBody.toString('base64'),
    responseBody: responseBody.toString('base64'),
  });
  if (kState) writeFileSync(kState, JSON.stringify(flows.map(text)));
  process.exit(0);
});
for (let n = 0; n < kFlows; n += 1)
  keep(makeFlow(n > kFlows - 18 ? kShapes[n % kShapes.length] : undefined, {begun: now - (kFlows - n) * 90_000}), true);
if (kFlows > 0) keep(makeFlow(bigShape), true);

function stats() {
  const status = {},
    errors = {},
    hosts = {};
  const recent = flows.slice(-600);
  for (const {row} of recent) {
    if (row.status) status[Math.floor(row.status / 100)] = (status[Math.floor(row.status / 100)] ?? 0) + 1;
    if (row.error) errors[row.error] = (errors[row.error] ?? 0) + 1;
    hosts[row.host] = (hosts[row.host] ?? 0) + 1;
  }
  const took = recent.map(({row}) => row.took ?? 0).sort((a, b) => a - b),
    at = (part) => took[Math.floor(took.length * part)] ?? 0;
  return {
    flows: flows.length,
    open: flows.slice(-100).filter(({row}) => row.state === 'open').length,
    rate: kRate + Math.random(),
    bytes: recent.reduce((sum, {row}) => sum + (row.bytes_out ?? 0), 0),
    errors,
    status,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    hosts: Object.entries(hosts).sort((a, b) => b[1] - a[1]),
  };
}

let lastStats = 0;
setInterval(() => {
  const quiet = !dirty.add.length && !dirty.upd.size;
  if (quiet && Date.now() - lastStats < 1000) return;
  seq += 1;
  const frame = {seq, first: flows[0]?.row.n ?? 0, add: dirty.add, upd: [...dirty.upd]};
  if (Date.now() - lastStats >= 500) {
    frame.stats = stats();
    lastStats = Date.now();
  }
  dirty = {add: [], upd: new Set()};
  for (const reader of readers) reader.write(`id: ${seq}\nevent: rows\ndata: ${JSON.stringify(frame)}\n\n`);
}, 50);
function traffic() {
  const flow = makeFlow();
  const {status, took, end} = flow.row;
  Object.assign(flow.row, {state: 'open', status: undefined, took: undefined, end: undefined});
  keep(flow);
  setTimeout(
    () => {
      Object.assign(flow.row, {
        state: flow.kind ? 'open' : 'done',
        status,
        took: flow.kind ? undefined : took,
        end: flow.kind ? undefined : end,
      });
      dirty.upd.add(flow.row);
      if (flow.kind) {
        let n = 12;
        const more = setInterval(() => {
          flow.messages.push({
            n,
            at: Date.now() * 1000,
            direction: n % 3 ? 'server' : 'client',
            opcode: 'text',
            size: 20,
            text: JSON.stringify({n, live: true}),
          });
          n += 1;
          if (n > 200) clearInterval(more);
        }, 300);
      }
    },
    Math.min(took / 1000, 2000),
  );
}
if (kRate > 0) for (let n = 0; n < Math.ceil(kRate / 50); n += 1) setInterval(traffic, 1000 / Math.min(kRate, 50));

const json = (answer, status, body, extra = {}) => {
  answer.writeHead(status, {'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...extra});
  answer.end(status === 204 ? '' : JSON.stringify(body));
};
const fail = (answer, status, code, message, more = {}) => json(answer, status, {error: {code, message, ...more}});
async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function file(path, answer) {
  const name = normalize(path === '/' ? '/index.html' : path);
  const full = join(dist, name);
  if (!full.startsWith(dist) || !existsSync(full) || !extname(full)) return fail(answer, 404, 'not_found', 'no such file');
  const nonce = randomBytes(12).toString('base64url');
  let content = readFileSync(full);
  if (name === '/index.html') content = content.toString().replaceAll('__NONCE__', nonce);
  answer.writeHead(200, {
    'Content-Type': kTypes[extname(full)] ?? 'application/octet-stream',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' blob: data:; connect-src 'self'; ` +
      `frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`,
  });
  return answer.end(content);
}

async function one(request, answer, id, rest, url) {
  const flow = byId.get(id);
  if (!flow) return fail(answer, 404, 'not_found', 'this flow is gone');
  const {requestBody, responseBody, shape, messages, kind, ...shown} = flow;
  if (rest === '') return json(answer, 200, shown);
  if (rest === '/explain') return json(answer, 200, explain(flow));
  if (rest === '/messages') {
    const after = Number(url.searchParams.get('after') ?? -1);
    return json(answer, 200, {kind, messages: messages.filter((one) => one.n > after).slice(0, 1000), more: false});
  }
  if (rest === '/mark') {
    Object.assign((flow.row.mark ??= {}), JSON.parse(await bodyOf(request)));
    dirty.upd.add(flow.row);
    return json(answer, 204);
  }
  if (rest === '/snippet') {
    answer.writeHead(200, {'Content-Type': 'text/plain; charset=utf-8'});
    return answer.end(snippet(flow, url.searchParams.get('as')));
  }
  const side = rest === '/request/body' ? 'request' : 'response';
  const kept = side === 'request' ? requestBody : responseBody;
  const body = url.searchParams.has('decoded') ? decoded(kept, flow.content[side].coding) : kept;
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
  if (!range) {
    answer.writeHead(200, {'Content-Disposition': 'attachment', 'Content-Type': 'application/octet-stream'});
    return answer.end(body);
  }
  const [begin, end] = [Number(range[1]), Math.min(Number(range[2]), body.length - 1)];
  if (begin >= body.length) return fail(answer, 416, 'range', 'beyond the end');
  answer.writeHead(206, {
    'Content-Disposition': 'attachment',
    'Content-Type': 'application/octet-stream',
    'Content-Range': `bytes ${begin}-${end}/${body.length}`,
  });
  return answer.end(body.subarray(begin, end + 1));
}

function list(url) {
  const wanted = filter(url.searchParams.get('filter') ?? '');
  const limit = Math.min(Number(url.searchParams.get('limit') ?? 200), 1000),
    skip = Number(url.searchParams.get('skip') ?? 0);
  const below = Number(url.searchParams.get('below') ?? Infinity),
    text = url.searchParams.get('filter') ?? '';
  const matched = flows.filter((flow) => flow.row.n < below && (text === '' || wanted(flow.row, flow)));
  const end = matched.length - skip;
  return {
    rows: matched
      .slice(Math.max(0, end - limit), Math.max(0, end))
      .reverse()
      .map(({row}) => row),
    more: end > limit,
    seq,
    total: matched.length,
    first: flows[0]?.row.n ?? next,
    next,
    unsure: /body:|header\./.test(text) ? flows.length : 0,
  };
}

let held = false; // shown, and no more: the stand-in records all
const hooks = {begun: keep, changed: (flow) => dirty.upd.add(flow.row)};

async function api(request, answer, url) {
  const path = url.pathname;
  const cookie = new RegExp(`porthole_${kPort}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
  if (path === '/api/session' && request.method === 'POST') {
    const {code} = JSON.parse(await bodyOf(request));
    if (!codes.delete(code)) return fail(answer, 403, 'bad_code', 'this link was used before');
    signedOut = false;
    if (code === 'dev') codes.add('dev');
    return json(answer, 204, null, {'Set-Cookie': `porthole_${kPort}=${kSession}; HttpOnly; SameSite=Strict; Path=/`});
  }
  if (cookie !== kSession || signedOut) return fail(answer, 401, 'no_session', 'sign in first');
  if (path === '/api/session')
    return request.method === 'DELETE'
      ? ((signedOut = true), json(answer, 204))
      : json(answer, 200, {version: '0.1.0-dev', proxy: ['127.0.0.1:8083'], started: now, replay: true});
  if (path === '/api/status')
    return json(answer, 200, {
      version: '0.1.0-dev',
      pid: process.pid,
      started: now,
      proxy: ['127.0.0.1:8083'],
      workers: 2,
      draining: false,
      capture: {on: true, paused: held, held, bytes: 12e6, keep: 1e9, flows: flows.length, open: 1},
    });
  if (path === '/api/capture') {
    ({held} = JSON.parse(await bodyOf(request)));
    return json(answer, 204);
  }
  if (path === '/api/flows' && request.method === 'DELETE') {
    const gone = flows.filter(({row}) => !row.mark?.pinned).map(({row}) => row.id);
    for (const id of gone) byId.delete(id);
    flows.splice(0, flows.length, ...byId.values());
    for (const {row} of flows) row.n = next++;
    dirty = {add: [], upd: new Set()};
    seq += 1;
    for (const reader of readers) reader.write(`id: ${seq}\nevent: resync\ndata: {"seq":${seq}}\n\n`);
    return json(answer, 200, {removed: gone.length});
  }
  if (path === '/api/flows') return json(answer, 200, list(url));
  const found = /^\/api\/flows\/([0-9A-Z]+)(.*)$/.exec(path);
  if (found) return one(request, answer, found[1], found[2], url);
  if (path === '/api/complete') return json(answer, 200, complete(url.searchParams.get('text') ?? ''));
  if (path === '/api/filter')
    return (filter(url.searchParams.get('text') ?? ''), json(answer, 200, {text: url.searchParams.get('text')}));
  if (path === '/api/replay') {
    const asked = JSON.parse(await bodyOf(request)),
      target = new URL(asked.url);
    const flow = emptyFlow(asked.method, target, asked.of ? {replay_of: asked.of} : {});
    const body = Buffer.from(asked.body ?? '', 'base64');
    const framed = [['Host', target.host], ...asked.fields, ...(body.length ? [['Content-Length', String(body.length)]] : [])];
    hooks.begun(flow);
    carry(flow, {method: asked.method, url: target, fields: framed, body}, hooks);
    return json(answer, 200, {id: flow.row.id});
  }
  if (path === '/api/har' && request.method === 'GET') {
    const wanted = filter(url.searchParams.get('filter') ?? '');
    const file = har(
      flows.filter((flow) => wanted(flow.row, flow)),
      url.searchParams.has('secrets'),
    );
    return json(answer, 200, file, {'Content-Disposition': 'attachment; filename="porthole.har"'});
  }
  if (path === '/api/har') {
    const {entries} = JSON.parse(await bodyOf(request)).log;
    for (const entry of entries) keep(imported(entry));
    return json(answer, 200, {added: entries.length, problems: []});
  }
  if (path === '/api/search') {
    answer.writeHead(200, {'Content-Type': 'text/event-stream'});
    const wanted = filter(url.searchParams.get('filter') ?? '');
    let searched = 0;
    for (const flow of [...flows].reverse()) {
      if (answer.destroyed) return undefined;
      searched += 1;
      if (wanted(flow.row, flow)) answer.write(`event: hit\ndata: ${JSON.stringify({row: flow.row, in: 'response'})}\n\n`);
      if (searched % 50 === 0) {
        answer.write(`event: progress\ndata: ${JSON.stringify({searched, of: flows.length})}\n\n`);
        await new Promise((wake) => setTimeout(wake, 20));
      }
    }
    return answer.end('event: done\ndata: {}\n\n');
  }
  if (path === '/api/stream') {
    answer.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store'});
    answer.write(`retry: 1000\n\nid: ${seq}\nevent: rows\ndata: ${JSON.stringify({seq, stats: stats()})}\n\n`);
    if (request.headers['last-event-id']) answer.write(`id: ${seq}\nevent: resync\ndata: ${JSON.stringify({seq})}\n\n`);
    readers.add(answer);
    return answer.on('close', () => readers.delete(answer));
  }
  return fail(answer, 404, 'not_found', 'no such call');
}

http
  .createServer((request, answer) => {
    const url = new URL(request.url, 'http://x');
    if (!url.pathname.startsWith('/api/')) return file(url.pathname, answer);
    return api(request, answer, url).catch((error) =>
      error instanceof BadFilter
        ? fail(answer, 400, 'bad_filter', error.message, {offset: error.offset, length: error.length, word: error.word})
        : fail(answer, 500, 'bug', String(error)),
    );
  })
  .listen(kPort, '127.0.0.1', () => {
    const server = proxy(hooks);
    server.listen(kProxy, '127.0.0.1', () =>
      console.log(`http://127.0.0.1:${kPort}/#c=${option('code', 'dev')} proxy http://127.0.0.1:${server.address().port}`),
    );
  });
