// Acceptance point 22: comparing says "equal" of equal octets alone, and names what it did not compare.

import assert from 'node:assert/strict';
import {before, test} from 'node:test';
import {gzipSync} from 'node:zlib';

import {suite} from '../e2e/lib/scope.mjs';

import {browser, inspector, kDev, open, openFlow, profile, rowWith, send, site} from './lib/inspector.mjs';

const shared = suite();
let chromium;
before(async () => {
  chromium = await browser(shared);
});

const lines = (n, last) => Array.from({length: n}, (_, at) => (at === n - 1 ? last : `line ${at}`)).join('\n');
const binary = (last) => Buffer.from([0, 1, 2, 3, 4, 5, last]);

// What the response's content is on either side, and what must then be said of it.
const kPairs = {
  same: ['ahoy', 'ahoy', {says: 'equal'}],
  'long-lists': [lines(3000, 'port'), lines(3000, 'starboard'), {says: '2 lines differ', lines: ['left port', 'right starboard']}],
  'all-lines': [
    lines(2500, '').replaceAll('line', 'red'),
    lines(2500, '').replaceAll('line', 'green'),
    {says: '4,000 lines differ', cut: /the first 2,000 lines are compared/},
  ],
  'long-line': [
    `${'x'.repeat(200_000)}a`,
    `${'x'.repeat(200_000)}b`,
    {says: '2 lines differ', cut: /Of long lines 4,000 characters are shown/, lines: [/^left … x{60}a$/, /^right … x{60}b$/]},
  ],
  binary: [binary(6), binary(7), {says: 'differs from octet 6 on', lines: [/^left 0{8} {2}00 01 02 03 04 05 06$/, /05 07$/]}],
  'not-utf8': [Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xfe]), {says: 'differs from octet 1 on'}],
  digits: [
    '{"n":12345678901234567890}',
    '{"n":12345678901234567891}',
    {says: '2 lines differ', lines: ['left   "n": 12345678901234567890', 'right   "n": 12345678901234567891']},
  ],
  'laid-out': ['{"n":1}', '{"n": 1}', {says: '2 lines differ', lines: ['left {"n":1}', 'right {"n": 1}']}],
  'line-ends': ['a\r\nb', 'a\nb', {says: '2 lines differ', lines: ['left a␍', 'right a']}],
  coded: [gzipSync('ahoy', {level: 1}), gzipSync('ahoy', {level: 9}), {says: /^the same when its coding is undone/}],
};
const kKept = 2 ** 20;
const kPart = [`${'k'.repeat(kKept)}a`, `${'k'.repeat(kKept)}b`];

async function pair(page, name) {
  await openFlow(page, `/${name}?1`);
  await page.keyboard.press('d');
  await openFlow(page, `/${name}?2`);
  await page.keyboard.press('d');
  const part = page.getByLabel('Response content');
  await part.waitFor();
  const said = {
    says: await part.locator('h3 .quiet').textContent(),
    cuts: (await part.locator('.why').allTextContents()).join(' '),
    lines: await part.locator('li').evaluateAll(
      (all) => all.map((one) => `${one.dataset.kind} ${one.querySelector('code').textContent}`),
      ),
    head: await page.getByLabel('Request head').locator('h3 .quiet').textContent(),
    names: await page.locator('.diff-names').textContent(),
  };
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', {state: 'detached'});
  return said;
}

test('22: contents are equal when all their octets are; every cut is named', async (t) => {
  const porthole = await inspector(t, {capture: {body_limit: '1 MiB'}});
  const all = {...kPairs, ...(kDev ? {} : {part: [...kPart, {says: 'no difference in the 1,048,576 octets that are here'}]})};
  const origin = await site(
    t,
    Object.fromEntries(Object.entries(all).map(
      ([name, bodies]) =>
        [`/${name}`,
         (request, answer) =>
           answer.writeHead(200, name === 'coded' ? {'Content-Encoding': 'gzip'} : {}).end(bodies[Number(request.url.at(-1)) - 1]),
  ])));
  const page = await profile(t, chromium);
  await open(page, porthole.link);
  for (const name of Object.keys(all))
    for (const n of [1, 2]) await send(porthole, origin.url(`/${name}?${n}`));
  for (const name of Object.keys(all)) await rowWith(page, `/${name}?2`).waitFor();
  for (const [name, [, , wanted]] of Object.entries(all)) {
    const said = await pair(page, name);
    if (wanted.says instanceof RegExp)
      assert.match(said.says, wanted.says, name);
    else
      assert.equal(said.says, wanted.says, name);
    assert.match(said.cuts, wanted.cut ?? (name === 'part' ? /only 1,048,576 of 1,048,577 octets are here/ : /^$/), name);
    for (const [n, line] of (wanted.lines ?? []).entries())
      if (line instanceof RegExp)
        assert.match(said.lines[n], line, name);
      else
        assert.equal(said.lines[n], line, name);
  }
  assert.deepEqual(page.faults, []);
});

test('22: where a field stands does not count; the two are told apart by time and id', async (t) => {
  const porthole = await inspector(t);
  const origin = await site(t);
  const page = await profile(t, chromium);
  await open(page, porthole.link);
  await send(porthole, origin.url('/moved'), {headers: {'X-One': '1', 'X-Two': '2'}});
  await rowWith(page, '/moved').waitFor();
  await send(porthole, origin.url('/moved'), {headers: {'X-Two': '2', 'X-One': '1'}});
  await page.waitForFunction(() => document.querySelectorAll('[data-at]').length === 2);
  const ids = await page.$$eval('[data-at]', (all) => all.map((one) => one.id.slice('row-'.length)));
  await page.click(`#row-${ids[0]}`);
  await page.keyboard.press('d');
  await page.locator('.toast', {hasText: 'Marked. Press d on another flow to compare.'}).waitFor();
  await page.click(`#row-${ids[1]}`);
  await page.keyboard.press('d');
  await page.getByLabel('Request head').waitFor();
  assert.equal(await page.locator('.toast').count(), 0, 'said behind the dialog');
  assert.equal(await page.getByLabel('Request head').locator('h3 .quiet').textContent(), 'equal');
  const names = await page.locator('.diff-names').textContent();
  for (const text of [origin.at, ...ids]) assert.ok(names.includes(text), `${text} in ${names}`);
  await page.keyboard.press('Escape');
  await page.locator('.detail-url', {hasText: origin.at}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('22: on a phone the mark names no key, and the tabs show that there are more', async (t) => {
  const porthole = await inspector(t);
  const origin = await site(t);
  const page = await profile(t, chromium, {viewport: {width: 320, height: 640}});
  await open(page, porthole.link);
  await send(porthole, origin.url('/phone'));
  await openFlow(page, '/phone', 'summary');
  await page.waitForSelector('.tabs[data-more=after]');
  await page.locator('#tab-summary').press('ArrowLeft');
  await page.waitForSelector('#tab-explain[aria-selected=true]');
  await page.waitForSelector('.tabs[data-more=before]');
  await page.locator('.detail-actions button', {hasText: 'Compare'}).click();
  const said = page.locator('.toast', {hasText: 'Marked. Choose Compare on another flow.'});
  await said.waitFor();
  assert.ok((await said.boundingBox()).width > 320 / 2, 'as wide as there is room');
  await page.locator('.detail-actions button', {hasText: 'Compare'}).click();
  await page.locator('.toast', {hasText: 'No longer marked.'}).waitFor();
  assert.deepEqual(page.faults, []);
});
