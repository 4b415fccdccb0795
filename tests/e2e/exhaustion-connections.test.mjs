// More connections than there are descriptors, limits of connections, and who is served meanwhile. Judged are memory, CPU time,
// a well-behaved client in a process of its own, and that everything returns by itself.

import assert from 'node:assert/strict';
import net from 'node:net';
import {describe, test} from 'node:test';

import {bystander} from './lib/bystander.mjs';
import {rawOrigin, recorder, site} from './lib/origin.mjs';
import {eventually, porthole, program} from './lib/porthole.mjs';
import {connect, exchange, get, hostPort, tunnel} from './lib/raw.mjs';
import {baseline, cpuSeconds, cpuShare, crowd, kMiB, limited, metrics, sleep} from './lib/strain.mjs';

// Few descriptors: how many clients that makes is for the program to say.
const small = (t, {config, ...options} = {}) => porthole(t, {
  workers: 1,
  accessLog: null,
  launcher: limited('-n 1000'),
  config: {...config, upstream: {idle_timeout: '500ms', ...config?.upstream}},
  ...options,
});

describe('1,000 descriptors', () => {
  test('3,000 silent connections keep nobody out, cost no CPU and leave nothing', async (t) => {
    const proxy = await small(t);
    const before = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const flood = await crowd(t, proxy.proxy4, 3_000);
    assert.ok(await cpuShare(proxy, 1_500) < 0.3);
    const now = await metrics(t, proxy);
    assert.ok(now.porthole_connections <= now.porthole_connections_max, `${now.porthole_connections} connections`);
    assert.ok(now.porthole_connections_cleared_total > 0);
    assert.ok(now.process_open_fds < 1_000);
    const seen = await other.end();
    assert.ok(before.grown() < 24, `RSS grew by ${before.grown()} MiB`);
    flood.leave();
    await before.back();
    t.diagnostic(`bystander ${seen.requests} requests, worst ${seen.worst} ms; ${now.porthole_connections_cleared_total} cleared`);
  });

  test('2,000 heads that never end are cleared likewise (bad input 45)', async (t) => {
    const proxy = await small(t);
    const before = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const flood = await crowd(t, proxy.proxy4, 2_000, 'GET http://127.0.0.1:1/ HTTP/1.1\r\nX: y');
    const drip = setInterval(() => flood.sockets.forEach((socket) => socket.writable && socket.write('y')), 500);
    await sleep(2_000);
    clearInterval(drip);
    await other.end();
    flood.reset();
    await before.back();
  });

  test(
    'every client that gets in reaches its server; the others wait without a spin, and are served when there is room',
    async (t) => {
      const proxy = await small(t);
      const before = await baseline(t, proxy);
      const waiting = [];
      const origin = await site(t, (_, answer) => waiting.push(answer));
      const most = (await metrics(t, proxy)).porthole_connections_max;
      assert.ok(most > 300 && most < 500, `${most} connections of 1,000 descriptors`);
      const flood = await crowd(t, proxy.proxy4, most + 200, get(origin.url()));
      await eventually('all that got in reach the server', () => waiting.length === most);
      const share = await cpuShare(proxy, 1_500);
      assert.ok(share < 0.05, `${share} of a core while nothing moves`);
      assert.equal(waiting.length, most);
      const now = await metrics(t, proxy);
      assert.equal(now.porthole_connections, most);
      assert.ok(now.porthole_accept_pauses_total <= 3, `${now.porthole_accept_pauses_total} pauses`);
      assert.equal(now.porthole_connections_cleared_total, 0, 'a request under way is not cut');
      for (const answer of waiting.splice(0)) answer.end('done');
      flood.sockets.slice(0, 200).forEach((socket) => socket.destroy());
      await eventually('those that waited', () => waiting.length === 200);
      for (const answer of waiting.splice(0)) answer.end('done');
      flood.leave();
      await before.back();
    });

  test('splicing takes no descriptor that a client needs: as many downloads as clients, whole', async (t) => {
    const proxy = await small(t, {launcher: limited('-n 300')});
    const before = await baseline(t, proxy);
    const most = (await metrics(t, proxy)).porthole_connections_max;
    const body = Buffer.alloc(2 * kMiB, 'x');
    const origin = await site(t, (_, answer) => answer.end(body));
    const flood = await crowd(t, proxy.proxy4, most, get(origin.url()));
    const heads = 1_024 * most;
    await eventually('all of it', () => flood.received() >= most * body.length, 30_000);
    assert.ok(flood.received() < most * body.length + heads);
    assert.ok((await metrics(t, proxy)).porthole_splices_total > 0);
    flood.leave();
    await before.back();
  });

  test('kept connections to servers make room for new ones', async (t) => {
    const proxy = await small(t, {launcher: limited('-n 300'), config: {upstream: {idle_max: 100_000, idle_timeout: '1m'}}});
    const before = await baseline(t, proxy);
    const most = (await metrics(t, proxy)).porthole_connections_max;
    // Two crowds to two servers: what the first leaves idle must not keep the second out.
    for (let round = 0; round < 2; ++round) {
      const waiting = [];
      const origin = await site(t, (_, answer) => waiting.push(answer));
      const flood = await crowd(t, proxy.proxy4, most, get(origin.url()));
      await eventually('all reach it', () => waiting.length === most);
      for (const answer of waiting) answer.end('done');
      await eventually('all are answered', () => flood.received() > 50 * most);
      flood.leave();
      await eventually('they left', async () => (await metrics(t, proxy)).porthole_connections === 0);
    }
    assert.ok((await metrics(t, proxy)).porthole_upstream_connections_idle > 0);
    await sleep(10);
    assert.ok(proxy.descriptors() < 300 && before.descriptors < 50);
  });

  test('thousands of connections opened and reset leave nothing', async (t) => {
    const proxy = await small(t);
    const before = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const origin = await recorder(t);
    for (const bytes of
           ['', 'GET http://127', get(origin.url()), `CONNECT ${origin.authority} HTTP/1.1\r\nHost: x\r\n\r\n`, '\x16\x03\x01']) {
      const flood = await crowd(t, proxy.proxy4, 1_000, bytes);
      flood.reset();
    }
    await other.end();
    await before.back();
  });
});

describe('limits.connections', () => {
  test('is the whole process\'s, whatever the number of workers, and tunnels count', async (t) => {
    const proxy = await porthole(t, {workers: 4, accessLog: null, config: {limits: {connections: 40}}});
    const origin = await rawOrigin(t);
    const tunnels = [];
    for (let i = 0; i < 10; ++i) tunnels.push(await tunnel(t, proxy.proxy4, origin.authority));
    const answering = [];
    const slow = await site(t, (_, answer) => answering.push(answer));
    const flood = await crowd(t, proxy.proxy4, 100, get(slow.url()));
    await eventually('30 beside the tunnels', () => answering.length >= 30);
    await sleep(300);
    const now = await metrics(t, proxy);
    // Workers that accept at the same instant may exceed it by one each.
    assert.ok(now.porthole_connections >= 40 && now.porthole_connections <= 43, `${now.porthole_connections}`);
    assert.equal(now.porthole_connections_max, 40);
    tunnels.forEach((wire) => wire.reset());
    await eventually('their places are taken', () => answering.length >= 40);
    flood.leave();
  });

  test('beyond what the descriptors allow is cut to that, and the log says so', async (t) => {
    const proxy = await small(t, {config: {limits: {connections: 50_000}}});
    assert.ok((await metrics(t, proxy)).porthole_connections_max < 500);
    await eventually('the log', () => /warn connections_limited configured=50000 in_force=\d+ descriptors=1000/.test(proxy.stderr));
  });

  test('porthole limits says what becomes of the descriptors', async (t) => {
    const {code, stdout} = await program(t, ['limits']);
    assert.equal(code, 0);
    assert.match(stdout, /^of \d+ descriptors \(ulimit -n\), with \d+ workers$/m);
    assert.match(stdout, /^client connections +\d+ /m);
  });
});

describe('limits.per_client', () => {
  const one = async (t, proxy, origin) => {
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    const answer = await wire.response();
    if (answer.status === 429) wire.end();
    return {wire, answer};
  };

  test('holds for all workers together: the next one is 429 with Retry-After, others are served', async (t) => {
    const proxy = await porthole(t, {workers: 4, config: {limits: {per_client: 8}}});
    const origin = await recorder(t);
    for (let i = 0; i < 8; ++i) assert.equal((await one(t, proxy, origin)).answer.status, 200);
    for (let i = 0; i < 4; ++i) {
      const {answer, wire} = await one(t, proxy, origin);
      assert.equal(answer.status, 429);
      assert.equal(answer.fields.get('retry-after'), '1');
      assert.match(answer.fields.get('proxy-status'), /error=http_request_denied/);
      assert.equal(await wire.closed(), 'end');
    }
    assert.equal((await exchange(t, proxy.proxy6, get(origin.url()))).status, 200);
    assert.equal((await metrics(t, proxy)).porthole_connections_over_client_limit_total, 4);
    await proxy.logged('the refusal', (line) => line.status === 429);
  });

  test('counts a tunnel as long as it lives', async (t) => {
    const proxy = await porthole(t, {workers: 2, accessLog: null, config: {limits: {per_client: 3}}});
    const origin = await recorder(t);
    const tunnels = [];
    for (let i = 0; i < 3; ++i) tunnels.push(await tunnel(t, proxy.proxy4, origin.authority));
    assert.equal((await one(t, proxy, origin)).answer.status, 429);
    const connected = await proxy.connect(t);
    await connected.send(`CONNECT ${origin.authority} HTTP/1.1\r\nHost: ${origin.authority}\r\n\r\n`);
    assert.equal((await connected.response('CONNECT')).status, 429);
    tunnels[0].reset();
    await eventually('a place', async () => (await one(t, proxy, origin)).answer.status === 200);
  });

  test('a flood from one address is told so 64 times at once, then closed; the others are served', async (t) => {
    const proxy = await small(t, {config: {limits: {per_client: 10}}});
    const before = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const {host, port} = hostPort(proxy.proxy4);
    const sockets = [];
    for (let i = 0; i < 1_000; ++i) {
      const socket = net.connect({host, port, localAddress: '127.0.0.77'});
      socket.on('error', () => {});
      sockets.push(socket);
      if (i % 100 === 0) await sleep(5);
    }
    await eventually('the rest is closed', async () => (await metrics(t, proxy)).porthole_connections <= 10 + 64 + 2);
    const now = await metrics(t, proxy);
    assert.equal(now.porthole_connections_over_client_limit_total, 990);
    await other.end();
    sockets.forEach((socket) => socket.destroy());
    await before.back();
  });
});
