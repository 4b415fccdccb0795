// Hostile timing and amounts: slow and endless peers, resets in every state, more connections than descriptors. Judged are the
// answer in bounded time, memory and descriptors back where they were, and the other clients served all the while.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {before, describe, test} from 'node:test';
import {promisify} from 'node:util';

import {ok, rawOrigin, recorder} from './lib/origin.mjs';
import {eventually, porthole} from './lib/porthole.mjs';
import {connect, exchange, get, head, hostPort, tunnel} from './lib/raw.mjs';
import {suite} from './lib/scope.mjs';

const kMiB = 1 << 20;
const shared = suite();
let proxy;
before(async () => {
  proxy = await porthole(shared, {
    workers: 1,
    accessLog: null,
    config: {
      timeouts:
        {head: '500ms', body: '500ms', response_body: '500ms', idle_client: '700ms', response_head: '500ms', idle_tunnel: '500ms'}
    },
  });
});

// The status of an answer, or how the connection ended without one.
async function outcome(wire, method) {
  try {
    return (await wire.response(method)).status;
  } catch (error) {
    return wire.finished ? wire.fate : Promise.reject(error);
  }
}
const post = (origin, ...fields) => head(`POST ${origin.url('/p')} HTTP/1.1`, `Host: ${origin.authority}`, ...fields);
const serves = async (t) => assert.equal((await exchange(t, proxy.proxy4, get((await recorder(t)).url()))).status, 200);

describe('slow peers', () => {
  test('bad input 45: a head byte by byte, each in time, is cut off by the whole head\'s deadline: 408', async (t) => {
    const wire = await proxy.connect(t);
    let stop = false;
    const drip = (async () => {
      await wire.send('GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nX: ');
      while (!stop && !wire.finished) {
        await wire.send('y').catch(() => {});
        await new Promise((wake) => {
          setTimeout(wake, 50);
        });
      }
    })();
    assert.equal(await outcome(wire, 'GET'), 408);
    stop = true;
    await drip;
  });

  test('bad input 45: a second request on a kept connection has the same deadline', async (t) => {
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    assert.equal((await wire.response()).status, 200);
    await wire.send('GET http://127.0.0.1:1/');
    assert.equal(await outcome(wire, 'GET'), 408);
    await wire.closed();
  });

  for (const [what, fields, begin] of [
         ['with Content-Length', ['Content-Length: 1000'], 'begin'], ['chunked', ['Transfer-Encoding: chunked'], '5\r\nbeg']]) {
    test(`bad input 45: a request body ${what} that stops is given up on both sides`, async (t) => {
      const origin = await rawOrigin(t);
      const wire = await proxy.connect(t);
      await wire.send(Buffer.concat([post(origin, ...fields), Buffer.from(begin)]));
      assert.ok([408, 504, 'end', 'ECONNRESET'].includes(await outcome(wire, 'POST')));
      assert.notEqual(await (await origin.wire(0)).closed(), 'open');
    });
  }

  for (const [what, bytes] of [
         ['with Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin'],
         ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbeg'],
         ['until close', 'HTTP/1.1 200 OK\r\n\r\nbegin']]) {
    test(`bad input 45: an answer ${what} that stops is cut, not completed`, async (t) => {
      const origin = await rawOrigin(t, async (wire) => {
        await wire.requestHead();
        await wire.send(bytes);
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url()));
      const all = (await wire.rest()).toString('latin1');
      assert.match(all, /beg/);
      assert.ok(!all.includes('\r\n0\r\n\r\n'));
      if (!/transfer-encoding|content-length/i.test(all)) assert.equal(wire.fate, 'ECONNRESET');
      await (await origin.wire(0)).closed();
    });
  }

  test(
    'a client that ended while its event stream is silent is given up after timeouts.half_closed, the server let go', async (t) => {
      const own = await porthole(t, {config: {timeouts: {half_closed: '300ms'}}});
      const origin = await rawOrigin(t, async (wire) => {
        await wire.requestHead();
        await wire.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
      });
      const wire = await own.connect(t);
      await wire.send(get(origin.url('/events')));
      await wire.until('data: 1\n\n');
      wire.end();
      await (await origin.wire(0)).closed();
      const line = await own.logged('the stream', (entry) => entry.target?.endsWith('/events'));
      assert.equal(line.outcome, 'client_gone');
    });

  test('bad input 45: an answer\'s head byte by byte has one deadline: 504', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send('HTTP/1.1 200 OK\r\nX: ');
      while (!wire.finished) {
        await wire.send('y');
        await new Promise((wake) => {
          setTimeout(wake, 50);
        });
      }
    });
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    assert.equal(await outcome(wire, 'GET'), 504);
  });

  test('bad input 45: a client that never reads its answer is closed, the server let go', async (t) => {
    const block = Buffer.alloc(kMiB);
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send(head('HTTP/1.1 200 OK', `Content-Length: ${1 << 30}`));
      for (;;) await wire.send(block);
    });
    const wire = await proxy.connect(t);
    wire.socket.pause();
    await wire.send(get(origin.url()));
    await (await origin.wire(0)).closed();
  });

  test('bad input 45: content that only the close delimits does not look whole to a client that stopped reading', async (t) => {
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send('HTTP/1.0 200 OK\r\n\r\n');
      for (;;) await wire.send(Buffer.alloc(kMiB));
    });
    const {host, port} = hostPort(proxy.proxy4);
    const script = new URL('lib/slow_reader.py', import.meta.url).pathname;
    const {stdout} = await promisify(execFile)('python3', [script, host, String(port), origin.url(), '2']);
    assert.equal(stdout, 'ECONNRESET\n');
  });

  test('bad input 43: an expectation that nobody fulfils does not hold the connection for ever', async (t) => {
    const origin = await rawOrigin(t);
    const wire = await proxy.connect(t);
    await wire.send(post(origin, 'Expect: 100-continue', 'Content-Length: 5'));
    assert.ok([408, 504, 'end', 'ECONNRESET'].includes(await outcome(wire, 'POST')));
    await (await origin.wire(0)).closed();
  });

  test('bad input 46: 999 GB announced cost no memory', async (t) => {
    const before = proxy.rss();
    const origin = await rawOrigin(t);
    const wires = [];
    for (let i = 0; i < 20; ++i) {
      const wire = await proxy.connect(t);
      await wire.send(post(origin, 'Content-Length: 999000000000'));
      wires.push(wire);
    }
    await origin.wire(19);
    assert.ok(proxy.rss() - before < 8 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB`);
    for (const wire of wires) assert.notEqual(await wire.closed(), 'open');
    const huge = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      await wire.send('HTTP/1.1 200 OK\r\nContent-Length: 999000000000\r\n\r\nx');
      wire.end();
    });
    const client = await proxy.connect(t);
    await client.send(get(huge.url()));
    await client.closed();
    assert.ok(proxy.rss() - before < 8 * kMiB);
  });
});

describe('amounts', () => {
  for (const where of ['request', 'response']) {
    test(`bad input 18: a million one-byte chunks in a ${where} pass or are refused, with flat memory`, async (t) => {
      const before = proxy.rss();
      const chunks = Buffer.from('1\r\nx\r\n'.repeat(1_000_000) + '0\r\n\r\n');
      const origin = await rawOrigin(t, async (wire) => {
        if (where === 'request') {
          let all = 0;
          wire.socket.on('data', (chunk) => {
            all += chunk.length;
          });
          await wire.until('0\r\n\r\n');
          await wire.send(ok(`${all > 1_000_000}`));
        } else {
          await wire.requestHead();
          await wire.send(head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'));
          await wire.send(chunks);
        }
      });
      const wire = await proxy.connect(t);
      await wire.send(where === 'request' ? post(origin, 'Transfer-Encoding: chunked') : get(origin.url()));
      if (where === 'request') wire.send(chunks).catch(() => {});
      const all = await wire.wait('an answer', () => (wire.finished || wire.unread.includes('\r\n\r\n') ? true : undefined));
      assert.ok(all);
      if (where === 'request')
        assert.ok([200, 400, 413, 'end', 'ECONNRESET'].includes(await outcome(wire, 'POST')));
      else {
        const answer = await wire.responseHead();
        if (answer.status === 200 && answer.framing.kind === 'chunked')
          await wire.wait(
            'the last chunk', () => (wire.finished || wire.unread.subarray(-7).includes('0\r\n\r\n') ? true : undefined), 30_000);
      }
      assert.ok(proxy.rss() - before < 16 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB`);
      await serves(t);
    });
  }

  test('1xx without end are given up: 502 or a close, with flat memory', async (t) => {
    const before = proxy.rss();
    const flood = Buffer.from(head('HTTP/1.1 103 Early Hints', 'Link: </style.css>; rel=preload').toString().repeat(1_000));
    const origin = await rawOrigin(t, async (wire) => {
      await wire.requestHead();
      while (!wire.finished) {
        await wire.send(flood);
        await new Promise(setImmediate);
      }
    });
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    await (await origin.wire(0)).closed();
    assert.ok(proxy.rss() - before < 16 * kMiB, `RSS grew ${(proxy.rss() - before) / kMiB} MiB`);
  });

  test('bad input 44: a head without end is refused at its limit, not at its end', async (t) => {
    const before = proxy.rss();
    const wire = await proxy.connect(t);
    await wire.send(
      'GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n' +
      'X-Endless: field\r\n'.repeat(4_000));
    assert.equal(await outcome(wire, 'GET'), 431);
    // What still comes may be swallowed for a while, so that the answer is not lost (RFC 9112 §9.6), but not for ever.
    const flood = (async () => {
      while (!wire.finished) await wire.send('X-Endless: field\r\n'.repeat(4_000)).catch(() => {});
    })();
    await wire.closed();
    await flood;
    assert.ok(proxy.rss() - before < 8 * kMiB);
  });

  test('a body without end for an answer that has been given is not read for ever (bad input 42)', async (t) => {
    const wire = await proxy.connect(t);
    await wire.send(head('POST http://no.such.invalid/ HTTP/1.1', 'Host: no.such.invalid', 'Content-Length: 999000000000'));
    assert.equal((await wire.response('POST')).status, 502);
    const flood = (async () => {
      while (!wire.finished) await wire.send(Buffer.alloc(kMiB)).catch(() => {});
    })();
    await wire.closed();
    await flood;
  });
});

describe('resets in every state (bad input 62)', () => {
  // Each puts a client (and a server) into one state and gives the wires that may be reset there.
  const states = {
    'before a byte': async (t) => [await proxy.connect(t)],
    'in a head': async (t) => {
      const wire = await proxy.connect(t);
      await wire.send('GET http://127.0.0.1:1/ HT');
      return [wire];
    },
    'while the server is silent': async (t) => {
      const origin = await rawOrigin(t);
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url()));
      const upstream = await origin.wire(0);
      await upstream.until('\r\n\r\n');
      return [wire, upstream];
    },
    'in a request body': async (t) => {
      const origin = await rawOrigin(t);
      const wire = await proxy.connect(t);
      await wire.send(Buffer.concat([post(origin, 'Transfer-Encoding: chunked'), Buffer.from('5\r\nhel')]));
      const upstream = await origin.wire(0);
      await upstream.until('hel');
      return [wire, upstream];
    },
    'while 100-continue is awaited': async (t) => {
      const origin = await rawOrigin(t);
      const wire = await proxy.connect(t);
      await wire.send(post(origin, 'Expect: 100-continue', 'Content-Length: 5'));
      const upstream = await origin.wire(0);
      await upstream.until('\r\n\r\n');
      return [wire, upstream];
    },
    'in a response head': async (t) => {
      const origin = await rawOrigin(t, async (wire) => {
        await wire.requestHead();
        await wire.send('HTTP/1.1 200 OK\r\nX: ');
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url()));
      const upstream = await origin.wire(0);
      await upstream.wait('the request', () => (upstream.received.includes('\r\n\r\n') ? true : undefined));
      return [wire, upstream];
    },
    'in a response body': async (t) => {
      const origin = await rawOrigin(t, async (wire) => {
        await wire.requestHead();
        await wire.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart');
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url()));
      await wire.until('part');
      return [wire, await origin.wire(0)];
    },
    'idle after an answer': async (t) => {
      const origin = await rawOrigin(t, async (wire) => {
        await wire.request();
        await wire.send(ok());
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url()));
      await wire.response();
      return [wire, await origin.wire(0)];
    },
    'with pipelined requests waiting': async (t) => {
      const origin = await rawOrigin(t);
      const wire = await proxy.connect(t);
      await wire.send(Buffer.concat([get(origin.url('/1')), get(origin.url('/2')), get(origin.url('/3'))]));
      const upstream = await origin.wire(0);
      await upstream.until('\r\n\r\n');
      return [wire, upstream];
    },
    'in a tunnel': async (t) => {
      const origin = await rawOrigin(t);
      const wire = await tunnel(t, proxy.proxy4, origin.authority);
      await wire.send('x');
      const upstream = await origin.wire(0);
      await upstream.read(1);
      return [wire, upstream];
    },
    'in a half-closed tunnel': async (t) => {
      const origin = await rawOrigin(t);
      const wire = await tunnel(t, proxy.proxy4, origin.authority);
      wire.end();
      const upstream = await origin.wire(0);
      await upstream.rest();
      return [wire, upstream];
    },
    'in a tunnel whose server does not read': async (t) => {
      const origin = await rawOrigin(t, async (wire) => {
        wire.socket.pause();
      });
      const wire = await tunnel(t, proxy.proxy4, origin.authority);
      wire.send(Buffer.alloc(8 * kMiB)).catch(() => {});
      return [wire, await origin.wire(0)];
    },
    'after an upgrade': async (t) => {
      const origin = await rawOrigin(t, async (wire) => {
        await wire.requestHead();
        await wire.send(head('HTTP/1.1 101 S', 'Connection: upgrade', 'Upgrade: x'));
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url(), 'Connection: upgrade', 'Upgrade: x'));
      await wire.response();
      return [wire, await origin.wire(0)];
    },
  };

  for (const [state, enter] of Object.entries(states)) {
    test(`${state}: client, server or both may vanish; descriptors return`, async (t) => {
      await serves(t);
      const ways = [['reset', 0], ['end', 0], ['reset', 1], ['end', 1], ['both', 0]];
      const settled = () => eventually('descriptors settle', async () => {
        const now = proxy.descriptors();
        await new Promise((wake) => {
          setTimeout(wake, 30);
        });
        return now === proxy.descriptors() && now;
      });
      const base = await settled();
      for (const [way, side] of ways) {
        const wires = await enter(t);
        if (side >= wires.length) continue;
        if (way === 'both')
          for (const wire of wires) wire.reset();
        else
          wires[side][way]();
        if (way === 'end') {
          // What a FIN means depends on the state; at the latest a deadline ends it.
          await Promise.all(wires.map((wire) => wire.closed().catch(() => {})));
        }
        for (const wire of wires) wire.destroy();
      }
      await eventually(`descriptors return to ${base}`, () => proxy.descriptors() <= base);
      await serves(t);
    });
  }

  test('TERM and HUP while all states are entered leave no crash and no hang', async (t) => {
    const own = await porthole(t, {workers: 2, config: {timeouts: {drain: '500ms'}}});
    const keep = proxy;
    proxy = own;
    try {
      for (const enter of Object.values(states)) await enter(t);
      own.signal('SIGHUP');
      for (const enter of Object.values(states)) await enter(t);
      own.signal('SIGTERM');
      const {signal} = await own.exited;
      assert.equal(signal, null);
    } finally {
      proxy = keep;
    }
  });
});

describe('more connections than fit', () => {
  test('accepting pauses at the descriptor limit and resumes by itself; the rest is served', async (t) => {
    const small = await porthole(t, {workers: 1, launcher: ['sh', '-c', 'ulimit -n 128; exec "$@"', 'sh'], accessLog: null});
    const origin = await recorder(t);
    const wires = [];
    for (let i = 0; i < 300; ++i) wires.push(await connect(t, small.proxy4).catch(() => undefined));
    // User and system time in ticks (proc(5)).
    const cpu = () =>
      readFileSync(`/proc/${small.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((a, b) => a + Number(b), 0);
    const before = cpu();
    await new Promise((wake) => {
      setTimeout(wake, 300);
    });
    assert.ok(cpu() - before < 20, `${cpu() - before} ticks of CPU in 300 ms while nothing happens: it spins`);
    for (const wire of wires) wire?.destroy();
    await eventually('served again', async () => {
      const wire = await connect(t, small.proxy4).catch(() => undefined);
      if (!wire) return false;
      await wire.send(get(origin.url())).catch(() => {});
      const status = await outcome(wire, 'GET').catch(() => undefined);
      wire.destroy();
      return status === 200;
    });
  });

  test('limits.per_client holds one client back, not the others', async (t) => {
    const fair = await porthole(t, {workers: 1, listen: ['127.0.0.1:0', '[::1]:0'], config: {limits: {per_client: 5}}});
    const origin = await recorder(t);
    const wires = [];
    for (let i = 0; i < 5; ++i) {
      const wire = await fair.connect(t);
      await wire.send(get(origin.url()));
      assert.equal((await wire.response()).status, 200);
      wires.push(wire);
    }
    const sixth = await fair.connect(t);
    await sixth.send(get(origin.url())).catch(() => {});
    const refused = await outcome(sixth, 'GET');
    assert.ok([429, 503, 'end', 'ECONNRESET'].includes(refused), String(refused));
    assert.equal((await exchange(t, fair.proxy6, get(origin.url()))).status, 200);
    wires[0].destroy();
    await eventually('a place is free', async () => {
      const wire = await fair.connect(t);
      await wire.send(get(origin.url())).catch(() => {});
      const status = await outcome(wire, 'GET');
      wire.destroy();
      return status === 200;
    });
  });

  test('a flood of idle connections does not keep others out', async (t) => {
    const idle = await Promise.all(Array.from({length: 500}, () => proxy.connect(t)));
    await serves(t);
    for (const wire of idle) wire.destroy();
  });

  test('a full disk under the access log costs lines, not requests', async (t) => {
    const own = await porthole(t, {accessLog: null, args: ['--access-log', 'json:/dev/full']});
    const origin = await recorder(t);
    for (let i = 0; i < 20; ++i) assert.equal((await exchange(t, own.proxy4, get(origin.url()))).status, 200);
    assert.equal((await own.ask(t, '/livez')).status, 200);
  });
});
