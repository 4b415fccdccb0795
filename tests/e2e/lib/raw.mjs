// The client side of a raw test: connects to host:port strings as the ready line prints them.

import net from 'node:net';

import {later} from './scope.mjs';
import {head, Wire} from './wire.mjs';

export {Closed, head, kWaitMs} from './wire.mjs';

// Splits "127.0.0.1:80" and "[::1]:80".
export function hostPort(address) {
  const colon = address.lastIndexOf(':');
  return {host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1))};
}

// A connected Wire, closed when the test ends. Half-open, so a test decides when its side ends.
export async function connect(t, address) {
  const {host, port} = hostPort(address);
  const socket = net.connect({host, port, allowHalfOpen: true});
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const wire = new Wire(socket);
  later(t, () => wire.destroy());
  return wire;
}

// One request, one response, on a connection of its own which is left open.
export async function exchange(t, address, bytes, method) {
  const wire = await connect(t, address);
  await wire.send(bytes);
  const response = await wire.response(method ?? Buffer.from(bytes).toString('latin1').split(' ')[0]);
  return {...response, wire};
}

// The ordinary GET through a proxy, as bytes. `url` is absolute.
export function get(url, ...fields) {
  const {host} = new URL(url);
  return head(`GET ${url} HTTP/1.1`, `Host: ${host}`, ...fields);
}

// A tunnel through the proxy; fails with the proxy's answer when that is not 2xx.
export async function tunnel(t, address, authority, ...fields) {
  const wire = await connect(t, address);
  await wire.send(head(`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`, ...fields));
  const answer = await wire.response('CONNECT');
  if (answer.status !== 200) throw new Error(`CONNECT ${authority}: ${answer.raw}${answer.body}`);
  wire.answer = answer;
  return wire;
}
