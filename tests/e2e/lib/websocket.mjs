// A WebSocket server and client in few lines (RFC 6455, RFC 7692), by hand, so that both can also send what no library would.

import {createHash, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import http from 'node:http';
import {constants, createDeflateRaw, createInflateRaw} from 'node:zlib';

import {later} from './scope.mjs';

const accept = (key) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

export const kOpcodes = {
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
};

export function frame(opcode, payload, {masked = false, first = 0x80} = {}) {
  const octets = Buffer.from(payload), size = octets.length;
  const long = size > 65_535 ? 8 : size > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + long);
  head[0] = first | opcode;
  head[1] = (masked ? 0x80 : 0) | (long === 8 ? 127 : long === 2 ? 126 : size);
  if (long === 2) head.writeUInt16BE(size, 2);
  if (long === 8) head.writeBigUInt64BE(BigInt(size), 2);
  if (!masked) return Buffer.concat([head, octets]);
  const key = randomBytes(4);
  return Buffer.concat([head, key, octets.map((octet, at) => octet ^ key[at % 4])]);
}

// Compresses messages one after the other with one window.
function deflater() {
  const stream = createDeflateRaw();
  return (text) => new Promise((done) => {
           const parts = [];
           const take = (part) => parts.push(part);
           stream.on('data', take);
           stream.write(text);
           stream.flush(constants.Z_SYNC_FLUSH, () => {
             stream.off('data', take);
             done(Buffer.concat(parts).subarray(0, -4));
           });
         });
}

function inflater() {
  const stream = createInflateRaw();
  return (octets) => new Promise((done) => {
           const parts = [];
           const take = (part) => parts.push(part);
           stream.on('data', take);
           stream.write(Buffer.concat([octets, Buffer.from([0, 0, 255, 255])]));
           stream.flush(() => {
             stream.off('data', take);
             done(Buffer.concat(parts));
           });
         });
}

// One end. `messages` are those that came, as {opcode, data}; unfragmented ones, which is all that it sends.
class End {
  constructor(socket, {masks, deflate}) {
    Object.assign(
      this, {socket, masks, deflate, messages: [], received: Buffer.alloc(0), compress: deflater(), inflate: inflater()});
    this.left = Buffer.alloc(0);
    this.reading = Promise.resolve();
    socket.on('error', () => {});
    socket.on('data', (part) => {
      this.received = Buffer.concat([this.received, part]);
      this.left = Buffer.concat([this.left, part]);
      this.reading = this.reading.then(() => this.read());
    });
  }

  async read() {
    for (;;) {
      const {left} = this;
      if (left.length < 2) return;
      const short = left[1] & 127, long = short === 127 ? 8 : short === 126 ? 2 : 0, masked = left[1] > 127;
      const at = 2 + long + (masked ? 4 : 0);
      if (left.length < at) return;
      const size = long === 8 ? Number(left.readBigUInt64BE(2)) : long === 2 ? left.readUInt16BE(2) : short;
      if (left.length < at + size) return;
      const key = left.subarray(at - 4, at);
      let data = left.subarray(at, at + size).map((octet, n) => (masked ? octet ^ key[n % 4] : octet));
      this.left = left.subarray(at + size);
      if (left[0] & 0x40) data = await this.inflate(Buffer.from(data));
      const message = {opcode: left[0] & 15, data: Buffer.from(data).toString()};
      this.messages.push(message);
      this.onmessage?.(message);
    }
  }

  send(data, opcode = kOpcodes.text) { this.socket.write(frame(opcode, data, {masked: this.masks})); }
  async sendCompressed(data, opcode = kOpcodes.text) {
    this.socket.write(frame(opcode, await this.compress(data), {masked: this.masks, first: 0xc0}));
  }
  close(code, reason = '') {
    const octets = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
    octets.writeUInt16BE(code);
    this.send(octets, kOpcodes.close);
  }
  raw(octets) { this.socket.write(octets); }
}

// `talk(end)` is called with the server's end of each connection. `extensions` is what it agrees to.
export async function websocketServer(t, talk, {extensions} = {}) {
  const ends = [];
  const server = http.createServer((_, answer) => answer.writeHead(426, {Upgrade: 'websocket', Connection: 'Upgrade'}).end());
  server.on('upgrade', (request, socket, early) => {
    const fields = [`Sec-WebSocket-Accept: ${accept(request.headers['sec-websocket-key'])}`];
    if (extensions) fields.push(`Sec-WebSocket-Extensions: ${extensions}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${fields.join('\r\n')}\r\n\r\n`);
    socket.unshift(early);
    const end = new End(socket, {masks: false});
    ends.push(end);
    talk?.(end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(t, () => {
    for (const end of ends) end.socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const at = `127.0.0.1:${server.address().port}`;
  return {at, ends, url: (path = '/') => `http://${at}${path}`};
}

// The client's end of a connection through `proxy` ("127.0.0.1:8083"), when the 101 has come.
export async function websocketClient(t, proxy, url, {extensions} = {}) {
  const [host, port] = proxy.split(':');
  const key = randomBytes(16).toString('base64');
  const headers = {
    Host: new URL(url).host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    ...(extensions ? {'Sec-WebSocket-Extensions': extensions} : {}),
  };
  const request = http.request({host, port, path: url, headers, agent: false});
  request.end();
  const [answer, socket, early] = await once(request, 'upgrade');
  if (answer.headers['sec-websocket-accept'] !== accept(key)) throw new Error('this is no WebSocket server');
  later(t, () => socket.destroy());
  const end = new End(socket, {masks: true});
  if (early.length > 0) socket.unshift(early);
  return end;
}
