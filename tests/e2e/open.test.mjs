// `porthole open chromium`: a real browser comes through the proxy without a word of configuration, from a profile that is gone
// when it ends. Firefox is started for its looks alone: a script stands for it and shows what it was given.

import assert from 'node:assert/strict';
import {chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {before, describe, test} from 'node:test';

import {site} from './lib/origin.mjs';
import {porthole, program, tempDir} from './lib/porthole.mjs';
import {suite} from './lib/scope.mjs';

const kChromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const shared = suite();
let proxy;
before(async () => {
  if (!existsSync(kChromium)) throw new Error(`no browser at ${kChromium}: install the Debian package chromium`);
  proxy = await porthole(shared, {hosts: '127.0.0.1 shop.test\n'});
});

// A PATH on which `script` answers to `name`.
function pathWith(t, name, script) {
  const folder = join(tempDir(t), 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return `${folder}:${process.env.PATH}`;
}

describe('open', () => {
  test('starts Chromium with the proxy, for localhost too, and removes the profile', async (t) => {
    const seen = [];
    const shop = await site(t, (req, res) => {
      seen.push([req.headers.host, req.headers.via]);
      res.writeHead(200, {'Content-Type': 'text/html'}).end('<!doctype html><title>shop</title><p>in stock');
    });
    for (const host of ['shop.test', 'localhost', '127.0.0.1']) {
      const tmp = tempDir(t);
      const url = `http://${host}:${shop.port}/`;
      const result = await program(
        t, ['open', 'chromium', '--listen', proxy.proxy4, '--', '--headless=new', '--dump-dom', url], {env: {TMPDIR: tmp}});
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stdout, /in stock/);
      assert.deepEqual(readdirSync(tmp).filter((name) => name.startsWith('porthole-')), []);
      const warned = /^porthole: you are root, so Chromium runs without its sandbox/m.test(result.stderr);
      assert.equal(warned, process.getuid() === 0);
    }
    assert.ok(seen.length >= 3);
    for (const [host, via] of seen) assert.match(via ?? '', /porthole-/, `${host} went around the proxy`);
  });

  test('shows the page of the proxy when no other is asked for', async (t) => {
    const result = await program(t, ['open', 'chromium', '--listen', '127.0.0.1:4711'], {
      env: {PATH: pathWith(t, 'chromium', 'echo "$@"; exit 5')},
    });
    assert.equal(result.code, 5);
    assert.match(result.stdout, /--proxy-server=http:\/\/127\.0\.0\.1:4711 .* http:\/\/porthole\.internal\/$/m);
  });

  test('asks the proxy that runs where it is, unless an address is named', async (t) => {
    const env = {PATH: pathWith(t, 'chromium', 'echo "$@"')};
    assert.match((await program(t, ['env'], {env, home: proxy.dir})).stdout, new RegExp(`http_proxy='http://${proxy.proxy4}'`));
    assert.match((await program(t, ['pac'], {env, home: proxy.dir})).stdout, new RegExp(`"PROXY ${proxy.proxy4}`));
    const running = await program(t, ['open', 'chromium'], {env, home: proxy.dir});
    assert.ok(running.stdout.includes(`--proxy-server=http://${proxy.proxy4} `), running.stdout);
    const named = await program(t, ['open', 'chromium', '--listen', '127.0.0.1:4711'], {env, home: proxy.dir});
    assert.match(named.stdout, /--proxy-server=http:\/\/127\.0\.0\.1:4711 /);
  });

  test('gives Firefox its proxy by the profile', async (t) => {
    const result = await program(t, ['open', 'firefox', '--listen', '127.0.0.1:4711', '--', '-headless', 'http://shop.test/'], {
      env: {PATH: pathWith(t, 'firefox-esr', 'echo "$@"; cat "$3/user.js"')},
    });
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^--no-remote --profile \S+ -headless http:\/\/shop\.test\/\n/);
    assert.match(result.stdout, /"network\.proxy\.http_port", 4711/);
  });

  test('says which names it looked for when there is no browser', async (t) => {
    const result = await program(t, ['open', 'chromium'], {env: {PATH: tempDir(t)}});
    assert.equal(result.code, 1);
    assert.match(result.stderr, /no chromium in PATH: looked for chromium, chromium-browser, google-chrome/);
    assert.equal((await program(t, ['open', 'netscape'])).code, 2);
    assert.equal((await program(t, ['open'])).code, 2);
  });
});
