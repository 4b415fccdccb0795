// What an operator sees: metrics by the names of the conventions and their counts, health while draining, access log formats.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {before, describe, test} from 'node:test';

import {deadPort, ok, recorder} from './lib/origin.mjs';
import {eventually, porthole} from './lib/porthole.mjs';
import {exchange, get, head, tunnel} from './lib/raw.mjs';
import {gate, suite} from './lib/scope.mjs';

const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared);
});

// {'name{labels}': value} of a text exposition, checked line by line (text format 0.0.4).
function parseMetrics(text) {
  const values = new Map();
  const types = new Map();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      if (comment[1] === 'TYPE') {
        assert.ok(!types.has(comment[2]), `two TYPE lines of ${comment[2]}`);
        types.set(comment[2], comment[3]);
      }
      continue;
    }
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*\})? (\+?Inf|NaN|-?[0-9.e+-]+)$/.exec(line);
    assert.ok(sample, `no metrics line: ${line}`);
    const key = `${sample[1]}${sample[2] ?? ''}`;
    assert.ok(!values.has(key), `twice: ${key}`);
    values.set(key, Number(sample[3]));
  }
  return {
    values,
    types,
    sum: (
      name, ...labels) => [...values]
                            .filter(([key]) => (key === name || key.startsWith(`${name}{`)) && labels.every((l) => key.includes(l)))
                            .reduce((all, [, v]) => all + v, 0)
  };
}
const metrics = async (t) => parseMetrics((await proxy.ask(t, '/metrics')).text);

describe('/metrics', () => {
  test('is text 0.0.4 with HELP and TYPE, prefix and units of the conventions', async (t) => {
    await exchange(t, proxy.proxy4, get((await recorder(t)).url()));
    const answer = await proxy.ask(t, '/metrics');
    assert.equal(answer.status, 200);
    assert.match(answer.fields.get('content-type'), /^text\/plain; version=0\.0\.4/);
    const {types} = parseMetrics(answer.text);
    for (const [name, type] of [
           ['porthole_requests_total', 'counter'], ['porthole_request_duration_seconds', 'histogram'],
           ['porthole_connections', 'gauge'], ['porthole_bytes_total', 'counter'],
           ['porthole_config_last_reload_successful', 'gauge'], ['porthole_build_info', 'gauge']]) {
      assert.equal(types.get(name), type, name);
      assert.ok(answer.text.includes(`# HELP ${name} `), name);
    }
    for (const [name, type] of types) {
      assert.match(name, /^porthole_|^process_/);
      if (type === 'counter') assert.match(name, /_total$/);
    }
  });

  test('requests are counted by method and status class, errors by their token, after the answer', async (t) => {
    const before = await metrics(t);
    const origin = await recorder(t, (_, __, n) => head(n === 2 ? 'HTTP/1.1 404 No' : 'HTTP/1.1 200 OK', 'Content-Length: 0'));
    for (let i = 0; i < 3; ++i) await exchange(t, proxy.proxy4, get(origin.url()));
    await exchange(t, proxy.proxy4, get(`http://127.0.0.1:${await deadPort()}/`));
    await eventually('counts', async () => {
      const now = await metrics(t);
      const rise = (...labels) => now.sum('porthole_requests_total', ...labels) - before.sum('porthole_requests_total', ...labels);
      return rise('method="GET"', 'status_class="2xx"') === 2 && rise('method="GET"', 'status_class="4xx"') === 1 &&
        rise('proxy_error="connection_refused"') === 1;
    });
  });

  test('method names of clients do not become labels without end', async (t) => {
    const origin = await recorder(t);
    for (const method of ['AAA', 'BBB', 'CCC', 'DDD'])
      await exchange(t, proxy.proxy4, head(`${method} ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`));
    assert.ok(!/AAA|BBB|CCC|DDD/.test((await proxy.ask(t, '/metrics')).text));
  });

  test('durations and bytes rise with traffic; histogram buckets are cumulative and end in +Inf', async (t) => {
    const before = await metrics(t);
    const origin = await recorder(t, () => ok('x'.repeat(100_000)));
    await exchange(t, proxy.proxy4, Buffer.concat([
      head(`POST ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`, 'Content-Length: 50000'), Buffer.alloc(50_000)
    ]));
    const now = await eventually('bytes', async () => {
      const m = await metrics(t);
      return m.sum('porthole_bytes_total') - before.sum('porthole_bytes_total') >= 150_000 && m;
    });
    assert.ok(now.sum('porthole_request_duration_seconds_count') > before.sum('porthole_request_duration_seconds_count'));
    const series = new Map();
    for (const [key, value] of now.values) {
      const found = /^porthole_request_duration_seconds_bucket\{(.*)\}$/.exec(key);
      if (!found) continue;
      const le = /le="([^"]+)"/.exec(found[1])[1];
      const rest = found[1].replace(/,?le="[^"]+"/, '');
      series.set(rest, [...series.get(rest) ?? [], [le === '+Inf' ? Infinity : Number(le), value]]);
    }
    assert.ok(series.size > 0);
    for (const buckets of series.values()) {
      assert.equal(buckets.at(-1)[0], Infinity);
      for (let i = 1; i < buckets.length; ++i) assert.ok(buckets[i][0] > buckets[i - 1][0] && buckets[i][1] >= buckets[i - 1][1]);
    }
  });

  test('open connections are a gauge that falls again', async (t) => {
    const origin = await recorder(t);
    const base = (await metrics(t)).sum('porthole_connections');
    const wires = [];
    for (let i = 0; i < 5; ++i) wires.push(await tunnel(t, proxy.proxy4, origin.authority));
    await eventually('five more', async () => (await metrics(t)).sum('porthole_connections') >= base + 5);
    wires.forEach((wire) => wire.reset());  // a FIN alone would leave each tunnel half open
    await eventually('five fewer', async () => (await metrics(t)).sum('porthole_connections') <= base);
  });

  test('no host and no client is a label', async (t) => {
    const origin = await recorder(t);
    await exchange(t, proxy.proxy4, get(origin.url()));
    assert.ok(!(await proxy.ask(t, '/metrics')).text.includes(origin.authority));
  });
});

describe('health', () => {
  test('/livez and /readyz are 200 while serving, other paths 404, other methods 405', async (t) => {
    assert.equal((await proxy.ask(t, '/livez')).status, 200);
    assert.equal((await proxy.ask(t, '/readyz')).status, 200);
    assert.equal((await proxy.ask(t, '/nothing')).status, 404);
    const response = await exchange(t, proxy.observe, head('POST /livez HTTP/1.1', `Host: ${proxy.observe}`, 'Content-Length: 0'));
    assert.equal(response.status, 405);
  });

  test('/readyz is 503 while draining, /livez stays 200', async (t) => {
    const draining = await porthole(t);
    const release = gate();
    const origin = await recorder(t, async () => {
      await release.passed;
      return ok();
    });
    const wire = await draining.connect(t);
    await wire.send(get(origin.url()));
    await origin.came(1);
    draining.signal('SIGTERM');
    await eventually('not ready', async () => (await draining.ask(t, '/readyz')).status === 503);
    assert.equal((await draining.ask(t, '/livez')).status, 200);
    release.open();
    assert.equal((await wire.response()).status, 200);
    assert.equal((await draining.exited).code, 0);
  });

  test('the observe listener is no proxy, and survives nonsense', async (t) => {
    const origin = await recorder(t);
    const response = await exchange(t, proxy.observe, get(origin.url()));
    assert.ok(response.status >= 400);
    assert.equal(origin.wires.length, 0);
    const nonsense = await exchange(t, proxy.observe, Buffer.from('\x00\x01 nonsense\r\n\r\n'), 'GET');
    assert.equal(nonsense.status, 400);
    assert.equal((await proxy.ask(t, '/livez')).status, 200);
  });

  test('observe = off means no listener and no line in ready', async (t) => {
    const dark = await porthole(t, {observe: 'off'});
    assert.ok(!dark.observe);
  });
});

describe('the access log', () => {
  const kKeys = [
    'ts', 'flow', 'client', 'method', 'target', 'host', 'status', 'proxy_error', 'bytes_in', 'bytes_out', 'duration_us', 'upstream',
    'reused', 'protocol', 'outcome'
  ];

  test('json has every key for a served request', async (t) => {
    const origin = await recorder(t, () => ok('x'.repeat(1000)));
    const {wire} = await exchange(t, proxy.proxy4, Buffer.concat([
      head(`POST ${origin.url('/log?a=b')} HTTP/1.1`, `Host: ${origin.authority}`, 'Content-Length: 500'), Buffer.alloc(500)
    ]));
    const line = await proxy.logged('the request', (entry) => entry.target?.includes('/log?a=b'));
    for (const key of kKeys) assert.ok(key in line, key);
    assert.equal(line.method, 'POST');
    assert.equal(line.status, 200);
    assert.equal(line.host, origin.authority);
    assert.equal(line.upstream, origin.authority);
    assert.equal(line.reused, false);
    assert.equal(
      line.client, `127.0.0.1:${wire.socket.localPort}`.replace(line.client.includes(':') ? '' : `:${wire.socket.localPort}`, ''));
    assert.ok(line.bytes_in >= 500 && line.bytes_in < 1000, `bytes_in ${line.bytes_in}`);
    assert.ok(line.bytes_out >= 1000 && line.bytes_out < 1500, `bytes_out ${line.bytes_out}`);
    assert.ok(line.duration_us > 0 && line.duration_us < 10_000_000);
    assert.ok(Math.abs(new Date(typeof line.ts === 'number' ? line.ts * 1000 : line.ts) - Date.now()) < 60_000, String(line.ts));
  });

  test('says when an upstream connection was reused', async (t) => {
    const single = await porthole(t, {workers: 1});
    const origin = await recorder(t);
    await exchange(t, single.proxy4, get(origin.url('/1')));
    await exchange(t, single.proxy4, get(origin.url('/2')));
    assert.equal((await single.logged('/2', (line) => line.target?.endsWith('/2'))).reused, true);
  });

  test('one line per request, also of an aborted one, and never an unescaped byte', async (t) => {
    const own = await porthole(t);
    const origin = await recorder(t, (request) => (request.target.startsWith('/hang') ? undefined : ok()));
    await exchange(t, own.proxy4, get(origin.url('/q?"{x7b}'), 'User-Agent: a"b\\c\x09d'));
    const wire = await own.connect(t);
    await wire.send(get(origin.url('/hang')));
    await origin.came(2);
    wire.reset();
    await own.logged('the aborted one', (line) => line.target?.endsWith('/hang'));
    await exchange(t, own.proxy4, Buffer.from('GET http://x.test/\xe9"\\\x01{} HTTP/1.1\r\nHost: x.test\r\n\r\n', 'latin1'));
    await own.logged('the refused one', (line) => line.status === 400);
    assert.equal(own.log().length, 3);
    assert.match(readFileSync(own.logFile, 'latin1'), /^[\x20-\x7e\n]*$/);
  });

  test('combined is what log tools parse', async (t) => {
    const own = await porthole(t, {accessLog: 'combined'});
    const origin = await recorder(t);
    await exchange(t, own.proxy4, get(origin.url('/c'), 'Referer: http://r.test/', 'User-Agent: agent "quoted"'));
    const line = await eventually('a line', () => own.log()[0]);
    const time = String.raw`\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]`;
    const fields = String.raw`"GET (\S+) HTTP\/1\.1" 200 (\d+) "([^"]*)" "((?:[^"\\]|\\.)*)"`;
    const found = new RegExp(String.raw`^(\S+) - (\S+) ${time} ${fields}$`).exec(line);
    assert.ok(found, line);
    assert.equal(found[1], '127.0.0.1');
    assert.equal(found[4], origin.url('/c'));
    assert.equal(found[6], 'http://r.test/');
    assert.match(found[7], /^agent (\\"|\\x22)quoted(\\"|\\x22)$/);
  });

  test('squid is the native format', async (t) => {
    const own = await porthole(t, {accessLog: 'squid'});
    const origin = await recorder(t);
    await exchange(t, own.proxy4, get(origin.url('/s')));
    const line = await eventually('a line', () => own.log()[0]);
    // %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt
    assert.match(
      line, /^\d{10}\.\d{3} {1,6}\d+ 127\.0\.0\.1 [A-Z_]+\/200 \d+ GET http:\/\/127\.0\.0\.1:\d+\/s - [A-Z_]+\/127\.0\.0\.1 \S+$/);
  });

  test('to stdout comes after the banner, line by line', async (t) => {
    const own = await porthole(t, {accessLog: null, args: ['--access-log', 'json:stdout']});
    const origin = await recorder(t);
    await exchange(t, own.proxy4, get(origin.url('/out')));
    const line =
      await eventually('a line', () => own.stdout.split('\n').find((text) => text.includes('/out') && text.endsWith('}')));
    assert.equal(JSON.parse(line).status, 200);
  });

  test('is off by default', async (t) => {
    const own = await porthole(t, {accessLog: null});
    const origin = await recorder(t);
    await exchange(t, own.proxy4, get(origin.url('/quiet')));
    await own.stop();
    assert.ok(!own.stdout.includes('/quiet') && !own.stderr.includes('/quiet'));
  });
});
