// What we export is an HTTP archive for others, too: npm's har-validator holds it against the schema of HAR 1.2. And it comes back:
// imported by another proxy and exported again it says the same.

import validator from 'har-validator';
import assert from 'node:assert/strict';
import http from 'node:http';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {gzipSync} from 'node:zlib';

import {ok, recorder} from './lib/origin.mjs';
import {eventually, porthole, program} from './lib/porthole.mjs';
import {exchange, head} from './lib/raw.mjs';

const kRecording = {
  config: {capture: {on: true, keep: '16 MiB', redact: []}}
};
const kGzip = gzipSync('zip '.repeat(1000));
const latin1 = (text) => Buffer.from(text, 'latin1');
const kAnswers = {
  '/get': ok('hello', 'Set-Cookie: s=a=b; Path=/; HttpOnly', 'Set-Cookie: t', 'Content-Type: text/plain'),
  '/post': ok('{"a":1}', 'Content-Type: application/json'),
  '/head': head('HTTP/1.1 200 OK', 'Content-Length: 1000', 'Content-Type: text/html'),
  '/empty': head('HTTP/1.1 204 No Content'),
  '/moved': head('HTTP/1.1 301 Moved Permanently', 'Location: /elsewhere', 'Content-Length: 0'),
  '/gzip': Buffer.concat(
    [head('HTTP/1.1 200 OK', `Content-Length: ${kGzip.length}`, 'Content-Encoding: gzip', 'Content-Type: text/plain'), kGzip]),
  '/unknown-coding': ok('?', 'Content-Encoding: x-none', 'Content-Type: text/plain'),
  '/binary': Buffer.concat([head('HTTP/1.1 200 OK', 'Content-Length: 4', 'Content-Type: image/png'), latin1('\x89PN\xff')]),
  '/unicode': ok('žluťoučký kůň', latin1('X-Latin: \xe9').toString('latin1'), 'Content-Type: text/plain; charset=utf-8'),
  '/reasonless': head('HTTP/1.1 200 ', 'Content-Length: 0'),
};

const ask = (t, proxy, args, more = {}) => program(t, args, {home: proxy.dir, ...more});

function overSocket(proxy, path) {
  const socketPath = join(proxy.dir, '.local/state/porthole/control');
  return new Promise((done, fail) => {
    http
      .get(
        {socketPath, path},
        (answer) => {
          const parts = [];
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => done(Buffer.concat(parts).toString()));
        })
      .on('error', fail);
  });
}

const schemaFaults = (har) => validator.har(har).then(() => [], (fault) => fault.errors);
const entryOf = (har, path) => har.log.entries.find((one) => new URL(one.request.url).pathname === path);
// What began in the same millisecond has no order.
const sorted = (har) => {
  const key = ({request}) => `${request.url} ${request.method} ${request.httpVersion}`;
  return [...har.log.entries].sort((a, b) => key(a) < key(b) ? -1 : 1);
};
const field = (message, name) => message.headers.filter((one) => one.name === name).map((one) => one.value);
// What an archive has no place for when it comes back: who answered, and where the time went.
const lasting = ({_id, _end, serverIPAddress, timings, ...rest}) => rest;

// Without what content that was decoded takes with it, its coding and its size as it passed, and what was not content: that it
// was cut.
function plain({request, response, ...rest}) {
  const one = ({headersSize, bodySize, _error, ...message}) => {
    const {compression, _truncated, ...content} = message.content ?? {};
    const headers = message.headers.filter(({name}) => !['Content-Encoding', 'Content-Length'].includes(name));
    return {...message, content, headers};
  };
  return {...rest, request: one(request), response: one(response)};
}

// Each kind of exchange once; resolves when all are recorded.
async function recorded(t) {
  const proxy = await porthole(t, kRecording);
  const handler = async (request, wire) => {
    const path = request.target.replace(/\?.*/, '');
    if (path === '/cut')
      await wire.send(Buffer.concat([head('HTTP/1.1 200 OK', 'Content-Length: 100'), latin1('only this')]));
    else if (path === '/old')
      await wire.send(Buffer.concat([head('HTTP/1.0 200 OK'), latin1('old')]));
    else
      return kAnswers[path];
    wire.end();
    return undefined;
  };
  const site = await recorder(t, handler);
  const six = await recorder(t, handler, {host: '::1'});
  const gone = await recorder(t);
  await gone.close();
  const send = async (method, url, {fields = [], body = Buffer.alloc(0), version = '1.1'} = {}) => {
    const length = body.length ? [`Content-Length: ${body.length}`] : [];
    const lines = [`Host: ${new URL(url).host}`, 'Connection: close', ...fields, ...length];
    await exchange(t, proxy.proxy4, Buffer.concat([head(`${method} ${url} HTTP/${version}`, ...lines), body])).catch(() => {});
  };
  await send('GET', site.url('/get?x=1&y=%20z&flag&empty='), {fields: ['Cookie: a=1; b=2=3', 'Authorization: Basic eDp5']});
  await send('POST', site.url('/post'), {fields: ['Content-Type: application/x-www-form-urlencoded'], body: latin1('a=1&b=2')});
  await send('PUT', site.url('/binary'), {body: latin1('\x00\xff')});
  await send('HEAD', site.url('/head'));
  for (const path of ['/empty', '/moved', '/gzip', '/unknown-coding', '/reasonless', '/cut', '/old'])
    await send('GET', site.url(path));
  await send(
    'POST', site.url('/unicode'),
    {fields: ['Content-Type: text/plain', 'Content-Encoding: gzip', 'X-Name: \xe9'], body: gzipSync('žluť')});
  await send('GET', site.url('/get'), {version: '1.0'});
  await send('GET', six.url('/get'));
  await send('GET', gone.url('/refused'));
  const list = async () => (await ask(t, proxy, ['flows', 'list'])).stdout.trim().split('\n').length;
  await eventually('all of them', async () => await list() === 15);
  return {proxy, six};
}

describe('an exported HTTP archive', () => {
  test('is one for another reader, and comes back', async (t) => {
    const {proxy, six} = await recorded(t);
    const file = await ask(t, proxy, ['flows', 'export', '--with-secrets']);
    assert.deepEqual([file.code, file.stderr], [0, '']);
    const har = JSON.parse(file.stdout);
    assert.deepEqual(await schemaFaults(har), []);
    const broken = structuredClone(har);
    delete broken.log.entries[0].timings.wait;
    assert.notDeepEqual(await schemaFaults(broken), [], 'it would say so');
    assert.equal(har.log.entries.length, 15);
    const overApi = JSON.parse(await overSocket(proxy, '/api/har?secrets=1'));
    assert.deepEqual(sorted(overApi), sorted(har), 'the API gives the same');

    const {request, response} = entryOf(har, '/get');
    assert.deepEqual(
      request.queryString, [['x', '1'], ['y', '%20z'], ['flag', ''], ['empty', '']].map(([name, value]) => ({name, value})));
    assert.deepEqual(request.cookies, [{name: 'a', value: '1'}, {name: 'b', value: '2=3'}]);
    assert.deepEqual(response.cookies, [{name: 's', value: 'a=b'}, {name: 't', value: ''}]);
    assert.equal(entryOf(har, '/post').request.postData.text, 'a=1&b=2');
    assert.equal(entryOf(har, '/binary').request.postData.text, 'AP8=');
    assert.equal(Buffer.from(entryOf(har, '/binary').response.content.text, 'base64').toString('latin1'), '\x89PN\xff');
    assert.equal(entryOf(har, '/head').response.content.size, 0);
    assert.equal(entryOf(har, '/empty').response.status, 204);
    assert.equal(entryOf(har, '/moved').response.redirectURL, '/elsewhere');
    const zipped = entryOf(har, '/gzip').response;
    assert.deepEqual([zipped.bodySize, zipped.content.size, zipped.content.compression], [kGzip.length, 4000, 4000 - kGzip.length]);
    assert.equal(entryOf(har, '/unknown-coding').response.content._contentCodingKept, true);
    assert.equal(entryOf(har, '/cut').response.content.text, 'only this');
    assert.equal(entryOf(har, '/old').response.httpVersion, 'HTTP/1.0');
    const old = har.log.entries.filter((one) => one.request.httpVersion === 'HTTP/1.0');
    assert.deepEqual(old.map((one) => new URL(one.request.url).pathname), ['/get']);
    assert.equal(entryOf(har, '/unicode').response.content.text, 'žluťoučký kůň');
    assert.equal(entryOf(har, '/unicode').request.postData.text, 'žluť');
    assert.deepEqual(field(entryOf(har, '/unicode').response, 'X-Latin'), ['\xe9']);
    const overSix = har.log.entries.find((one) => one.request.url === six.url('/get'));
    assert.deepEqual([overSix.serverIPAddress, entryOf(har, '/post').serverIPAddress], ['::1', '127.0.0.1']);
    assert.equal(entryOf(har, '/refused').response.status, 502);
    assert.equal(entryOf(har, '/refused').response._error, 'connection_refused');

    const other = await porthole(t, kRecording);
    const back = await ask(t, other, ['flows', 'import', '-'], {stdin: file.stdout});
    assert.deepEqual([back.code, back.stderr], [0, 'porthole: 15 flows imported\n']);
    const again = async () => JSON.parse((await ask(t, other, ['flows', 'export', '--with-secrets'])).stdout);
    await eventually('all are back', async () => (await again()).log.entries.length === 15);
    const second = await again();
    assert.deepEqual(await schemaFaults(second), []);
    const first = sorted(har);
    for (const [i, entry] of sorted(second).entries())
      assert.deepEqual(plain(lasting(entry)), plain(lasting(first[i])), entry.request.url);
  });

  test('has no secrets unless asked', async (t) => {
    const {proxy} = await recorded(t);
    const file = await ask(t, proxy, ['flows', 'export']);
    assert.deepEqual(await schemaFaults(JSON.parse(file.stdout)), []);
    assert.doesNotMatch(file.stdout, /eDp5|a=b|2=3/);
  });
});
