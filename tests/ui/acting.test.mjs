// Acceptance points 18, 19, 22, 23 and 25: copying, sending again, comparing, exchanging, and a server that restarts.

import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {before, test} from 'node:test';

import {command, tempDir} from '../e2e/lib/porthole.mjs';
import {suite} from '../e2e/lib/scope.mjs';

import {
  browser,
  choose,
  inspector,
  kDev,
  kSlack,
  open,
  openFlow,
  profile,
  rowWith,
  send,
  shownCount,
  site
} from './lib/inspector.mjs';

const shared = suite();
let chromium;
before(async () => {
  chromium = await browser(shared);
});

async function watched(t, paths, {redact, capture, ...options} = {}) {
  const porthole = await inspector(t, {redact, capture});
  const origin = await site(t, paths);
  const page = await profile(t, chromium, {permissions: ['clipboard-read', 'clipboard-write'], ...options});
  await open(page, porthole.link);
  return {porthole, page, origin};
}

test('18: the copied cURL line runs under sh and sends the same octets, also for hostile values', async (t) => {
  const {porthole, page, origin} = await watched(t);
  const body = '@/etc/passwd \'single\' "double" $(touch /tmp/no) `id` \\n %s\nsecond line $HOME !!';
  const headers = {
    'X-Hostile': '\'; $(id) `id` "q" \\ @file',
    'X-Empty': '',
    'X-At': '@/etc/passwd',
    'Content-Type': 'text/plain; x="y\'z"',
    'Content-Length': Buffer.byteLength(body),
  };
  await send(porthole, origin.url(`/a'b/$(id)/[1-3]{a,b}/../c?q="$HOME"&x=%27`), {method: 'PUT', headers, body});
  await rowWith(page, '/a').waitFor();
  await openFlow(page, '/a\'b');
  await page.keyboard.press('c');
  await page.waitForSelector('.toast');
  const line = await page.evaluate(() => navigator.clipboard.readText());
  const file = join(tempDir(t), 'line.sh');
  writeFileSync(file, line);
  const run = await command('sh', [file]);
  assert.equal(run.code, 0, run.stderr);
  const [first, second] = origin.seen;
  assert.equal(second.method, first.method);
  assert.equal(second.url, first.url);
  assert.deepEqual(second.body, first.body);
  for (const name of ['x-hostile', 'x-empty', 'x-at', 'content-type'])
    assert.equal(second.headers[name], first.headers[name], name);
});

test('19: edit and send again: the new row links to its parent, its response is in the same pane', async (t) => {
  const {porthole, page, origin} = await watched(t, {
    '/echo': (request, answer, body) => answer.end(`${request.headers['x-colour']} ${body}`),
  });
  await send(porthole, origin.url('/echo'), {
    method: 'POST',
    headers: {'X-Colour': 'red', 'Content-Type': 'text/plain', 'Content-Length': 3},
    body: 'old',
  });
  await rowWith(page, '/echo').waitFor();
  await openFlow(page, '/echo', 'response');
  await page.waitForFunction(() => location.hash.includes('flow='));
  const parent = await choose(page);
  await page.keyboard.press('r');
  await page.waitForSelector('dialog.compose[open]');
  await page.getByLabel('Value of X-Colour', {exact: false}).fill('blue');
  await page.locator('.compose textarea').fill('new content');
  await page.locator('.compose button[type=submit]').click();
  await page.waitForSelector('dialog', {state: 'detached'});
  await page.locator('.panel', {hasText: 'blue new content'}).waitFor();
  assert.equal(origin.seen.at(-1).body.toString(), 'new content');
  await page.click('#tab-summary');
  await page.locator('.summary button', {hasText: parent}).click();
  await page.waitForFunction((id) => document.querySelector('#grid [aria-selected=true]')?.id === `row-${id}`, parent);
  assert.deepEqual(page.faults, []);
});

test('19: a new request is new, whatever is chosen; Escape does not throw edits away at once', async (t) => {
  const {porthole, page, origin} = await watched(t);
  await send(porthole, origin.url('/chosen'), {headers: {'X-Old': '1'}});
  await openFlow(page, '/chosen');
  await page.locator('.bar button', {hasText: 'More'}).click();
  await page.locator('[role=menuitem]', {hasText: 'New request'}).click();
  const box = page.locator('dialog.compose[open]');
  await box.waitFor();
  assert.equal(await box.getByLabel('URL').inputValue(), 'http://');
  await box.getByLabel('URL').fill(origin.url('/new'));
  await page.keyboard.press('Escape');
  await box.locator('.why', {hasText: 'edits'}).waitFor();
  await page.mouse.click(5, 5);
  await box.waitFor({state: 'detached'});
  await page.keyboard.press('r');
  await box.waitFor();
  await page.keyboard.press('Escape');
  await box.waitFor({state: 'detached'});
  assert.equal(origin.seen.length, 1);
  assert.deepEqual(page.faults, []);
});

test('19: pressed twice while it is under way, it is sent once', async (t) => {
  const {porthole, page, origin} = await watched(t, {'/slow': (_, answer) => setTimeout(() => answer.end('done'), 300)});
  await send(porthole, origin.url('/slow'), {method: 'POST', body: 'x'});
  await openFlow(page, '/slow');
  await page.route(/api\/replay/, async (route) => {
    await new Promise((wake) => {
      setTimeout(wake, 300);
    });
    await route.continue();
  });
  await page.keyboard.press('r');
  await page.locator('.compose-url').focus();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Control+Enter');
  await page.locator('.toast', {hasText: 'Sent.'}).waitFor();
  await page.waitForTimeout(500);
  assert.equal(origin.seen.length, 2);
});

test('19: fields beyond ASCII are sent as they came, and typed ones as UTF-8', {skip: kDev}, async (t) => {
  const {porthole, page, origin} = await watched(t);
  const octets = (text) => Buffer.from(text).toString('latin1');
  await send(porthole, origin.url('/a'), {headers: {'X-Utf': octets('Zo\u00eb \u65e5\u672c'), 'X-Latin': 'Zo\u00eb'}});
  await openFlow(page, '/a');
  await page.keyboard.press('r');
  await page.getByRole('button', {name: 'Add a field'}).click();
  await page.locator('.compose-field input').nth(-2).fill('X-New');
  await page.locator('.compose-field input').last().fill('\u00fc \u65e5');
  await page.locator('.compose-url').fill(origin.url('/\u00fc?q=\u65e5'));
  await page.keyboard.press('Control+Enter');
  await page.locator('.toast', {hasText: 'Sent.'}).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-at]').length === 2);
  const [, again] = origin.seen;
  assert.equal(again.headers['x-utf'], octets('Zo\u00eb \u65e5\u672c'));
  assert.equal(again.headers['x-latin'], 'Zo\u00eb');
  assert.equal(again.headers['x-new'], octets('\u00fc \u65e5'));
  assert.equal(again.url, '/%C3%BC?q=%E6%97%A5');
});

test('a flow that is gone says so, whatever was shown before', async (t) => {
  const {porthole, page, origin} = await watched(t);
  await send(porthole, origin.url('/first'));
  await openFlow(page, '/first');
  await page.keyboard.press('r');
  await page.locator('.compose-url').focus();
  await page.keyboard.press('Control+Enter');
  await page.locator('.toast', {hasText: 'Sent.'}).waitFor();
  await page.click('#tab-summary');
  await page.getByRole('button', {name: 'Pin'}).click();
  await page.getByRole('button', {name: 'Pinned'}).waitFor();
  await page.click('.menu .bar-button');
  await page.locator('[role=menuitem]', {hasText: 'Forget all'}).click();
  await page.locator('dialog button', {hasText: 'Forget'}).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-at]').length === 1);
  await page.locator('.summary p', {hasText: 'Sent again from'}).locator('button').click();
  await page.locator('.detail', {hasText: 'this flow is gone'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a detail that could not be read is read again', async (t) => {
  const {porthole, page, origin} = await watched(t);
  await send(porthole, origin.url('/one'));
  await rowWith(page, '/one').waitFor();
  let fails = 1;
  await page.route(/api\/flows\/[0-9a-z]{13}$/, (route) => (fails-- > 0 ? route.abort() : route.continue()));
  await rowWith(page, '/one').click();
  await page.locator('.detail-url', {hasText: '/one'}).waitFor();
});

test('19: what was not recorded is left out, and said', {skip: kDev && 'the stand-in records all'}, async (t) => {
  const {porthole, page, origin} = await watched(t, {}, {redact: ['authorization']});
  await send(porthole, origin.url('/kept'), {headers: {Authorization: 'Bearer s3cret', 'If-Match': '*'}});
  await openFlow(page, '/kept', 'request');
  const field = page.locator('.fields tr', {hasText: 'Authorization'});
  await field.getByText('not recorded').waitFor();
  assert.equal(await field.locator('.reveal').count(), 0);
  await page.keyboard.press('r');
  await page.waitForSelector('dialog.compose[open]');
  await page.locator('dialog.compose', {hasText: 'Not recorded, and left out: Authorization.'}).waitFor();
  assert.equal(await page.getByLabel('Value of If-Match', {exact: false}).inputValue(), '*');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('dialog', {state: 'detached'});
  assert.equal(origin.seen.length, 2);
  assert.equal(origin.seen[1].headers.authorization, undefined);
  assert.equal(origin.seen[1].headers['if-match'], '*');
  assert.deepEqual(page.faults, []);
});

test('19: octets that nobody edited are sent as they were; CR LF and a byte order mark outlive an edit', async (t) => {
  const {porthole, page, origin} = await watched(t);
  const kContents = {
    crlf: Buffer.from('one\r\ntwo\r\n'),
    bom: Buffer.from('\ufeffname;price\n'),
    mixed: Buffer.from('one\r\ntwo\nthree\r'),
    binary: Buffer.from([0x61, 0xff, 0x0d, 0x0a]),
  };
  for (const [name, body] of Object.entries(kContents))
    await send(porthole, origin.url(`/${name}`), {method: 'POST', body, headers: {'Content-Length': body.length}});
  const resend = async (name, edit = async () => {}) => {
    await openFlow(page, `/${name}`);
    await page.keyboard.press('r');
    await page.waitForSelector('dialog.compose[open]');
    await edit(page.locator('.compose textarea'));
    const before = origin.seen.length;
    await page.locator('.compose button[type=submit]').click();
    await page.waitForSelector('dialog', {state: 'detached'});
    assert.equal(origin.seen.length, before + 1);
    return origin.seen.at(-1).body.toString('latin1');
  };
  for (const [name, body] of Object.entries(kContents)) {
    assert.equal(await resend(name), body.toString('latin1'), name);
    assert.equal(origin.seen.at(-1).url, `/${name}`);
  }
  const append = async (area) => {
    await area.press('Control+End');
    await area.pressSequentially('more');
    await area.press('Enter');
  };
  assert.equal(await resend('crlf', append), 'one\r\ntwo\r\nmore\r\n');
  assert.equal(await resend('bom', append), `${kContents.bom.toString('latin1')}more\n`);
  assert.deepEqual(page.faults, []);
});

test('19: a part of a content is not sent as all of it', {skip: kDev && 'the stand-in keeps all'}, async (t) => {
  const {porthole, page, origin} = await watched(t, {}, {capture: {body_limit: '1 KiB'}});
  const body = 'x'.repeat(5000);
  await send(porthole, origin.url('/cut'), {method: 'POST', body, headers: {'Content-Length': body.length}});
  await openFlow(page, '/cut');
  await page.keyboard.press('r');
  await page.locator('dialog.compose', {hasText: '1024 of the 5000 octets of its content were kept.'}).waitFor();
  assert.equal(await page.isDisabled('.compose button[type=submit]'), true);
  await page.keyboard.press('Control+Enter');
  await page.locator('.compose button', {hasText: 'Send other content, or none'}).click();
  await page.locator('.compose textarea').fill('other');
  await page.locator('.compose button[type=submit]').click();
  await page.waitForSelector('dialog', {state: 'detached'});
  assert.deepEqual(origin.seen.map((one) => one.body.toString()), [body, 'other']);
  assert.deepEqual(page.faults, []);
});

test('19: the URL that is sent again is shown from its beginning', async (t) => {
  const {porthole, page, origin} = await watched(t, {}, {viewport: {width: 390, height: 844}});
  await send(porthole, origin.url(`/long?${'q=1&'.repeat(60)}`));
  await openFlow(page, '/long');
  await page.keyboard.press('r');
  const box = page.locator('.compose-url');
  await box.waitFor();
  assert.deepEqual(
    await box.evaluate((one) => [one.scrollWidth > one.clientWidth, one.selectionEnd, one.scrollLeft]), [true, 0, 0]);
  assert.deepEqual(page.faults, []);
});

test('22: the diff of two flows shows what differs; received and sent show what the proxy changed', async (t) => {
  const {porthole, page, origin} = await watched(t, {
    '/d': (request, answer) => answer.writeHead(200, {'Content-Type': 'application/json', 'X-Kind': request.url.slice(-1)})
                                 .end(`{"same": 1, "kind": "${request.url.slice(-1)}"}`),
  });
  await send(porthole, origin.url('/d?a'), {headers: {'X-Who': 'first'}});
  await send(porthole, origin.url('/d?b'), {headers: {'X-Who': 'second', 'Proxy-Connection': 'keep-alive'}});
  await rowWith(page, '/d?b').waitFor();
  await openFlow(page, '/d?a');
  await page.keyboard.press('d');
  await openFlow(page, '/d?b');
  await page.keyboard.press('d');
  await page.waitForSelector('.diff-lines');
  const lines = await page.$$eval(
    '.diff-lines li',
    (all) => all.map((one) => `${one.dataset.kind} ${one.querySelector('code').textContent}`),
  );
  for (const line of
         ['left X-Who: first',
          'right X-Who: second',
          'left X-Kind: a',
          'right X-Kind: b',
          'left   "kind": "a"',
          'right   "kind": "b"',
  ])
    assert.ok(lines.includes(line), `${line} in ${JSON.stringify(lines)}`);
  assert.ok(!lines.some((line) => line.includes('"same"')));
  await page.keyboard.press('Escape');
  await page.click('#tab-request');
  assert.match(await page.textContent('.fields'), /Proxy-Connection/);
  await page.locator('.toggle button', {hasText: /^Sent/}).click();
  assert.doesNotMatch(await page.textContent('.fields'), /Proxy-Connection/);
  assert.match(await page.textContent('.fields'), /Via/);
  assert.match(await page.textContent('.changes'), /RFC 9110/);
  await page.click('#tab-explain');
  await page.waitForSelector('[data-kind=removed], [data-kind=added]');
  assert.match(await page.textContent('.explain'), /RFC 9110/);
  assert.deepEqual(page.faults, []);
});

test('23: an exported HAR comes back as the same rows, without secrets unless they are ticked', async (t) => {
  const {porthole, page, origin} = await watched(t, {
    '/cookie': (_, answer) => answer.writeHead(201, {'Set-Cookie': 'id=s3cret-out', 'Content-Type': 'text/plain'}).end('crumb'),
  });
  await send(porthole, origin.url('/cookie'), {headers: {Authorization: 'Bearer s3cret-in', Cookie: 'a=s3cret-too'}});
  await send(porthole, origin.url('/plain?x=1'));
  await rowWith(page, '/plain').waitFor();
  const save = async (secrets) => {
    await page.click('.menu .bar-button');
    await page.locator('[role=menuitem]', {hasText: 'Export'}).click();
    assert.equal(await page.isChecked('#secrets'), false, 'unticked at first');
    if (secrets) await page.check('#secrets');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('dialog a.main-button').click()]);
    await page.waitForSelector('dialog', {state: 'detached'});
    return download.path();
  };
  const file = await save(false);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /s3cret/);
  assert.match(readFileSync(await save(true), 'utf8'), /s3cret-in/);
  const cells = () => page.$$eval(
    '[data-at]',
    (rows) => rows.map(
      (row) => ['method', 'status', 'host', 'path', 'type', 'size']
                 .map((one) => row.querySelector(`.c-${one}`).textContent.replace('imported', ''))
                 .join(' '),
      ),
  );
  const before = await cells();
  assert.equal(before.length, 2);
  const badges = page.locator('[data-at] .chip', {hasText: 'imported'});
  assert.equal(await badges.count(), 0);
  await page.click('.menu .bar-button');
  await page.locator('[role=menuitem]', {hasText: 'Import'}).click();
  await page.setInputFiles('input[type=file]', {name: 'porthole.har', mimeType: 'application/json', buffer: readFileSync(file)});
  await page.waitForFunction(() => document.querySelector('[data-count]').dataset.count === '4');
  await page.waitForFunction(() => document.querySelectorAll('[data-at]').length === 4);
  await page.locator('.toast', {hasText: '2 flows added.'}).waitFor();
  const after = await cells();
  assert.deepEqual(after.sort(), [...before, ...before].sort());
  assert.equal(await badges.count(), 2);
  await badges.first().click();
  await page.locator('.facts', {hasText: 'a HAR file that was imported'}).waitFor();
});

test('recording is paused and goes on; whoever looks sees that it is', {skip: kDev && 'the stand-in records all'}, async (t) => {
  const {porthole, page, origin} = await watched(t);
  await send(porthole, origin.url('/before'));
  await rowWith(page, '/before').waitFor();
  await page.keyboard.press('s');
  const banner = page.locator('.banner', {hasText: 'Recording is paused.'});
  await banner.waitFor();
  const second = await page.context().newPage();
  await second.goto(`http://${porthole.ui}/`);
  await second.locator('.banner', {hasText: 'Recording is paused.'}).waitFor();
  await send(porthole, origin.url('/unseen'));
  await banner.locator('button').click();
  await banner.waitFor({state: 'detached'});
  await send(porthole, origin.url('/after'));
  await rowWith(page, '/after').waitFor();
  await page.click('.menu .bar-button');
  await page.locator('[role=menuitem]', {hasText: 'Pause recording'}).click();
  await banner.waitFor();
  assert.deepEqual(await page.$$eval('[data-at] .path', (all) => all.map((one) => one.textContent)), ['/before', '/after']);
  assert.deepEqual(page.faults, []);
});

test('25: when the server goes a banner says so, and after its restart no row is lost or doubled', async (t) => {
  const {porthole, page, origin} = await watched(t);
  for (let n = 0; n < 5; n += 1) await send(porthole, origin.url(`/before/${n}`));
  await rowWith(page, '/before/4').waitFor();
  await page.waitForTimeout(300);
  const begun = Date.now();
  await porthole.stop();
  await page.waitForSelector('.banner', {timeout: 2000 * kSlack});
  t.diagnostic(`banner after ${Date.now() - begun} ms`);
  await porthole.start();
  await page.waitForSelector('.banner', {state: 'detached'});
  for (let n = 0; n < 5; n += 1) await send(porthole, origin.url(`/after/${n}`));
  await rowWith(page, '/after/4').waitFor();
  const paths = await page.$$eval('[data-at] .path', (all) => all.map((one) => one.textContent));
  assert.deepEqual(paths, [...Array(5).keys()].map((n) => `/before/${n}`).concat([...Array(5).keys()].map((n) => `/after/${n}`)));
  assert.equal(await shownCount(page), 10);
  assert.deepEqual(page.faults, []);
});

for (const [name, viewport] of [['390 px wide', {width: 390, height: 844}], ['at 200 % of 1280 px', {width: 640, height: 400}], ])
  test(`25: the page works ${name}`, async (t) => {
    const {porthole, page, origin} = await watched(t, {}, {viewport});
    for (let n = 0; n < 20; n += 1) await send(porthole, origin.url(`/narrow/${n}`));
    await rowWith(page, '/narrow/19').waitFor();
    await openFlow(page, '/narrow/19');
    for (const tab of ['summary', 'request', 'response', 'timing', 'explain']) {
      await page.click(`#tab-${tab}`);
      await page.waitForTimeout(150);
      const beyond =
        await page.evaluate(() => ({
                              page: document.documentElement.scrollWidth - innerWidth,
                              panel: document.querySelector('.panel').scrollWidth - document.querySelector('.panel').clientWidth,
                            }));
      const cut = await page.$$eval(
        '.bar button, .detail-head button, .panel button',
        (all) => all.filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.textContent),
      );
      assert.deepEqual(cut, [], `cut off in ${tab}`);
      assert.ok(beyond.page <= 0 && beyond.panel <= 0, `${tab} is ${JSON.stringify(beyond)} px too wide`);
    }
    await page.locator('.detail-line button').click();
    await rowWith(page, '/narrow/19').waitFor();
    await page.fill('#filter', 'path:*/3');
    await page.waitForFunction(() => document.querySelector('[data-count]').dataset.count === '1');
    assert.deepEqual(page.faults, []);
  });
