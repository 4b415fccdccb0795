// Servers for tests: raw ones record each connection's exact bytes and answer what a script says, byte for byte; `site`
// is a plain node http server. All bind port 0 on loopback and are closed when the test ends, where a handler's error fails
// the test.

import http from 'node:http';
import net from 'node:net';

import {later} from './scope.mjs';
import {Closed, head, kWaitMs, Wire} from './wire.mjs';

const authority = (host, port) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

// The kernel may give a port again that an earlier test of the file had, and whoever looks for its authority in the log would
// find that test's.
const given = new Set();

async function listen(server, host) {
  for (;;) {
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    const {port} = server.address();
    if (!given.has(port)) {
      given.add(port);
      return port;
    }
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

// `handler(wire, index)` runs per connection. It may await reads; the peer leaving early ends it quietly, any other error
// is kept and thrown by `close`. `origin.wires` holds the connections, in order, with their `received` bytes.
export async function rawOrigin(t, handler, {host = '127.0.0.1'} = {}) {
  const wires = [];
  const errors = [];
  const waiting = [];
  const server = net.createServer({allowHalfOpen: true, noDelay: true}, (socket) => {
    const wire = new Wire(socket);
    wires.push(wire);
    waiting.splice(0).forEach((wake) => wake());
    Promise.resolve(handler?.(wire, wires.length - 1)).catch((error) => {
      if (error instanceof Closed || [
            'EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'
          ].includes(error.code))
        return;
      errors.push(error);
      wire.destroy();
    });
  });
  const port = await listen(server, host);
  const origin = {
    host,
    port,
    wires,
    errors,
    authority: authority(host, port),
    url: (path = '/') => `http://${authority(host, port)}${path}`,
    // Connection number `index`, when it has come.
    async wire(index, ms = 10_000) {
      const deadline = Date.now() + ms;
      while (wires.length <= index) {
        await new Promise((resolve, reject) => {
          const timer =
            setTimeout(() => reject(new Error(`connection ${index} did not come in ${ms} ms`)), Math.max(1, deadline - Date.now()));
          waiting.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
      return wires[index];
    },
    // Every byte of every connection, as latin1.
    seen: () => wires.map((wire) => wire.received.toString('latin1')).join('\n--\n'),
    async close() {
      for (const wire of wires) wire.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      if (errors.length) throw errors[0];
    },
  };
  later(t, () => origin.close());
  return origin;
}

export const ok = (body = 'ok', ...fields) =>
  Buffer.concat([head('HTTP/1.1 200 OK', `Content-Length: ${Buffer.byteLength(body)}`, ...fields), Buffer.from(body)]);

// A raw origin that reads requests strictly, keeps them in `origin.requests`, and answers each with `answer(request, wire)`:
// bytes, or undefined when the script has written itself. Anything ambiguous from the proxy fails the test.
export async function recorder(t, answer = () => ok(), options) {
  const requests = [];
  const waiting = [];
  const origin = await rawOrigin(t, async (wire, index) => {
    for (;;) {
      const request = await wire.request(120_000);
      requests.push({...request, connection: index});
      waiting.filter((one) => one.count <= requests.length).forEach((one) => one.wake());
      const bytes = await answer(request, wire, requests.length - 1);
      if (bytes !== undefined) await wire.send(bytes);
    }
  }, options);
  origin.requests = requests;
  // Resolves when `count` requests have come.
  origin.came = (count) => new Promise((resolve, reject) => {
    if (requests.length >= count) {
      resolve();
      return;
    }
    const timer = setTimeout(() => reject(new Error(`request ${count} did not come, only ${requests.length}`)), kWaitMs);
    waiting.push({
      count,
      wake: () => {
        clearTimeout(timer);
        resolve();
      }
    });
  });
  return origin;
}

// An origin that gives one byte-exact answer to the first request head of each connection, then acts: 'keep', 'end', 'reset'.
export async function scripted(t, bytes, then = 'end', options) {
  return rawOrigin(t, async (wire) => {
    await wire.until('\r\n\r\n');
    await wire.send(bytes);
    if (then === 'end') wire.end();
    if (then === 'reset') wire.reset();
  }, options);
}

// A node http(s) server with `handler(req, res)`; `create` defaults to http.createServer.
export async function site(t, handler, {host = '127.0.0.1', create = http.createServer, scheme = 'http'} = {}) {
  const server = create(handler);
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listen(server, host);
  const result = {
    server,
    host,
    port,
    sockets,
    authority: authority(host, port),
    url: (path = '/') => `${scheme}://${authority(host, port)}${path}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  later(t, () => result.close());
  return result;
}

// A port on which nothing listens: bound once, closed again.
export async function deadPort(host = '127.0.0.1') {
  const server = net.createServer();
  const port = await listen(server, host);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
