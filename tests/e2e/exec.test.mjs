// `porthole exec -- CMD`: a command behind a proxy of its own. Its calls pass or are refused, its streams, signals and exit code
// are its own, and nothing of any configuration counts.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {ok, recorder} from './lib/origin.mjs';
import {cleanEnv, eventually, kBinary, program, tempDir} from './lib/porthole.mjs';

const exec = (t, args, options) => program(t, ['exec', ...args], options);

describe('exec', () => {
  test('gives the command the proxy variables, so that its calls come through', async (t) => {
    const site = await recorder(t);
    const env = {no_proxy: '*', NO_PROXY: '127.0.0.1'};
    const result = await exec(t, ['--', 'curl', '-sS', site.url('/through')], {env});
    assert.deepEqual([result.code, result.stdout, result.stderr], [0, 'ok', '']);
    assert.match(site.seen(), /Via: 1\.1 porthole-/i);
    const {stdout} = await exec(t, ['--', 'env'], {env});
    const port = /^http_proxy=http:\/\/127\.0\.0\.1:(\d+)$/m.exec(stdout)?.[1];
    for (const name of ['http', 'https', 'all'])
      for (const spelling of [`${name}_proxy`, `${name.toUpperCase()}_PROXY`])
        assert.ok(stdout.split('\n').includes(`${spelling}=http://127.0.0.1:${port}`), stdout);
    assert.doesNotMatch(stdout, /no_proxy/i);
  });

  test('leaves streams to the command: input, output and errors as they are', async (t) => {
    const result = await exec(t, ['--', 'sh', '-c', 'cat; echo talk >&2'], {stdin: 'a\0b\n'});
    assert.deepEqual([result.code, result.stdout, result.stderr], [0, 'a\0b\n', 'talk\n']);
  });

  test('exits as the command does: its code, 128 + the signal, 127 and 126 when it cannot be run', async (t) => {
    for (const [words, code] of [
           [['sh', '-c', 'exit 7'], 7], [['sh', '-c', 'kill -9 $$'], 137], [['no-such-command'], 127], [['/etc'], 126]])
      assert.equal((await exec(t, ['--', ...words])).code, code, words.join(' '));
  });

  test('passes signals on, and ends with the command', async (t) => {
    const home = tempDir(t);
    const started = join(home, 'started');
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
      const script = `trap 'exit 33' ${signal.slice(3)}; : >"${started}.${signal}"; while :; do sleep 0.02; done`;
      const child = spawn(kBinary, ['exec', '--', 'sh', '-c', script], {cwd: home, env: cleanEnv(home), stdio: 'ignore'});
      const exited = new Promise((done) => child.on('close', (code) => done(code)));
      await eventually('the command runs', () => existsSync(`${started}.${signal}`));
      child.kill(signal);
      assert.equal(await exited, 33, signal);
    }
  });

  test('--deny-rest refuses what no --allow names, tells it, and fails a command that ended well', async (t) => {
    const site = await recorder(t);
    const allowed = await exec(t, ['--deny-rest', '--allow', '127.0.0.1', '--', 'curl', '-sS', site.url('/a')]);
    assert.deepEqual([allowed.code, allowed.stdout, allowed.stderr], [0, 'ok', '']);
    const port = site.port;
    const both = `curl -s -o /dev/null http://localhost:${port}/b; curl -s -o /dev/null http://localhost:${port}/c
      curl -s https://tracker.test/ ; curl -s http://127.0.0.1:${port}/d`;
    const refused = await exec(t, ['--allow', '127.0.0.1', '--deny-rest', '--', 'sh', '-c', both]);
    assert.equal(refused.code, 1);
    assert.equal(refused.stdout, 'ok');
    assert.equal(refused.stderr, `porthole: --deny-rest refused\n  localhost:${port}  2 times\n  tracker.test:443\n`);
    assert.deepEqual(site.requests.map((request) => request.target), ['/a', '/d']);
    // What is allowed by a star, and a command that fails by itself keeps its code.
    const starred = await exec(t, ['--allow', '*.1', '--deny-rest', '--', 'sh', '-c', `${both}; exit 9`]);
    assert.equal(starred.code, 9);
    assert.match(starred.stderr, /localhost:\d+ {2}2 times/);
  });

  test('takes nothing from a configuration file or PORTHOLE_* variables, and writes a log only when asked', async (t) => {
    const site = await recorder(t);
    const home = tempDir(t);
    const config = join(home, 'porthole.toml');
    writeFileSync(config, '[proxy]\nnonsense = true\n');
    const env = {PORTHOLE_CONFIG: config, PORTHOLE_OBSERVE_ACCESS_LOG: 'json:stderr', PORTHOLE_LOG_LEVEL: 'loud'};
    const quiet = await exec(t, ['--', 'curl', '-sS', site.url('/')], {home, env});
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, 'ok', '']);
    const log = join(home, 'calls.jsonl');
    const logged = await exec(t, ['--access-log', `json:${log}`, '--', 'curl', '-sS', site.url('/logged')], {home});
    assert.equal(logged.code, 0, logged.stderr);
    const lines = readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines.map((line) => [line.method, line.status]), [['GET', 200]]);
  });

  test('--har writes what passed, in order, without secrets, and says what is not in it', async (t) => {
    const site =
      await recorder(t, (request) => ok(`{"at": "${request.target}"}`, 'Content-Type: application/json', 'Set-Cookie: s3cret=1'));
    const home = tempDir(t);
    const har = join(home, 'out.har');
    const script = `curl -s -H 'Authorization: Bearer s3cret' '${site.url('/a?b=1')}'; curl -s -d posted ${site.url('/c')}
      curl -s --proxytunnel ${site.url('/tunnelled')}; exit 3`;
    const result = await exec(t, ['--har', har, '--', 'sh', '-c', script], {home, env: {TMPDIR: home}});
    assert.equal(result.code, 3);
    assert.equal(result.stderr, `porthole: ${har}: 1 tunnel is not in it: https passes unread\n`);
    const text = readFileSync(har, 'utf8');
    assert.ok(!text.includes('s3cret'));
    const {log} = JSON.parse(text);
    assert.equal(log.version, '1.2');
    assert.deepEqual(
      log.entries.map(({request, response}) => [request.method, request.url, response.status, response.content.text]), [
        ['GET', site.url('/a?b=1'), 200, '{"at": "/a?b=1"}'],
        ['POST', site.url('/c'), 200, '{"at": "/c"}'],
      ]);
    assert.equal(log.entries[1].request.postData.text, 'posted');
    assert.deepEqual(readdirSync(home), ['out.har']);
    // A name that cannot be written is told before the command has run; a disk that is full fails a command that ended well.
    const none = await exec(t, ['--har', join(home, 'no/out.har'), '--', 'touch', join(home, 'ran')], {home});
    assert.deepEqual([none.code, existsSync(join(home, 'ran'))], [1, false]);
    assert.match(none.stderr, /--har: .*No such file or directory/);
    const full = await exec(t, ['--har', '/dev/full', '--', 'true'], {home});
    assert.equal(full.code, 1);
    assert.match(full.stderr, /\/dev\/full: No space left on device/);
  });

  test('is a usage error without a command, or with exceptions to nothing', async (t) => {
    for (const args of [
           [], ['--'], ['curl', 'http://shop.test/'], ['--allow', 'shop.test', '--', 'true'],
           ['--deny-rest', '--allow', 'http://shop.test/', '--', 'true']]) {
      const result = await exec(t, args);
      assert.equal(result.code, 2, args.join(' '));
      assert.match(result.stderr, /^porthole: /);
    }
  });
});
