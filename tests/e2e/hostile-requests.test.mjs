// Hostile requests: every family of hostile/requests.mjs, each sequence whole and in pieces, followed at once by one more
// request on the same connection. Judged is what the origin read as much as what we answered: nothing ambiguous, nothing
// smuggled, nothing after a refusal.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {feeds, fill, must, report, runAll, shown} from './hostile/judge.mjs';
import {families, sequences} from './hostile/requests.mjs';
import {ok, recorder} from './lib/origin.mjs';
import {porthole} from './lib/porthole.mjs';
import {exchange, get} from './lib/raw.mjs';

// A program of its own for each family: a crash is then told by the family that caused it.
const start = (t) => porthole(t, {workers: 1, accessLog: null, config: {timeouts: {head: '2s', body: '2s', idle_client: '5s'}}});

const closes = (response) => /(^|[ ,])close($|[ ,])/i.test(response.fields.get('connection') ?? '');

// Judges one refused sequence: an error answer of ours, `close`, then the end, and the marker unread by anybody.
async function refused(wire, family, item, origin) {
  const response = await wire.response();
  must([family.status ?? 400].flat().includes(response.status), `status ${response.status}, wanted ${family.status ?? 400}`);
  must(response.fields.has('proxy-status'), `not our answer: ${response.raw}`);
  if (family.close === false && !closes(response)) {
    // Framing is not in doubt: the connection may go on, with the next request and nothing else.
    const next = await wire.response();
    must(next.status === 200 && next.body.toString() === `/marker-${item.id}`, `after it: ${next.status} ${next.body}`);
  } else {
    must(closes(response), 'no Connection: close');
    const left = await wire.rest();
    must(left.length === 0, `after the refusal: ${shown(left)}`);
    must(
      !origin.requests.some((request) => request.target === `/marker-${item.id}`),
      'the request behind a refused one was processed');
  }
}

async function accepted(wire, family, item, origin, first) {
  const response = first ?? await wire.response();
  must(response.status === 200, `status ${response.status}, wanted 200`);
  const request = origin.requests.find((one) => one.target.includes(item.path));
  must(request, 'the origin did not get it');
  if (family.body !== undefined) must(request.body.toString('latin1') === family.body, `body ${shown(request.body)}`);
  if (family.saw)
    must(family.saw(request, origin, item), `the origin saw ${shown(request.raw)} ${JSON.stringify(request.trailers?.list)}`);
  if (family.last) {
    must(closes(response), 'no Connection: close');
    must((await wire.rest()).length === 0, 'bytes behind the last answer');
    must(!origin.requests.some((one) => one.target === `/marker-${item.id}`), 'what stood behind the last request was processed');
  } else if (!closes(response) && response.framing.kind !== 'close') {
    const next = await wire.response();
    must(next.status === 200 && next.body.toString() === `/marker-${item.id}`, `after it: ${next.status} ${shown(next.body)}`);
  }
}

for (const family of families) {
  test(`bad input ${family.n}: ${family.name} (${family.want}, ${family.cases.length} sequences)`, async (t) => {
    const proxy = await start(t);
    const origin = await recorder(t, (request) => ok(request.method === 'HEAD' ? '' : request.target));
    const items = family.cases.flatMap((sequence, index) => feeds(fill(sequence, origin, `/c${index}`)).map(([feed, cuts]) => {
      const id = `${index}-${feed}`;
      const path = `/c${id}.`;
      return {id, path, cuts, bytes: fill(sequence, origin, path), label: `${shown(fill(sequence, origin, path))} fed ${feed}`};
    }));
    const problems = await runAll(items, async (item) => {
      const scope = {undo: [], after(undo) { this.undo.push(undo); }};
      try {
        const wire = await proxy.connect(scope);
        const marker = get(origin.url(`/marker-${item.id}`));
        // Who says close and writes on may lose the answer to a reset: then the marker comes with the last octet, not later.
        const cuts = family.last && item.cuts === 'each' ? Array.from({length: item.bytes.length - 1}, (_, i) => i + 1) : item.cuts;
        const sent = wire.sendCut(Buffer.concat([item.bytes, marker]), cuts);
        if (family.want === 'refuse' || family.want === 'broken')
          await refused(wire, family, item, origin);
        else if (family.want === 'accept')
          await accepted(wire, family, item, origin);
        else if (family.want === 'either') {
          const first = await wire.response();
          if (first.status === 200)
            await accepted(wire, family, item, origin, first);
          else
            must(
              [family.status ?? 400].flat().includes(first.status) && closes(first),
              `status ${first.status}, close ${closes(first)}`);
        } else {
          await sent;
          wire.end();
          await wire.rest();
        }
        await sent;
        if (['refuse', 'broken'].includes(family.want))
          must(!origin.requests.some((request) => request.target.includes(item.path)), 'a refused request was whole at the origin');
      } finally {
        for (const undo of scope.undo) await undo();
      }
    });
    // One request more flushes what may still be on its way, and shows that the program lives.
    assert.equal((await exchange(t, proxy.proxy4, get(origin.url('/last')))).status, 200);
    const seen = origin.seen();
    if (family.want === 'refuse') {
      const stray = origin.requests.filter((request) => !/^\/(marker-|last)/.test(request.target));
      for (const request of stray) problems.push(`the origin got ${shown(request.raw)}`);
    }
    if (seen.includes('GET /smuggled')) problems.push('a smuggled request reached the origin');
    for (const error of origin.errors.splice(0)) problems.push(`the origin read something ambiguous: ${error.message}`);
    report(problems, items.length);
  });
}

test('the table holds more than 500 distinct sequences, none twice in a family', () => {
  assert.ok(sequences.size >= 500, `${sequences.size}`);
  for (const family of families) assert.equal(new Set(family.cases).size, family.cases.length, family.name);
});
