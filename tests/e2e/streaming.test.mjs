// Nothing waits in the proxy and nothing piles up in it: events arrive as they are sent, a slow reader stops the sender,
// memory does not follow the size of a body.

import assert from 'node:assert/strict';
import net from 'node:net';
import {before, describe, test} from 'node:test';

import {ok, rawOrigin, recorder} from './lib/origin.mjs';
import {eventually, porthole} from './lib/porthole.mjs';
import {exchange, get, head, hostPort, tunnel} from './lib/raw.mjs';
import {gate, later, suite} from './lib/scope.mjs';

const kGiB = 1 << 30;
const kMiB = 1 << 20;
const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared, {workers: 1});
});

// Writes `size` bytes and counts what the kernel took, in `pump.sent`.
function pump(socket, size) {
  const block = Buffer.alloc(256 << 10, 'x');
  const state = {sent: 0};
  state.done = (async () => {
    while (state.sent < size) {
      const piece = block.subarray(0, Math.min(block.length, size - state.sent));
      await new Promise((resolve, reject) => {
        socket.write(piece, (error) => (error ? reject(error) : resolve()));
      });
      state.sent += piece.length;
    }
  })();
  return state;
}

// Resolves with the count once `count()` has stood still for 300 ms.
async function standstill(count) {
  let last = -1;
  let since = Date.now();
  return eventually('a standstill', () => {
           if (count() !== last) {
             last = count();
             since = Date.now();
           }
           return last > 0 && Date.now() - since > 300 && {last};
         }).then(({last: value}) => value);
}

// A plain socket to the proxy that does not read until told.
async function paused(t) {
  const {host, port} = hostPort(proxy.proxy4);
  const socket = net.connect({host, port, allowHalfOpen: true});
  later(t, () => socket.destroy());
  await new Promise((resolve) => {
    socket.once('connect', resolve);
  });
  socket.pause();
  return socket;
}
const count = (socket, size) => new Promise((resolve, reject) => {
  let got = 0;
  socket
    .on(
      'data',
      (chunk) => {
        got += chunk.length;
        if (got >= size) resolve(got);
      })
    .on('close', () => resolve(got))
    .on('error', reject);
});

describe('as it comes', () => {
  for (const framing of ['chunked', 'close']) {
    test(`server-sent events (${framing}) arrive one by one, each before the next is sent`, async (t) => {
      const steps = Array.from({length: 20}, () => gate());
      const origin = await rawOrigin(t, async (wire) => {
        await wire.request();
        await wire.send(head(
          'HTTP/1.1 200 OK', 'Content-Type: text/event-stream', 'Cache-Control: no-store',
          ...(framing === 'chunked' ? ['Transfer-Encoding: chunked'] : [])));
        for (const [i, step] of steps.entries()) {
          const event = `data: event ${i}\n\n`;
          await wire.send(framing === 'chunked' ? `${event.length.toString(16)}\r\n${event}\r\n` : event);
          await step.passed;
        }
        await wire.send(framing === 'chunked' ? '0\r\n\r\n' : '');
        wire.end();
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url(), 'Accept: text/event-stream'));
      const answer = await wire.until('\r\n\r\n');
      assert.match(answer.toString(), /text\/event-stream/);
      for (const [i, step] of steps.entries()) {
        await wire.until(`data: event ${i}\n\n`);
        step.open();
      }
    });
  }

  test('a long poll: the head arrives before the body exists', async (t) => {
    const seen = gate();
    const origin = await rawOrigin(t, async (wire) => {
      await wire.request();
      await wire.send(head('HTTP/1.1 200 OK', 'Content-Length: 5'));
      await seen.passed;
      await wire.send('later');
    });
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    const answer = await wire.responseHead();
    assert.equal(answer.status, 200);
    seen.open();
    assert.equal((await wire.body(answer)).body.toString(), 'later');
  });

  test('a head and its body in one byte pieces', async (t) => {
    const bytes = ok('piecemeal', 'X-A: 1');
    const origin = await rawOrigin(t, async (wire) => {
      await wire.request();
      await wire.sendCut(bytes, 'each');
    });
    assert.equal((await exchange(t, proxy.proxy4, get(origin.url()))).body.toString(), 'piecemeal');
  });

  test('both directions at once: a chunked request and its chunked answer talk to each other', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'));
      for (let i = 0; i < 10; ++i) {
        await wire.until(`ping${i}\r\n`);
        await wire.send(`5\r\npong${i}\r\n`);
      }
      await wire.until('0\r\n\r\n');
      await wire.send('0\r\n\r\n');
    });
    const wire = await proxy.connect(t);
    await wire.send(head(`POST ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`, 'Transfer-Encoding: chunked'));
    await wire.responseHead();
    for (let i = 0; i < 10; ++i) {
      await wire.send(`5\r\nping${i}\r\n`);
      await wire.until(`pong${i}\r\n`);
    }
    await wire.send('0\r\n\r\n');
    await wire.until('0\r\n\r\n');
  });
});

describe('back-pressure', () => {
  for (const framing of ['length', 'chunked', 'close']) {
    test(`a reader that does not read stops the server; 1 GiB (${framing}) then passes with flat memory`, async (t) => {
      const sending = gate();
      const server = net.createServer((socket) => {
        later(t, () => socket.destroy());
        socket.once('data', () => {
          socket.write({
            length: `HTTP/1.1 200 OK\r\nContent-Length: ${kGiB}\r\n\r\n`,
            chunked: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${kGiB.toString(16)}\r\n`,
            close: 'HTTP/1.1 200 OK\r\n\r\n',
          }[framing]);
          const state = pump(socket, kGiB);
          state.done.then(() => socket.end(framing === 'chunked' ? '\r\n0\r\n\r\n' : ''), () => {});
          sending.open(state);
        });
      });
      await new Promise((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      later(t, () => server.close());
      const socket = await paused(t);
      const before = proxy.rss();
      socket.write(get(`http://127.0.0.1:${server.address().port}/`));
      const state = await sending.passed;
      const stuck = await standstill(() => state.sent);
      assert.ok(stuck < 64 * kMiB, `${stuck / kMiB} MiB went in with nobody reading`);
      assert.ok(proxy.rss() - before < 8 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB while stuck`);
      const all = count(socket, kGiB);
      socket.resume();
      assert.ok(await all >= kGiB);
      assert.ok(proxy.rss() - before < 8 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB`);
    });
  }

  for (const framing of ['length', 'chunked']) {
    test(`a server that does not read stops the client's upload (${framing}); memory is flat`, async (t) => {
      const arrived = gate();
      const server = net.createServer({pauseOnConnect: true}, (socket) => {
        later(t, () => socket.destroy());
        arrived.open(socket);
      });
      await new Promise((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      later(t, () => server.close());
      const size = 256 * kMiB;
      const socket = await paused(t);
      const before = proxy.rss();
      const authority = `127.0.0.1:${server.address().port}`;
      socket.write(head(
        `POST http://${authority}/ HTTP/1.1`, `Host: ${authority}`,
        framing === 'length' ? `Content-Length: ${size}` : 'Transfer-Encoding: chunked'));
      if (framing === 'chunked') socket.write(`${size.toString(16)}\r\n`);
      const state = pump(socket, size);
      const upstream = await arrived.passed;
      const stuck = await standstill(() => state.sent);
      assert.ok(stuck < 64 * kMiB, `${stuck / kMiB} MiB went in with nobody reading`);
      assert.ok(proxy.rss() - before < 8 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB`);
      const all = count(upstream, size);
      upstream.resume();
      await state.done;
      if (framing === 'chunked') socket.write('\r\n0\r\n\r\n');
      assert.ok(await all >= size);
    });
  }

  test('in a tunnel works the same', async (t) => {
    const arrived = gate();
    const origin = await rawOrigin(t, async (wire) => {
      wire.socket.pause();
      arrived.open(wire.socket);
    });
    const before = proxy.rss();
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    const state = pump(wire.socket, 128 * kMiB);
    state.done.catch(() => {});
    await arrived.passed;
    const stuck = await standstill(() => state.sent);
    assert.ok(stuck < 64 * kMiB, `${stuck / kMiB} MiB`);
    assert.ok(proxy.rss() - before < 8 * kMiB);
  });

  test('one stuck client does not slow the others on the same worker', async (t) => {
    const server = net.createServer((socket) => {
      later(t, () => socket.destroy());
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        pump(socket, kGiB).done.catch(() => {});
      });
    });
    await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    later(t, () => server.close());
    for (let i = 0; i < 5; ++i) (await paused(t)).write(get(`http://127.0.0.1:${server.address().port}/`));
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    for (let i = 0; i < 50; ++i) {
      await wire.send(get(origin.url()));
      assert.equal((await wire.response()).status, 200);
    }
  });

  test('a client that pipelines without reading is stopped, not buffered', async (t) => {
    const origin = await recorder(t, () => ok('x'.repeat(65_536)));
    const before = proxy.rss();
    const socket = await paused(t);
    socket.on('error', () => {});
    const request = get(origin.url());
    let sent = 0;
    const write = () => socket.write(Buffer.concat(Array(100).fill(request)), () => {
      sent += 100;
      if (sent < 20_000) write();
    });
    write();
    await standstill(() => origin.requests.length);
    assert.ok(origin.requests.length < 5000, `${origin.requests.length} answers buffered`);
    assert.ok(proxy.rss() - before < 16 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB`);
  });
});
