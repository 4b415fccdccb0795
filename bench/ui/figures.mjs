// What the inspector's page takes in Chromium, as figures:  node bench/ui/figures.mjs [--ledger]
// A row beside 2,000 requests a second, a filter and scrolling over 50,000 rows, the bytes of a first load.
// The program is build/release/porthole; tests/ui holds the same claims with ten times the time.

import {execFileSync, spawn} from 'node:child_process';
import {appendFileSync, readFileSync} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import {join, resolve} from 'node:path';

import {browser, inspector, open, profile, rowWith, send, shownCount} from '../../tests/ui/lib/inspector.mjs';

const kRoot = resolve(import.meta.dirname, '../..');
const kRate = 2000, kSeconds = 20, kMarked = 100, kRows = 50_000;

// Stands for a test's context: what was begun ends with it.
function scope() {
  const ends = [];
  return {
    after: (end) => ends.unshift(end),
    diagnostic: console.log,
    end: async () => {
      for (const end of ends) await end();
    }
  };
}

// A site that costs next to nothing: the same answer to each head.
async function origin(t) {
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n${'x'.repeat(1024)}`;
  const server = net.createServer((socket) => {
    let rest = '';
    socket.setNoDelay().setEncoding('latin1').on('error', () => {}).on('data', (text) => {
      const heads = (rest + text).split('\r\n\r\n');
      rest = heads.pop();
      socket.write(answer.repeat(heads.length));
    });
  });
  await new Promise((listens) => {
    server.listen(0, '127.0.0.1', listens);
  });
  t.after(() => server.close());
  return `127.0.0.1:${server.address().port}`;
}

function load(t, porthole, at) {
  const python =
    `import sys; sys.path.insert(0, ${JSON.stringify(join(kRoot, 'bench/load'))}); import loadtool; print(loadtool.build())`;
  const pload = execFileSync('python3', ['-c', python], {encoding: 'utf8'}).trim().split('\n').pop();
  const running = spawn(
    pload,
    [
      '--proxy', porthole.proxy, '--origin', at, '--mode', 'get', '--path', '/load', '--conns', 32, '--rate', kRate, '--secs',
      kSeconds
    ],
    {stdio: ['ignore', 'pipe', 'inherit']});
  t.after(() => running.kill());
  let said = '';
  running.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  return new Promise((done) => {
    running.once('exit', () => done(JSON.parse(said.trim().split('\n').pop())));
  });
}

const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function rowsUnderLoad(t, chromium) {
  const porthole = await inspector(t), page = await profile(t, chromium), at = await origin(t);
  await open(page, porthole.link);
  // All else passes too quickly to be seen: whoever looks for something filters.
  await page.fill('#filter', 'path:/mark/*');
  await page.evaluate(() => {
    window.seen = {};
    window.long = [];
    new PerformanceObserver((list) => window.long.push(...list.getEntries().map((one) => one.duration))).observe({
      type: 'longtask'
    });
    new MutationObserver(() => {
      for (const path of document.querySelectorAll('[data-at] .path')) window.seen[path.textContent] ??= Date.now();
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
  });
  const loaded = load(t, porthole, at);
  await new Promise((wake) => {
    setTimeout(wake, 2000);
  });
  const asked = {};
  for (let n = 0; n < kMarked; n += 1) {
    await send(porthole, `http://${at}/mark/${n}`);
    asked[`/mark/${n}`] = Date.now();
    await new Promise((wake) => {
      setTimeout(wake, 100);
    });
  }
  await rowWith(page, `/mark/${kMarked - 1}`).waitFor();
  const {seen, long} = await page.evaluate(() => ({seen: window.seen, long: window.long}));
  const late = Object.entries(asked).map(([path, when]) => (seen[path] ?? Infinity) - when).sort((a, b) => a - b);
  const counted = await loaded;
  return {
    ui_row_2000: {
      requests_per_s: [counted.ok / counted.secs, '1/s'],
      row_p50_ms: [part(late, 0.5), 'ms'],
      row_p95_ms: [part(late, 0.95), 'ms'],
      row_max_ms: [late.at(-1), 'ms'],
      longest_task_ms: [Math.max(0, ...long), 'ms'],
    },
  };
}

async function manyRows(t, chromium) {
  const porthole = await inspector(t, {rows: kRows}), page = await profile(t, chromium);
  let bytes = 0;
  page.on('response', async (response) => {
    if (response.url().includes('/assets/') || new URL(response.url()).pathname === '/')
      bytes += (await response.request().sizes()).responseBodySize;
  });
  await open(page, porthole.link);
  await page.waitForFunction((rows) => Number(document.querySelector('[data-count]').dataset.count) >= rows, kRows);
  const first = bytes;
  const scrolled = await page.evaluate(async () => {
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({type: 'longtask'});
    const grid = document.getElementById('grid');
    const begun = performance.now(), end = grid.scrollHeight;
    let most = 0;
    while (performance.now() - begun < 3000) {
      grid.scrollTop = end * ((performance.now() - begun) / 3000);
      await new Promise((drawn) => requestAnimationFrame(drawn));
      most = Math.max(most, document.querySelectorAll('[role=row]').length);
    }
    return {most, long};
  });
  const before = await shownCount(page), begun = Date.now();
  await page.fill('#filter', 'path:/row/1234');
  await page.waitForFunction((all) => Number(document.querySelector('[data-count]').dataset.count) < all, before, {polling: 10});
  const kTyping = 180;  // the page waits so long for the next key
  return {
    ui_50000_rows: {
      rows_drawn: [scrolled.most, '1'],
      longest_task_ms: [Math.max(0, ...scrolled.long), 'ms'],
      filter_ms: [Date.now() - begun - kTyping, 'ms'],
      first_load_kb: [first / 1000, 'kB'],
    },
  };
}

function ledger(tests) {
  const git = (...words) => execFileSync('git', ['-C', kRoot, ...words], {encoding: 'utf8'}).trim();
  const [cpu] = os.cpus();
  const common = [
    new Date().toISOString().slice(0, 10),
    git('rev-parse', '--short=10', 'HEAD'),
    `${cpu.model.trim()} x${os.cpus().length}; Linux ${os.release().split('-')[0]}`,
  ];
  const columns = readFileSync(join(kRoot, 'bench/ledger.csv'), 'utf8').split('\n')[0].split(',').length;
  for (const [test, figures] of Object.entries(tests)) {
    for (const [metric, [value, unit]] of Object.entries(figures)) {
      const said = String(Number(value.toPrecision(4)));
      const line = [...common, test, 'porthole', metric, unit, 1, said, said, said];
      appendFileSync(join(kRoot, 'bench/ledger.csv'), `${line.concat(Array(columns - line.length).fill('')).join(',')}\n`);
    }
  }
}

const all = scope();
try {
  const chromium = await browser(all);
  const figures = {};
  for (const measured of [rowsUnderLoad, manyRows]) {
    const t = scope();
    Object.assign(figures, await measured(t, chromium));
    await t.end();
  }
  for (const [test, one] of Object.entries(figures))
    for (const [metric, [value, unit]] of Object.entries(one))
      console.log(`${test.padEnd(16)}${metric.padEnd(18)}${value.toFixed(1).padStart(10)} ${unit}`);
  if (process.argv.includes('--ledger')) ledger(figures);
} finally {
  await all.end();
}
