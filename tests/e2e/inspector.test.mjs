// The inspector's listener as a stranger meets it: each attack over a real socket, and the store behind it killed under load.

import assert from 'node:assert/strict';
import {chmodSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import tls from 'node:tls';

import {rawOrigin, recorder} from './lib/origin.mjs';
import {command, eventually, kBinary, porthole, startPorthole, tempDir} from './lib/porthole.mjs';
import {exchange, head} from './lib/raw.mjs';

const kState = '.local/state/porthole';
// What it prints may come later than that it is ready.
async function watched(t, options = {}) {
  const proxy = await porthole(t, {ui: '127.0.0.1:0', config: {capture: {on: true, keep: '16 MiB'}}, ...options});
  await eventually('the link', () => ui(proxy) !== null);
  return proxy;
}
const ui = (proxy) => /look +http:\/\/(127\.0\.0\.1:\d+)\/#c=([0-9a-f]+)/.exec(proxy.stdout);
const address = (proxy) => ui(proxy)[1];
const token = (proxy) => readFileSync(join(proxy.dir, kState, 'token'), 'utf8').trim();

// One request, whatever its fields say: {status, headers, text}.
function ask(at, path, {method = 'GET', headers = {}, body} = {}) {
  const [host, port] = at.split(':');
  return new Promise((done, fail) => {
    const request = http.request({host, port, path, method, headers: {Host: at, ...headers}}, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done({status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString()}));
    });
    request.on('error', fail);
    request.end(body);
  });
}
const bearer = (proxy) => ({Authorization: `Bearer ${token(proxy)}`});

describe('the inspector', () => {
  test('is shown with a link that signs in once; its secrets are for the owner alone', async (t) => {
    const proxy = await watched(t);
    const [, at, code] = ui(proxy);
    const swap = () => ask(at, '/api/session', {
      method: 'POST',
      headers: {'Content-Type': 'application/json', Origin: `http://${at}`},
      body: JSON.stringify({code}),
    });
    const first = await swap();
    assert.equal(first.status, 204);
    const cookie = first.headers['set-cookie'][0];
    assert.match(cookie, new RegExp(`^porthole_${at.split(':')[1]}=.*HttpOnly; SameSite=Strict`));
    assert.equal((await swap()).status, 403);
    assert.equal((await ask(at, '/api/flows', {headers: {Cookie: cookie.split(';')[0]}})).status, 200);
    assert.equal(statSync(join(proxy.dir, kState, 'token')).mode & 0o777, 0o600);
    assert.equal(statSync(join(proxy.dir, kState)).mode & 0o777, 0o700);
    const files = readdirSync(proxy.dir).filter((name) => statSync(join(proxy.dir, name)).isFile());
    for (const name of files) assert.ok(!readFileSync(join(proxy.dir, name), 'latin1').includes(code), name);
  });

  test('is not reached through the proxy, by any name of it', async (t) => {
    const proxy = await watched(t, {hosts: '127.0.0.1 rebound.test\n'});
    const {0: host, 1: port} = address(proxy).split(':');
    for (const name of [host, 'localhost', 'rebound.test', '[::ffff:127.0.0.1]', '127.1', '0x7f.1', '2130706433', '0.0.0.0']) {
      const fields = `Host: ${name}:${port}\r\nAuthorization: Bearer ${token(proxy)}\r\nConnection: close\r\n\r\n`;
      const got = await exchange(t, proxy.proxy4, `GET http://${name}:${port}/api/flows HTTP/1.1\r\n${fields}`);
      assert.ok(got.status >= 400, `${name}: ${got.status}`);
      assert.ok(!String(got.body).includes('"rows"'), name);
      const tunnel =
        await exchange(t, proxy.proxy4, `CONNECT ${name}:${port} HTTP/1.1\r\nHost: ${name}:${port}\r\n\r\n`, 'CONNECT');
      assert.ok(tunnel.status >= 400, `CONNECT ${name}: ${tunnel.status}`);
    }
  });

  test('answers 421 to a rebound name, 401 without a secret, 403 to other pages, 415 to forms', async (t) => {
    const proxy = await watched(t);
    const at = address(proxy);
    const good = bearer(proxy);
    assert.equal((await ask(at, '/api/flows', {headers: good})).status, 200);
    assert.equal((await ask(at, '/api/flows', {headers: {...good, Host: `evil.test:${at.split(':')[1]}`}})).status, 421);
    assert.equal((await ask(at, '/', {headers: {Host: 'evil.test'}})).status, 421);
    assert.equal((await ask(at, '/api/stream')).status, 401);
    assert.equal((await ask(at, '/api/flows', {headers: {Authorization: `Bearer ${'0'.repeat(64)}`}})).status, 401);
    for (const foreign of [{Origin: 'http://evil.test'}, {'Sec-Fetch-Site': 'same-site'}, {Origin: `http://${proxy.proxy4}`}])
      assert.equal((await ask(at, '/api/stream', {headers: {...good, ...foreign}})).status, 403, JSON.stringify(foreign));
    assert.equal((await ask(at, '/api/flows', {method: 'DELETE', headers: good})).status, 415);
    assert.equal((await ask(at, '/api/flows', {method: 'GET', headers: good})).status, 200, 'GET changes nothing');
  });

  test('lets nobody frame, sniff or share what it says, and gives bodies as attachments alone', async (t) => {
    const proxy = await watched(t);
    const site = await recorder(t);
    await exchange(t, proxy.proxy4, `GET ${site.url('/x')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const at = address(proxy), headers = bearer(proxy);
    const rows = await eventually('the row', async () => {
      const {rows} = JSON.parse((await ask(at, '/api/flows', {headers})).text);
      return rows.length > 0 && rows;
    });
    for (const path of ['/', '/api/flows', `/api/flows/${rows[0].id}/response/body`, '/nothing']) {
      const got = await ask(at, path, {headers});
      assert.equal(got.headers['x-content-type-options'], 'nosniff', path);
      assert.equal(got.headers['cross-origin-resource-policy'], 'same-origin', path);
      assert.equal(got.headers['access-control-allow-origin'], undefined, path);
      assert.ok(got.headers['content-security-policy'], path);
    }
    const body = await ask(at, `/api/flows/${rows[0].id}/response/body`, {headers});
    assert.equal(body.headers['content-disposition'], 'attachment');
    assert.equal(body.headers['content-type'], 'application/octet-stream');
    assert.equal(body.headers['content-security-policy'], 'sandbox');
  });

  test('shows what passes after an upgrade while it passes, and keeps none of what a CONNECT carries', async (t) => {
    const proxy = await watched(t);
    const at = address(proxy), headers = bearer(proxy);
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: websocket') + 'from the server');
      for (;;) await wire.send(await wire.some());
    });
    const body = async (id, side) => (await ask(at, `/api/flows/${id}/${side}/body`, {headers})).text;
    const newest = async () => JSON.parse((await ask(at, '/api/flows?limit=1', {headers})).text).rows[0];

    const wire = await proxy.connect(t);
    await wire.send(
      head(`GET ${origin.url('/ws')} HTTP/1.1`, `Host: ${origin.authority}`, 'Connection: upgrade', 'Upgrade: websocket'));
    assert.equal((await wire.response()).status, 101);
    await wire.send('from the client');
    await wire.until('from the client');
    const row = await eventually('the row', async () => {
      const row = await newest();
      return row?.bytes_in === 15 && row.bytes_out === 30 && row;
    });
    assert.equal(row.state, 'open');
    assert.equal(row.status, 101);
    assert.equal(await body(row.id, 'request'), 'from the client');
    assert.equal(await body(row.id, 'response'), 'from the serverfrom the client');
    wire.reset();
    const ended = await eventually('its end', async () => (await newest()).state === 'done' && newest());
    assert.deepEqual([ended.id, ended.bytes_in, ended.bytes_out, ended.flags], [row.id, 15, 30, undefined]);

    const tunnel = await proxy.connect(t);
    await tunnel.send(head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`));
    await tunnel.response('CONNECT');
    await tunnel.send(head('GET /ws HTTP/1.1', 'Host: x'));
    await tunnel.until('from the server');
    tunnel.reset();
    const through = await eventually(
      'its end', async () => (await newest()).method === 'CONNECT' && (await newest()).state === 'done' && newest());
    assert.ok(through.bytes_out > 15);
    assert.equal(await body(through.id, 'response'), '');
    const {content, tls: none} = JSON.parse((await ask(at, `/api/flows/${through.id}`, {headers})).text);
    assert.deepEqual([content.response.kept, content.response.unseen], [0, through.bytes_out]);
    assert.equal(none, undefined);

    const secret = await proxy.connect(t);
    await secret.send(head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`));
    await secret.response('CONNECT');
    const hello = tls.connect({socket: secret.socket, servername: 'shop.test', ALPNProtocols: ['h2', 'http/1.1']});
    hello.on('error', () => {});  // the origin speaks no TLS
    const offered = await eventually('what the client offers', async () => {
      const row = await newest();
      return row.id !== through.id && JSON.parse((await ask(at, `/api/flows/${row.id}`, {headers})).text).tls?.offered;
    });
    assert.deepEqual(offered, {sni: 'shop.test', alpn: ['h2', 'http/1.1'], version: ['1.3', '1.2']});
    hello.destroy();
  });

  test('shows how the connection of a flow was come by, and its network', async (t) => {
    const proxy = await watched(t, {hosts: '127.0.0.1 both.test\n::1 both.test\n', workers: 1});
    const at = address(proxy), headers = bearer(proxy);
    const site = await recorder(t);  // on 127.0.0.1 alone
    const {port} = new URL(site.url());
    const get = `GET http://both.test:${port}/ HTTP/1.1\r\nHost: both.test\r\n\r\n`;
    const wire = await proxy.connect(t);
    for (let i = 0; i < 2; ++i) {
      await wire.send(get);
      await wire.response();
    }
    const ids = await eventually('both', async () => {
      const {rows} = JSON.parse((await ask(at, '/api/flows', {headers})).text);
      return rows.length === 2 && rows.every((row) => row.state === 'done') && rows.map((row) => row.id);
    });
    const [second, first] =
      await Promise.all(ids.map(async (id) => JSON.parse((await ask(at, `/api/flows/${id}`, {headers})).text)));
    const notes = first.notes.map(({what, detail}) => `${what} ${detail}`);
    assert.match(notes[0], /^dns (cached \d+|asked) ::1 127\.0\.0\.1$/);
    assert.deepEqual(notes.slice(1), [`attempt refused [::1]:${port}`, `attempt connected 127.0.0.1:${port}`, 'connect ']);
    for (const leg of ['client', 'upstream']) assert.ok(first.path[leg].rtt > 0, leg);
    const {story} = JSON.parse((await ask(at, `/api/flows/${ids[1]}/explain`, {headers})).text);
    assert.ok(
      story.some((sentence) => /^Connecting to 127\.0\.0\.1:\d+ over IPv4 took .*; \[::1\]:\d+ was refused after /.test(sentence)),
      story);
    const {timing, row} = first;
    assert.equal(Object.values(timing).filter((part) => part > 0).reduce((sum, part) => sum + part, 0), row.took);
    assert.deepEqual([second.notes, second.row.reused, second.served], [[], true, 1]);
  });

  test('shows what came of a request that does not parse, without its secrets', async (t) => {
    const proxy = await watched(t);
    const at = address(proxy), headers = bearer(proxy);
    const sent = 'GET http://h/a HTTP/1.1\r\nHost: h\r\nCookie: s3cret\r\nX Odd: 1\r\nAuthorization : s3cret\r\n\r\n';
    assert.equal((await exchange(t, proxy.proxy4, sent)).status, 400);
    const row = await eventually('the row', async () => {
      const {rows} = JSON.parse((await ask(at, '/api/flows', {headers})).text);
      return rows[0]?.state === 'done' && rows[0];
    });
    assert.deepEqual([row.method, row.target, row.status, row.unparsed], ['GET', 'http://h/a', 400, true]);
    const {heads} = JSON.parse((await ask(at, `/api/flows/${row.id}`, {headers})).text);
    assert.equal(heads.request_received.unparsed, true);
    const text = 'GET http://h/a HTTP/1.1\r\nHost: h\r\nCookie: ******\r\n********\r\n**********************\r\n\r\n';
    assert.equal(heads.request_received.text, text);
    const {request} = JSON.parse((await ask(at, `/api/flows/${row.id}/explain`, {headers})).text);
    assert.deepEqual(request.lines.map((line) => line.received), text.trim().split('\r\n'));
    assert.equal((await ask(at, `/api/flows/${row.id}/snippet?as=curl`, {headers})).status, 404);
  });

  test('does not open beyond this machine', async (t) => {
    const proxy = startPorthole(t, {ui: '0.0.0.0:0'});
    assert.equal((await proxy.exited).code, 78, proxy.stderr);
    assert.match(proxy.stderr, /ui.*can be reached from other machines/s);
  });

  test('warns of a token that others can read, and does not take it', async (t) => {
    const state = tempDir(t);
    const first = await watched(t, {env: {XDG_STATE_HOME: state}});
    const file = join(state, 'porthole/token');
    const text = readFileSync(file, 'utf8').trim();
    await first.stop();
    chmodSync(file, 0o644);
    const second = await watched(t, {env: {XDG_STATE_HOME: state}});
    await eventually('the warning', () => /token_not_kept/.test(second.stderr));
    assert.equal((await ask(address(second), '/api/flows', {headers: {Authorization: `Bearer ${text}`}})).status, 401);
  });

  test('finds each flow older than 100 ms after kill -9 under load, ten times over', async (t) => {
    const state = tempDir(t);
    const site = await recorder(t);
    const agent = new http.Agent({keepAlive: true, maxSockets: 8});
    let n = 0, begun = 0;
    const ended = [];  // [number, when]
    for (let round = 0; round < 10; ++round) {
      const proxy = await watched(t, {env: {XDG_STATE_HOME: state}, accessLog: null});
      const [host, port] = proxy.proxy4.split(':');
      let over = false;
      const one = () => new Promise((done) => {
        const mine = (n += 1);
        http
          .get(
            {host, port, agent, path: site.url(`/k${mine}`)},
            (answer) => {
              answer.on('error', done).on('close', done).resume().on('end', () => ended.push([mine, Date.now()]));
            })
          .on('error', done);
      });
      const load = Array.from({length: 8}, async () => {
        while (!over) await one();
      });
      await new Promise((wake) => {
        setTimeout(wake, 300);
      });
      proxy.signal('SIGKILL');
      const killed = Date.now();
      over = true;
      await proxy.exited;
      proxy.stopped = true;
      await Promise.all(load);
      const old = ended.slice(begun).filter(([, when]) => when < killed - 100);
      begun = ended.length;
      assert.ok(old.length > 20, `${old.length} requests`);
      const folder = join(state, 'porthole/flows');
      const list = await command(kBinary, ['flows', 'list', '--json', '--limit', '1000000', '--folder', folder]);
      const paths = new Set(list.stdout.trim().split('\n').map((line) => JSON.parse(line).path));
      for (const [number] of old) assert.ok(paths.has(`/k${number}`), `round ${round}: /k${number} of ${old.length}`);
    }
    t.diagnostic(`${ended.length} requests`);
  });
});
