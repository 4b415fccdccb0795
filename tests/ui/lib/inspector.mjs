// A proxy with its inspector, a site behind it, and a browser before it.
// The program; with PORTHOLE_UI=dev web/dev stands in for it, the small server with its own recording proxy.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

import {cleanEnv, eventually, porthole, tempDir} from '../../e2e/lib/porthole.mjs';
import {later} from '../../e2e/lib/scope.mjs';

const kRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const kChromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const kDev = process.env.PORTHOLE_UI === 'dev';
// CI asserts behaviour; the stated times come from the benchmarks.
export const kSlack = Number(process.env.PORTHOLE_UI_SLACK ?? 10);

const freePort = () => new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const {port} = server.address();
    server.close(() => done(port));
  });
});

async function startDev(t, {rows = 0} = {}) {
  const dir = tempDir(t);
  const [port, proxy] = [await freePort(), await freePort()];
  const start = async (code) => {
    const args = [join(kRoot, 'web/dev/server.mjs'), '--port', port, '--proxy', proxy, '--flows', rows, '--rate', 0];
    const child = spawn(process.execPath, [...args, '--state', join(dir, 'state'), '--code', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise((done) => {
      child.stdout.setEncoding('utf8').once('data', done);
    });
    return {child, link: /\S+#c=\S+/.exec(line)[0]};
  };
  let running = await start('first');
  const stop = async () => {
    if (running.child.exitCode !== null) return;
    running.child.kill('SIGTERM');
    await new Promise((done) => {
      running.child.once('exit', done);
    });
  };
  later(t, stop);
  return {
    link: running.link,
    ui: `127.0.0.1:${port}`,
    proxy: `127.0.0.1:${proxy}`,
    stop,
    start: async () => {
      running = await start('again');
    },
  };
}

// So many requests on one connection, as fast as the recorder takes them; the proxy answers them itself.
function flood(t, running, rows) {
  const [host, port] = running.proxy4.split(':');
  const socket = net.connect({host, port});
  const kAtOnce = 500;  // far below what a ring holds
  const recorded = async () => Number(/^porthole_recorder_flows_total (\d+)/m.exec((await running.ask(t, '/metrics')).text)[1]);
  let asked = 0, answered = 0, tail = '';
  const ask = () => {
    let text = '';
    for (let n = 0; n < kAtOnce && asked < rows; n += 1, asked += 1)
      text += `HEAD http://porthole.internal/row/${asked} HTTP/1.1\r\nHost: porthole.internal\r\n\r\n`;
    socket.write(text);
  };
  return new Promise((done, fail) => {
    socket.setEncoding('latin1').on('error', fail).on('data', (text) => {
      const all = tail + text;
      answered += all.split('\r\n\r\n').length - 1;
      tail = all.slice(-3);
      if (answered === rows)
        done(socket.destroy());
      else if (answered === asked)
        eventually('they are recorded', async () => (await recorded()) >= asked).then(ask, fail);
    });
    ask();
  });
}

async function startProgram(t, {rows = 0, redact = [], capture = {}} = {}) {
  const options = {
    // What the page masks must be there, unless a test says otherwise.
    config: {capture: {on: true, redact, ...capture}},
    ui: '127.0.0.1:0',
    listen: ['127.0.0.1:0'],
    env: {XDG_STATE_HOME: tempDir(t)},
  };
  let running = await porthole(t, options);
  const {proxy4: proxy, line: {ui}} = running;
  if (rows > 0) await flood(t, running, rows);
  // What it prints may come later than that it is ready.
  const link = await eventually('the link', () => /http:\S+#c=\S+/.exec(running.stdout)?.[0]);
  return {
    link,
    ui,
    proxy,
    stop: () => running.stop(),
    start: async () => {
      running = await porthole(t, {...options, ui, listen: [proxy]});
    },
  };
}

export const inspector = (t, options) => (kDev ? startDev(t, options) : startProgram(t, options));

// A web site whose paths are given as functions (request, answer, body).
export async function site(t, paths = {}) {
  const seen = [];
  const server = http.createServer((request, answer) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      seen.push({method: request.method, url: request.url, headers: request.headers, raw: request.rawHeaders, body});
      const path = request.url.split('?')[0];
      if (paths[path])
        paths[path](request, answer, body);
      else
        answer.writeHead(200, {'Content-Type': 'text/plain'}).end(`this is ${path}`);
    });
  });
  await new Promise((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  later(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const at = `127.0.0.1:${server.address().port}`;
  return {at, seen, url: (path) => `http://${at}${path}`};
}

const kept = new http.Agent({keepAlive: true, maxSockets: 16});

// Sends one request through the proxy; resolves with the answer when it has ended. `request` is the http.ClientRequest.
export function send({proxy}, url, {method = 'GET', headers = {}, body, agent = kept} = {}) {
  const [host, port] = proxy.split(':');
  let request;
  const answer = new Promise((done, fail) => {
    request = http.request({host, port, method, path: url, agent, headers: {Host: new URL(url).host, ...headers}}, (got) => {
      const parts = [];
      got.on('data', (part) => parts.push(part));
      got.on('end', () => done({status: got.statusCode, body: Buffer.concat(parts)}));
      got.on('error', fail);
    });
    request.on('error', fail);
    request.end(body);
  });
  answer.catch(() => {});
  return Object.assign(answer, {request});
}

export async function browser(t) {
  if (!existsSync(kChromium)) throw new Error(`no browser at ${kChromium}: install the Debian package chromium`);
  const one = await chromium.launch({
    executablePath: kChromium,
    env: cleanEnv(tempDir(t)),
    timeout: 60_000,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
  });
  later(t, () => one.close());
  return one;
}

// A page in a fresh profile; any error in its console fails the test, so a blocked script or style is seen.
export async function profile(t, chromium_, options = {}) {
  const context = await chromium_.newContext({viewport: {width: 1440, height: 900}, reducedMotion: 'reduce', ...options});
  later(t, () => context.close());
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error.stack)));
  page.on('console', (said) => {
    // A failed request is the server's word, not a fault of the page.
    if (said.type() === 'error' && !/Failed to load resource|net::ERR_/.test(said.text())) page.faults.push(said.text());
  });
  return page;
}

export async function open(page, link) {
  await page.goto(link);
  await page.waitForSelector('#grid', {timeout: 10_000});
  await page.waitForSelector('.link-live', {timeout: 10_000});
}

export const rowWith = (page, text) => page.locator('[data-at]', {hasText: text}).last();

// Opens the flow whose row has `text` and waits for its detail.
export async function openFlow(page, text, tab) {
  await rowWith(page, text).click();
  await page.locator('.detail-url', {hasText: text}).waitFor();
  if (tab) await page.click(`#tab-${tab}`);
}
export const shownCount = async (page) => Number(await page.getAttribute('[data-count]', 'data-count'));
export const choose = (page) => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('flow'));

// The messages of the open detail scroll from end to end in 60 frames: few of them are drawn, and no task holds the page up.
export async function scrollsSmoothly(t, page) {
  const found = await page.evaluate(async () => {
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({type: 'longtask'});
    const box = document.querySelector('.messages-box');
    for (let step = 0; step < 60; step += 1) {
      box.scrollTop = (box.scrollHeight * (60 - step)) / 60;
      await new Promise((drawn) => requestAnimationFrame(drawn));
    }
    return {longest: Math.max(0, ...long), drawn: document.querySelectorAll('.message').length};
  });
  t.diagnostic(`longest task ${found.longest} ms, ${found.drawn} drawn`);
  assert.ok(found.drawn < 200 && found.longest <= 100 * kSlack, JSON.stringify(found));
}
