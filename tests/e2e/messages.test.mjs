// How messages are framed and connections live: bodies both ways, 1xx, Expect, early answers, keep-alive, pipelining, the
// pool and its one retry, Upgrade. One worker, so that "the next request" meets the same pool.

import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {before, describe, test} from 'node:test';

import {ok, rawOrigin, recorder, scripted} from './lib/origin.mjs';
import {porthole} from './lib/porthole.mjs';
import {Closed, exchange, get, head} from './lib/raw.mjs';
import {gate, suite} from './lib/scope.mjs';

const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared, {workers: 1});
});

const post = (origin, ...fields) => head(`POST ${origin.url('/p')} HTTP/1.1`, `Host: ${origin.authority}`, ...fields);
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('request bodies', () => {
  for (const size of [0, 1, 65_535, 3_000_000]) {
    test(`of ${size} bytes with Content-Length arrive whole (RFC 9112 §6.2)`, async (t) => {
      const origin = await recorder(t);
      const body = randomBytes(size);
      const response = await exchange(t, proxy.proxy4, Buffer.concat([post(origin, `Content-Length: ${size}`), body]));
      assert.equal(response.status, 200);
      assert.equal(origin.requests[0].fields.get('content-length'), String(size));
      assert.equal(hash(origin.requests[0].body), hash(body));
    });
  }

  test('chunked arrive chunked once, with the same content (RFC 9112 §6.1, §7.1)', async (t) => {
    const origin = await recorder(t);
    const response = await exchange(t, proxy.proxy4, Buffer.concat([
      post(origin, 'Transfer-Encoding: chunked'), Buffer.from('5\r\nhello\r\n00000A;name=value;q="a;b"\r\n, chunked!\r\n0\r\n\r\n')
    ]));
    assert.equal(response.status, 200);
    assert.equal(origin.requests[0].body.toString(), 'hello, chunked!');
    assert.equal(origin.requests[0].fields.get('transfer-encoding'), 'chunked');
    assert.ok(!origin.requests[0].fields.has('content-length'));
  });

  for (const coding of ['Chunked', 'CHUNKED', 'cHuNkEd']) {
    test(`Transfer-Encoding: ${coding} is chunked, written anew in lower case (bad input 8)`, async (t) => {
      const origin = await recorder(t);
      await exchange(
        t, proxy.proxy4, Buffer.concat([post(origin, `Transfer-Encoding: ${coding}`), Buffer.from('2\r\nhi\r\n0\r\n\r\n')]));
      assert.equal(origin.requests[0].body.toString(), 'hi');
      assert.deepEqual(origin.requests[0].fields.all('transfer-encoding'), ['chunked']);
    });
  }

  test('trailers are carried to the origin (RFC 9110 §6.5)', async (t) => {
    const origin = await recorder(t);
    await exchange(t, proxy.proxy4, Buffer.concat([
      post(origin, 'Transfer-Encoding: chunked', 'Trailer: X-Sum'), Buffer.from('2\r\nhi\r\n0\r\nX-Sum: 42\r\n\r\n')
    ]));
    assert.equal(origin.requests[0].trailers.get('x-sum'), '42');
    assert.equal(origin.requests[0].fields.get('trailer'), 'X-Sum');
    assert.ok(!origin.requests[0].fields.has('x-sum'), 'a trailer was merged into the head (RFC 9110 §6.5.1)');
  });

  test(
    'POST with neither Content-Length nor Transfer-Encoding is empty; what follows is the next request (bad input 12)',
    async (t) => {
      const origin = await recorder(t, (request) => ok(request.method));
      const wire = await proxy.connect(t);
      await wire.send(Buffer.concat([post(origin), get(origin.url('/next'))]));
      assert.equal((await wire.response('POST')).body.toString(), 'POST');
      assert.equal((await wire.response('GET')).body.toString(), 'GET');
      assert.equal(origin.requests[0].body.length, 0);
    });

  test('cut by the client are not completed towards the origin (RFC 9112 §6.3)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
    });
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([post(origin, 'Transfer-Encoding: chunked'), Buffer.from('5\r\nhello\r\n')]));
    const upstream = await origin.wire(0);
    await upstream.until('hello');
    wire.reset();
    await upstream.closed();
    assert.ok(!upstream.received.includes('\r\n0\r\n\r\n'), 'a cut body was ended as if it were whole');
  });

  test('flow as they come, not when they are whole', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      const request = await wire.requestHead();
      const first = await wire.read(5);
      await wire.send(head('HTTP/1.1 103 Early Hints', `X-Got: ${first}`));
      await wire.read(request.framing.length - 5);
      await wire.send(ok());
    });
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([post(origin, 'Content-Length: 10'), Buffer.from('first')]));
    assert.equal((await wire.responseHead()).fields.get('x-got'), 'first');
    await wire.send('-last');
    assert.equal((await wire.response('POST')).status, 200);
  });
});

describe('response bodies', () => {
  test('chunked arrive with the same content and their trailers (RFC 9112 §7.1.2)', async (t) => {
    const origin = await recorder(
      t,
      () =>
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 7\r\n\r\n');
    const response = await exchange(t, proxy.proxy4, get(origin.url(), 'TE: trailers', 'Connection: TE'));
    assert.equal(response.body.toString(), 'hello!');
    assert.equal(response.trailers.get('x-sum'), '7');
    assert.ok(!response.fields.has('x-sum'));
  });

  test('delimited by close arrive whole, and the client can tell that they are (RFC 9112 §6.3 rule 8)', async (t) => {
    const body = randomBytes(100_000);
    const origin = await scripted(t, Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body]));
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(hash(response.body), hash(body));
  });

  test('delimited by close and cut by a reset are cut for the client too (RFC 9112 §8)', async (t) => {
    const passed = gate();
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send('HTTP/1.1 200 OK\r\n\r\npartial');
      await passed.passed;
      wire.reset();
    });
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    await wire.until('partial');
    passed.open();
    const left = (await wire.rest()).toString('latin1');
    assert.ok(!left.includes('\r\n0\r\n\r\n'), 'a cut body was ended as if it were whole');
    const chunkedAnswer = /transfer-encoding: chunked/i.test(wire.received.toString('latin1'));
    assert.ok(chunkedAnswer || wire.fate === 'ECONNRESET', 'the client cannot tell that the body was cut');
  });

  for (const [what, bytes] of [
         ['with Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'],
         ['chunked, in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this'],
         ['chunked, before the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n'],
         ['chunked, before the last empty line', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n0\r\n'],
  ]) {
    test(`cut short ${what} are cut for the client, and logged as incomplete (RFC 9112 §8)`, async (t) => {
      const origin = await scripted(t, bytes);
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url(`/cut/${encodeURIComponent(what)}`)));
      await assert.rejects(wire.response(), Closed);
      const line = await proxy.logged(
        'the cut answer', (entry) => entry.target?.includes(`/cut/${encodeURIComponent(what)}`) && entry.host === origin.authority);
      assert.equal(line.proxy_error, 'http_response_incomplete');
    });
  }

  for (const [method, status, ...fields] of [
         ['HEAD', '200 OK', 'Content-Length: 1000'],
         ['HEAD', '200 OK', 'Transfer-Encoding: chunked'],
         ['HEAD', '404 No'],
         ['GET', '204 No Content'],
         ['GET', '304 Not Modified', 'Content-Length: 500', 'ETag: "x"'],
         ['GET', '304 Not Modified'],
         ['DELETE', '204 No Content'],
  ]) {
    test(`${method} ${status} ${fields.join(' ')} has no body, and the connections live on (RFC 9112 §6.3 rule 1)`, async (t) => {
      const origin = await recorder(t, (request) => (request.target === '/p' ? head(`HTTP/1.1 ${status}`, ...fields) : ok('next')));
      const wire = await proxy.connect(t);
      await wire.send(head(`${method} ${origin.url('/p')} HTTP/1.1`, `Host: ${origin.authority}`));
      const response = await wire.response(method);
      assert.equal(response.status, Number(status.slice(0, 3)));
      const length = fields.find((field) => field.startsWith('Content-Length'));
      if (length) assert.equal(response.fields.get('content-length'), length.split(' ')[1]);
      await wire.send(get(origin.url('/q')));
      assert.equal((await wire.response()).body.toString(), 'next');
      assert.equal(origin.wires.length, 1, 'the upstream connection was not reused');
    });
  }

  test('a 205 and a 200 with Content-Length: 0 are empty and keep the connection', async (t) => {
    const origin = await recorder(t, (_, __, n) => head(n === 0 ? 'HTTP/1.1 205 Reset' : 'HTTP/1.1 200 OK', 'Content-Length: 0'));
    const wire = await proxy.connect(t);
    for (const status of [205, 200, 200]) {
      await wire.send(get(origin.url()));
      assert.equal((await wire.response()).status, status);
    }
  });

  test('of an HTTP/1.0 origin are forwarded as HTTP/1.1 (RFC 9112 §2.3)', async (t) => {
    const origin = await scripted(t, 'HTTP/1.0 200 OK\r\nServer: old\r\n\r\nbody of 1.0');
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.version, 'HTTP/1.1');
    assert.equal(response.body.toString(), 'body of 1.0');
    assert.match((await origin.wire(0)).received.toString(), /^GET \/ HTTP\/1\.1\r\n/);
  });
});

describe('1xx', () => {
  test('of every kind are passed on in time, fields included (RFC 9110 §15.2)', async (t) => {
    const got = gate();
    const origin = await rawOrigin(t, async (wire) => {
      await wire.request();
      for (const line of ['100 Continue', '102 Processing', '103 Early Hints', '103 Early Hints', '199 Odd']) {
        await wire.send(head(`HTTP/1.1 ${line}`, 'Link: </s.css>; rel=preload', 'Connection: X-Gone', 'X-Gone: 1'));
      }
      await got.passed;
      await wire.send(ok());
    });
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    for (const status of [100, 102, 103, 103, 199]) {
      const interim = await wire.responseHead();
      assert.equal(interim.status, status);
      assert.equal(interim.fields.get('link'), '</s.css>; rel=preload');
      assert.ok(!interim.fields.has('x-gone'));
    }
    got.open();
    assert.equal((await wire.response()).status, 200);
  });
});

describe('Expect: 100-continue', () => {
  test('is forwarded, the origin decides, the body follows its 100 (RFC 9110 §10.1.1, bad input 43)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      const request = await wire.requestHead();
      assert.equal(request.fields.get('expect'), '100-continue');
      await wire.send(head('HTTP/1.1 100 Continue'));
      const {body} = await wire.body(request);
      await wire.send(ok(body));
    });
    const wire = await proxy.connect(t);
    await wire.send(post(origin, 'Expect: 100-continue', 'Content-Length: 5'));
    assert.equal((await wire.responseHead()).status, 100);
    await wire.send('hello');
    const response = await wire.response('POST');
    assert.equal(response.body.toString(), 'hello');
    assert.deepEqual(response.interim, [], 'a second 100 came');
  });

  test('a refusal by the origin reaches the client before any body (RFC 9110 §10.1.1)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(head('HTTP/1.1 413 Too Large', 'Content-Length: 0', 'Connection: close'));
      wire.end();
    });
    const wire = await proxy.connect(t);
    await wire.send(post(origin, 'Expect: 100-Continue', 'Content-Length: 50000000'));
    const response = await wire.response('POST');
    assert.deepEqual(response.interim, []);
    assert.equal(response.status, 413);
  });

  test('a client that does not wait is served, with chunked too (RFC 9110 §10.1.1)', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(
      Buffer.concat([post(origin, 'Expect: 100-continue', 'Transfer-Encoding: chunked'), Buffer.from('2\r\nhi\r\n0\r\n\r\n')]));
    assert.equal((await wire.response('POST')).status, 200);
    assert.equal(origin.requests[0].body.toString(), 'hi');
  });

  test('is ignored in an HTTP/1.0 request (RFC 9110 §10.1.1)', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(
      Buffer.concat([head(`POST ${origin.url()} HTTP/1.0`, 'Expect: 100-continue', 'Content-Length: 2'), Buffer.from('hi')]));
    const response = await wire.response('POST');
    assert.equal(response.status, 200);
    assert.deepEqual(response.interim, []);
  });

  for (const value of ['200-ok', '100-continue, 200-ok', 'magic=1']) {
    test(`Expect: ${value} is 417 (bad input 43)`, async (t) => {
      const origin = await recorder(t);
      const response = await exchange(t, proxy.proxy4, post(origin, `Expect: ${value}`, 'Content-Length: 0'));
      assert.equal(response.status, 417);
      assert.equal(origin.wires.length, 0);
    });
  }
});

describe('an early answer', () => {
  test('reaches the client while it still sends, and the request is not replayed (RFC 9112 §9.5)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(head('HTTP/1.1 401 No', 'Content-Length: 6', 'Connection: close'));
      await wire.send('early!');
      wire.end();
    });
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([post(origin, 'Content-Length: 1000000'), Buffer.alloc(1000)]));
    const response = await wire.response('POST');
    assert.equal(response.status, 401);
    assert.equal(response.body.toString(), 'early!');
    assert.equal(origin.wires.length, 1);
  });

  test('on a living upstream connection does not turn the rest of the body into a request (bad input 42)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      const request = await wire.requestHead();
      await wire.send(ok('early'));
      await wire.body(request);
      for (;;) {
        await wire.request();
        await wire.send(ok('second'));
      }
    });
    const wire = await proxy.connect(t);
    const smuggled = get(origin.url('/smuggled'));
    await wire.send(post(origin, `Content-Length: ${smuggled.length}`));
    assert.equal((await wire.response('POST')).body.toString(), 'early');
    await wire.send(Buffer.concat([smuggled, get(origin.url('/second'))]));
    // Either the connection closes after the early answer, or the body is taken as a body and the next request answered.
    const outcome = await wire.response().catch((error) => error);
    assert.ok(outcome instanceof Closed || outcome.body.toString() === 'second', String(outcome));
    assert.ok(!/^GET .*smuggled/m.test(origin.wires.map((w) => w.received.toString('latin1').split('\r\n\r\n')[0]).join('\n')));
  });
});

describe('a client connection', () => {
  test('is kept for request after request (RFC 9112 §9.3)', async (t) => {
    const origin = await recorder(t, (request) => ok(request.target));
    const wire = await proxy.connect(t);
    for (let i = 0; i < 50; ++i) {
      await wire.send(get(origin.url(`/${i}`)));
      assert.equal((await wire.response()).body.toString(), `/${i}`);
    }
    assert.equal(origin.wires.length, 1);
  });

  test('may carry pipelined requests to several origins; answers come in order (RFC 9112 §9.3.2)', async (t) => {
    const release = gate();
    const slow = await recorder(t, async () => {
      await release.passed;
      return ok('slow');
    });
    const quick = await recorder(t, (request) => ok(request.target));
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([
      get(slow.url()), ...[1, 2, 3].map((n) => get(quick.url(`/${n}`))),
      head(`POST ${quick.url('/4')} HTTP/1.1`, `Host: ${quick.authority}`, 'Content-Length: 3'), Buffer.from('abc'),
      get(quick.url('/5'))
    ]));
    await slow.came(1);
    release.open();
    assert.equal((await wire.response()).body.toString(), 'slow');
    for (const n of [1, 2, 3, 4, 5]) assert.equal((await wire.response()).body.toString(), `/${n}`);
    assert.equal(quick.requests[3].body.toString(), 'abc');
  });

  test('is closed after Connection: close, and what was pipelined behind it is not processed (RFC 9112 §9.6)', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([get(origin.url('/last'), 'Connection: close'), get(origin.url('/never'))]));
    const response = await wire.response();
    assert.equal(response.status, 200);
    assert.match(response.fields.get('connection'), /close/);
    assert.equal(await wire.eof(), 'end');
    assert.deepEqual(origin.requests.map((r) => r.target), ['/last']);
  });

  test('Proxy-Connection: close means the same for old clients', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url(), 'Proxy-Connection: close'));
    assert.equal((await wire.response()).status, 200);
    assert.equal(await wire.eof(), 'end');
  });

  test('survives an origin that closes after each answer (RFC 9112 §9.3)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.request();
      await wire.send(head('HTTP/1.1 200 OK', 'Connection: close', 'Content-Length: 2'));
      await wire.send('ok');
      wire.end();
    });
    const wire = await proxy.connect(t);
    for (let i = 0; i < 3; ++i) {
      await wire.send(get(origin.url()));
      const response = await wire.response();
      assert.equal(response.body.toString(), 'ok');
      assert.ok(!/close/.test(response.fields.get('connection') ?? ''), 'the origin\'s close was forwarded');
    }
    assert.equal(origin.wires.length, 3);
  });

  test('half-closed after its request still gets the answer (RFC 9112 §9.6)', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    wire.end();
    assert.equal((await wire.response()).body.toString(), 'ok');
    assert.equal(await wire.eof(), 'end');
  });

  test('that goes away aborts its request at the origin', async (t) => {
    const origin = await rawOrigin(t);
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    const upstream = await origin.wire(0);
    await upstream.requestHead();
    wire.reset();
    assert.notEqual(await upstream.closed(), 'open');
  });

  test('empty lines before a request are skipped (RFC 9112 §2.2)', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([Buffer.from('\r\n'), get(origin.url('/a')), Buffer.from('\r\n'), get(origin.url('/b'))]));
    assert.equal((await wire.response()).status, 200);
    assert.equal((await wire.response()).status, 200);
    assert.deepEqual(origin.requests.map((r) => r.target), ['/a', '/b']);
  });

  for (const cuts of ['each', [1, 2, 3], [50]]) {
    test(`may send its request in pieces (cut ${cuts})`, async (t) => {
      const origin = await recorder(t);
      const wire = await proxy.connect(t);
      await wire.sendCut(
        Buffer.concat([post(origin, 'Transfer-Encoding: chunked', 'X-A: b'), Buffer.from('3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n')]),
        cuts);
      assert.equal((await wire.response('POST')).status, 200);
      assert.equal(origin.requests[0].body.toString(), 'abc');
    });
  }
});

describe('the pool', () => {
  test('lets one client\'s request use the connection another one\'s left', async (t) => {
    const origin = await recorder(t);
    for (let i = 0; i < 5; ++i) assert.equal((await exchange(t, proxy.proxy4, get(origin.url()))).status, 200);
    assert.equal(origin.wires.length, 1);
  });

  test('never shares a connection between two requests at a time', async (t) => {
    const release = gate();
    const origin = await recorder(t, async () => {
      await release.passed;
      return ok();
    });
    const clients = await Promise.all([1, 2, 3].map(() => proxy.connect(t)));
    for (const wire of clients) await wire.send(get(origin.url()));
    await origin.wire(2);
    release.open();
    for (const wire of clients) assert.equal((await wire.response()).status, 200);
  });

  test('drops a connection that the origin closed while idle, and a POST then uses a new one', async (t) => {
    const origin = await rawOrigin(t, async (wire, index) => {
      await wire.request();
      await wire.send(ok(`connection ${index}`));
      if (index === 0) wire.end();
    });
    assert.equal((await exchange(t, proxy.proxy4, get(origin.url()))).body.toString(), 'connection 0');
    await (await origin.wire(0)).closed();
    const response = await exchange(t, proxy.proxy4, Buffer.concat([post(origin, 'Content-Length: 2'), Buffer.from('hi')]));
    assert.equal(response.body.toString(), 'connection 1');
  });

  // An origin whose first connection serves one request and dies on the second, before any byte of an answer.
  const dying = (t, how, later = () => ok('')) => rawOrigin(t, async (wire, index) => {
    if (index > 0) {
      await wire.request();
      await wire.send(later(index));
      return;
    }
    await wire.request();
    await wire.send(ok('first'));
    await wire.requestHead();
    if (how === 'reset')
      wire.reset();
    else
      wire.end();
  });

  for (const how of ['end', 'reset']) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      test(
        `retries ${method} once on a new connection when a reused one dies (${how}) before its answer (RFC 9112 §9.3.1)`,
        async (t) => {
          const origin = await dying(t, how);
          await exchange(t, proxy.proxy4, get(origin.url()));
          const response = await exchange(t, proxy.proxy4, head(`${method} ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`));
          assert.equal(response.status, 200);
          assert.equal(origin.wires.length, 2);
        });
    }

    test(`does not retry POST when a reused connection dies (${how}): 502 (RFC 9110 §9.2.2)`, async (t) => {
      const origin = await dying(t, how);
      await exchange(t, proxy.proxy4, get(origin.url()));
      const response = await exchange(t, proxy.proxy4, Buffer.concat([post(origin, 'Content-Length: 2'), Buffer.from('hi')]));
      assert.equal(response.status, 502);
      assert.equal(origin.wires.length, 1, 'a POST was sent twice');
    });
  }

  test('does not retry after the first byte of an answer: 502', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.request();
      await wire.send(ok('first'));
      await wire.requestHead();
      await wire.send('HTTP/1.1 2');
      wire.end();
    });
    await exchange(t, proxy.proxy4, get(origin.url()));
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.status, 502);
    assert.equal(origin.wires.length, 1);
  });

  test('does not retry a fresh connection that dies: 502', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      wire.end();
    });
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.status, 502);
    assert.equal(origin.wires.length, 1);
  });

  test('does not keep a connection after Connection: close, nor of an HTTP/1.0 origin (RFC 9112 §9.3)', async (t) => {
    for (const line of
           ['HTTP/1.1 200 OK\r\nConnection: close\r\n', 'HTTP/1.0 200 OK\r\n', 'HTTP/1.1 200 OK\r\nConnection: Foo, CLOSE\r\n']) {
      const origin = await recorder(t, () => `${line}Content-Length: 2\r\n\r\nok`);
      await exchange(t, proxy.proxy4, get(origin.url()));
      await (await origin.wire(0)).closed();
      await exchange(t, proxy.proxy4, get(origin.url()));
      assert.equal(origin.wires.length, 2, line);
    }
  });

  test('closes idle connections after upstream.idle_timeout', async (t) => {
    const brief = await porthole(t, {workers: 1, config: {upstream: {idle_timeout: '200ms'}}});
    const origin = await recorder(t);
    const wire = await brief.connect(t);
    await wire.send(get(origin.url()));
    await wire.response();
    assert.equal(await (await origin.wire(0)).closed(), 'end');
  });

  test('holds at most upstream.per_origin connections, further requests wait their turn', async (t) => {
    const narrow = await porthole(t, {workers: 1, config: {upstream: {per_origin: 2}}});
    let busy = 0;
    let peak = 0;
    const origin = await recorder(t, async () => {
      peak = Math.max(peak, ++busy);
      await new Promise(setImmediate);
      --busy;
      return ok();
    });
    const clients = await Promise.all(Array.from({length: 20}, () => narrow.connect(t)));
    for (const wire of clients) await wire.send(get(origin.url()));
    for (const wire of clients) assert.equal((await wire.response()).status, 200);
    assert.ok(origin.wires.length <= 2, `${origin.wires.length} connections`);
    assert.equal(origin.requests.length, 20);
    assert.ok(peak <= 2);
  });

  test('answers 503 when upstream.queue is full too', async (t) => {
    const narrow = await porthole(t, {workers: 1, config: {upstream: {per_origin: 1, queue: 1}}});
    const release = gate();
    const origin = await recorder(t, async () => {
      await release.passed;
      return ok();
    });
    const clients = [];
    for (let i = 0; i < 3; ++i) {
      clients.push(await narrow.connect(t));
      await clients[i].send(get(origin.url()));
      if (i === 0) await origin.came(1);
    }
    // Two of three hold the connection and the queue's one place; the one that found it full hears so at once.
    const full = await Promise.race(clients.map(async (wire) => {
      await wire.wait('an answer', () => (wire.unread.length ? true : undefined));
      return wire;
    }));
    assert.equal((await full.response()).status, 503);
    release.open();
    for (const wire of clients.filter((w) => w !== full)) assert.equal((await wire.response()).status, 200);
  });
});

describe('Upgrade', () => {
  const upgrade = (origin, ...fields) => head(
    `GET ${origin.url('/ws')} HTTP/1.1`, `Host: ${origin.authority}`, 'Connection: keep-alive, Upgrade', 'Upgrade: echo/1',
    ...fields);
  const switching =
    head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: echo/1', 'Sec-WebSocket-Accept: abc=');

  test('is relayed, and after 101 bytes flow both ways, early ones too (RFC 9110 §7.8)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      const request = await wire.requestHead();
      assert.equal(request.fields.get('upgrade'), 'echo/1');
      assert.match(request.fields.get('connection'), /upgrade/i);
      assert.equal(request.fields.get('sec-websocket-key'), 'k==');
      await wire.send(Buffer.concat([switching, Buffer.from('server first\n')]));
      for (;;) await wire.send(await wire.some());
    });
    const wire = await proxy.connect(t);
    await wire.send(upgrade(origin, 'Sec-WebSocket-Key: k=='));
    const answer = await wire.response();
    assert.equal(answer.status, 101);
    assert.equal(answer.fields.get('upgrade'), 'echo/1');
    assert.match(answer.fields.get('connection'), /upgrade/i);
    assert.equal(answer.fields.get('sec-websocket-accept'), 'abc=');
    assert.equal((await wire.until('\n')).toString(), 'server first\n');
    const bytes = randomBytes(200_000);
    await wire.send(bytes);
    assert.equal(hash(await wire.read(bytes.length)), hash(bytes));
  });

  test('half-closes are carried over after 101', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(switching);
      const all = await wire.rest();
      await wire.send(`${all} and back`);
      wire.end();
    });
    const wire = await proxy.connect(t);
    await wire.send(upgrade(origin));
    await wire.response();
    await wire.send('there');
    wire.end();
    assert.equal((await wire.rest()).toString(), 'there and back');
  });

  test('answered with 200 stays HTTP: bytes behind it are the next request (bad input 37)', async (t) => {
    const origin = await recorder(t, (request) => ok(request.target));
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([upgrade(origin), get(origin.url('/next'))]));
    assert.equal((await wire.response()).body.toString(), '/ws');
    assert.equal((await wire.response()).body.toString(), '/next');
    assert.equal(origin.requests[1].fields.get('host'), origin.authority);
  });

  test('bytes sent before the 101 wait for it and are not sent to the origin before (bad input 37)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      assert.equal(wire.unread.length, 0, 'bytes after an upgrade request were sent before the 101');
      await wire.send(switching);
      await wire.until('early');
      await wire.send('got it');
    });
    const wire = await proxy.connect(t);
    await wire.send(Buffer.concat([upgrade(origin), Buffer.from('early')]));
    assert.equal((await wire.response()).status, 101);
    assert.equal((await wire.read(6)).toString(), 'got it');
  });

  test('101 that nobody asked for is 502 (RFC 9110 §7.8)', async (t) => {
    const origin = await scripted(t, switching, 'keep');
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.status, 502);
  });

  test('101 to a protocol that was not asked for is 502 (RFC 9110 §7.8)', async (t) => {
    const origin = await scripted(t, head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: other'), 'keep');
    const response = await exchange(t, proxy.proxy4, upgrade(origin));
    assert.equal(response.status, 502);
  });

  test('without Connection: upgrade it is not relayed (RFC 9110 §7.8)', async (t) => {
    const origin = await recorder(t);
    await exchange(t, proxy.proxy4, get(origin.url(), 'Upgrade: echo/1'));
    assert.ok(!origin.requests[0].fields.has('upgrade'));
  });

  test('in an HTTP/1.0 request it is not relayed (RFC 9110 §7.8)', async (t) => {
    const origin = await recorder(t);
    await exchange(t, proxy.proxy4, head(`GET ${origin.url()} HTTP/1.0`, 'Connection: upgrade', 'Upgrade: echo/1'));
    assert.ok(!origin.requests[0].fields.has('upgrade'));
  });

  test('426 with its Upgrade field reaches the client (RFC 9110 §15.5.22)', async (t) => {
    const origin =
      await recorder(t, () => head('HTTP/1.1 426 Upgrade Required', 'Upgrade: echo/1', 'Connection: Upgrade', 'Content-Length: 0'));
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.status, 426);
    assert.equal(response.fields.get('upgrade'), 'echo/1');
  });
});
