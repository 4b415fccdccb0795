// What the inspector looks like, for people to look at: artifacts/ui/*.png, wide and narrow, light and dark. Not compared.

import assert from 'node:assert/strict';
import {mkdirSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {browser, inspector, open, openFlow, profile, rowWith, send, site} from './lib/inspector.mjs';

const kFolder = resolve(process.env.PORTHOLE_ARTIFACTS ?? fileURLToPath(new URL('../../artifacts', import.meta.url)), 'ui');
const kSizes = {
  1440: {width: 1440, height: 900},
  390: {width: 390, height: 844}
};

test('pictures of list, detail and explanation at 1440 and 390 px, light and dark', async (t) => {
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
      assert.deepEqual(page.faults, []);
    }
});
