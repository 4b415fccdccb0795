// Acceptance points 10, 13, 15 and 16 for WebSocket: a word in a message, a fixture of each kind, and 10,000 of them that stream
// into an open detail.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {before, test} from 'node:test';

import {suite} from '../e2e/lib/scope.mjs';
import {kOpcodes, websocketClient, websocketServer} from '../e2e/lib/websocket.mjs';

import {browser, inspector, open, openFlow, profile, rowWith, scrollsSmoothly} from './lib/inspector.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shared = suite();
let chromium;
before(async () => {
  chromium = await browser(shared);
});

// A WebSocket through the proxy, both of its ends, and a page whose detail shows its messages.
async function talking(t, path, options = {}) {
  const porthole = await inspector(t);
  const server = await websocketServer(t, undefined, options);
  const page = await profile(t, chromium, {permissions: ['clipboard-read', 'clipboard-write']});
  await open(page, porthole.link);
  const client = await websocketClient(t, porthole.proxy, server.url(path), options);
  await rowWith(page, path).locator('.status', {hasText: '101'}).waitFor();
  await openFlow(page, path, 'messages');
  const line = (text) => page.locator('.message', {hasText: text});
  return {porthole, page, client, server: server.ends[0], line};
}

test('15: a WebSocket shows each kind of message, JSON as a tree and binary as octets', async (t) => {
  const extensions = 'permessage-deflate';
  const {page, client, server, line} = await talking(t, '/chat', {extensions});
  const order = {type: 'order', lines: [{item: 'lantern', price: 12.5}]};
  await client.sendCompressed(JSON.stringify(order));
  await line('lantern').waitFor();
  server.send(Buffer.from([0, 1, 254, ...Buffer.from('abc')]), kOpcodes.binary);
  await line('00 01 fe 61 62 63').waitFor();
  server.send('beat', kOpcodes.ping);
  await line('ping').waitFor();
  client.send('beat', kOpcodes.pong);
  client.close(1001, 'gone fishing');
  await line('close 1001').waitFor();
  server.raw(Buffer.from([0x91, 0]));
  await line('a reserved bit is set').waitFor();

  assert.match(await page.textContent('.messages-head'), /WebSocket 6 messages, still open/);
  const lines = await page.locator('.message').allTextContents();
  const clock = String.raw`\d\d:\d\d:\d\d\.\d{3}`;
  for (const [n, shape] of
         [`^↑to the server${clock}\\d+ B\\{"type":"order"`,
          `^↓from the server${clock}6 Bbinary00 01 fe 61 62 63$`,
          `^↓from the server${clock}4 Bpingbeat$`,
          `^↑to the server${clock}4 Bpongbeat$`,
          `^↑to the server${clock}12 Bclose 1001gone fishing$`,
          `^↓from the server${clock}unreadablea reserved bit is set`,
  ].entries())
    assert.match(lines[n], new RegExp(shape));

  const view = page.locator('.message-view');
  await line('lantern').click();
  await view.locator('.json', {hasText: '"type": "order"'}).waitFor();
  assert.match(await view.textContent(), /no\. 1, 58 B, was compressed/);
  await view.locator('button', {hasText: 'Text'}).click();
  assert.equal(await view.locator('pre').textContent(), JSON.stringify(order));
  await view.locator('button', {hasText: 'Copy'}).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), JSON.stringify(order));
  await view.locator('button', {hasText: 'Hex'}).click();
  await view.locator('.hex-line', {hasText: '7b 22 74 79'}).waitFor();
  await line('00 01 fe').click();
  await view.locator('.hex-line', {hasText: '00 01 fe 61 62 63'}).waitFor();
  await line('close 1001').click();
  await view.locator('p', {hasText: 'going away'}).waitFor();

  // The keyboard alone: from line to line, and out of the message before out of the detail.
  await page.focus('.messages-box');
  await page.keyboard.press('Home');
  await page.waitForSelector('#message-0[aria-selected=true]');
  await page.keyboard.press('ArrowDown');
  await page.waitForSelector('#message-1[aria-selected=true]');
  assert.equal(await page.getAttribute('.messages-box', 'aria-activedescendant'), 'message-1');
  await page.keyboard.press('Escape');
  await view.waitFor({state: 'detached'});
  assert.equal(await page.locator('.messages-box').count(), 1);

  await page.locator('.messages-head button', {hasText: 'To server'}).click();
  await line('lantern').waitFor();
  assert.equal(await page.locator('.message').count(), 3);
  await page.locator('.messages-head button', {hasText: 'From server'}).click();
  await line('ping').waitFor();
  assert.equal(await page.locator('.message').count(), 3);
  assert.deepEqual(page.faults, []);
});

test('10: a search finds a word inside a compressed message', async (t) => {
  const extensions = 'permessage-deflate';
  const {page, client, server, line} = await talking(t, '/found', {extensions});
  await client.sendCompressed(`${'filler '.repeat(500)} periwinkle`);
  await line('filler').waitFor();
  client.socket.destroy();
  server.socket.destroy();
  await page.locator('[data-messages]', {hasText: /^1 message$/}).waitFor();
  await page.fill('#filter', 'request-body:periwinkle');
  await page.locator('.sorted', {hasText: '1 found'}).waitFor();
  await rowWith(page, '/found').waitFor();
  assert.equal(await page.locator('[data-at]').count(), 1);
});

test('13: no serious finding in the messages of a WebSocket, light and dark', async (t) => {
  const {page, client, server, line} = await talking(t, '/axe');
  client.send('{"a": 1}');
  server.send(Buffer.from([1, 2, 3]), kOpcodes.binary);
  client.close(1000);
  await line('close 1000').waitFor();
  await line('"a"').click();
  await page.locator('.message-view .json').waitFor();
  await page.evaluate(axe);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme: scheme});
    const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
    const grave = violations.filter(({impact}) => ['serious', 'critical'].includes(impact));
    assert.deepEqual(grave.map(({id, nodes}) => [id, nodes.map(({html}) => html)]), [], scheme);
  }
});

test('16: WebSocket messages stream into the open detail; 10,000 stay smooth', async (t) => {
  const {page, client, server, line} = await talking(t, '/stream');
  client.send('first word');
  const one = line('first word');
  await one.waitFor();
  assert.match(await one.textContent(), /to the server\d\d:\d\d:\d\d\.\d{3}10 B/);
  server.send('an answer');
  await line('an answer').waitFor();
  for (let n = 0; n < 5000; n += 1) {
    client.send(`wave ${n}`);
    server.send(Buffer.from(`wash ${n}`), n % 2 ? kOpcodes.text : kOpcodes.binary);
  }
  await page.waitForSelector('[data-messages="10002"]', {timeout: 60_000});
  await page.locator('.message').last().waitFor();
  await scrollsSmoothly(t, page);
  await page.focus('.messages-box');
  await page.keyboard.press('End');
  await page.waitForSelector('#message-10001[aria-selected=true]');
  assert.deepEqual(page.faults, []);
});
