// docs/user/openapi.json against the program: each of its calls is one, each method that a path takes is there, and no call of the
// program's table is missing. What the calls answer has the shape that is written.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {ok, recorder} from './lib/origin.mjs';
import {eventually, kRoot, porthole} from './lib/porthole.mjs';
import {exchange, get} from './lib/raw.mjs';

const api = JSON.parse(readFileSync(join(kRoot, 'docs/user/openapi.json'), 'utf8'));
const kSession = '/api/session';  // of the inspector's listener, but for GET
const documented =
  Object.entries(api.paths).flatMap(([path, calls]) => Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`));

function ask(proxy, method, path, body = '') {
  const socketPath = join(proxy.dir, '.local/state/porthole/control');
  const headers = {'Content-Type': 'application/json'};
  return new Promise((done, fail) => {
    http
      .request(
        {socketPath, path, method, headers},
        (answer) => {
          const parts = [];
          const finish = () => done({status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString()});
          if (answer.headers['content-type'] === 'text/event-stream') {
            finish();
            answer.destroy();
            return;
          }
          answer.on('data', (part) => parts.push(part));
          answer.on('end', finish);
        })
      .on('error', fail)
      .end(body);
  });
}

// The faults of a value, as paths into it. As much of JSON Schema as the file uses; a member that it does not name is a fault.
function faults(schema, value, at = '') {
  if (schema.$ref) return faults(schema.$ref.slice(2).split('/').reduce((part, key) => part[key], api), value, at);
  const is = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (is !== schema.type) return [`${at}: ${is}, not ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${value}`];
  if (is === 'array') return value.flatMap((one, i) => faults(schema.items, one, `${at}/${i}`));
  if (is !== 'object' || !schema.properties) return [];
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}/${name}: missing`);
  return missing.concat(Object.entries(value).flatMap(
    ([name, one]) =>
      schema.properties[name] ? faults(schema.properties[name], one, `${at}/${name}`) : [`${at}/${name}: not written`]));
}

const kRecording = {
  config: {capture: {on: true, keep: '16 MiB'}}
};

describe('docs/user/openapi.json', () => {
  test('has every call of the program, and no other', async (t) => {
    const source = readFileSync(join(kRoot, 'src/admin/api.cc'), 'utf8');
    const table = [...source.matchAll(/^ {4}\{"([A-Z]+)", "(\/api\/[^"]+)", &Api::/gm)].map(
      ([, method, path]) => `${method} ${path.replace('*', '{id}')}`);
    assert.ok(table.length > 10, 'the table is where it was');
    const others = [`GET ${kSession}`, `POST ${kSession}`, `DELETE ${kSession}`, 'POST /api/reload', 'POST /api/stop'];
    assert.deepEqual([...documented].sort(), [...table, ...others].sort());

    const proxy = await porthole(t, kRecording);
    for (const [path, calls] of Object.entries(api.paths)) {
      if (path === kSession) continue;
      const answer = await ask(proxy, 'PUT', path.replace('{id}', '0000000000000'));
      assert.equal(answer.status, 405, path);
      assert.deepEqual(answer.headers.allow.split(', ').sort(), Object.keys(calls).map((one) => one.toUpperCase()).sort(), path);
    }
    assert.equal((await ask(proxy, 'GET', '/api/nothing')).status, 404);
  });

  test('says what the calls answer', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t, () => ok('data: a\n\n', 'Content-Type: text/event-stream'));
    await exchange(t, proxy.proxy4, get(site.url('/a?b'), 'Connection: close'));
    const row = await eventually('it', async () => {
      const [first] = JSON.parse((await ask(proxy, 'GET', '/api/flows')).text).rows;
      return first?.state === 'done' && first;
    });
    const mark = {pinned: false, colour: 'red', note: 'n', tags: ['a']};
    assert.equal((await ask(proxy, 'PATCH', `/api/flows/${row.id}/mark`, JSON.stringify(mark))).status, 204);
    const queries = {'/api/flows/{id}/snippet': '?as=curl', '/api/filter': '?text=host:a', '/api/complete': '?text=ho'};
    const check = (answer, call, what) => {
      const response = call.responses[answer.status];
      assert.ok(response, `${what}: ${answer.status} is not written`);
      const type = (answer.headers['content-type'] ?? '').replace(/;.*/, '');
      const content = response.content?.[type] ?? response.content?.['application/octet-stream'];
      assert.ok(content || !response.content, `${what}: ${type} is not written`);
      if (type === 'application/json') assert.deepEqual(faults(content.schema, JSON.parse(answer.text)), [], what);
    };
    for (const [path, {get: call}] of Object.entries(api.paths)) {
      if (!call) continue;
      const answer = await ask(proxy, 'GET', path.replace('{id}', row.id) + (queries[path] ?? ''));
      assert.equal(answer.status, 200, path);
      check(answer, call, path);
      if (!path.includes('{id}')) continue;
      const none = await ask(proxy, 'GET', path.replace('{id}', '0000000000000') + (queries[path] ?? ''));
      assert.equal(none.status, 404, path);
      check(none, call, `${path}, not there`);
    }
    const wrong = await ask(proxy, 'GET', '/api/filter?text=nonsense:x');
    assert.equal(wrong.status, 400);
    check(wrong, api.paths['/api/filter'].get, 'a wrong filter');
    for (const held of [true, false]) assert.equal((await ask(proxy, 'PATCH', '/api/capture', JSON.stringify({held}))).status, 204);
    check(await ask(proxy, 'PATCH', '/api/capture', '{"held": 1}'), api.paths['/api/capture'].patch, 'a wrong pause');
    const archive = (await ask(proxy, 'GET', '/api/har')).text;
    check(await ask(proxy, 'POST', '/api/har', archive), api.paths['/api/har'].post, 'import');
    check(await ask(proxy, 'DELETE', '/api/flows'), api.paths['/api/flows'].delete, 'clear');
  });
});
