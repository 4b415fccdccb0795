// Answers that Porthole makes itself: status, Proxy-Status token, form by Accept, the flow id that the log has too, no
// credentials; and the pages it serves to visitors.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {before, describe, test} from 'node:test';

import {deadPort, ok, rawOrigin, recorder, scripted} from './lib/origin.mjs';
import {eventually, porthole} from './lib/porthole.mjs';
import {exchange, get, head} from './lib/raw.mjs';
import {gate, suite} from './lib/scope.mjs';

const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(
    shared, {config: {timeouts: {head: '400ms', response_head: '400ms', body: '400ms', connect: '400ms', idle_client: '400ms'}}});
});

const tokenOf = (response) => /^porthole-[0-9a-z]{6}; error=([a-z_]+)/.exec(response.fields.get('proxy-status') ?? '')?.[1];
const closes = (response) => /(^|[ ,])close($|[ ,])/i.test(response.fields.get('connection') ?? '');

// [what, bytes(t) or a promise of them, status, token, must close]
const kAnswers = [
  ['a malformed request line', () => 'GET\r\n\r\n', 400, 'http_request_error', true],
  ['a bad field', () => head('GET http://x.test/ HTTP/1.1', 'Host: x.test', 'Bad Name: 1'), 400, 'http_request_error', true],
  ['no Host', () => head('GET http://x.test/ HTTP/1.1'), 400, 'http_request_error', true],
  ['a prohibited port', () => head('CONNECT 127.0.0.1:25 HTTP/1.1', 'Host: x'), 403, 'http_request_denied', false],
  ['ourselves as target', () => get(`http://${proxy.proxy4}/`), 403, 'destination_ip_prohibited', false],
  ['an unknown expectation', () => get('http://127.0.0.1:1/', 'Expect: miracles'), 417, 'http_request_error', false],
  [
    'an over-long target', () => head(`GET http://127.0.0.1:1/${'x'.repeat(17_000)} HTTP/1.1`, 'Host: x'), 414,
    'http_request_error', true
  ],
  [
    'a head over 64 KiB', () => head('GET http://127.0.0.1:1/ HTTP/1.1', 'Host: x', `X-Long: ${'y'.repeat(66_000)}`), 431,
    'http_request_error', true
  ],
  [
    'more than 200 fields',
    () => head('GET http://127.0.0.1:1/ HTTP/1.1', 'Host: x', ...Array.from({length: 220}, (_, i) => `X-${i}: 1`)), 431,
    'http_request_error', true
  ],
  ['https:// in absolute-form', () => get('https://x.test/'), 501, undefined, false],
  ['a scheme we do not speak', () => head('GET ftp://x.test/ HTTP/1.1', 'Host: x.test'), 501, undefined, false],
  [
    'an unknown transfer coding',
    () => Buffer.concat(
      [head('POST http://127.0.0.1:1/ HTTP/1.1', 'Host: x', 'Transfer-Encoding: gzip, chunked'), Buffer.from('0\r\n\r\n')]),
    501, undefined, true
  ],
  ['HTTP/2.0 in a request line', () => head('GET http://x.test/ HTTP/2.0', 'Host: x.test'), 505, undefined, true],
  ['a name that does not exist', () => get('http://no.such.invalid/'), 502, 'dns_error', false],
  ['a refusing server', async () => get(`http://127.0.0.1:${await deadPort()}/`), 502, 'connection_refused', false],
  [
    'a server that closes without an answer',
    async (t) => get((await rawOrigin(
                        t,
                        async (wire) => {
                          await wire.requestHead();
                          wire.end();
                        }))
                       .url()),
    502, ['http_response_incomplete', 'connection_terminated'], false
  ],
  [
    'a server that resets',
    async (t) => get((await rawOrigin(
                        t,
                        async (wire) => {
                          await wire.requestHead();
                          wire.reset();
                        }))
                       .url()),
    502, ['http_response_incomplete', 'connection_terminated'], false
  ],
  [
    'a server that speaks nonsense', async (t) => get((await scripted(t, 'SSH-2.0-OpenSSH_9.2\r\n\r\n')).url()), 502,
    'http_protocol_error', false
  ],
  [
    'a server cut in its head', async (t) => get((await scripted(t, 'HTTP/1.1 200 OK\r\nContent-Le')).url()), 502,
    ['http_response_incomplete', 'connection_terminated'], false
  ],
  ['a silent server', async (t) => get((await rawOrigin(t)).url()), 504, 'http_response_timeout', false],
];

describe('own answers', () => {
  for (const [what, makeBytes, status, token, mustClose] of kAnswers) {
    test(
      `${what}: ${status}${token ? ` ${[token].flat().join(' or ')}` : ''}, problem+json, logged under the same flow`,
      async (t) => {
        const bytes = await makeBytes(t);
        const response = await exchange(t, proxy.proxy4, bytes);
        assert.equal(response.status, status);
        assert.match(response.fields.get('content-type'), /^application\/problem\+json/);
        const problem = JSON.parse(response.body);
        assert.deepEqual(
          Object.keys(problem).filter((key) => ['type', 'title', 'status', 'detail', 'token', 'flow'].includes(key)).sort(),
          ['detail', 'flow', 'status', 'title', 'token', 'type']);
        assert.equal(problem.status, status);
        assert.ok(problem.detail.length > 10, 'says nothing');
        assert.equal(tokenOf(response), problem.token);
        if (token) assert.ok([token].flat().includes(problem.token), problem.token);
        assert.match(response.fields.get('date') ?? '', /GMT$/);
        if (mustClose) {
          assert.ok(closes(response), 'no Connection: close');
          assert.equal(await response.wire.closed(), 'end');
        }
        const line = await proxy.logged(what, (entry) => entry.flow === problem.flow);
        assert.equal(line.status, status);
        assert.equal(line.proxy_error, problem.token);
      });

    test(`${what}: HTML for a browser, without scripts`, async (t) => {
      const original = Buffer.from(await makeBytes(t)).toString('latin1');
      if (!/\r\nHost:/.test(original)) return;  // what has no complete head has no Accept either
      const bytes = original.replace(/\r\nHost:/, '\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\nHost:');
      const response = await exchange(t, proxy.proxy4, Buffer.from(bytes, 'latin1'));
      assert.equal(response.status, status);
      assert.ok(tokenOf(response));
      // A head that could not be read may be answered without regard to its Accept.
      if ([400, 414, 431, 505].includes(status) && /json/.test(response.fields.get('content-type'))) return;
      assert.match(response.fields.get('content-type'), /^text\/html/);
      assert.match(response.body.toString(), /<html/i);
      assert.ok(!/<script/i.test(response.body.toString()));
    });
  }

  test('a head that never ends is 408 and closed (RFC 9110 §15.5.9, bad input 45)', async (t) => {
    const wire = await proxy.connect(t);
    await wire.send('GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const response = await wire.response();
    assert.equal(response.status, 408);
    assert.ok(closes(response));
    assert.equal(await wire.closed(), 'end');
  });

  test('a body that never ends is 408 and closed, and the origin is let go (bad input 45)', async (t) => {
    const origin = await rawOrigin(t);
    const wire = await proxy.connect(t);
    await wire.send(head(`POST ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`, 'Content-Length: 999000000000'));
    const response = await wire.response('POST');
    assert.ok([408, 504].includes(response.status), String(response.status));
    await wire.closed();
    await (await origin.wire(0)).closed();
  });

  test('an idle connection is closed without an answer after timeouts.idle_client', async (t) => {
    const wire = await proxy.connect(t);
    assert.equal((await wire.rest()).length, 0);
    const second = await exchange(t, proxy.proxy4, get((await recorder(t)).url()));
    assert.equal(second.status, 200);
    assert.equal(await second.wire.eof(), 'end');
  });

  test('an error keeps the connection when framing is not in doubt', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(get('http://no.such.invalid/'));
    assert.equal((await wire.response()).status, 502);
    await wire.send(get(origin.url()));
    assert.equal((await wire.response()).status, 200);
  });

  test('an error with an unread body reads it or closes, never takes it for a request (bad input 42)', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    const inner = get(origin.url('/smuggled'));
    await wire.send(Buffer.concat(
      [head('POST http://no.such.invalid/ HTTP/1.1', 'Host: no.such.invalid', `Content-Length: ${inner.length}`), inner]));
    assert.equal((await wire.response('POST')).status, 502);
    wire.end();
    await wire.rest();
    assert.equal(origin.requests.length, 0);
  });

  for (const [what, start, status] of [
         ['400', 'POST http://127.0.0.1:1/ HTTP/1.1', 400], ['405', 'POST / HTTP/1.1', 405],
         ['502', 'POST http://no.such.invalid/ HTTP/1.1', 502]]) {
    test(`a client that ends (FIN) in a body which our ${what} left unread does no harm`, async (t) => {
      const own = await porthole(t);
      const wire = await own.connect(t);
      await wire.send(Buffer.concat(
        [head(start, 'Host: x', 'Content-Length: 5', ...(status === 400 ? ['Connection: host'] : [])), Buffer.from('he')]));
      assert.equal((await wire.response('POST')).status, status);
      wire.end();
      await wire.rest();
      assert.equal((await exchange(t, own.proxy4, get((await recorder(t)).url()))).status, 200);
    });
  }

  test('HEAD gets the head of an error and no body (RFC 9110 §9.3.2)', async (t) => {
    const wire = await proxy.connect(t);
    await wire.send(head('HEAD http://no.such.invalid/ HTTP/1.1', 'Host: no.such.invalid'));
    const response = await wire.response('HEAD');
    assert.equal(response.status, 502);
    await wire.send(head('HEAD http://no.such.invalid/ HTTP/1.1', 'Host: no.such.invalid'));
    assert.equal((await wire.response('HEAD')).status, 502);
  });

  test('credentials and cookies are in no error page, no header of it and no log line (CVE-2025-62168)', async (t) => {
    const secrets = [
      'Proxy-Authorization: Basic c3VwZXJzZWNyZXQ=', 'Authorization: Bearer supersecret', 'Cookie: sid=supersecret',
      'Referer: http://user:supersecret@from.invalid/'
    ];
    const isTold = (text) => /supersecret|c3VwZXJzZWNyZXQ/.test(text);
    for (const format of ['json', 'combined', 'squid']) {
      const own = await porthole(t, {accessLog: format});
      let asked = 0;
      for (const accept of ['text/html', '*/*']) {
        for (const [start, status] of [
               ['GET http://no.such.invalid/', 502], ['GET http://user:supersecret@no.such.invalid/', 400],
               ['GET ftp://user:supersecret@no.such.invalid/', 501], ['GET user:supersecret@no.such.invalid', 501],
               ['CONNECT user:supersecret@no.such.invalid:443', 400], ['GET http:/user:supersecret@no.such.invalid/', 400],
               ['GET http://user:super secret@no.such.invalid/', 400]]) {
          const bytes = head(`${start} HTTP/1.1`, 'Host: no.such.invalid', ...secrets, `Accept: ${accept}`);
          const response = await exchange(t, own.proxy4, bytes);
          assert.equal(response.status, status, start);
          assert.ok(!isTold(response.raw + response.body), `${start} ${accept}`);
          asked += 1;
        }
      }
      const lines = await eventually('a line for each', () => own.log().length >= asked && own.log());
      assert.ok(!isTold(JSON.stringify(lines)), `${format}\n${lines.map((line) => JSON.stringify(line)).join('\n')}`);
    }
  });

  test('an RFC is cited with its sign', async (t) => {
    for (const accept of ['text/html', '*/*']) {
      const two = head('GET http://x.test/ HTTP/1.1', 'Host: a', 'Host: b', `Accept: ${accept}`);
      const response = await exchange(t, proxy.proxy4, two);
      assert.match(response.body.toString('utf8'), /\(RFC 9112 §3\.2\)/);
    }
  });

  test('what the client sent is escaped in HTML', async (t) => {
    const response = await exchange(
      t, proxy.proxy4,
      head('GET http://no.such.invalid/<script>alert(1)</script>"\'& HTTP/1.1', 'Host: no.such.invalid', 'Accept: text/html'));
    assert.ok(!response.body.toString().includes('<script>'));
  });

  test('a success carries no Proxy-Status error', async (t) => {
    const response = await exchange(t, proxy.proxy4, get((await recorder(t)).url()));
    assert.equal(tokenOf(response), undefined);
  });

  test('the origin\'s own 502 and its Proxy-Status pass as they are', async (t) => {
    const origin = await recorder(t, () => Buffer.concat([
      head('HTTP/1.1 502 Theirs', 'Proxy-Status: other; error=dns_error', 'Content-Length: 5'), Buffer.from('their')
    ]));
    const response = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(response.body.toString(), 'their');
    assert.match(response.fields.get('proxy-status'), /other; error=dns_error/);
  });

  test('407 of an origin is not ours to answer: it passes', async (t) => {
    const origin = await recorder(t, () => head('HTTP/1.1 407 Theirs', 'Proxy-Authenticate: Basic realm="x"', 'Content-Length: 0'));
    assert.equal((await exchange(t, proxy.proxy4, get(origin.url()))).status, 407);
  });

  test('a connection that cannot be made in time is 504 connection_timeout', async (t) => {
    // A listening socket whose queue is full takes no more connections: the kernel drops the SYN.
    const full = gate();
    const child = spawn('python3', [
      '-c',
      'import socket,sys\ns=socket.socket();s.bind(("127.0.0.1",0));s.listen(0)\nk=[]\n' +
        'for _ in range(8):\n  c=socket.socket();c.setblocking(False)\n' +
        '  try: c.connect(s.getsockname())\n  except BlockingIOError: pass\n  k.append(c)\n' +
        'print(s.getsockname()[1],flush=True);sys.stdin.read()'
    ]);
    t.after(() => child.kill('SIGKILL'));
    child.stdout.once('data', (text) => full.open(Number(text)));
    const response = await exchange(t, proxy.proxy4, get(`http://127.0.0.1:${await full.passed}/`));
    assert.equal(response.status, 504);
    assert.equal(tokenOf(response), 'connection_timeout');
  });
});

describe('pages for visitors', () => {
  test('/ says what this is and how to use it', async (t) => {
    const response = await exchange(t, proxy.proxy4, head('GET / HTTP/1.1', `Host: ${proxy.proxy4}`));
    assert.equal(response.status, 200);
    assert.match(response.fields.get('content-type'), /^text\/html/);
    assert.match(response.body.toString(), /Porthole/);
    assert.match(response.body.toString(), /proxy\.pac/);
  });

  test('http://porthole.internal/ through the proxy is the same page, in any case', async (t) => {
    const direct = await exchange(t, proxy.proxy4, head('GET / HTTP/1.1', `Host: ${proxy.proxy4}`));
    for (const url of
           ['http://porthole.internal/', 'http://PORTHOLE.internal/', 'http://porthole.internal:80/', 'http://porthole.internal']) {
      const through = await exchange(t, proxy.proxy4, head(`GET ${url} HTTP/1.1`, 'Host: porthole.internal'));
      assert.equal(through.status, 200, url);
      assert.match(through.body.toString(), /Porthole/);
    }
    assert.ok(direct.body.length > 100);
  });

  test('/proxy.pac is a PAC file with type, ETag and max-age', async (t) => {
    const response = await exchange(t, proxy.proxy4, head('GET /proxy.pac HTTP/1.1', `Host: ${proxy.proxy4}`));
    assert.equal(response.status, 200);
    assert.equal(response.fields.get('content-type'), 'application/x-ns-proxy-autoconfig');
    assert.match(response.fields.get('cache-control'), /max-age=300/);
    const pac = response.body.toString();
    assert.match(pac, /function FindProxyForURL\s*\(\s*url\s*,\s*host\s*\)/);
    const answer = new Function(`${pac}; return FindProxyForURL('http://example.test/', 'example.test');`)();
    assert.match(answer, new RegExp(`PROXY ${proxy.proxy4.replaceAll('.', '\\.')}`));
    const etag = response.fields.get('etag');
    assert.match(etag, /^"/);
    const again =
      await exchange(t, proxy.proxy4, head('GET /proxy.pac HTTP/1.1', `Host: ${proxy.proxy4}`, `If-None-Match: ${etag}`));
    assert.equal(again.status, 304);
    const through = await exchange(t, proxy.proxy4, get('http://porthole.internal/proxy.pac'));
    assert.equal(through.status, 200);
  });

  test('anything else is 404, other methods 405 with Allow', async (t) => {
    assert.equal((await exchange(t, proxy.proxy4, head('GET /metrics HTTP/1.1', `Host: ${proxy.proxy4}`))).status, 404);
    assert.equal((await exchange(t, proxy.proxy4, head('GET /../etc/passwd HTTP/1.1', `Host: ${proxy.proxy4}`))).status, 404);
    assert.equal((await exchange(t, proxy.proxy4, get('http://porthole.internal/nothing'))).status, 404);
    const response = await exchange(t, proxy.proxy4, head('POST / HTTP/1.1', `Host: ${proxy.proxy4}`, 'Content-Length: 0'));
    assert.equal(response.status, 405);
    assert.match(response.fields.get('allow'), /GET/);
  });

  test('HEAD of a page has its length and no body', async (t) => {
    const response = await exchange(t, proxy.proxy4, head('HEAD / HTTP/1.1', `Host: ${proxy.proxy4}`));
    assert.equal(response.status, 200);
    assert.ok(Number(response.fields.get('content-length')) > 100);
  });

  test('an origin-form request with a foreign Host is not forwarded', async (t) => {
    const origin = await recorder(t, () => ok());
    const response = await exchange(t, proxy.proxy4, head('GET /page HTTP/1.1', `Host: ${origin.authority}`));
    assert.ok([400, 404].includes(response.status), String(response.status));
    assert.equal(origin.wires.length, 0);
  });
});
