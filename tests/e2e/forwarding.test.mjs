// What the origin and the client get of a forwarded request and its answer: targets, Host, Via, hop-by-hop fields,
// Max-Forwards, Expect. Message framing and connection life are in messages.test.mjs.

import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';

import {ok, rawOrigin, recorder} from './lib/origin.mjs';
import {porthole} from './lib/porthole.mjs';
import {connect, exchange, get, head} from './lib/raw.mjs';
import {suite} from './lib/scope.mjs';

const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared);
});

const via = /^1\.1 porthole-[0-9a-z]{6}$/;

// Sends `bytes`, gives what a fresh recording origin saw and what the client got.
async function forward(t, makeBytes, {answer, options, address = proxy.proxy4} = {}) {
  const origin = await recorder(t, answer, options);
  const response = await exchange(t, address, makeBytes(origin));
  return {origin, seen: origin.requests[0], response};
}

describe('targets', () => {
  test('absolute-form becomes origin-form with path and query untouched (RFC 9112 §3.2.1, RFC 9110 §7.7)', async (t) => {
    const path = '/a/../b//c;p=1/%7Euser/%zz?q=%20+&&x=[1]|2';
    const {seen, response} = await forward(t, (o) => get(o.url(path)));
    assert.equal(seen.line, `GET ${path} HTTP/1.1`);
    assert.equal(response.status, 200);
    assert.equal(response.body.toString(), 'ok');
  });

  for (const scheme of ['HTTP', 'Http', 'hTTp']) {
    test(`scheme ${scheme}:// is http (bad input 30)`, async (t) => {
      const {seen, response} = await forward(t, (o) => head(`GET ${scheme}://${o.authority}/x HTTP/1.1`, `Host: ${o.authority}`));
      assert.equal(seen.target, '/x');
      assert.equal(response.status, 200);
    });
  }

  test('an empty path becomes "/" (RFC 9112 §3.2.1)', async (t) => {
    const {seen} = await forward(t, (o) => head(`GET http://${o.authority} HTTP/1.1`, `Host: ${o.authority}`));
    assert.equal(seen.target, '/');
  });

  test('an empty path with a query becomes "/?query" (RFC 9112 §3.2.1)', async (t) => {
    const {seen} = await forward(t, (o) => head(`GET http://${o.authority}?a=b HTTP/1.1`, `Host: ${o.authority}`));
    assert.equal(seen.target, '/?a=b');
  });

  test('OPTIONS with an empty path and no query becomes "OPTIONS *" (RFC 9112 §3.2.4)', async (t) => {
    const {seen} = await forward(t, (o) => head(`OPTIONS http://${o.authority} HTTP/1.1`, `Host: ${o.authority}`));
    assert.equal(seen.line, 'OPTIONS * HTTP/1.1');
  });

  test('OPTIONS with "/" or with a query keeps its path (RFC 9112 §3.2.4)', async (t) => {
    const slash = await forward(t, (o) => head(`OPTIONS http://${o.authority}/ HTTP/1.1`, `Host: ${o.authority}`));
    assert.equal(slash.seen.target, '/');
    const query = await forward(t, (o) => head(`OPTIONS http://${o.authority}?x HTTP/1.1`, `Host: ${o.authority}`));
    assert.equal(query.seen.target, '/?x');
  });

  test('an IPv6 literal is dialled and named in brackets (RFC 9110 §4.2)', async (t) => {
    const {seen, response, origin} = await forward(t, (o) => get(o.url('/six')), {options: {host: '::1'}});
    assert.equal(seen.fields.get('host'), `[::1]:${origin.port}`);
    assert.equal(seen.target, '/six');
    assert.equal(response.status, 200);
  });

  test('a client on the IPv6 listener reaches an IPv4 origin, and the other way round', async (t) => {
    const six = await forward(t, (o) => get(o.url()), {address: proxy.proxy6});
    assert.equal(six.response.status, 200);
    const four = await forward(t, (o) => get(o.url()), {options: {host: '::1'}});
    assert.equal(four.response.status, 200);
  });

  test('userinfo in the target is refused and does not reach the origin (RFC 9110 §4.2.4, bad input 29)', async (t) => {
    const origin = await recorder(t);
    const response =
      await exchange(t, proxy.proxy4, head(`GET http://user:secret@${origin.authority}/ HTTP/1.1`, `Host: ${origin.authority}`));
    assert.equal(response.status, 400);
    assert.equal(origin.wires.length, 0);
    assert.ok(!response.body.toString().includes('secret'), 'credentials in the error page');
  });

  test('every method token passes, known or not, in its case (RFC 9110 §9.1)', async (t) => {
    const origin = await recorder(t, (request) => ok(request.method === 'HEAD' ? '' : 'ok'));
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'MKCOL', 'REPORT', 'PURGE', 'get', 'X-Y!#$%&\'*+.^_`|~1'];
    const wire = await proxy.connect(t);
    for (const method of methods) {
      await wire.send(head(`${method} ${origin.url('/m')} HTTP/1.1`, `Host: ${origin.authority}`, 'Content-Length: 0'));
      assert.equal((await wire.response(method)).status, 200, method);
    }
    assert.deepEqual(origin.requests.map((r) => r.method), methods);
  });

  for (const target of ['https://secure.test/', 'HTTPS://secure.test:443/x']) {
    test(`GET ${target} in absolute-form is 501 and says to use CONNECT`, async (t) => {
      const response = await exchange(t, proxy.proxy4, head(`GET ${target} HTTP/1.1`, 'Host: secure.test'));
      assert.equal(response.status, 501);
      assert.match(response.body.toString(), /CONNECT/);
    });
  }

  for (const target of
         ['ftp://127.0.0.1/x', 'gopher://127.0.0.1/', 'urn:isbn:1', 'ws://127.0.0.1/', 'wss://127.0.0.1/', 'file:///etc/passwd',
          'data:,x']) {
    test(`${target} is 501 (bad input 61)`, async (t) => {
      const response = await exchange(t, proxy.proxy4, head(`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1'));
      assert.equal(response.status, 501);
    });
  }

  test('cache_object:// is refused: 501, or 400 as its underscore is in no scheme (RFC 3986 §3.1, bad input 61)', async (t) => {
    const response = await exchange(t, proxy.proxy4, head('GET cache_object://127.0.0.1/menu HTTP/1.1', 'Host: 127.0.0.1'));
    assert.ok([400, 501].includes(response.status), String(response.status));
  });
});

describe('Host', () => {
  test('is written anew from the target, which wins over what the client sent (RFC 9112 §3.2.2, bad input 28)', async (t) => {
    const {seen, origin} = await forward(t, (o) => head(`GET ${o.url()} HTTP/1.1`, 'Host: elsewhere.test'));
    assert.deepEqual(seen.fields.all('host'), [origin.authority]);
    assert.ok(!seen.raw.includes('elsewhere'));
  });

  test('is the first field of the forwarded request (RFC 9110 §7.2)', async (t) => {
    const {seen} = await forward(t, (o) => head(`GET ${o.url()} HTTP/1.1`, 'X-First: 1', `Host: ${o.authority}`));
    assert.equal(seen.fields.names()[0], 'host');
  });

  test('an HTTP/1.0 request without Host gets one (RFC 9112 §3.2)', async (t) => {
    const {seen, origin} = await forward(t, (o) => head(`GET ${o.url()} HTTP/1.0`));
    assert.deepEqual(seen.fields.all('host'), [origin.authority]);
    assert.equal(seen.version, 'HTTP/1.1');
  });
});

describe('Via', () => {
  test('is added to the request and to the answer, under one name (RFC 9110 §7.6.3)', async (t) => {
    const {seen, response} = await forward(t, (o) => get(o.url()));
    assert.match(seen.fields.get('via'), via);
    assert.match(response.fields.get('via'), via);
    assert.equal(seen.fields.get('via'), response.fields.get('via'));
  });

  test('comes after the members that were there, which stay as they are (RFC 9110 §7.6.3)', async (t) => {
    const {seen, response} = await forward(
      t, (o) => get(o.url(), 'Via: 1.0 fred, 1.1 p.example.net (Apache/1.1)'),
      {answer: () => ok('ok', 'Via: 1.1 inner', 'Via: HTTP/2.0 other')});
    assert.match(seen.fields.get('via'), /^1\.0 fred, 1\.1 p\.example\.net \(Apache\/1\.1\), 1\.1 porthole-[0-9a-z]{6}$/);
    assert.match(response.fields.get('via'), /^1\.1 inner, HTTP\/2\.0 other, 1\.1 porthole-[0-9a-z]{6}$/);
  });

  test('names the version that was received (RFC 9110 §7.6.3)', async (t) => {
    const {seen, response} = await forward(t, (o) => head(`GET ${o.url()} HTTP/1.0`), {
      answer: async (_, wire) => {
        await wire.send('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok');
        wire.end();
      }
    });
    assert.match(seen.fields.get('via'), /^1\.0 porthole-/);
    assert.match(response.fields.get('via'), /^1\.0 porthole-/);
  });

  test('our own name in it is a loop: 508, proxy_loop_detected, nothing forwarded (bad input 49)', async (t) => {
    const {seen} = await forward(t, (o) => get(o.url()));
    const ours = seen.fields.get('via').split(' ')[1];
    const origin = await recorder(t);
    for (const value
           of [`1.1 ${ours}`, `1.0 fred, 1.1 ${ours}`, `1.1 a, HTTP/1.1 ${ours} (comment), 1.1 b`, `1.1\t${ours},1.1 x`]) {
      const response = await exchange(t, proxy.proxy4, get(origin.url(), `Via: ${value}`));
      assert.equal(response.status, 508, value);
      assert.match(response.fields.get('proxy-status'), /error=proxy_loop_detected/);
    }
    assert.equal(origin.wires.length, 0);
  });

  test('another porthole in it is no loop', async (t) => {
    const {response} = await forward(t, (o) => get(o.url(), 'Via: 1.1 porthole-000000, 1.1 porthole'));
    assert.equal(response.status, 200);
  });

  test('two proxies that point at each other by name end in 508, not in a storm (RFC 9110 §7.6)', async (t) => {
    // The origin plays a reverse proxy that sends the request back, fields and all.
    const origin = await rawOrigin(t, async (wire) => {
      const request = await wire.request();
      const back = await exchange(
        t, proxy.proxy4, head(`GET ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`, `Via: ${request.fields.get('via')}`));
      await wire.send(ok(`status ${back.status}`));
    });
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.body.toString(), 'status 508');
    assert.equal(origin.wires.length, 1);
  });

  test('via = false leaves it out both ways', async (t) => {
    const quiet = await porthole(t, {config: {proxy: {via: false}}});
    const {seen, response} = await forward(t, (o) => get(o.url()), {address: quiet.proxy4});
    assert.ok(!seen.fields.has('via'));
    assert.ok(!response.fields.has('via'));
  });

  test('proxy.name is its base', async (t) => {
    const named = await porthole(t, {config: {proxy: {name: 'office-1'}}});
    const {seen} = await forward(t, (o) => get(o.url()), {address: named.proxy4});
    assert.match(seen.fields.get('via'), /^1\.1 office-1-[0-9a-z]{6}$/);
  });
});

describe('hop-by-hop fields', () => {
  const hop = [
    'Connection: keep-alive, X-Mine , x-other', 'Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic c2VjcmV0', 'TE: gzip', 'Upgrade: nonsense', 'X-Mine: 1', 'X-OTHER: 2', 'X-Stays: 3'
  ];

  test('and those that Connection names do not reach the origin (RFC 9110 §7.6.1, bad input 36)', async (t) => {
    const {seen} = await forward(t, (o) => get(o.url(), ...hop));
    for (const name of ['keep-alive', 'proxy-connection', 'proxy-authorization', 'upgrade', 'x-mine', 'x-other']) {
      assert.ok(!seen.fields.has(name), `${name} was forwarded`);
    }
    assert.equal(seen.fields.get('x-stays'), '3');
    assert.ok(!/x-mine|x-other|upgrade/i.test(seen.fields.get('connection') ?? ''), 'Connection still names what was removed');
    assert.ok(!/gzip/.test(seen.fields.get('te') ?? ''), 'TE of the client was forwarded');
  });

  test('and those that Connection names do not reach the client (RFC 9110 §7.6.1)', async (t) => {
    const {response} = await forward(t, (o) => get(o.url()), {
      answer: () =>
        ok('ok', 'Connection: X-Mine', 'Keep-Alive: timeout=5', 'Proxy-Connection: keep-alive', 'X-Mine: 1', 'X-Stays: 3')
    });
    for (const name of ['keep-alive', 'proxy-connection', 'x-mine']) assert.ok(!response.fields.has(name), `${name} was forwarded`);
    assert.equal(response.fields.get('x-stays'), '3');
  });

  test('several Connection lines count as one list, in any case (RFC 9110 §5.3)', async (t) => {
    const {seen} = await forward(t, (o) => get(o.url(), 'CONNECTION: , A,', 'connection:b ,, C', 'A: 1', 'b: 2', 'c: 3', 'D: 4'));
    assert.deepEqual(['a', 'b', 'c', 'd'].map((n) => seen.fields.has(n)), [false, false, false, true]);
  });

  test('Connection naming a field that we add removes the client\'s, not ours (bad input 35)', async (t) => {
    const {seen} =
      await forward(t, (o) => get(o.url(), 'Connection: Via, X-Forwarded-For', 'Via: 1.1 fred', 'X-Forwarded-For: 1.2.3.4'));
    assert.match(seen.fields.get('via'), via);
    assert.ok(!seen.fields.has('x-forwarded-for'));
  });

  for (const value of ['host', 'Host, close', 'content-length', 'Transfer-Encoding', 'x, TRANSFER-ENCODING']) {
    test(`Connection: ${value} is refused with 400, not obeyed (bad input 34)`, async (t) => {
      const origin = await recorder(t);
      const response = await exchange(
        t, proxy.proxy4,
        head(`POST ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`, `Connection: ${value}`, 'Content-Length: 0'));
      assert.equal(response.status, 400);
      assert.equal(await response.wire.closed(), 'end');
      assert.equal(origin.wires.length, 0);
    });
  }

  test('TE: trailers is written anew with Connection: TE (RFC 9110 §10.1.4)', async (t) => {
    const {seen} = await forward(t, (o) => get(o.url(), 'TE: trailers, gzip;q=0.5', 'Connection: TE'));
    assert.equal(seen.fields.get('te'), 'trailers');
    assert.match(seen.fields.get('connection'), /(^|[ ,])te($|[ ,])/i);
  });

  test('X-Forwarded-For and Forwarded are not added (privacy), those received stay', async (t) => {
    const plain = await forward(t, (o) => get(o.url()));
    assert.ok(!plain.seen.fields.has('x-forwarded-for') && !plain.seen.fields.has('forwarded'));
    const given = await forward(t, (o) => get(o.url(), 'X-Forwarded-For: 1.2.3.4', 'Forwarded: for=1.2.3.4'));
    assert.equal(given.seen.fields.get('x-forwarded-for'), '1.2.3.4');
  });
});

describe('other fields', () => {
  test('pass unknown, in order, with case, duplicates and exact values, both ways (RFC 9110 §5.1, §5.3)', async (t) => {
    const lines = [
      'X-zEd: 1', 'Cookie: a=1', 'x-empty:', 'X-Bytes: caf\xe9 "q\\"" \xff', 'Cookie: b=2', 'Authorization: Basic eDp5', 'X-zEd: 2',
      'Cache-Control: no-cache', 'If-None-Match: "x"', 'Range: bytes=1-2', 'Referer: http://a.test/'
    ];
    const answerLines = [
      'Set-Cookie: a=1', 'X-b: 1', 'Set-Cookie: b=2', 'x-B: 2', 'WWW-Authenticate: Basic realm="x"', 'Allow: ,GET', 'X-Bytes: \xe9',
      'Server: s'
    ];
    const {seen, response} = await forward(t, (o) => get(o.url(), ...lines), {answer: () => ok('ok', ...answerLines)});
    const clean = (fields, own) =>
      fields.list.filter(([n]) => !own.includes(n.toLowerCase())).map(([n, v]) => `${n}: ${v}`.trimEnd());
    assert.deepEqual(clean(seen.fields, ['host', 'via', 'connection']), lines);
    assert.deepEqual(clean(response.fields, ['via', 'content-length', 'date', 'connection']), answerLines);
  });

  test('an answer without Date gets one, an answer with Date keeps it (RFC 9110 §6.6.1)', async (t) => {
    const without = await forward(t, (o) => get(o.url()));
    assert.match(without.response.fields.get('date'), /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
    const withDate = await forward(t, (o) => get(o.url()), {answer: () => ok('ok', 'Date: Sunday, 06-Nov-94 08:49:37 GMT')});
    assert.equal(withDate.response.fields.get('date'), 'Sunday, 06-Nov-94 08:49:37 GMT');
  });

  test('the reason phrase passes, an empty one keeps its space (RFC 9112 §4)', async (t) => {
    const odd = await forward(t, (o) => get(o.url()), {answer: () => 'HTTP/1.1 299 Quite \xe9 Odd\r\nContent-Length: 0\r\n\r\n'});
    assert.equal(odd.response.line, 'HTTP/1.1 299 Quite \xe9 Odd');
    const empty = await forward(t, (o) => get(o.url()), {answer: () => 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n'});
    assert.equal(empty.response.line, 'HTTP/1.1 200 ');
  });

  test('status codes from 200 to 599 pass, unknown ones too', async (t) => {
    const codes = [200, 201, 202, 203, 206, 226, 300, 301, 307, 308, 400, 401, 403, 404, 407, 418, 421, 451, 500, 503, 511, 599];
    const origin = await recorder(t, (_, __, n) => head(`HTTP/1.1 ${codes[n]} R`, 'Content-Length: 0'));
    const wire = await proxy.connect(t);
    for (const code of codes) {
      await wire.send(get(origin.url()));
      assert.equal((await wire.response()).status, code);
    }
  });
});

describe('Max-Forwards', () => {
  for (const method of ['TRACE', 'OPTIONS']) {
    test(`${method} with 0 is answered by us and not forwarded (RFC 9110 §7.6.2)`, async (t) => {
      const origin = await recorder(t);
      const response = await exchange(
        t, proxy.proxy4,
        head(
          `${method} ${origin.url('/t')} HTTP/1.1`, `Host: ${origin.authority}`, 'Max-Forwards: 0', 'Cookie: secret=1',
          'Authorization: Basic c2VjcmV0', 'Proxy-Authorization: Basic c2VjcmV0', 'X-Probe: yes'));
      assert.equal(response.status, 200);
      assert.equal(origin.wires.length, 0);
      if (method === 'TRACE') {
        assert.equal(response.fields.get('content-type'), 'message/http');
        assert.match(response.body.toString(), /^TRACE .*\/t HTTP\/1\.1\r\n/);
        assert.match(response.body.toString(), /X-Probe: yes/);
        assert.ok(!/secret|c2VjcmV0/.test(response.body.toString()), 'TRACE reflects credentials (RFC 9110 §9.3.8)');
      }
    });

    test(`${method} with 5 arrives with 4 (RFC 9110 §7.6.2)`, async (t) => {
      const {seen} = await forward(t, (o) => head(`${method} ${o.url('/t')} HTTP/1.1`, `Host: ${o.authority}`, 'Max-Forwards: 5'));
      assert.equal(seen.fields.get('max-forwards'), '4');
    });

    test(`${method} without it arrives without it (RFC 9110 §9.3.7)`, async (t) => {
      const {seen} = await forward(t, (o) => head(`${method} ${o.url('/t')} HTTP/1.1`, `Host: ${o.authority}`));
      assert.ok(!seen.fields.has('max-forwards'));
    });
  }

  test('GET with it passes it unchanged (RFC 9110 §7.6.2)', async (t) => {
    const {seen} = await forward(t, (o) => get(o.url(), 'Max-Forwards: 0'));
    assert.equal(seen.fields.get('max-forwards'), '0');
  });
});

describe('a client that speaks HTTP/1.0', () => {
  test('gets no Transfer-Encoding, and the connection closes after a body of unknown length (RFC 9112 §6.1)', async (t) => {
    const origin = await recorder(t, () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    const wire = await connect(t, proxy.proxy4);
    await wire.send(head(`GET ${origin.url()} HTTP/1.0`, 'Connection: keep-alive'));
    const response = await wire.response();
    assert.equal(response.framing.kind, 'close');
    assert.equal(response.body.toString(), 'abcde');
  });

  test('is closed after the answer even when it asked to keep alive (RFC 9112 §9.3)', async (t) => {
    const origin = await recorder(t);
    const wire = await connect(t, proxy.proxy4);
    await wire.send(head(`GET ${origin.url()} HTTP/1.0`, 'Proxy-Connection: keep-alive'));
    assert.equal((await wire.response()).body.toString(), 'ok');
    assert.equal(await wire.eof(), 'end');
  });

  test('gets no 1xx (RFC 9110 §15.2)', async (t) => {
    const origin = await recorder(t, () => Buffer.concat([head('HTTP/1.1 103 Early Hints', 'Link: </a>'), ok()]));
    const wire = await connect(t, proxy.proxy4);
    await wire.send(head(`GET ${origin.url()} HTTP/1.0`));
    const response = await wire.response();
    assert.deepEqual(response.interim, []);
    assert.equal(response.status, 200);
  });

  test('HTTP/1.7 is processed as 1.1 and answered as 1.1 (RFC 9110 §6.2)', async (t) => {
    const {seen, response} = await forward(t, (o) => head(`GET ${o.url()} HTTP/1.7`, `Host: ${o.authority}`));
    assert.equal(seen.version, 'HTTP/1.1');
    assert.equal(response.version, 'HTTP/1.1');
  });
});
