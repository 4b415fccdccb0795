// What an attack costs the proxy and what it leaves behind: memory, CPU time, descriptors, gauges. And crowds of plain sockets,
// which are lighter than a Wire each.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import net from 'node:net';

import {eventually} from './porthole.mjs';
import {hostPort} from './raw.mjs';
import {later} from './scope.mjs';

export const kMiB = 1 << 20;
const kTicksPerSecond = 100;

export const sleep = (ms) => new Promise((wake) => {
  setTimeout(wake, ms);
});

// A launcher for `porthole(t, {launcher})`: soft and hard limits, as the shell's ulimit takes them.
export const limited = (...limits) => ['/bin/sh', '-c', `${limits.map((one) => `ulimit ${one}`).join(' && ')} && exec "$0" "$@"`];

// Seconds of CPU that the process used so far, the kernel's for it included.
export function cpuSeconds(proxy) {
  const stat = readFileSync(`/proc/${proxy.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / kTicksPerSecond;
}

// The share of one core that the process uses while `ms` pass.
export async function cpuShare(proxy, ms) {
  const before = cpuSeconds(proxy);
  await sleep(ms);
  return (cpuSeconds(proxy) - before) / (ms / 1_000);
}

export async function metrics(t, proxy) {
  const {text} = await proxy.ask(t, '/metrics');
  const all = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_]+) (\S+)$/.exec(line) ?? [];
    if (name) all[name] = Number(value);
  }
  return all;
}

// To be asked before an attack; `back()` afterwards waits until descriptors and gauges are where they were, and memory at most
// `rssMiB` above.
export async function baseline(t, proxy) {
  await sleep(100);
  const before = {descriptors: proxy.descriptors(), rss: proxy.rss()};
  return {
    ...before,
    grown: () => (proxy.rss() - before.rss) / kMiB,
    async back({rssMiB = 24, ms = 10_000} = {}) {
      await eventually('gauges return to zero', async () => {
        const now = await metrics(t, proxy);
        return [
          'porthole_connections', 'porthole_requests_in_flight', 'porthole_tunnels', 'porthole_upstream_connections_busy'
        ].every((name) => now[name] === 0);
      }, ms);
      await eventually(`descriptors return to ${before.descriptors}`, () => proxy.descriptors() <= before.descriptors, ms);
      const grown = (proxy.rss() - before.rss) / kMiB;
      assert.ok(grown <= rssMiB, `RSS stays ${grown.toFixed(1)} MiB higher`);
    },
  };
}

// `count` connections to the proxy that send `bytes` and nothing more. From 127.0.1.x, so that no port runs out. Those that the
// kernel could not take are left out; `open()` says how many the proxy has not closed.
export async function crowd(t, address, count, bytes = '') {
  const {host, port} = hostPort(address);
  const sockets = [];
  let gone = 0;
  let received = 0;
  later(t, () => sockets.forEach((socket) => socket.destroy()));
  for (let begun = 0; begun < count;) {
    const wave = [];
    for (; begun < count && wave.length < 250; ++begun) {
      wave.push(new Promise((resolve) => {
        const socket = net.connect({host, port, localAddress: `127.0.1.${1 + begun % 100}`});
        sockets.push(socket);
        socket.on('connect', () => {
          if (bytes) socket.write(bytes);
          resolve();
        });
        socket.on('error', resolve);
        socket.on('data', (piece) => {
          received += piece.length;
        });
        socket.on('close', () => {
          ++gone;
          resolve();
        });
      }));
    }
    await Promise.all(wave);
  }
  return {
    sockets,
    open: () => count - gone,
    received: () => received,
    // Node spins for ever when a socket is reset that is not open.
    leave: () => sockets.forEach((socket) => socket.destroy()),
    reset: () => sockets.forEach((socket) => (socket.readyState === 'open' ? socket.resetAndDestroy() : socket.destroy())),
  };
}
