// What the program sends by itself, asked for over a real socket: it arrives, it is recorded with where it came from, and it
// reaches nothing that a client would not.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {site} from './lib/origin.mjs';
import {eventually, porthole, program} from './lib/porthole.mjs';
import {exchange, get} from './lib/raw.mjs';
import {gate} from './lib/scope.mjs';

async function watched(t, options = {}) {
  const proxy = await porthole(t, {ui: '127.0.0.1:0', config: {capture: {on: true}}, ...options});
  const link = await eventually('the link', () => /http:\/\/(127\.0\.0\.1:\d+)\/#c=/.exec(proxy.stdout));
  const token = readFileSync(join(proxy.dir, '.local/state/porthole/token'), 'utf8').trim();
  const at = link[1];
  const ask = (path, {method = 'GET', headers = {}, body} = {}) => new Promise((done, fail) => {
    const [host, port] = at.split(':');
    const fields = {Host: at, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers};
    const request = http.request({host, port, path, method, headers: fields, agent: false}, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        done({status: answer.statusCode, headers: answer.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined});
      });
    });
    request.on('error', fail);
    request.end(body);
  });
  const replay = (what, headers = {}) => ask('/api/replay', {method: 'POST', headers, body: JSON.stringify(what)});
  const ended = (id) => eventually(`the end of ${id}`, async () => {
    const {status, json} = await ask(`/api/flows/${id}`);
    return status === 200 && json.row.state === 'done' && json;
  });
  return {proxy, at, ask, replay, ended};
}

async function origin(t, answer = (request, to) => to.end('ok')) {
  const seen = [];
  const server = await site(t, (request, to) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      seen.push({method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts)});
      answer(request, to);
    });
  });
  return {seen, authority: server.authority, url: server.url('')};
}

describe('recording that is held by hand', () => {
  test('takes no flow that begins but those sent from here; what is under way is recorded to its end', async (t) => {
    const {proxy, ask, replay, ended} = await watched(t);
    const {held, pass} = {held: gate(), pass: gate()};
    const server = await origin(t, async (request, to) => {
      to.write('begun ');
      held.open();
      if (request.url === '/slow') await pass.passed;
      to.end('ended');
    });
    const hold = (on) => ask('/api/capture', {method: 'PATCH', body: JSON.stringify({held: on})});
    const slow = exchange(t, proxy.proxy4, get(`${server.url}/slow`));
    await held.passed;
    assert.equal((await hold(true)).status, 204);
    assert.equal((await exchange(t, proxy.proxy4, get(`${server.url}/unseen`))).status, 200);
    const sent = await replay({method: 'GET', url: `${server.url}/sent`});
    await ended(sent.json.id);
    pass.open();
    assert.equal((await slow).status, 200);
    assert.match((await proxy.ask(t, '/metrics')).text, /^porthole_recorder_paused 1$/m);
    assert.equal((await hold(false)).status, 204);
    await exchange(t, proxy.proxy4, get(`${server.url}/seen`));
    const rows = (await ask('/api/flows')).json.rows.filter((row) => row.state === 'done');
    assert.deepEqual(rows.map((row) => row.path).sort(), ['/seen', '/sent', '/slow']);
    assert.equal(rows.find((row) => row.path === '/slow').bytes_out, 'begun ended'.length);
    assert.ok(rows.every((row) => !row.flags?.length));
    for (const what of ['recording_held', 'recording_goes_on']) await eventually(what, () => proxy.stderr.includes(what));
  });
});

describe('a request that the program sends', () => {
  test('arrives as it was composed, and its flow names the one it came from', async (t) => {
    const {ask, replay, ended} = await watched(t);
    const server = await origin(t, (_, to) => to.writeHead(201, {'Content-Type': 'text/plain'}).end('made'));
    assert.equal((await ask('/api/session')).json.replay, true);
    const body = Buffer.from([0, 255, 13, 10]);
    const first = await replay({
      method: 'PATCH',
      url: `${server.url}/a?b=%20`,
      fields: [['X-A', '\u00e4'], ['Host', 'other.test']],
      body: body.toString('base64')
    });
    assert.equal(first.status, 200, first.text);
    const flow = await ended(first.json.id);
    assert.equal(flow.row.status, 201);
    assert.equal(flow.row.replayed, true);
    assert.equal(flow.row.replay_of, undefined);
    assert.equal(flow.row.client, undefined);
    assert.equal(server.seen[0].method, 'PATCH');
    assert.equal(server.seen[0].url, '/a?b=%20');
    assert.equal(server.seen[0].headers['x-a'], '\u00e4');
    assert.equal(server.seen[0].headers.host, server.authority);
    assert.deepEqual(server.seen[0].body, body);
    assert.match(server.seen[0].headers.via, /porthole/);
    const second = await replay({of: first.json.id, method: 'GET', url: `${server.url}/again`});
    assert.equal((await ended(second.json.id)).row.replay_of, first.json.id);
    const {json} = await ask('/api/flows?filter=is:replayed');
    assert.deepEqual(json.rows.map((row) => row.id), [second.json.id, first.json.id]);
  });

  test('carries 8 MiB, and a longer answer than is kept is drained', async (t) => {
    const long = Buffer.alloc(12 * 1024 * 1024, 'x');
    const {replay, ended} = await watched(t, {config: {capture: {on: true, body_limit: '1 MiB'}}});
    const server = await origin(t, (_, to) => to.end(long));
    const body = Buffer.alloc(8 * 1024 * 1024, 'u');
    const sent = await replay({method: 'PUT', url: server.url, body: body.toString('base64')});
    assert.equal(sent.status, 200, sent.text);
    const {row, content} = await ended(sent.json.id);
    assert.equal(row.end, 'complete');
    assert.equal(row.bytes_out, long.length);
    assert.equal(content.response.kept, 1024 * 1024);
    assert.ok(server.seen[0].body.equals(body));
    const more = await replay({method: 'PUT', url: server.url, body: Buffer.alloc(body.length + 1).toString('base64')});
    assert.equal(more.status, 413);
    assert.equal(server.seen.length, 1);
  });

  test('reaches none of our own listeners, by any name', async (t) => {
    const {proxy, at, replay, ended} = await watched(t, {hosts: '127.0.0.1 rebound.test\n'});
    const port = at.split(':')[1];
    for (const url of
           [`http://${at}/api/flows`, `http://localhost:${port}/`, `http://rebound.test:${port}/`,
            `http://[::ffff:127.0.0.1]:${port}/`, `http://${proxy.proxy4}/`]) {
      const sent = await replay({method: 'GET', url});
      assert.equal(sent.status, 200, `${url}: ${sent.text}`);
      const {row} = await ended(sent.json.id);
      assert.ok(row.status === 403 || row.status === 508, `${url}: ${row.status}`);
      assert.equal(row.end, 'answered');
    }
  });

  test('is refused when it would be another request, and for whoever may not ask', async (t) => {
    const {at, ask, replay} = await watched(t);
    const server = await origin(t);
    const good = {method: 'GET', url: server.url};
    for (const [name, value] of [
           ['X-A', 'a\r\nX-Evil: 1'], ['X-A', 'a\nb'], ['X-A', 'a\0b'], ['X A', '1'], ['X-A:', '1'], ['', '1'], ['X', '\u0100']])
      assert.equal((await replay({...good, fields: [[name, value]]})).status, 400, JSON.stringify([name, value]));
    for (const url of
           ['/a', 'h/a', 'https://h/', 'ftp://h/', 'http://', 'http://u@h/', `${server.url}/a b`, `${server.url}/\r\nX: y`,
            'http://0x7f.1/'])
      assert.equal((await replay({...good, url})).status, 400, url);
    for (const method of ['', 'G T', 'CONNECT', 'GET / HTTP/1.1\r\n'])
      assert.equal((await replay({...good, method})).status, 400, method);
    const refused = async (headers, status) => assert.equal((await replay(good, headers)).status, status, JSON.stringify(headers));
    await refused({Authorization: ''}, 401);
    await refused({Authorization: `Bearer ${'0'.repeat(64)}`}, 401);
    await refused({Origin: 'http://evil.test'}, 403);
    await refused({Origin: 'null'}, 403);
    await refused({'Sec-Fetch-Site': 'cross-site'}, 403);
    await refused({'Sec-Fetch-Site': 'same-site'}, 403);
    await refused({'Content-Type': 'text/plain'}, 415);
    await refused({Host: `evil.test:${at.split(':')[1]}`}, 421);
    assert.equal((await ask('/api/replay')).status, 405);
    assert.equal((await ask('/api/replay', {method: 'POST', body: '{"method":'})).status, 400);
    assert.equal((await ask('/api/replay', {method: 'POST', body: `"${'x'.repeat(13 * 1024 * 1024)}"`})).status, 413);
    assert.equal(server.seen.length, 0);
    assert.equal((await replay(good)).status, 200);
  });

  test('is not asked twice, nor lost, when the program drains: what runs ends, the next one is refused', async (t) => {
    const {proxy, replay} = await watched(t);
    let release;
    const server = await origin(t, (_, to) => {
      release = () => to.end('late');
    });
    const sent = await replay({method: 'GET', url: `${server.url}/slow`});
    assert.equal(sent.status, 200);
    await eventually('the request', () => release);
    proxy.child.kill('SIGTERM');
    await eventually('that it drains', () => proxy.stderr.includes('draining'));
    const late = await replay({method: 'GET', url: `${server.url}/late`});
    assert.equal(late.status, 503, late.text);
    assert.match(late.json.error.message, /draining/);
    release();
    assert.deepEqual(await proxy.exited, {code: 0, signal: null});
    assert.equal(server.seen.length, 1);
  });

  test('is sent again from the command line, with edits, and what was not recorded is not made up', async (t) => {
    const {proxy, ask, replay, ended} = await watched(t);
    const server = await origin(t);
    const fields = [['X-Kind', 'a'], ['X-Gone', 'b'], ['Authorization', 'Bearer s3cret']];
    const {json: {id}} = await replay({method: 'POST', url: `${server.url}/a`, fields, body: btoa('old')});
    await ended(id);
    const run = (...args) => program(t, ['flows', 'replay', ...args], {home: proxy.dir});
    const same = await run(id);
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /POST +200 /);
    assert.match(same.stderr, /^porthole: Authorization was not recorded/);
    const edited = await run(id, '--json', '--method', 'PUT', '-H', 'X-Kind: new', '-H', 'X-Gone:', '--data', 'fresh');
    assert.equal(edited.code, 0, edited.stderr);
    assert.equal(JSON.parse(edited.stdout).replay_of, id);
    const [first, second, third] = server.seen;
    assert.deepEqual([first.headers.authorization, second.headers.authorization], ['Bearer s3cret', undefined]);
    assert.deepEqual([second.method, second.body.toString(), second.headers['x-kind']], ['POST', 'old', 'a']);
    assert.deepEqual([third.method, third.body.toString(), third.headers['x-kind']], ['PUT', 'fresh', 'new']);
    assert.equal(third.headers['x-gone'], undefined);
    assert.equal((await run('0000000000000')).code, 1);
    assert.equal((await run(id, '--method', 'CONNECT')).code, 1);
    assert.equal((await ask('/api/flows')).json.total, 3);
  });

  test('needs a recorder', async (t) => {
    const {ask, replay} = await watched(t, {config: {capture: {on: false}}});
    assert.equal((await ask('/api/session')).json.replay, false);
    assert.equal((await replay({method: 'GET', url: 'http://h/'})).status, 409);
  });
});
