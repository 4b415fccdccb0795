// What is kept of the traffic: on disk within moments, for its owner alone, without the secrets that were named, and there again
// after a kill -9. And that nothing about it is ever a reason not to serve.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {recorder} from './lib/origin.mjs';
import {eventually, kBinary, porthole} from './lib/porthole.mjs';
import {exchange} from './lib/raw.mjs';

const kFolder = '.local/state/porthole/flows';
const kSmall = {
  config: {capture: {on: true, keep: '16 MiB'}}
};  // files of 4 MiB, which are read whole here
const segments = (folder) => (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.phs'));
const kept = (folder) => segments(folder).map((name) => readFileSync(join(folder, name), 'latin1')).join('');
const request = (url, fields = '') => `GET ${url} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n${fields}Connection: close\r\n\r\n`;
const metric = (text, name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);

describe('recording', () => {
  test('keeps the heads as they passed, for the owner alone, without what capture.redact names', async (t) => {
    const proxy = await porthole(t, kSmall);
    const folder = join(proxy.dir, kFolder);
    const site = await recorder(t);
    const sent = request(site.url('/kept'), 'X-Odd:   spaced\r\nCookie: s3cret=1\r\nAuthorization: Basic s3cret\r\n');
    await exchange(t, proxy.proxy4, sent);
    await eventually('the flow on disk', () => kept(folder).includes('GET /kept HTTP/1.1\r\n'));
    const text = kept(folder);
    assert.ok(text.includes(sent.replace('s3cret=1', '********').replace('Basic s3cret', '************')));
    assert.ok(!text.includes('s3cret'));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of segments(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
    const metrics = (await proxy.ask(t, '/metrics')).text;
    assert.ok(metric(metrics, 'porthole_recorder_flows_total') >= 1);
    assert.equal(metric(metrics, 'porthole_recorder_flows_incomplete_total'), 0);
  });

  test('keeps no user information of a target, whether it was understood or not', async (t) => {
    const proxy = await porthole(t, kSmall);
    const folder = join(proxy.dir, kFolder);
    const starts = [
      'GET http://user:s3cret@x.test/', 'GET ftp://user:s3cret@x.test/', 'CONNECT user:s3cret@x.test:443',
      'GET http://user:s3 cret@x.test/', 'GET http:/user:s3cret@x.test/'
    ];
    for (const start of starts) await exchange(t, proxy.proxy4, `${start} HTTP/1.1\r\nHost: x.test\r\n\r\n`);
    const say = (...words) => execFileSync(kBinary, [...words, '--folder', folder], {encoding: 'utf8'});
    await eventually('all of them', () => say('flows', 'list').trim().split('\n').length === starts.length);
    const rows = say('flows', 'list', '--json');
    assert.match(rows, /"http:\/\/\*{11}@x\.test\/"/);
    assert.ok(!/s3|cret/.test(rows), rows);
    await proxy.stop();  // the index of the last file is written
    for (const name of readdirSync(folder).filter((one) => statSync(join(folder, one)).isFile()))
      assert.ok(!/s3 ?cret/.test(readFileSync(join(folder, name), 'latin1')), name);
  });

  test('loses nothing older than 100 ms to kill -9', async (t) => {
    const proxy = await porthole(t, kSmall);
    const folder = join(proxy.dir, kFolder);
    const site = await recorder(t);
    for (let i = 0; i < 20; ++i) await exchange(t, proxy.proxy4, request(site.url(`/n${i}/`)));
    await new Promise((done) => {
      setTimeout(done, 100);
    });
    proxy.signal('SIGKILL');
    await proxy.exited;
    proxy.stopped = true;  // as it should have been
    const text = kept(folder);
    for (let i = 0; i < 20; ++i) assert.ok(text.includes(`GET /n${i}/ HTTP/1.1\r\n`), `request ${i}`);
  });

  test('is found, and explained, while the proxy runs: porthole flows, porthole explain', async (t) => {
    const proxy = await porthole(t, kSmall);
    const site = await recorder(t);
    await exchange(t, proxy.proxy4, request(site.url('/one'), 'Proxy-Connection: close\r\nX-Trace: t-7\r\n'));
    await exchange(t, proxy.proxy4, request(site.url('/two')));
    const say = (...words) => execFileSync(kBinary, [...words, '--folder', join(proxy.dir, kFolder)], {encoding: 'utf8'});
    await eventually('both', () => say('flows', 'list').trim().split('\n').length === 2);
    const found = JSON.parse(say('flows', 'find', '--json', 'path:/one header.x-trace:t-7'));
    assert.equal(found.target, site.url('/one'));
    assert.equal(found.status, 200);
    const explained = say('explain', found.id);
    assert.ok(explained.includes(`  - GET ${site.url('/one')} HTTP/1.1\n  + GET /one HTTP/1.1\n`), explained);
    assert.ok(/  - Proxy-Connection: close\n.*RFC 9110 §7\.6\.1/.test(explained), explained);
    assert.ok(say('flows', 'show', found.id).includes('Response, as sent\n'));
    assert.throws(() => say('flows', 'find', 'path:/three'), {status: 1});
    assert.throws(() => say('flows', 'find', 'pth:/one'), {status: 2});
  });

  test('gives the octets of a request as they passed, NULs too: flows show --as raw', async (t) => {
    const proxy = await porthole(t, kSmall);
    const site = await recorder(t);
    const sent =
      `POST ${site.url('/nul')} HTTP/1.1\r\nHost: ${new URL(site.url()).host}\r\nContent-Length: 5\r\nConnection: close\r\n\r\n`;
    await exchange(t, proxy.proxy4, `${sent}a\0b\0c`);
    const say = (...words) => execFileSync(kBinary, [...words, '--folder', join(proxy.dir, kFolder)], {encoding: 'latin1'});
    await eventually('it', () => say('flows', 'list').trim() !== '');
    assert.equal(say('flows', 'show', JSON.parse(say('flows', 'list', '--json')).id, '--as', 'raw'), `${sent}a\0b\0c`);
  });

  test('is on unless capture.on says otherwise', async (t) => {
    const proxy = await porthole(t, {config: {capture: {}}});
    const site = await recorder(t);
    await exchange(t, proxy.proxy4, request(site.url()));
    await proxy.stop();
    const list = execFileSync(kBinary, ['flows', 'list', '--folder', join(proxy.dir, kFolder)], {encoding: 'utf8'});
    assert.match(list, / GET +200 /);
  });

  test('is off when capture.on is false: nothing is written', async (t) => {
    const proxy = await porthole(t, {config: {capture: {on: false}}});
    const site = await recorder(t);
    await exchange(t, proxy.proxy4, request(site.url()));
    assert.equal(metric((await proxy.ask(t, '/metrics')).text, 'porthole_recorder_events_total'), 0);
    await proxy.stop();
    assert.ok(!existsSync(join(proxy.dir, kFolder)));
  });

  test('that cannot write is told in the log, and the proxy serves', async (t) => {
    const proxy = await porthole(t, {config: {capture: {on: true, folder: '/proc/nowhere/flows'}}});
    const site = await recorder(t);
    await eventually('the warning', () => /recording_paused/.test(proxy.stderr));
    assert.equal((await exchange(t, proxy.proxy4, request(site.url()))).status, 200);
    assert.equal(metric((await proxy.ask(t, '/metrics')).text, 'porthole_recorder_paused'), 1);
  });
});
