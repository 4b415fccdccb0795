// Peers that wear the proxy down: readers that do not read, bodies that trickle, amounts without end, servers that die in each
// state, name servers that answer nonsense, disks that are full. Judged are bounded time and memory, a well-behaved client
// beside, and that everything returns by itself.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import {readFileSync} from 'node:fs';
import {before, describe, test} from 'node:test';

import {bystander} from './lib/bystander.mjs';
import {ok, rawOrigin, recorder, scripted} from './lib/origin.mjs';
import {command, eventually, porthole} from './lib/porthole.mjs';
import {connect, exchange, get, head} from './lib/raw.mjs';
import {later, suite} from './lib/scope.mjs';
import {baseline, cpuSeconds, crowd, kMiB, limited, metrics, sleep} from './lib/strain.mjs';

const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared, {
    workers: 1,
    accessLog: null,
    config: {
      timeouts: {body: '700ms', response_body: '700ms', response_head: '1s', connect: '1s'},
      upstream: {idle_timeout: '500ms'},
      limits: {rate: '1 KiB'},
      resolve: {timeout: '700ms', negative_ttl: '0s'},
    },
  });
});
const post = (origin, ...fields) => head(`POST ${origin.url('/p')} HTTP/1.1`, `Host: ${origin.authority}`, ...fields);
const took = async (what) => {
  const began = performance.now();
  await what;
  return performance.now() - began;
};
// Sends `byte` every 50 ms until the peer has left.
const trickle = async (wire, byte) => {
  while (!wire.finished) {
    await wire.send(byte).catch(() => {});
    await sleep(50);
  }
};

describe('peers that never stop and never get anywhere', () => {
  test('300 clients that read nothing of 8 MiB hold a buffer each, and only for timeouts.body', async (t) => {
    const base = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const body = Buffer.alloc(8 * kMiB, 'x');
    for (const framing of [`Content-Length: ${body.length}`, 'Connection: close']) {
      const origin = await scripted(t, Buffer.concat([head('HTTP/1.1 200 OK', framing), body]), 'keep');
      const flood = await crowd(t, proxy.proxy4, 300, get(origin.url()));
      flood.sockets.forEach((socket) => socket.pause());
      await sleep(300);
      assert.ok(base.grown() < 300 * 0.6, `${base.grown()} MiB for 300 readers`);
      await eventually('all are given up', async () => (await metrics(t, proxy)).porthole_requests_in_flight === 0);
      flood.leave();
      await origin.close();
    }
    const seen = await other.end();
    await base.back({rssMiB: 20});
    t.diagnostic(`bystander: ${seen.requests} requests, worst ${seen.worst} ms; RSS stays ${base.grown().toFixed(1)} MiB higher`);
  });

  test(
    'beyond limits.buffers each holds little: 400 that read nothing of 40 MiB stay within it, and others are served', async (t) => {
      const own =
        await porthole(t, {workers: 1, accessLog: null, config: {limits: {buffers: '32 MiB'}, upstream: {idle_timeout: '500ms'}}});
      const base = await baseline(t, own);
      const other = await bystander(t, own);
      const body = Buffer.alloc(40 * kMiB, 'x');
      const origin = await scripted(t, Buffer.concat([head('HTTP/1.1 200 OK', 'Connection: close'), body]), 'end');
      const flood = await crowd(t, own.proxy4, 400, get(origin.url()));
      flood.sockets.forEach((socket) => socket.pause());
      await sleep(4_000);
      const grown = base.grown();
      assert.ok(grown < 32 + 400 / 10, `${grown} MiB`);  // without it 250
      const whole = await exchange(t, own.proxy4, get(origin.url()));
      assert.ok(whole.body.equals(body), 'a download beside them is whole');
      whole.wire.destroy();
      const seen = await other.end();
      flood.leave();
      await origin.close();
      await base.back();
      t.diagnostic(`${grown.toFixed(1)} MiB; bystander: ${seen.requests} requests, worst ${seen.worst} ms`);
    });

  test('a reader of some bytes a second is below limits.rate and cut, spliced and copied alike', async (t) => {
    const body = Buffer.alloc(16 * kMiB, 'x');
    for (const framing of [`Content-Length: ${body.length}`, 'Connection: close']) {
      const origin = await scripted(t, Buffer.concat([head('HTTP/1.1 200 OK', framing), body]), 'keep');
      const wire = await proxy.connect(t);
      wire.socket.pause();
      await wire.send(get(origin.url()));
      const reading = setInterval(() => wire.socket.read(16), 50);
      await (await origin.wire(0)).closed();
      clearInterval(reading);
      wire.destroy();
    }
  });

  for (const [what, fields, byte] of [
         ['with Content-Length', ['Content-Length: 100000'], 'x'], ['in chunks', ['Transfer-Encoding: chunked'], '1\r\nx\r\n']]) {
    test(`request content ${what} that trickles is 408, and the server let go`, async (t) => {
      const origin = await rawOrigin(t);
      const wire = await proxy.connect(t);
      await wire.send(post(origin, ...fields));
      trickle(wire, byte);
      const time = await took(wire.response('POST').then((answer) => assert.equal(answer.status, 408)));
      assert.ok(time < 3_000, `${time} ms`);
      await (await origin.wire(0)).closed();
    });
  }

  test('an answer with Content-Length that trickles is cut; an event stream is not', async (t) => {
    const origin = await rawOrigin(t, async (wire, index) => {
      await wire.requestHead();
      await wire.send(head('HTTP/1.1 200 OK', index === 0 ? 'Content-Length: 100000' : 'Content-Type: text/event-stream'));
      await trickle(wire, ':');
    });
    const cut = await proxy.connect(t);
    await cut.send(get(origin.url()));
    const time = await took(cut.closed());
    assert.ok(time > 600 && time < 4_000, `${time} ms`);
    const stream = await proxy.connect(t);
    await stream.send(get(origin.url()));
    await sleep(2_000);
    assert.equal(stream.fate, 'open');
  });

  test('200 uploads to servers that do not read hold a buffer each, and only for timeouts.body: 504', async (t) => {
    const base = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const origin = await rawOrigin(t, (wire) => wire.socket.pause());
    const flood =
      await crowd(t, proxy.proxy4, 200, Buffer.concat([post(origin, `Content-Length: ${8 * kMiB}`), Buffer.alloc(2 * kMiB)]));
    await eventually('all are given up', async () => (await metrics(t, proxy)).porthole_requests_in_flight === 0);
    assert.ok(base.grown() < 200, `${base.grown()} MiB`);
    flood.leave();
    await other.end();
    await base.back({rssMiB: 20});
  });
});

describe('amounts', () => {
  test('a million one-byte chunks both ways beside a well-behaved client (bad input 18)', async (t) => {
    const base = await baseline(t, proxy);
    const other = await bystander(t, proxy);
    const chunks = Buffer.from('1\r\nx\r\n'.repeat(1_000_000) + '0\r\n\r\n');
    const origin = await rawOrigin(t, async (wire) => {
      let bytes = 0, tail = '';
      await new Promise((resolve) => {
        wire.socket.removeAllListeners('data').on('data', (piece) => {
          bytes += piece.length;
          tail = (tail + piece.subarray(-8).toString('latin1')).slice(-8);
          if (tail.endsWith('\r\n0\r\n\r\n')) resolve();
        });
      });
      assert.ok(bytes > 1_000_000, `${bytes} bytes`);
      await wire.send(head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'));
      await wire.send(chunks);
    });
    const before = cpuSeconds(proxy);
    const wire = await proxy.connect(t);
    wire.send(Buffer.concat([post(origin, 'Transfer-Encoding: chunked'), chunks])).catch(() => {});
    const answer = await wire.responseHead('POST', 30_000);
    assert.equal(answer.status, 200, answer.fields.get('proxy-status'));
    let tail = '';
    await new Promise((resolve) => {
      wire.socket.removeAllListeners('data').on('data', (piece) => {
        tail = (tail + piece.subarray(-8).toString('latin1')).slice(-8);
        if (tail.endsWith('\r\n0\r\n\r\n')) resolve();
      });
    });
    wire.destroy();
    const cpu = cpuSeconds(proxy) - before;
    assert.ok(cpu < 5, `${cpu} s of CPU for two million chunks`);
    await other.end();
    await base.back();
    t.diagnostic(`${cpu.toFixed(2)} s of CPU`);
  });

  for (const [what, lines] of [
         ['20,000 fields', 'a: b\r\n'.repeat(20_000)], ['a field of 4 MiB', `a: ${'b'.repeat(4 * kMiB)}\r\n`],
         ['a folded field without end', `a: b\r\n${' c\r\n'.repeat(100_000)}`]]) {
    test(
      `${what} in a head, a trailer section, a response, its trailers: refused at once, by little work (Traffic Server spins)`,
      async (t) => {
        const base = await baseline(t, proxy);
        const before = cpuSeconds(proxy);
        const status = async (bytes) => {
          const wire = await proxy.connect(t);
          wire.send(bytes).catch(() => {});
          const answer = await wire.response('POST');
          wire.destroy();
          return answer.status;
        };
        const chunked = ['Transfer-Encoding: chunked', ''];
        const silent = await rawOrigin(t);
        const time = await took((async () => {
          assert.ok(
            [400, 431].includes(await status(`POST ${silent.url()} HTTP/1.1\r\nHost: ${silent.authority}\r\n${lines}\r\n`)));
          assert.ok(
            [400, 431].includes(await status(`${post(silent, ...chunked).toString('latin1').slice(0, -2)}0\r\n${lines}\r\n`)));
          const heads = await scripted(t, `HTTP/1.1 200 OK\r\n${lines}\r\n`, 'keep');
          assert.equal(await status(get(heads.url())), 502);
          const trailers =
            await scripted(t, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n${lines}\r\n`, 'keep');
          const wire = await proxy.connect(t);
          await wire.send(get(trailers.url()));
          assert.ok(!(await wire.rest()).toString('latin1').endsWith('\r\n0\r\n\r\n'), 'cut, not completed');
          wire.destroy();
        })());
        assert.ok(time < 3_000, `${time} ms`);
        const cpu = cpuSeconds(proxy) - before;
        assert.ok(cpu < 0.5, `${cpu} s of CPU`);
        await base.back();
      });
  }

  test('a status line of 32 MiB is 502 after its limit, not after its end', async (t) => {
    const base = await baseline(t, proxy);
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(`HTTP/1.1 200 ${'k'.repeat(32 * kMiB)}`);
    });
    const time = await took(exchange(t, proxy.proxy4, get(origin.url())).then((answer) => {
      assert.equal(answer.status, 502);
      answer.wire.destroy();
    }));
    assert.ok(time < 2_000, `${time} ms`);
    await base.back();
  });

  test('interim responses that come one by one do not extend the wait for ever', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await trickle(wire, 'HTTP/1.1 102 Processing\r\n\r\n');
    });
    const answer = await exchange(t, proxy.proxy4, get(origin.url()));
    assert.equal(answer.status, 502);
    assert.ok(answer.interim.length <= 32, `${answer.interim.length}`);
  });
});

describe('servers that die in each state', () => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const states = {
    'after accepting': [undefined, 502],
    'after the request': ['', 502],
    'in the status line': ['HTTP/1.1 2', 502],
    'in a field': ['HTTP/1.1 200 OK\r\nContent-Le', 502],
    'after an interim response': ['HTTP/1.1 103 Early Hints\r\n\r\n', 502],
    'after the head': ['HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', 'cut'],
    'in the content': ['HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome', 'cut'],
    'in a chunk size': [`${chunked}5\r\nhello\r\n1`, 'cut'],
    'in a chunk': [`${chunked}5\r\nhel`, 'cut'],
    'before the last chunk': [`${chunked}5\r\nhello\r\n`, 'cut'],
    'in the trailers': [`${chunked}5\r\nhello\r\n0\r\nTrail`, 'cut'],
    'after the answer': ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'whole'],
  };
  for (const [state, [bytes, expected]] of Object.entries(states)) {
    for (const how of ['reset', 'end']) {
      test(`${state}, by ${how}: ${expected}, ten times at once, and nothing is left`, async (t) => {
        const base = await baseline(t, proxy);
        const origin = await rawOrigin(t, async (wire) => {
          if (bytes === undefined) {
            wire[how]();
            return;
          }
          await wire.requestHead();
          if (bytes) await wire.send(bytes);
          await sleep(20);  // a reset may overtake what it follows
          wire[how]();
        });
        await Promise.all(Array.from({length: 10}, async () => {
          const wire = await proxy.connect(t);
          await wire.send(get(origin.url()));
          if (expected === 502 || expected === 'whole') {
            assert.equal((await wire.response()).status, expected === 502 ? 502 : 200);
          } else {
            assert.equal((await wire.responseHead()).status, 200);
            const rest = (await wire.rest(3_000)).toString('latin1');
            assert.ok(!rest.endsWith('0\r\n\r\n') && rest.length < 100, JSON.stringify(rest));
          }
          wire.destroy();
        }));
        await base.back();
      });
    }
  }
});

describe('name servers that answer nonsense', () => {
  // A name server whose answer is what `reply(question, question's name in wire form)` says: one datagram, several, or none.
  async function nameserver(t, reply) {
    const socket = dgram.createSocket('udp4');
    let asked = 0;
    socket.on('message', (packet, from) => {
      ++asked;
      const all = reply(packet, asked) ?? [];
      for (const bytes of Array.isArray(all) ? all : [all]) socket.send(bytes, from.port, from.address);
    });
    await new Promise((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    later(t, () => socket.close());
    return {address: `127.0.0.1:${socket.address().port}`, asked: () => asked};
  }
  const flags = (packet, bits, answers) => {
    const bytes = Buffer.from(packet);
    bytes.writeUInt16BE(bits, 2);
    bytes.writeUInt16BE(answers, 6);
    bytes.writeUInt16BE(0, 10);  // no OPT back
    return bytes;
  };
  const questionEnd = (packet) => packet.indexOf(0, 12) + 5;
  const record = (name, type, data) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(type, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(60, 4);
    fixed.writeUInt16BE(data.length, 8);
    return Buffer.concat([name, fixed, data]);
  };
  const kSame = Buffer.from([0xc0, 12]);
  const label = (text) =>
    Buffer.concat([...text.split('.').map((part) => Buffer.from(`${String.fromCharCode(part.length)}${part}`)), Buffer.alloc(1)]);
  const answered = (packet, ...records) =>
    Buffer.concat([flags(packet.subarray(0, questionEnd(packet)), 0x8180, records.length), ...records]);
  const good = (packet) => answered(packet, record(kSame, 1, Buffer.from([127, 0, 0, 1])));

  const nonsense = {
    'nothing': () => undefined,
    'another id': (packet) => {
      const bytes = good(packet);
      bytes.writeUInt16BE(packet.readUInt16BE(0) ^ 1, 0);
      return bytes;
    },
    'to another question': (packet) => {
      const bytes = good(packet);
      bytes[13] ^= 1;
      return bytes;
    },
    'an address of another name': (packet) => answered(packet, record(label('other.test'), 1, Buffer.from([127, 0, 0, 1]))),
    'a circle of aliases': (packet) => answered(packet, record(kSame, 5, label('b.test')), record(label('b.test'), 5, kSame)),
    'an alias of itself': (packet) => answered(packet, record(kSame, 5, kSame)),
    'a name that points at itself': (packet) => {
      const bytes = answered(packet, record(Buffer.from([0xc0, questionEnd(packet)]), 1, Buffer.from([127, 0, 0, 1])));
      return bytes;
    },
    'an address of three bytes': (packet) => answered(packet, record(kSame, 1, Buffer.from([127, 0, 0]))),
    'more records than it sends': (packet) => flags(good(packet), 0x8180, 60_000),
    'truncated, and no TCP': (packet) => flags(packet.subarray(0, questionEnd(packet)), 0x8380, 0),
    'a header cut short': (packet) => packet.subarray(0, 7),
    'noise': () => Buffer.from(Array.from({length: 500}, (_, i) => (i * 7919) % 256)),
    'the question itself': (packet) => packet,
    'a refusal': (packet) => flags(packet.subarray(0, questionEnd(packet)), 0x8185, 0),
    'a thousand datagrams of noise': () => Array.from({length: 1_000}, () => Buffer.alloc(40, 0xff)),
  };
  for (const [what, reply] of Object.entries(nonsense)) {
    test(`${what}: 502 or 504 in time, and a good answer is taken afterwards`, async (t) => {
      let bad = true;
      const server = await nameserver(t, (packet, n) => (bad ? reply(packet, n) : good(packet)));
      const own = await porthole(t, {
        workers: 1,
        accessLog: null,
        config: {resolve: {nameservers: [server.address], timeout: '700ms', negative_ttl: '0s', ipv6: false}},
      });
      const origin = await recorder(t);
      const url = `http://name.test:${origin.port}/`;
      const before = await baseline(t, own);
      const time = await took(Promise.all(Array.from({length: 5}, async () => {
        const answer = await exchange(t, own.proxy4, get(url));
        assert.ok([502, 504].includes(answer.status), `${answer.status}`);
        answer.wire.destroy();
      })));
      assert.ok(time < 2_500, `${time} ms`);
      assert.equal(origin.requests.length, 0);
      bad = false;
      await eventually('it resolves', async () => (await exchange(t, own.proxy4, get(url))).status === 200);
      assert.ok(before.grown() < 8, `${before.grown()} MiB`);
    });
  }

  test('four thousand records: some are tried, the first that stands is used', async (t) => {
    const many = Array.from({length: 4_000}, (_, i) => record(kSame, 1, Buffer.from([127, 0, 1 + (i >> 8), i % 256])));
    // More than a datagram holds, so it comes by TCP, or as much as fits.
    const server = await nameserver(t, (packet) => answered(packet, ...many.slice(0, 4_000)).subarray(0, 65_000));
    const own = await porthole(t, {workers: 1, accessLog: null, config: {resolve: {nameservers: [server.address], timeout: '1s'}}});
    const before = await baseline(t, own);
    const time = await took(
      exchange(t, own.proxy4, get('http://many.test:1/')).then((answer) => assert.ok([502, 504].includes(answer.status))));
    assert.ok(time < 8_000, `${time} ms`);
    assert.ok(before.grown() < 8, `${before.grown()} MiB`);
  });

  test('two thousand names at once to a silent server: each 504 or 503 in time, others are served', async (t) => {
    const server = await nameserver(t, () => undefined);
    const own = await porthole(t, {workers: 1, accessLog: null, config: {resolve: {nameservers: [server.address], timeout: '1s'}}});
    const base = await baseline(t, own);
    const other = await bystander(t, own);
    const flood = await crowd(t, own.proxy4, 2_000);
    flood.sockets.forEach((socket, i) => socket.write(get(`http://n${i}.test/`)));
    await eventually('all are answered', () => flood.received() > 2_000 * 200);
    await other.end();
    flood.leave();
    await base.back();
  });
});

describe('full disks', () => {
  test('/dev/full under both logs costs lines, not requests; they are counted', async (t) => {
    const own = await porthole(t, {
      accessLog: null,
      args: ['--access-log', 'json:/dev/full'],
      config: {log: {to: '/dev/full', level: 'debug'}},
    });
    const origin = await recorder(t);
    for (let i = 0; i < 20; ++i) assert.equal((await exchange(t, own.proxy4, get(origin.url()))).status, 200);
    own.signal('SIGHUP');
    await eventually('the losses are counted', async () => {
      const now = await metrics(t, own);
      return now.porthole_access_log_dropped_lines_total >= 20 && now.porthole_log_dropped_lines_total > 0;
    });
  });

  // RLIMIT_FSIZE is the disk that any user can fill, and that can be emptied again; its signal must not kill.
  test('a log file that may not grow costs lines, not requests; when there is room, whole lines are written again', async (t) => {
    const own = await porthole(t, {launcher: limited('-S -f 8')});
    const origin = await recorder(t);
    const ask = async (n) => {
      const wire = await own.connect(t);
      for (let i = 0; i < n; ++i) {
        await wire.send(get(origin.url(`/${'p'.repeat(200)}`)));
        assert.equal((await wire.response()).status, 200);
      }
      wire.destroy();
    };
    await ask(100);
    await eventually('lines are lost', async () => (await metrics(t, own)).porthole_access_log_dropped_lines_total > 0);
    const {code} = await command('prlimit', ['--pid', String(own.pid), '--fsize=unlimited']);
    assert.equal(code, 0);
    await ask(1);
    await eventually('the line after, whole', () => {
      const last = readFileSync(own.logFile, 'utf8').split('\n').at(-2);
      return last.endsWith('}') && JSON.parse(last).status === 200;
    });
    assert.equal(own.exit, undefined);
  });
});
