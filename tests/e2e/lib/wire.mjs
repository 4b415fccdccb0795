// One TCP connection as a test sees it: exact bytes both ways, reads that wait for what they name and fail with what came
// instead. Both ends use it: raw.mjs connects with it, origin.mjs accepts with it. Every wait has a deadline.

import {setImmediate as turn} from 'node:timers/promises';

import {
  BadMessage,
  parseChunkSize,
  parseFields,
  parseRequestHead,
  parseStatusHead,
  requestFraming,
  responseFraming,
} from './parse.mjs';

export const kWaitMs = Number(process.env.PORTHOLE_TEST_WAIT_MS ?? 10_000);

// The peer closed (or reset) before what was waited for had come.
export class Closed extends Error {}

const latin1 = (bytes) => (typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);

// Joins lines into a head: `head('GET / HTTP/1.1', 'Host: x')`. Lines are bytes (latin1).
export const head = (...lines) => Buffer.from([...lines, '', ''].join('\r\n'), 'latin1');

export class Wire {
  #chunks = [];  // not yet read
  #size = 0;     // bytes in #chunks
  #waiters = new Set();
  #all = [];  // everything that ever came

  constructor(socket) {
    this.socket = socket;
    this.ended = false;      // a FIN came
    this.error = undefined;  // the socket's error, such as ECONNRESET
    this.gone = false;       // closed in both directions
    socket.setNoDelay?.(true);
    socket.on('data', (chunk) => {
      this.#all.push(chunk);
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#wake();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    socket.on('error', (error) => {
      this.error = error;
      this.#wake();
    });
    socket.on('close', () => {
      this.gone = true;
      this.#wake();
    });
  }

  #wake() {
    for (const wake of this.#waiters) wake();
  }
  get received() { return Buffer.concat(this.#all); }
  get unread() {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }
  get finished() { return this.ended || this.gone || this.error !== undefined; }
  // How the peer left: 'open', 'end' (FIN) or an error code such as 'ECONNRESET'.
  get fate() { return this.error ? this.error.code : this.ended || this.gone ? 'end' : 'open'; }

  #shown() { return JSON.stringify(this.unread.subarray(0, 600).toString('latin1')); }

  // Waits until `ready()` is not undefined. What the peer sent so far is in the error.
  async wait(what, ready, ms = kWaitMs) {
    let value = ready();
    if (value !== undefined) return value;
    return new Promise((resolve, reject) => {
      const finish = (settle, argument) => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        settle(argument);
      };
      const check = () => {
        try {
          value = ready();
        } catch (error) {
          finish(reject, error);
          return;
        }
        if (value !== undefined)
          finish(resolve, value);
        else if (this.finished)
          finish(reject, new Closed(`${what}: peer left (${this.fate}) after ${this.#shown()}`));
      };
      const timer = setTimeout(() => finish(reject, new Error(`${what}: nothing in ${ms} ms; unread ${this.#shown()}`)), ms);
      this.#waiters.add(check);
      check();
    });
  }

  #take(n) {
    const all = this.unread;
    this.#chunks = n < all.length ? [all.subarray(n)] : [];
    this.#size -= n;
    return all.subarray(0, n);
  }

  async read(n, ms) { return this.wait(`${n} bytes`, () => (this.#size >= n ? this.#take(n) : undefined), ms); }
  async some(ms) { return this.wait('some bytes', () => (this.#size > 0 ? this.#take(this.#size) : undefined), ms); }

  // Bytes up to and with `mark`.
  async until(mark, ms) {
    return this.wait(JSON.stringify(mark), () => {
      const at = this.unread.indexOf(mark, 0, 'latin1');
      return at < 0 ? undefined : this.#take(at + mark.length);
    }, ms);
  }

  // All bytes until the peer leaves, by FIN or by reset (see `fate`).
  async rest(ms) {
    await this.wait('the end', () => (this.finished ? true : undefined), ms);
    return this.#take(this.#size);
  }
  async eof(ms) {
    const left = await this.rest(ms);
    if (left.length) throw new BadMessage(`bytes where the end was due: ${JSON.stringify(left.toString('latin1'))}`);
    return this.fate;
  }
  async closed(ms = kWaitMs) { return this.wait('close', () => (this.finished ? this.fate : undefined), ms); }

  // Resolves when the kernel took the bytes.
  send(bytes) { return new Promise((resolve, reject) => this.socket.write(latin1(bytes), (e) => (e ? reject(e) : resolve()))); }
  // Sends `bytes` as separate writes, cut at the offsets in `cuts` ('each' = byte by byte).
  async sendCut(bytes, cuts) {
    const all = latin1(bytes);
    const at = cuts === 'each' ? [...all.keys()].slice(1) : cuts;
    let from = 0;
    for (const to of [...at, all.length]) {
      if (to <= from || to > all.length) continue;
      try {
        await this.send(all.subarray(from, to));
      } catch {
        return;
      }  // refused midway: the answer tells
      await turn();
      from = to;
    }
  }
  end() { this.socket.end(); }
  reset() { this.socket.resetAndDestroy(); }
  destroy() { this.socket.destroy(); }

  async #body(framing) {
    if (framing.kind === 'none') return {body: Buffer.alloc(0)};
    if (framing.kind === 'length') return {body: await this.read(framing.length)};
    if (framing.kind === 'close') {
      const body = await this.rest();
      if (this.error) throw new Closed(`close-delimited body ended by ${this.fate}`);
      return {body};
    }
    const parts = [];
    const sizes = [];
    for (;;) {
      const size = parseChunkSize((await this.until('\r\n')).toString('latin1').slice(0, -2));
      sizes.push(size);
      if (size === 0) break;
      parts.push(await this.read(size));
      const tail = (await this.read(2)).toString('latin1');
      if (tail !== '\r\n') throw new BadMessage(`chunk data followed by ${JSON.stringify(tail)}`);
    }
    const lines = [];
    for (;;) {
      const line = (await this.until('\r\n')).toString('latin1').slice(0, -2);
      if (line === '') break;
      lines.push(line);
    }
    return {body: Buffer.concat(parts), trailers: parseFields(lines.join('\r\n')), sizes};
  }

  // One whole request, strictly. `requestHead` stops after the head, `body` then reads what it announced.
  async requestHead(ms) {
    const parsed = parseRequestHead(await this.until('\r\n\r\n', ms));
    return {...parsed, framing: requestFraming(parsed)};
  }
  async body(parsed) { return this.#body(parsed.framing); }
  async request(ms) {
    const parsed = await this.requestHead(ms);
    return {...parsed, ...await this.body(parsed)};
  }

  // One response head, 1xx included, strictly; and one whole response with the 1xx before it in `interim`.
  async responseHead(method = 'GET', ms) {
    const parsed = parseStatusHead(await this.until('\r\n\r\n', ms));
    return {...parsed, framing: responseFraming(parsed, method)};
  }
  async response(method = 'GET', ms) {
    const interim = [];
    for (;;) {
      const parsed = await this.responseHead(method, ms);
      if (parsed.status < 200 && parsed.status !== 101) {
        interim.push(parsed);
        continue;
      }
      if (parsed.status === 101) return {...parsed, interim};
      return {...parsed, ...await this.#body(parsed.framing), interim};
    }
  }
}
