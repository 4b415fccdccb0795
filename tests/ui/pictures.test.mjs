// What the inspector looks like, for people to look at: artifacts/ui/*.png, wide and narrow, light and dark. Not compared.

import assert from 'node:assert/strict';
import {mkdirSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {eventually} from '../e2e/lib/porthole.mjs';
import {kOpcodes, websocketClient, websocketServer} from '../e2e/lib/websocket.mjs';

import {browser, inspector, open, openFlow, profile, rowWith, send, site} from './lib/inspector.mjs';

const kFolder = resolve(process.env.PORTHOLE_ARTIFACTS ?? fileURLToPath(new URL('../../artifacts', import.meta.url)), 'ui');
const kSizes = {
  1440: {width: 1440, height: 900},
  390: {width: 390, height: 844}
};

// What a page of a shop says to its server, and hears.
async function talk(t, porthole) {
  const extensions = 'permessage-deflate';
  const server = await websocketServer(t, undefined, {extensions});
  const client = await websocketClient(t, porthole.proxy, server.url('/live'), {extensions});
  const [end] = server.ends;
  const heard = (ear, data) => eventually(data, () => ear.messages.some((one) => one.data === data));
  const say = async (from, to, what) => {
    const data = JSON.stringify(what);
    await from.sendCompressed(data);
    await heard(to, data);
  };
  await say(client, end, {type: 'subscribe', topics: ['stock', 'prices']});
  await say(end, client, {type: 'subscribed', topics: ['stock', 'prices'], session: 'a81f0c'});
  for (let n = 0; n < 12; n += 1)
    await say(
      end, client,
      {type: 'price', item: ['Lantern', 'Compass', 'Rope'][n % 3], price: 12.5 + n, currency: 'EUR', in_stock: n % 4 > 0});
  await say(
    client, end, {type: 'order', id: 71, lines: [{item: 'Lantern', count: 2, price: 12.5}, {item: 'Rope', count: 1, price: 8}]});
  end.send(Buffer.from('89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61', 'hex'), kOpcodes.binary);
  end.send('17', kOpcodes.ping);
  await heard(client, '17');
  client.send('17', kOpcodes.pong);
  client.close(1001, 'the page is left');
  await eventually('the close', () => end.messages.some((one) => one.opcode === kOpcodes.close));
  end.close(1001);
  await eventually('its answer', () => client.messages.some((one) => one.opcode === kOpcodes.close));
}

test('pictures of list, detail, explanation and messages at 1440 and 390 px, light and dark', async (t) => {
  mkdirSync(kFolder, {recursive: true});
  const porthole = await inspector(t);
  const origin = await site(t, {
    '/api/items': (_, answer) =>
      answer.writeHead(200, {'Content-Type': 'application/json'}).end('{"items":[{"name":"Lantern","price":12.5}],"more":false}'),
    '/login': (_, answer) => answer.writeHead(302, {Location: '/cart', 'Set-Cookie': 'id=1; HttpOnly'}).end(),
    '/missing': (_, answer) => answer.writeHead(404, {'Content-Type': 'text/html'}).end('<h1>404</h1>'),
    '/fault': (_, answer) => setTimeout(() => answer.writeHead(503, {'Content-Type': 'text/plain'}).end('busy'), 60),
  });
  const chromium = await browser(t);
  let storageState;
  for (const [size, viewport] of Object.entries(kSizes))
    for (const colorScheme of ['light', 'dark']) {
      const page = await profile(t, chromium, {viewport, colorScheme, storageState});
      await open(page, storageState ? `http://${porthole.ui}/` : porthole.link);
      if (!storageState) {
        storageState = await page.context().storageState();
        for (let n = 0; n < 30; n += 1)
          for (const path of ['/', '/login', '/missing', '/fault', '/app.js']) await send(porthole, origin.url(path));
        await talk(t, porthole);
        await send(porthole, origin.url('/api/items'), {headers: {'Proxy-Connection': 'keep-alive', Accept: 'application/json'}});
      }
      await rowWith(page, '/api/items').waitFor();
      const keep = async (name) => {
        await page.waitForTimeout(250);
        const file = join(kFolder, `${name}-${size}-${colorScheme}.png`);
        await page.screenshot({path: file});
        assert.ok(statSync(file).size > 10_000);
      };
      await keep('list');
      await openFlow(page, '/api/items', 'response');
      await page.waitForSelector('.json');
      await keep('detail');
      await page.click('#tab-explain');
      await page.waitForSelector('.explained');
      await keep('explain');
      await page.keyboard.press('Escape');  // where it is narrow the detail hides the list
      await openFlow(page, '/live', 'messages');
      await page.locator('.message', {hasText: 'the page is left'}).waitFor();
      await keep('messages');
      await page.locator('.message', {hasText: '"order"'}).click();
      await page.locator('.message-view .json').waitFor();
      await keep('message');
      assert.deepEqual(page.faults, []);
    }
});
