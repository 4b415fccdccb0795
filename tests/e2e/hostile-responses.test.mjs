// Hostile answers: every family of hostile/responses.mjs, whole and in pieces, from a server that keeps its connection open.
// The client reads strictly; then further requests show that nothing of the bad answer is ever paired with another request.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {feeds, fill, must, report, runAll, shown} from './hostile/judge.mjs';
import {families, sequences} from './hostile/responses.mjs';
import {ok, rawOrigin} from './lib/origin.mjs';
import {porthole} from './lib/porthole.mjs';
import {Closed, head} from './lib/raw.mjs';

// A program of its own for each family: a crash is then told by the family that caused it.
const start = (t) => porthole(t, {workers: 1, accessLog: null, config: {timeouts: {response_head: '2s', body: '2s'}}});

const kPoison = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Poison: 1\r\n\r\nPOISON';

// A server whose first answer is `bytes`, fed by `cuts`; whatever it is asked further, on any connection, is answered well
// with the path as body. `hostile` is its first connection.
async function villain(scope, bytes, cuts, thenEnd) {
  let first = true;
  return rawOrigin(scope, async (wire) => {
    const request = await wire.request();
    if (first) {
      first = false;
      await wire.sendCut(bytes, cuts);
      if (thenEnd) wire.end();
    } else
      await wire.send(ok(request.method === 'HEAD' ? '' : request.target));
    for (;;) {
      const next = await wire.request();
      await wire.send(ok(next.target));
    }
  });
}

const closes = (response) => /(^|[ ,])close($|[ ,])/i.test(response.fields.get('connection') ?? '');

async function judge(family, response) {
  const ours = response.status === 502 && response.fields.has('proxy-status');
  if (family.want === '502' || (ours && ['cut', 'either', 'alive'].includes(family.want))) {
    must(ours, `status ${response.status} ${shown(response.raw + (response.body ?? ''))}`);
    must(
      /error=(http_protocol_error|http_upgrade_failed|http_response_[a-z_]+|connection_terminated)/.test(
        response.fields.get('proxy-status')),
      response.fields.get('proxy-status'));
    return;
  }
  must([family.status ?? 200].flat().includes(response.status) || family.want === 'alive', `status ${response.status}`);
  must(!response.fields.has('x-poison'), 'poison');
  if (family.want === 'cut') throw new Error(`taken as whole: ${shown(response.body)}`);
  if (family.body !== undefined) must(response.body.toString('latin1') === family.body, `body ${shown(response.body)}`);
  if (family.saw) must(family.saw(response), `the client saw ${shown(response.raw)}`);
}

for (const family of families) {
  test(`bad input ${family.n}, from a server: ${family.name} (${family.want}, ${family.cases.length} sequences)`, async (t) => {
    const proxy = await start(t);
    const method = family.method ?? 'GET';
    const items = family.cases.flatMap((sequence) => {
      const bytes = fill(sequence.replaceAll('{poison}', kPoison), {authority: 'unused', port: 0}, '');
      return feeds(bytes).map(([feed, cuts]) => ({bytes, cuts, label: `${shown(bytes)} fed ${feed}`}));
    });
    const problems = await runAll(items, async ({bytes, cuts}) => {
      const scope = {undo: [], after(undo) { this.undo.push(undo); }};
      try {
        const origin = await villain(scope, bytes, cuts, family.end);
        const request = (path) =>
          head(`${path === '/bad' ? method : 'GET'} ${origin.url(path)} HTTP/1.1`, `Host: ${origin.authority}`);
        const wire = await proxy.connect(scope);
        await wire.send(request('/bad'));
        let response;
        try {
          response = await wire.response(method);
        } catch (error) {
          if (!(error instanceof Closed) || !['cut', 'alive'].includes(family.want)) throw error;
        }
        if (response) await judge(family, response);
        const hostile = await origin.wire(0);
        if (['502', 'relay'].includes(family.want)) await hostile.closed(4_000);
        // What comes next, on the same client connection and on another, is answered by the server to that very request.
        for (const path of ['/next', '/other']) {
          let client = wire;
          if (path === '/other' || !response || closes(response) || response.framing.kind === 'close')
            client = await proxy.connect(scope);
          await client.send(request(path));
          const next = await client.response();
          must(next.status === 200 && next.body.toString() === path, `the next answer is ${next.status} ${shown(next.body)}`);
        }
        const reusable = family.want === 'clean' || family.want === 'alive' || family.reusable;
        if (!reusable)
          must(
            (hostile.received.toString('latin1').match(/ HTTP\/1\.1\r\n/g) ?? []).length === 1,
            'the upstream connection was used again');
        for (const error of origin.errors.splice(0)) throw error;
      } finally {
        for (const undo of scope.undo.reverse()) await undo();
      }
    });
    report(problems, items.length);
  });
}

test('bad input 40: an answer that nobody asked for, on an idle connection, closes it', async (t) => {
  const proxy = await start(t);
  for (const bytes of [kPoison, 'x', '\r\n', 'HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n']) {
    const origin = await rawOrigin(t, async (wire, index) => {
      await wire.request();
      await wire.send(ok(`first on ${index}`));
      if (index === 0) {
        await idle.passed;
        await wire.send(bytes);
      }
      for (;;) {
        await wire.request();
        await wire.send(ok(`again on ${index}`));
      }
    });
    let release;
    const idle = {
      passed: new Promise((resolve) => {
        release = resolve;
      })
    };
    const wire = await proxy.connect(t);
    const request = head(`GET ${origin.url()} HTTP/1.1`, `Host: ${origin.authority}`);
    await wire.send(request);
    assert.equal((await wire.response()).body.toString(), 'first on 0');
    release();
    await origin.wires[0].closed();
    await wire.send(request);
    assert.equal((await wire.response()).body.toString(), 'first on 1');
  }
});

test('bad input 40: an answer before the request is never paired with it', async (t) => {
  const proxy = await start(t);
  let poisoned;
  const origin = await rawOrigin(t, async (wire) => {
    if (!poisoned) {
      poisoned = wire;
      await wire.send(kPoison);
    }
    for (;;) {
      const request = await wire.request();
      await wire.send(ok(request.target));
    }
  });
  for (const path of ['/a', '/b', '/c']) {
    const wire = await proxy.connect(t);
    await wire.send(head(`GET ${origin.url(path)} HTTP/1.1`, `Host: ${origin.authority}`));
    const response = await wire.response();
    // The very first exchange cannot tell an early answer from its own. What it leaves over, the real answer, belongs to
    // nobody: the proxy must close that connection, and all later answers must be right.
    if (path === '/a')
      await poisoned.closed();
    else
      assert.equal(response.body.toString(), path);
  }
});

test('the table holds more than 300 distinct sequences', () => {
  assert.ok(sequences.size >= 300, String(sequences.size));
  for (const family of families) assert.equal(new Set(family.cases).size, family.cases.length, family.name);
});
