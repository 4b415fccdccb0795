// A well-behaved client beside an attack, in a process of its own with its own server, so that what the attack costs the test is
// not taken for what it costs the proxy. `bystander(t, proxy)` starts it; run as a program it is the client.
// Every 20 ms one GET: on a kept connection and on a fresh one in turn. Judged by `end()`: how many, how many failed, the worst.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import http from 'node:http';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

import {hostPort} from './raw.mjs';
import {later} from './scope.mjs';

const kEveryMs = 20;
const kLeast = 5;  // requests before it may end, so that an attack which is over at once was still stood beside
const kSelf = fileURLToPath(import.meta.url);

class Bystander {
  constructor(address) {
    this.child = spawn(process.execPath, [kSelf, address], {stdio: ['pipe', 'pipe', 'inherit']});
    this.lines = createInterface({input: this.child.stdout})[Symbol.asyncIterator]();
  }
  async #line() {
    const {value} = await this.lines.next();
    return JSON.parse(value);
  }
  async ready() { assert.equal((await this.#line()).ready, true); }
  // Ends it, after `kLeast` requests at the earliest; fails when a request failed or one took longer than `worstMs`.
  async end({worstMs = 3_000} = {}) {
    this.child.stdin.end('\n');
    const seen = await this.#line();
    assert.deepEqual(seen.failed, [], `${seen.requests} requests of the bystander`);
    assert.ok(seen.worst <= worstMs, `the bystander waited ${seen.worst} ms`);
    return seen;
  }
}

export async function bystander(t, proxy) {
  const one = new Bystander(proxy.proxy4);
  later(t, () => one.child.kill('SIGKILL'));
  await one.ready();
  return one;
}

async function run(address) {
  const {host, port} = hostPort(address);
  const server = http.createServer((_, answer) => answer.end('well'));
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${server.address().port}/`;
  const kept = new http.Agent({keepAlive: true, maxSockets: 1});
  const seen = {requests: 0, failed: [], worst: 0};
  const get = (agent) => new Promise((resolve, reject) => {
    // From an address of its own: it is not the attacker's neighbour.
    const request = http.get({host, port, path: url, agent, localAddress: '127.0.0.9', timeout: 20_000}, (answer) => {
      let text = '';
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.on(
        'end', () => (answer.statusCode === 200 && text === 'well' ? resolve() : reject(new Error(`${answer.statusCode}`))));
      answer.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    // A kept connection may be closed while idle, also between our look and our write: then a client asks again.
    request.on('error', (error) => (request.reusedSocket ? get(agent).then(resolve, reject) : reject(error)));
  });
  let over = false;
  process.stdin.on('data', () => {
    over = true;
  });
  await get(kept);
  console.log(JSON.stringify({ready: true}));
  for (let i = 0; !over || seen.requests < kLeast; ++i) {
    const began = performance.now();
    await get(i % 2 ? kept : new http.Agent({keepAlive: false})).catch((error) => seen.failed.push(error.message));
    ++seen.requests;
    seen.worst = Math.max(seen.worst, Math.round(performance.now() - began));
    await new Promise((wake) => {
      setTimeout(wake, kEveryMs);
    });
  }
  console.log(JSON.stringify(seen));
  process.exit(0);
}

if (process.argv[1] === kSelf) await run(process.argv[2]);
