// What people say about flows: no click, key or other page undoes what was said before.

import assert from 'node:assert/strict';
import {before, test} from 'node:test';

import {eventually} from '../e2e/lib/porthole.mjs';
import {suite} from '../e2e/lib/scope.mjs';

import {browser, choose, inspector, open, openFlow, profile, rowWith, send, site} from './lib/inspector.mjs';

const shared = suite();
let chromium;
before(async () => {
  chromium = await browser(shared);
});

async function watched(t) {
  const porthole = await inspector(t);
  const origin = await site(t);
  const page = await profile(t, chromium);
  await open(page, porthole.link);
  for (const path of ['/one', '/two']) await send(porthole, origin.url(path));
  await openFlow(page, '/one', 'summary');
  const id = await choose(page);
  // What the server has, in the end.
  const marked = (what, wanted) =>
    eventually(what, async () => {
      const {mark = {}} = await page.evaluate(async (one) => (await (await fetch(`/api/flows/${one}`)).json()).row, id);
      return JSON.stringify(mark) === JSON.stringify(wanted) || (marked.last = JSON.stringify(mark), false);
    }).catch((error) => {
      throw new Error(`${error.message}; there is ${marked.last}`);
    });
  return {page, id, marked, note: page.locator('.marks textarea'), tags: page.locator('.marks input')};
}

test('a note that is being written outlives a pin, a colour and tags', async (t) => {
  const {page, marked, note, tags} = await watched(t);
  await note.pressSequentially('why so slow?');
  await page.locator('.detail-actions button', {hasText: 'Pin'}).click();
  await marked('pin and note', {pinned: true, note: 'why so slow?'});
  await tags.fill('slow, shop');
  await page.locator('.swatch[data-colour=red]').click();
  await marked('all four', {pinned: true, colour: 'red', note: 'why so slow?', tags: ['slow', 'shop']});
  await page.locator('.detail-actions button', {hasText: 'Pinned'}).click();
  await marked('all but the pin', {colour: 'red', note: 'why so slow?', tags: ['slow', 'shop']});
  await note.fill('');
  await note.blur();
  await marked('no note', {colour: 'red', tags: ['slow', 'shop']});
  assert.equal(await note.inputValue(), '');
  assert.deepEqual(page.faults, []);
});

test('a pin while the filter hides the flow keeps the note, and the button follows', async (t) => {
  const {page, marked, note} = await watched(t);
  await note.fill('kept');
  await note.blur();
  await marked('the note', {note: 'kept'});
  await page.fill('#filter', 'path:/two');
  await rowWith(page, '/one').waitFor({state: 'detached'});
  await page.focus('#grid');
  await page.keyboard.press('p');
  await marked('pin and note', {pinned: true, note: 'kept'});
  await page.locator('.detail-actions button', {hasText: 'Pinned'}).waitFor();
  await page.keyboard.press('p');
  await marked('the note alone', {note: 'kept'});
  assert.deepEqual(page.faults, []);
});

test('what one page says shows in the other, and neither undoes the other', async (t) => {
  const {page, id, marked, note} = await watched(t);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.locator('.marks textarea').waitFor();
  await other.locator('.swatch[data-colour=blue]').click();
  await page.locator('.swatch[data-colour=blue][aria-pressed=true]').waitFor();
  await note.fill('of the first');
  await note.blur();
  await marked('both', {colour: 'blue', note: 'of the first'});
  await other.waitForFunction(() => document.querySelector('.marks textarea').value === 'of the first');
  await other.locator('.marks input').fill('tag of the second');
  await other.locator('.marks input').blur();
  await marked('three', {colour: 'blue', note: 'of the first', tags: ['tag of the second']});
  assert.equal(await choose(page), id);
  assert.deepEqual(page.faults, []);
});

test('Escape leaves the note, which is kept, and then keys are shortcuts again', async (t) => {
  const {page, marked, note} = await watched(t);
  await page.keyboard.press('n');
  await page.waitForFunction(() => document.activeElement?.matches('.marks textarea'));
  await page.keyboard.type('fj?');
  await page.keyboard.press('Escape');
  await marked('the note', {note: 'fj?'});
  await page.keyboard.press('p');
  await marked('the pin', {pinned: true, note: 'fj?'});
  assert.equal(await note.inputValue(), 'fj?');
  assert.deepEqual(page.faults, []);
});
