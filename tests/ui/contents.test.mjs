// Acceptance points 10, 15 to 17 and 24: what passed, shown and searched, and never run.

import assert from 'node:assert/strict';
import {before, test} from 'node:test';
import tls from 'node:tls';
import {brotliCompressSync, deflateSync, gzipSync} from 'node:zlib';

import {rawOrigin} from '../e2e/lib/origin.mjs';
import {connect, tunnel} from '../e2e/lib/raw.mjs';
import {suite} from '../e2e/lib/scope.mjs';

import {browser, inspector, kSlack, open, openFlow, profile, rowWith, scrollsSmoothly, send, site} from './lib/inspector.mjs';

const shared = suite();
let chromium;
before(async () => {
  chromium = await browser(shared);
});

async function watched(t, paths) {
  const porthole = await inspector(t);
  const origin = await site(t, paths);
  const page = await profile(t, chromium);
  await open(page, porthole.link);
  return {porthole, page, origin};
}
const says = (type, body, more = {}) => (_, answer) => answer.writeHead(200, {'Content-Type': type, ...more}).end(body);

test('10: a search finds a word inside a coded body and shows its progress', async (t) => {
  const text = `${'filler '.repeat(500)} periwinkle ${'filler '.repeat(500)}`;
  const {porthole, page, origin} = await watched(t, {
    '/gzip': says('text/plain', gzipSync(text), {'Content-Encoding': 'gzip'}),
    '/br': says('text/plain', brotliCompressSync(text), {'Content-Encoding': 'br'}),
    '/deflate': says('text/plain', deflateSync(text), {'Content-Encoding': 'deflate'}),
  });
  for (const path of ['/gzip', '/br', '/deflate', '/other', '/more']) await send(porthole, origin.url(path));
  await rowWith(page, '/more').waitFor();
  await page.fill('#filter', 'body:periwinkle');
  await page.locator('.sorted', {hasText: '3 found'}).waitFor();
  for (const path of ['/gzip', '/br', '/deflate']) await rowWith(page, path).waitFor();
  assert.equal(await page.locator('[data-at]').count(), 3);
  await openFlow(page, '/br', 'response');
  await page.locator('.body .cm-content, .body pre', {hasText: 'periwinkle'}).first().waitFor();
  assert.deepEqual(page.faults, []);
});

test('15: a 20 MB JSON opens to its first 256 KiB; the tree folds', async (t) => {
  const large = JSON.stringify(
    Array.from({length: 200_000}, (_, n) => ({n, name: `item ${n}`, tags: ['a', 'b'], price: n / 7, ok: true})),
  );
  assert.ok(large.length > 15e6);
  const {porthole, page, origin} = await watched(t, {'/large.json': says('application/json', large)});
  await send(porthole, origin.url('/large.json'));
  await rowWith(page, '/large.json').waitFor();
  await openFlow(page, '/large.json');
  const begun = Date.now();
  await page.click('#tab-response');
  await page.locator('.json-fold', {hasText: '{n: 0, name: "item 0"'}).first().waitFor();
  const took = Date.now() - begun;
  t.diagnostic(`open in ${took} ms`);
  assert.ok(took <= 1000 * kSlack, `${took} ms`);
  assert.match(await page.textContent('.more'), /256 KiB of/);
  const first = page.locator('.json-fold').nth(1);
  await first.click();
  await page.locator('.json-string', {hasText: 'item 0'}).waitFor();
  assert.equal(await first.getAttribute('aria-expanded'), 'true');
  await first.click();
  assert.equal(await page.locator('.json-string', {hasText: 'item 0'}).count(), 0);
  await page.click('.more button');
  await page.locator('.more', {hasText: '512 KiB of'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('15: hex, image, form, multipart, GraphQL, protobuf, cookies and JWT each show a fixture', async (t) => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const {porthole, page, origin} = await watched(t, {
    '/png': says('image/png', png),
    '/octets': says('application/octet-stream', Buffer.from([0, 1, 2, 0xde, 0xad, 0xbe, 0xef])),
    '/proto': says('application/x-protobuf', Buffer.from([8, 150, 1, 18, 7, ...Buffer.from('testing')])),
    '/html': says('text/html', '<h1>Ahoy</h1>'),
  });
  const post = (path, type, body, headers = {}) => send(porthole, origin.url(path), {
    method: 'POST',
    headers: {'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers},
    body,
  });
  const part = '--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nA ship\r\n--x--\r\n';
  const coded = (json) => Buffer.from(json).toString('base64url');
  const token = `${coded('{"alg":"none","typ":"JWT"}')}.${coded('{"sub":"ada-lovelace"}')}.c2ln`;
  for (const path of ['/png', '/octets', '/proto', '/html']) await send(porthole, origin.url(path));
  await send(porthole, origin.url('/asked?name=Ada%20Lovelace&tag=a&tag=%C3%A4'));
  await post('/form', 'application/x-www-form-urlencoded', 'name=Ada+Lovelace&x=%21');
  await post('/multi', 'multipart/form-data; boundary=x', part);
  await post('/graphql', 'application/json', JSON.stringify({query: 'query Cart { cart { id } }', variables: {id: 7}}));
  await post('/tokens', 'text/plain', 'x', {Authorization: `Bearer ${token}`, Cookie: 'session=s3cret; theme=dark'});
  await rowWith(page, '/tokens').waitFor();
  const see = async (path, tab, selector, text) => {
    await openFlow(page, path, tab);
    await page.locator(`.panel ${selector}`, {hasText: text}).first().waitFor();
  };
  await openFlow(page, '/png', 'response');
  await page.locator('.picture', {hasText: '1 × 1'}).waitFor();
  await see('/octets', 'response', '.hex-line', 'de ad be ef');
  await see('/proto', 'response', '.proto', 'testing');
  await see('/proto', 'response', '.proto', '150');
  await openFlow(page, '/asked', 'request');
  await page.locator('summary', {hasText: 'Query'}).click();
  await page.locator('.part', {hasText: 'Ada Lovelace'}).and(page.locator('.part', {hasText: 'ä'})).waitFor();
  await see('/form', 'request', '.fields', 'Ada Lovelace');
  await see('/multi', 'request', '.mime-part', 'A ship');
  await see('/graphql', 'request', '.plain', 'query Cart');
  await openFlow(page, '/html', 'response');
  await page.locator('.body button', {hasText: 'Preview'}).click();
  await page.frameLocator('.preview').locator('h1', {hasText: 'Ahoy'}).waitFor();
  await openFlow(page, '/tokens', 'request');
  assert.doesNotMatch(await page.textContent('.panel'), /s3cret/, 'secrets are masked until asked for');
  await page.locator('summary', {hasText: 'JWT'}).click();
  await page.locator('.part pre', {hasText: 'ada-lovelace'}).waitFor();
  await page.locator('summary', {hasText: 'Cookies'}).click();
  await page.locator('.part .reveal').first().click();
  await page.locator('.part td', {hasText: 's3cret'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('15: what cannot be shown says why', async (t) => {
  const {porthole, page, origin} = await watched(t, {
    '/no-gzip': says('text/plain', 'this is no gzip', {'Content-Encoding': 'gzip'}),
    '/list': says('application/json', JSON.stringify(Array.from({length: 30}, (_, id) => ({id, name: `n${id}`, more: [1]})))),
    '/latin': says('text/plain; charset=iso-8859-1', Buffer.from([0x63, 0x61, 0x66, 0xe9])),
    '/unknown': says('text/plain; charset=klingon', 'caf\u00e9'),
  });
  for (const path of ['/no-gzip', '/latin', '/unknown', '/list']) await send(porthole, origin.url(path));
  await openFlow(page, '/list', 'response');
  await page.locator('.json-fold', {hasText: '{id: 7, name: "n7", more: […]} 3'}).waitFor();
  await openFlow(page, '/no-gzip', 'response');
  await page.locator('.body .why', {hasText: 'could not be undone'}).waitFor();
  assert.equal(await page.locator('.body .editor, .body pre').count(), 0);
  await page.locator('.body input[type=checkbox]').uncheck();
  await page.locator('.body', {hasText: 'this is no gzip'}).waitFor();
  for (const path of ['/latin', '/unknown']) {
    await openFlow(page, path, 'response');
    await page.locator('.body', {hasText: 'caf\u00e9'}).waitFor();
  }
  const far = await rawOrigin(t, (wire) => wire.until('ahoy'));
  const wire = await tunnel(t, porthole.proxy, far.authority);
  await wire.send('ahoy');
  wire.end();
  await openFlow(page, String(far.port), 'response');
  await page.locator('.panel', {hasText: 'What passes in a tunnel is not kept'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('explaining does not speak of a side that is not there', async (t) => {
  const {porthole, page} = await watched(t, {});
  await send(porthole, 'http://127.0.0.1:1/nobody');
  await openFlow(page, '/nobody', 'explain');
  await page.getByLabel('Response').locator('h3', {hasText: 'made by Porthole'}).waitFor();
  assert.doesNotMatch(await page.textContent('.explain'), /passed on as it came/);
  await page.locator('.side-sent button.name', {hasText: /^502$/}).click();
  await page.locator('.guide', {hasText: 'A proxy reached out for the server'}).waitFor();
  await page.locator('.side-received button.name', {hasText: /^GET$/}).click();
  await page.locator('.guide', {hasText: 'Fetch the resource'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('16: server-sent events stream into the open detail; 10,000 stay smooth', async (t) => {
  let stream;
  const {porthole, page, origin} = await watched(t, {
    '/events': (_, answer) => {
      answer.writeHead(200, {'Content-Type': 'text/event-stream'});
      stream = answer;
      answer.write('data: first wave\n\n');
    },
  });
  send(porthole, origin.url('/events'));
  await rowWith(page, '/events').waitFor();
  await rowWith(page, '/events').locator('.k-good').waitFor();
  await openFlow(page, '/events', 'messages');
  const one = page.locator('.message', {hasText: 'first wave'});
  await one.waitFor();
  assert.match(await one.textContent(), /from the server/);
  assert.match(await one.textContent(), /\d\d:\d\d:\d\d\.\d{3}/);
  assert.match(await one.textContent(), /10 B/);
  stream.write('data: second wave\n\n');
  await page.locator('.message', {hasText: 'second wave'}).waitFor();
  stream.write(Array.from({length: 10_000}, (_, n) => `data: wave ${n}\n\n`).join(''));
  await page.locator('.message', {hasText: 'wave 9999'}).waitFor({timeout: 20_000});
  assert.equal(await page.getAttribute('[data-messages]', 'data-messages'), '10002');
  await scrollsSmoothly(t, page);
  stream.end();
  assert.deepEqual(page.faults, []);
});

test('17: the parts of the time add up to the total and are those of the HAR', async (t) => {
  const {porthole, page, origin} = await watched(t, {'/slow': (_, answer) => setTimeout(() => answer.end('done'), 120)});
  await send(porthole, origin.url('/slow'));
  await rowWith(page, '/slow').locator('.c-time', {hasText: /ms|s/}).waitFor();
  await openFlow(page, '/slow', 'timing');
  await page.waitForSelector('[data-total]');
  const parts = await page.$$eval(
    '[data-part]',
    (rows) => Object.fromEntries(rows.map((row) => [row.dataset.part, Number(row.dataset.us)])),
  );
  const total = Number(await page.getAttribute('[data-total]', 'data-total'));
  assert.ok(total >= 100_000);
  assert.equal(
    Object.values(parts).reduce((sum, one) => sum + one, 0),
    total,
  );
  const har = await page.evaluate(async () => (await fetch('/api/har')).json());
  const entry = har.log.entries.find((one) => one.request.url.endsWith('/slow'));
  const name = {tls: 'ssl'};
  for (const [part, us] of Object.entries(parts)) {
    if (part === 'connect') continue;  // HAR counts ssl into connect
    assert.ok(
      Math.abs((entry.timings[name[part] ?? part] ?? -1) - us / 1000) <= 1,
      `${part} ${us} ${JSON.stringify(entry.timings)}`,
    );
  }
  const widths = await page.$$eval(
    '.track span',
    (bars) =>
      bars.reduce((sum, bar) => sum + bar.getBoundingClientRect().width, 0) / bars[0].parentElement.getBoundingClientRect().width,
  );
  assert.ok(Math.abs(widths - 1) < 0.05, `bars cover ${widths}`);
});

test('the summary says what TLS a tunnel asked for and how its network was, and that a head was refused', async (t) => {
  const {porthole, page} = await watched(t, {});
  const origin = await rawOrigin(t, (wire) => wire.until('shop.test'));
  const wire = await tunnel(t, porthole.proxy, origin.authority);
  const hello = tls.connect({socket: wire.socket, servername: 'shop.test', ALPNProtocols: ['h2', 'http/1.1']});
  hello.on('error', () => {});  // the origin speaks no TLS
  await openFlow(page, String(origin.port));
  const fact = async (name) => {
    const row = page.locator('.facts div', {has: page.locator('dt', {hasText: name})}).locator('dd');
    await row.waitFor();
    return row.textContent();
  };
  assert.equal(await fact('TLS, asked for'), 'shop.test; h2, http/1.1; TLS 1.3, 1.2');
  wire.reset();
  assert.match(await fact('TCP to the client'), /^round trip \S+ \S+ ± .*sent twice/);
  assert.match(await fact('TCP to the server'), /^round trip /);

  const bad = await connect(t, porthole.proxy);
  await bad.send('GET /a b HTTP/1.1\r\nHost: x\r\n\r\n');
  await rowWith(page, '400').click();
  await page.locator('.why', {hasText: 'the octets that had come'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('24: a captured script never runs, wherever it stands', async (t) => {
  const script = '<script>window.canary=1;parent.canary=1;top.canary=1</script><img src=x onerror="window.canary=1;top.canary=1">';
  const {porthole, page, origin} = await watched(t, {
    '/html': says(
      'text/html',
      `<html><body>${script}<a href="javascript:top.canary=1">x</a>` +
        `<meta http-equiv="refresh" content="0;url=javascript:top.canary=1">`,
      {'X-Evil': script},
      ),
    '/svg': says(
      'image/svg+xml',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="top.canary=1"><script>top.canary=1</script></svg>',
      ),
    '/json': says('application/json', JSON.stringify({[script]: script})),
  });
  const body = `a=${script}&${script}=b`;
  await send(porthole, origin.url('/html'));
  await send(porthole, origin.url('/svg'));
  await send(porthole, origin.url('/json'));
  await send(porthole, origin.url(`/path?q=${encodeURI(script)}`), {
    method: 'POST',
    headers: {
      'X-Evil': script,
      Cookie: `a=${script}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': body.length,
    },
    body,
  });
  await rowWith(page, '/path').waitFor();
  for (const path of ['/html', '/svg', '/json', '/path']) {
    await openFlow(page, path);
    for (const tab of ['summary', 'request', 'response', 'timing', 'explain']) {
      await page.click(`#tab-${tab}`);
      await page.waitForTimeout(80);
      for (const form of await page.locator('.body-bar .toggle button').all()) {
        await form.click();
        await page.waitForTimeout(120);
      }
    }
  }
  await openFlow(page, '/html', 'response');
  await page.locator('.body button', {hasText: 'Preview'}).click();
  await page.waitForTimeout(300);
  assert.equal(await page.getAttribute('iframe', 'sandbox'), '');
  assert.equal(await page.evaluate(() => window.canary), undefined);
  for (const frame of page.frames()) assert.equal(await frame.evaluate(() => window.canary).catch(() => undefined), undefined);
  assert.match(await page.content(), /&lt;script/);
});

test('who reads in a body that grows stays there, and an image shows when it is whole', async (t) => {
  let more, rest;
  const png =
    Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const line = 'a line of a log that goes on and on\n';
  const {porthole, page, origin} = await watched(t, {
    '/log': (_, answer) => {
      answer.writeHead(200, {'Content-Type': 'text/plain'}).write(line.repeat(20_000));
      more = () => answer.write(line.repeat(3000));
    },
    '/half.png': (_, answer) => {
      answer.writeHead(200, {'Content-Type': 'image/png'}).write(png.subarray(0, 40));
      rest = () => answer.end(png.subarray(40));
    },
  });
  send(porthole, origin.url('/log'));
  await openFlow(page, '/log', 'response');
  await page.locator('.body .cm-content').waitFor();
  await page.getByRole('button', {name: 'Read more'}).click();
  await page.locator('.more', {hasText: '512 KiB of'}).waitFor();
  const top = () => page.evaluate(() => document.querySelector('.cm-scroller').scrollTop);
  await page.evaluate(() => {
    document.querySelector('.cm-scroller').scrollTop = 5000;
  });
  more();
  await page.locator('.more', {hasText: /512 KiB of 80\d/}).waitFor();
  await page.waitForTimeout(300);
  assert.ok(Math.abs(await top() - 5000) < 20, `at ${await top()}`);  // the editor measures its lines as it draws them
  send(porthole, origin.url('/half.png'));
  await openFlow(page, '/half.png', 'response');
  await page.locator('.picture', {hasText: 'not an image'}).waitFor();
  rest();
  await page.locator('.picture', {hasText: '1 × 1'}).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a body that grows from nothing to more than one piece is shown as it comes', async (t) => {
  let more;
  const {porthole, page, origin} = await watched(t, {
    '/grows': (_, answer) => {
      answer.writeHead(200, {'Content-Type': 'text/plain'}).write('first\n');
      more = (text) => answer.write(text);
    },
  });
  send(porthole, origin.url('/grows'));
  await openFlow(page, '/grows', 'response');
  await page.locator('.body .cm-content', {hasText: 'first'}).waitFor();
  more('second\n');
  await page.locator('.body .cm-content', {hasText: 'second'}).waitFor();
  assert.match(await page.locator('.body .cm-content').innerText(), /^first\nsecond/);
  more('x'.repeat(400_000));
  await page.locator('.more', {hasText: '256 KiB of'}).waitFor();
});

test('hostile forms do not hold the page up', async (t) => {
  const boundary = '-'.repeat(60);
  const {porthole, page, origin} = await watched(t, {
    '/pairs': says('application/x-www-form-urlencoded', 'a=1&'.repeat(65_000)),
    '/dashes': says(`multipart/form-data; boundary=${boundary}`, `${'-'.repeat(61)}x`.repeat(4000)),
  });
  for (const [path, there] of [['/pairs', 'of 65,000 shown'], ['/dashes', 'No parts']]) {
    await send(porthole, origin.url(path));
    await openFlow(page, path);
    const begun = Date.now();
    await page.click('#tab-response');
    await page.locator('.body', {hasText: there}).waitFor();
    t.diagnostic(`${path}: ${Date.now() - begun} ms`);
    assert.ok(Date.now() - begun < 300 * kSlack, `${path}: ${Date.now() - begun} ms`);
  }
});

test('protobuf of which a piece is here is read to that piece', async (t) => {
  const field = Buffer.concat([Buffer.from([0x0a, 0xe8, 0x07]), Buffer.alloc(1000, 'p')]);
  const {porthole, page, origin} = await watched(t, {
    '/proto': says('application/x-protobuf', Buffer.concat(Array.from({length: 349}, () => field))),
    '/many': says('application/x-protobuf', Buffer.alloc(12_000, Buffer.from([0x08, 0x01]))),
  });
  await send(porthole, origin.url('/proto'));
  await openFlow(page, '/proto', 'response');
  await page.locator('.body .why', {hasText: 'not all here'}).waitFor();
  assert.equal(await page.locator('.proto > li').count(), 261);
  await page.getByRole('button', {name: 'Read more'}).click();
  await page.waitForFunction(() => document.querySelectorAll('.proto > li').length === 349);
  await send(porthole, origin.url('/many'));
  await openFlow(page, '/many', 'response');
  await page.locator('.body .why', {hasText: 'The first 5,000 fields are shown.'}).waitFor();
});

test('long text is shown to where it was read', async (t) => {
  const {porthole, page, origin} = await watched(t, {'/long': says('text/plain', `${'0123456789'.repeat(10)}\n`.repeat(30_000))});
  await send(porthole, origin.url('/long'));
  await openFlow(page, '/long', 'response');
  for (let n = 0; n < 4; n += 1) await page.getByRole('button', {name: 'Read more'}).click();
  await page.locator('.more').waitFor({state: 'detached'});
  await page.locator('.body .cm-content').waitFor();
  await page.evaluate(() => {
    const box = document.querySelector('.cm-scroller');
    box.scrollTop = box.scrollHeight;
  });
  await page.locator('.cm-gutterElement', {hasText: /^30000$/}).waitFor();
});

test('reading on in text of many octets a character stays where it was', async (t) => {
  const {porthole, page, origin} =
    await watched(t, {'/cjk': says('text/plain; charset=utf-8', '日本語の文字列です\n'.repeat(30_000))});
  await send(porthole, origin.url('/cjk'));
  await openFlow(page, '/cjk', 'response');
  await page.locator('.body .cm-content').waitFor();
  const top = () => page.evaluate(() => document.querySelector('.cm-scroller').scrollTop);
  await page.evaluate(() => {
    document.querySelector('.cm-scroller').scrollTop = 30_000;
  });
  await page.getByRole('button', {name: 'Read more'}).click();
  await page.locator('.more', {hasText: '512 KiB of'}).waitFor();
  await page.waitForTimeout(200);
  assert.ok(Math.abs(await top() - 30_000) < 200, `at ${await top()}`);
});

test('secrets are masked among the changes, too', async (t) => {
  const {porthole, page, origin} = await watched(t);
  await send(porthole, origin.url('/a'), {headers: {'Proxy-Authorization': 'Basic c3VwZXJzZWNyZXQ='}});
  await openFlow(page, '/a', 'request');
  await page.getByRole('button', {name: 'Sent as the server got it'}).click();
  await page.locator('.changes', {hasText: 'Proxy-Authorization'}).waitFor();
  assert.ok(!(await page.locator('.detail').innerText()).includes('c3VwZXJ'));
  await page.locator('.changes .reveal').first().click();
  await page.locator('.changes', {hasText: 'c3VwZXJ'}).waitFor();
});
