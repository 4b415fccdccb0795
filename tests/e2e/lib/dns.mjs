// A small DNS server on UDP loopback (RFC 1035) for `[resolve] nameservers`. Names it was told answer A, AAAA; the rest is
// NXDOMAIN. A record may be {a: [..], aaaa: [..], ttl, rcode, silent, delayMs, delayAaaaMs}. Every question is kept in `queries`.

import dgram from 'node:dgram';

import {later} from './scope.mjs';

const kTypes = {
  1: 'a',
  28: 'aaaa'
};

function ipv6Bytes(text) {
  const [left, right] = text.split('::');
  const groups = (part) => (part ? part.split(':') : []);
  const front = groups(left);
  const back = right === undefined ? [] : groups(right);
  const middle = right === undefined ? [] : Array(8 - front.length - back.length).fill('0');
  return Buffer.from([...front, ...middle, ...back].map((g) => g.padStart(4, '0')).join(''), 'hex');
}

function question(packet) {
  const labels = [];
  let at = 12;
  while (packet[at] !== 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + packet[at]));
    at += 1 + packet[at];
  }
  return {name: labels.join('.').toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5};
}

function reply(packet, {end, type}, record) {
  const addresses = record.rcode ? [] : record[kTypes[type]] ?? [];
  const header = Buffer.alloc(12);
  packet.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (record.rcode ?? 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const answers = addresses.map((address) => {
    const data = type === 1 ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
    const fixed = Buffer.alloc(12);
    fixed.writeUInt16BE(0xc00c, 0);
    fixed.writeUInt16BE(type, 2);
    fixed.writeUInt16BE(1, 4);
    fixed.writeUInt32BE(record.ttl ?? 60, 6);
    fixed.writeUInt16BE(data.length, 10);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([header, packet.subarray(12, end), ...answers]);
}

export async function dns(t, names = {}) {
  const socket = dgram.createSocket('udp4');
  const queries = [];
  socket.on('message', (packet, from) => {
    const asked = question(packet);
    queries.push({name: asked.name, type: kTypes[asked.type] ?? asked.type});
    const record = server.names[asked.name] ?? {rcode: 3};
    if (record.silent) return;
    const delay = (asked.type === 28 ? record.delayAaaaMs : undefined) ?? record.delayMs ?? 0;
    const send = () => {
      if (!server.closed) socket.send(reply(packet, asked, record), from.port, from.address);
    };
    if (delay)
      setTimeout(send, delay).unref();
    else
      send();
  });
  await new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  const server = {
    names,
    queries,
    closed: false,
    address: `127.0.0.1:${socket.address().port}`,
    asked: (name, type) => queries.filter((q) => q.name === name && (type === undefined || q.type === type)).length,
  };
  later(t, () => {
    server.closed = true;
    socket.close();
  });
  return server;
}
