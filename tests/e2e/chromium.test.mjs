// A browser's day: Chromium loads pages with images, fetch, POST, server-sent events and WebSocket over http and, tunnelled,
// over https. The sites see our Via on http, and the access log shows every connection: nothing went around the proxy.

import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import https from 'node:https';
import {before, describe, test} from 'node:test';
import {deflateSync} from 'node:zlib';
import {chromium} from 'playwright-core';

import {site} from './lib/origin.mjs';
import {cleanEnv, eventually, porthole, tempDir} from './lib/porthole.mjs';
import {suite} from './lib/scope.mjs';
import {webSocketEcho} from './lib/sites.mjs';
import {certificate} from './lib/tls.mjs';

const kChromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const shared = suite();
let proxy;
let cert;
before(async () => {
  if (!existsSync(kChromium)) throw new Error(`no browser at ${kChromium}: install the Debian package chromium`);
  // An event stream that the page closes ends with a FIN: half_closed is how long it may then stay silent.
  proxy =
    await porthole(shared, {hosts: '127.0.0.1 shop.test cdn.shop.test\n::1 six.test\n', config: {timeouts: {half_closed: '1s'}}});
  cert = certificate(shared, ['localhost', '127.0.0.1', '::1', 'shop.test', 'cdn.shop.test', 'six.test']);
});

async function browse(t, args = []) {
  const home = tempDir(t);
  const browser = await chromium.launch({
    executablePath: kChromium,
    headless: true,
    env: cleanEnv(home),
    timeout: 60_000,
    args: [
      '--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--no-first-run', '--ignore-certificate-errors',
      ...(args.length ? args : [`--proxy-server=http://${proxy.proxy4}`, '--proxy-bypass-list=<-loopback>'])
    ],
  });
  t.after(() => browser.close());
  return browser.newPage();
}

// A PNG of 1 x 1, in the colour of `shade`.
function png(shade) {
  const crcTable = Array.from({length: 256}, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (bytes) => {
    let c = 0xffffffff;
    for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(8 + body.length);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), 4 + body.length);
    return out;
  };
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', Buffer.from('00000001000000010802000000', 'hex')),
    chunk('IDAT', deflateSync(Buffer.from([0, shade, shade, shade]))), chunk('IEND', Buffer.alloc(0))
  ]);
}

const kImages = 24;
const page = `<!doctype html><title>probe</title><link rel=icon href="data:,">
${Array.from({length: kImages}, (_, i) => `<img src="/image/${i}.png">`).join('')}
<script>
window.results = (async () => {
  const out = {};
  out.fetched = await (await fetch('/data.json')).json();
  out.posted = await (await fetch('/echo', { method: 'POST', body: 'x'.repeat(300000) })).text();
  const reader = (await fetch('/stream')).body.getReader();
  let bytes = 0;
  for (;;) { const { done, value } = await reader.read(); if (done) break; bytes += value.length; }
  out.streamed = bytes;
  out.socket = await new Promise((resolve, reject) => {
    const socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws');
    const got = [];
    socket.onmessage = (event) => {
      got.push(event.data);
      if (got.length === 1) socket.send('from the page');
      else socket.close(1000, 'done');
    };
    socket.onclose = (event) => resolve([...got, event.code]);
    socket.onerror = () => reject(new Error('WebSocket failed'));
  });
  out.events = await new Promise((resolve, reject) => {
    const source = new EventSource('/events');
    const got = [];
    source.onmessage = (event) => { got.push(event.data); if (got.length === 3) { source.close(); resolve(got); } };
    source.onerror = () => reject(new Error('EventSource failed'));
  });
  out.missing = (await fetch('/none')).status;
  return out;
})();
window.results.catch(() => {});
</script>`;

const kStream = randomBytes(2_000_000);
function shop(seen) {
  return (req, res) => {
    seen.push({url: req.url, via: req.headers.via});
    const image = /^\/image\/(\d+)\.png$/.exec(req.url);
    if (req.url === '/')
      res.writeHead(200, {'Content-Type': 'text/html'}).end(page);
    else if (image)
      res.writeHead(200, {'Content-Type': 'image/png', 'Cache-Control': 'no-store'}).end(png(Number(image[1])));
    else if (req.url.startsWith('/data.json'))
      res.writeHead(200, {'Content-Type': 'application/json'}).end('{"stock": 7}');
    else if (req.url === '/echo') {
      let size = 0;
      req
        .on(
          'data',
          (c) => {
            size += c.length;
          })
        .on('end', () => res.end(`${req.method} ${size}`));
    } else if (req.url === '/stream') {
      res.writeHead(200);
      res.end(kStream);
    } else if (req.url === '/events') {
      res.writeHead(200, {'Content-Type': 'text/event-stream'});
      for (const n of [1, 2, 3]) res.write(`data: ${n}\n\n`);
    } else if (req.url === '/slow')
      setTimeout(() => res.end('slow'), 50);
    else
      res.writeHead(404).end('none');
  };
}

async function visit(t, url) {
  const tab = await browse(t);
  const failures = [];
  tab.on('requestfailed', (request) => {
    if (!request.url().endsWith('/events')) failures.push(`${request.url()} ${request.failure()?.errorText}`);
  });
  const answer = await tab.goto(url, {waitUntil: 'load', timeout: 30_000});
  assert.equal(answer.status(), 200);
  const results = await tab.evaluate(() => window.results);
  assert.deepEqual(results, {
    fetched: {stock: 7},
    posted: 'POST 300000',
    streamed: kStream.length,
    socket: ['hello', 'from the page', 1000],
    events: ['1', '2', '3'],
    missing: 404,
  });
  const widths = await tab.evaluate(() => [...document.images].map((image) => image.naturalWidth));
  assert.deepEqual(widths, Array(kImages).fill(1));
  assert.deepEqual(failures, []);
  await tab.close();
}

describe('Chromium', () => {
  for (const [family, host, name] of [
         ['IPv4', '127.0.0.1', 'shop.test'], ['IPv6', '::1', 'six.test'], ['an IPv4 literal', '127.0.0.1', '127.0.0.1'],
         ['an IPv6 literal', '::1', '[::1]']]) {
    test(`loads a page with images, fetch, POST, streams, events and WebSocket over http (${family})`, async (t) => {
      const seen = [];
      const origin = await site(t, shop(seen), {host});
      webSocketEcho(origin.server);
      await visit(t, `http://${name}:${origin.port}/`);
      assert.ok(seen.length >= kImages + 5);
      for (const {url, via} of seen) assert.match(via ?? '', /porthole-/, `${url} went around the proxy`);
      // Chromium tunnels ws:// with CONNECT; all the rest is one line per request.
      const authority = `${name}:${origin.port}`;
      await eventually('the log of every request', () => {
        const lines = proxy.log().filter((line) => line.host === authority || line.target === authority);
        return lines.filter((line) => line.method !== 'CONNECT').length >= seen.length &&
          lines.some((line) => line.method === 'CONNECT');
      });
    });

    test(`loads the same over https through tunnels (${family})`, async (t) => {
      const seen = [];
      const origin =
        await site(t, shop(seen), {host, scheme: 'https', create: (h) => https.createServer({key: cert.key, cert: cert.cert}, h)});
      let connections = 0;
      origin.server.on('connection', () => {
        ++connections;
      });
      webSocketEcho(origin.server);
      await visit(t, `https://${name}:${origin.port}/`);
      const authority = `${name}:${origin.port}`;
      await origin.close();
      await eventually(
        'the log of every tunnel',
        () => proxy.log().filter((line) => line.method === 'CONNECT' && line.target === authority && line.status === 200).length >=
          connections);
    });
  }

  test('finds the proxy by its PAC file', async (t) => {
    const seen = [];
    const origin = await site(t, shop(seen), {});
    const tab = await browse(t, [`--proxy-pac-url=http://${proxy.proxy4}/proxy.pac`, '--proxy-bypass-list=<-loopback>']);
    const answer = await tab.goto(`http://shop.test:${origin.port}/data.json`, {timeout: 30_000});
    assert.deepEqual(await answer.json(), {stock: 7});
    assert.match(seen[0].via, /porthole-/);
  });

  test('shows our error page for a name that does not exist, and the page of porthole.internal', async (t) => {
    const tab = await browse(t);
    const answer = await tab.goto('http://no.such.invalid/', {timeout: 30_000});
    assert.equal(answer.status(), 502);
    assert.match(answer.headers()['proxy-status'], /dns_error/);
    assert.match(await tab.textContent('body'), /no\.such\.invalid/);
    const own = await tab.goto('http://porthole.internal/', {timeout: 30_000});
    assert.equal(own.status(), 200);
    assert.match(await tab.textContent('body'), /Porthole/);
  });

  test('reloads twenty times on its kept connections without an error', async (t) => {
    const seen = [];
    const origin = await site(t, shop(seen), {});
    const tab = await browse(t);
    for (let i = 0; i < 20; ++i)
      assert.equal((await tab.goto(`http://shop.test:${origin.port}/data.json?${i}`, {timeout: 30_000})).status(), 200);
  });
});
