// CONNECT: what the tunnel carries, how it ends, which ports it may reach, what a failed one answers, how it is logged.

import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {before, describe, test} from 'node:test';

import {deadPort, rawOrigin, recorder} from './lib/origin.mjs';
import {porthole} from './lib/porthole.mjs';
import {connect, exchange, head, tunnel} from './lib/raw.mjs';
import {gate, suite} from './lib/scope.mjs';

const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared);
});

const echo = (t, options) => rawOrigin(t, async (wire) => {
  for (;;) await wire.send(await wire.some());
}, options);
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('a tunnel', () => {
  for (const [family, host] of [['IPv4', '127.0.0.1'], ['IPv6', '::1']]) {
    test(`to ${family} carries bytes both ways, from either listener (RFC 9110 §9.3.6)`, async (t) => {
      const origin = await echo(t, {host});
      for (const address of [proxy.proxy4, proxy.proxy6]) {
        const wire = await tunnel(t, address, origin.authority);
        await wire.send('hello');
        assert.equal((await wire.read(5)).toString(), 'hello');
      }
    });
  }

  test('is answered by a 2xx without Content-Length or Transfer-Encoding (RFC 9110 §9.3.6)', async (t) => {
    const origin = await echo(t);
    const {answer} = await tunnel(t, proxy.proxy4, origin.authority);
    assert.ok(!answer.fields.has('content-length') && !answer.fields.has('transfer-encoding'));
    assert.equal(answer.version, 'HTTP/1.1');
  });

  test('passes the very bytes, whatever they are', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.read(12);
      await wire.send('\0\r\n\r\nHTTP/1.1 400\r\n\xff');
      wire.end();
    });
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    await wire.send(Buffer.from('\x16\x03\x01\0GET \r\n\r\n', 'latin1'));
    await wire.send('z');
    assert.equal((await wire.rest()).toString('latin1'), '\0\r\n\r\nHTTP/1.1 400\r\n\xff');
    assert.equal(origin.wires[0].received.toString('latin1'), '\x16\x03\x01\0GET \r\n\r\nz');
  });

  test('keeps bytes sent before its 200, in order (bad input 38)', async (t) => {
    const origin = await echo(t);
    const wire = await connect(t, proxy.proxy4);
    await wire.send(
      Buffer.concat([head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`), Buffer.from('early ')]));
    await wire.send('late');
    assert.equal((await wire.response('CONNECT')).status, 200);
    assert.equal((await wire.read(10)).toString(), 'early late');
  });

  test('lets the server speak first', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.send('SSH-2.0-test\r\n');
    });
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    assert.equal((await wire.until('\r\n')).toString(), 'SSH-2.0-test\r\n');
  });

  test('carries the client\'s half-close to the server, whose bytes still come (RFC 9110 §9.3.6, argued)', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      const all = await wire.rest();
      await wire.send(`${all.length} bytes, then the end`);
      wire.end();
    });
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    await wire.send(Buffer.alloc(1000));
    wire.end();
    assert.equal((await wire.rest()).toString(), '1000 bytes, then the end');
    assert.equal(wire.fate, 'end');
  });

  test('carries the server\'s half-close to the client, whose bytes still arrive', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.send('bye');
      wire.end();
    });
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    assert.equal((await wire.rest()).toString(), 'bye');
    await wire.send('after your end');
    wire.end();
    assert.equal((await (await origin.wire(0)).rest()).toString(), 'after your end');
  });

  test('carries a reset of either side to the other (RFC 9113 §8.5 says why)', async (t) => {
    const origin = await rawOrigin(t, async (wire, index) => {
      if (index === 1) {
        await wire.some();
        wire.reset();
      }
    });
    const first = await tunnel(t, proxy.proxy4, origin.authority);
    await first.send('x');
    await (await origin.wire(0)).read(1);
    first.reset();
    await origin.wires[0].closed();
    const second = await tunnel(t, proxy.proxy4, origin.authority);
    await second.send('x');
    assert.equal(await second.closed(), 'ECONNRESET');
  });

  for (const direction of ['up', 'down', 'both ways']) {
    test(`carries 64 MiB ${direction} unharmed`, async (t) => {
      const size = 64 << 20;
      const block = randomBytes(1 << 20);
      const expected = createHash('sha256');
      for (let i = 0; i < size / block.length; ++i) expected.update(block);
      const wanted = expected.digest('hex');
      const pump = async (socket) => {
        for (let i = 0; i < size / block.length; ++i)
          if (!socket.write(block))
            await new Promise((resolve) => {
              socket.once('drain', resolve);
            });
        socket.end();
      };
      const drain = (socket) => new Promise((resolve, reject) => {
        const sum = createHash('sha256');
        socket.on('data', (chunk) => sum.update(chunk)).on('end', () => resolve(sum.digest('hex'))).on('error', reject);
      });
      const accepted = gate();
      // Plain sockets: a Wire would keep every byte.
      const {createServer, connect: dial} = await import('node:net');
      const server = createServer({allowHalfOpen: true}, accepted.open);
      await new Promise((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      t.after(() => server.close());
      const {port} = server.address();
      const [host, proxyPort] = proxy.proxy4.split(':');
      const socket = dial({host, port: Number(proxyPort), allowHalfOpen: true});
      t.after(() => socket.destroy());
      socket.write(head(`CONNECT 127.0.0.1:${port} HTTP/1.1`, `Host: 127.0.0.1:${port}`));
      const answer = await new Promise((resolve) => {
        socket.once('data', resolve);
      });
      assert.match(answer.toString(), /^HTTP\/1\.1 200 [^]*\r\n\r\n$/);
      const far = await accepted.passed;
      t.after(() => far.destroy());
      const sums = [];
      if (direction !== 'down') {
        sums.push(drain(far));
        pump(socket);
      } else
        far.resume();
      if (direction !== 'up') {
        sums.push(drain(socket));
        pump(far);
      } else
        socket.resume();
      for (const sum of await Promise.all(sums)) assert.equal(sum, wanted);
    });
  }

  test('idle longer than timeouts.idle_tunnel is closed on both sides', async (t) => {
    const brief = await porthole(t, {config: {timeouts: {idle_tunnel: '300ms'}}});
    const origin = await rawOrigin(t);
    const wire = await tunnel(t, brief.proxy4, origin.authority);
    await wire.closed();
    await (await origin.wire(0)).closed();
  });

  test('half-closed longer than timeouts.half_closed is closed', async (t) => {
    const brief = await porthole(t, {config: {timeouts: {half_closed: '300ms'}}});
    const origin = await rawOrigin(t);
    const wire = await tunnel(t, brief.proxy4, origin.authority);
    wire.end();
    await wire.closed();
    await (await origin.wire(0)).closed();
  });

  test('goes on while bytes flow in one direction only, past idle_tunnel', async (t) => {
    const brief = await porthole(t, {config: {timeouts: {idle_tunnel: '400ms'}}});
    const origin = await rawOrigin(t, async (wire) => {
      for (let i = 0; i < 10; ++i) {
        await wire.send('.');
        await new Promise((wake) => {
          setTimeout(wake, 100);
        });
      }
      wire.end();
    });
    const wire = await tunnel(t, brief.proxy4, origin.authority);
    assert.equal((await wire.rest()).toString(), '..........');
  });
});

describe('what CONNECT does not forward', () => {
  test('not one byte of the CONNECT head reaches the server', async (t) => {
    const origin = await rawOrigin(t);
    const wire = await tunnel(t, proxy.proxy4, origin.authority, 'Proxy-Authorization: Basic c2VjcmV0', 'User-Agent: x');
    await wire.send('payload');
    assert.equal((await (await origin.wire(0)).read(7)).toString(), 'payload');
    assert.equal(origin.wires[0].received.toString(), 'payload');
  });

  for (const fields of [['Content-Length: 5'], ['Transfer-Encoding: chunked']]) {
    test(`CONNECT with ${fields} is 400 and closes (bad input 38)`, async (t) => {
      const origin = await rawOrigin(t);
      const response =
        await exchange(t, proxy.proxy4, head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`, ...fields));
      assert.equal(response.status, 400);
      assert.equal(await response.wire.closed(), 'end');
      assert.equal(origin.wires.length, 0);
    });
  }

  test('CONNECT with Content-Length: 0 is a tunnel (bad input 38)', async (t) => {
    const origin = await rawOrigin(t);
    assert.equal((await tunnel(t, proxy.proxy4, origin.authority, 'Content-Length: 0')).answer.status, 200);
  });

  test('an HTTP/1.0 CONNECT without Host is a tunnel', async (t) => {
    const origin = await echo(t);
    const wire = await connect(t, proxy.proxy4);
    await wire.send(head(`CONNECT ${origin.authority} HTTP/1.0`));
    assert.equal((await wire.response('CONNECT')).status, 200);
    await wire.send('hi');
    assert.equal((await wire.read(2)).toString(), 'hi');
  });
});

describe('the port of CONNECT', () => {
  test('25 is refused with 403 on a loopback listener (RFC 9110 §9.3.6)', async (t) => {
    const response = await exchange(t, proxy.proxy4, head('CONNECT 127.0.0.1:25 HTTP/1.1', 'Host: 127.0.0.1:25'));
    assert.equal(response.status, 403);
    assert.match(response.fields.get('proxy-status'), /error=http_request_denied/);
  });

  test('must be in proxy.connect_ports when that is given', async (t) => {
    const origin = await rawOrigin(t);
    const other = await rawOrigin(t);
    const strict = await porthole(t, {config: {proxy: {connect_ports: [origin.port]}}});
    assert.equal((await tunnel(t, strict.proxy4, origin.authority)).answer.status, 200);
    assert.equal(
      (await exchange(t, strict.proxy4, head(`CONNECT ${other.authority} HTTP/1.1`, `Host: ${other.authority}`))).status, 403);
    assert.equal(other.wires.length, 0);
  });

  test('is only 443 beyond loopback, unless configured', async (t) => {
    const wide = {listen: ['0.0.0.0:0'], config: {proxy: {clients: ['127.0.0.0/8']}, upstream: {allow: ['127.0.0.0/8']}}};
    const origin = await rawOrigin(t);
    const beyond = await porthole(t, wide);
    const address = `127.0.0.1:${beyond.proxy4.split(':').pop()}`;
    assert.equal(
      (await exchange(t, address, head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`))).status, 403);
    // Nothing listens on 443 here: the port is allowed when the answer is about the connection.
    assert.equal((await exchange(t, address, head('CONNECT 127.0.0.1:443 HTTP/1.1', 'Host: 127.0.0.1:443'))).status, 502);
    const any = await porthole(t, {...wide, config: {...wide.config, proxy: {...wide.config.proxy, connect_ports: ['any']}}});
    assert.equal((await tunnel(t, `127.0.0.1:${any.proxy4.split(':').pop()}`, origin.authority)).answer.status, 200);
  });

  for (const target of
         ['127.0.0.1', '127.0.0.1:', '127.0.0.1:0', '127.0.0.1:65536', '127.0.0.1:99999999999', '127.0.0.1:80a', '127.0.0.1:-1',
          ':443', '[::1]', '[::1]:', '[::1:443', '::1:443', 'http://127.0.0.1:80/', '127.0.0.1:80/', '/', '*',
          'user@127.0.0.1:80']) {
    test(`CONNECT ${target} is 400 (RFC 9110 §9.3.6, bad input 32)`, async (t) => {
      const response = await exchange(t, proxy.proxy4, head(`CONNECT ${target} HTTP/1.1`, 'Host: x'));
      assert.equal(response.status, 400);
      assert.equal(await response.wire.closed(), 'end');
    });
  }
});

describe('a CONNECT that fails', () => {
  test('because the server refuses is 502 connection_refused, and the client may try again on the connection', async (t) => {
    const port = await deadPort();
    const origin = await echo(t);
    const wire = await connect(t, proxy.proxy4);
    await wire.send(head(`CONNECT 127.0.0.1:${port} HTTP/1.1`, `Host: 127.0.0.1:${port}`));
    const answer = await wire.response('CONNECT');
    assert.equal(answer.status, 502);
    assert.match(answer.fields.get('proxy-status'), /error=connection_refused/);
    if (/close/.test(answer.fields.get('connection') ?? '')) {
      assert.equal(await wire.eof(), 'end');
      return;
    }
    await wire.send(head(`CONNECT ${origin.authority} HTTP/1.1`, `Host: ${origin.authority}`));
    assert.equal((await wire.response('CONNECT')).status, 200);
  });

  test('because the name does not exist is 502 dns_error', async (t) => {
    const response = await exchange(t, proxy.proxy4, head('CONNECT nowhere.invalid:443 HTTP/1.1', 'Host: nowhere.invalid:443'));
    assert.equal(response.status, 502);
    assert.match(response.fields.get('proxy-status'), /error=dns_error/);
  });
});

describe('the access log of a tunnel', () => {
  test('is written when it ends, with the bytes of both directions', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.read(1000);
      await wire.send(Buffer.alloc(2500));
      wire.end();
    });
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    await wire.send(Buffer.alloc(1000));
    assert.equal((await wire.rest()).length, 2500);
    assert.equal(
      proxy.log().find((line) => line.host === origin.authority || line.target === origin.authority), undefined,
      'logged before its end');
    wire.end();
    const line = await proxy.logged('the tunnel', (entry) => entry.method === 'CONNECT' && entry.target === origin.authority);
    assert.equal(line.status, 200);
    // Head bytes may be counted too; payload must be.
    assert.ok(line.bytes_in >= 1000 && line.bytes_in < 1500, `bytes_in ${line.bytes_in}`);
    assert.ok(line.bytes_out >= 2500 && line.bytes_out < 3000, `bytes_out ${line.bytes_out}`);
    assert.equal(line.upstream, origin.authority);
  });

  test('of a refused one has its status and token', async (t) => {
    const port = await deadPort();
    await exchange(t, proxy.proxy4, head(`CONNECT 127.0.0.1:${port} HTTP/1.1`, `Host: 127.0.0.1:${port}`));
    const line = await proxy.logged('the refused tunnel', (entry) => entry.target === `127.0.0.1:${port}`);
    assert.equal(line.status, 502);
    assert.equal(line.proxy_error, 'connection_refused');
  });
});

test('HTTP inside a tunnel is not touched', async (t) => {
  const origin = await recorder(t);
  const wire = await tunnel(t, proxy.proxy4, origin.authority);
  await wire.send(head('GET /in HTTP/1.1', 'Host: inner', 'Connection: x-a', 'X-A: 1'));
  const response = await wire.response();
  assert.ok(!response.fields.has('via'));
  assert.equal(origin.requests[0].raw, 'GET /in HTTP/1.1\r\nHost: inner\r\nConnection: x-a\r\nX-A: 1\r\n\r\n');
});
