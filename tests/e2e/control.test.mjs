// The control socket and the commands that use it: status, tail, reload, stop. One proxy, asked by its owner, without a token.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, statSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {ok, recorder} from './lib/origin.mjs';
import {cleanEnv, eventually, kBinary, porthole, program, startPorthole} from './lib/porthole.mjs';
import {exchange, get} from './lib/raw.mjs';
import {later} from './lib/scope.mjs';

const kRecording = {
  config: {capture: {on: true, keep: '16 MiB'}}
};
const socketOf = (proxy) => join(proxy.dir, '.local/state/porthole/control');
const ask = (t, proxy, args, more = {}) => program(t, args, {home: proxy.dir, ...more});

// A `porthole tail` beside `proxy`, once it prints: requests for `probe` are made until it does. `lines()` are those it has
// printed, without the probes.
async function tail(t, proxy, probe, args = []) {
  const child = spawn(kBinary, ['tail', ...args], {cwd: proxy.dir, env: cleanEnv(proxy.dir), stdio: ['ignore', 'pipe', 'pipe']});
  const tailing = {child, out: '', err: ''};
  tailing.lines = () => tailing.out.split('\n').slice(0, -1).filter((line) => !line.includes(probe));
  child.stdout.setEncoding('utf8').on('data', (text) => {
    tailing.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    tailing.err += text;
  });
  tailing.exited = new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  later(t, async () => {
    child.kill();
    await tailing.exited;
  });
  await eventually('tail listens', async () => {
    await exchange(t, proxy.proxy4, get(probe, 'Connection: close'));
    return tailing.out !== '';
  });
  return tailing;
}

describe('status', () => {
  test('tells where the proxy is and what it records, as a page or as JSON', async (t) => {
    const proxy = await porthole(t, kRecording);
    assert.equal(statSync(socketOf(proxy)).mode & 0o777, 0o600);
    const page = await ask(t, proxy, ['status']);
    assert.equal(page.code, 0, page.stderr);
    assert.match(
      page.stdout, new RegExp(`^porthole \\S+, process ${proxy.pid}, serving\n  since    .*\n  proxy    ${proxy.proxy4} `));
    assert.match(page.stdout, /\n {2}capture {2}on, .* of 16\.0 MiB in \/.*\/flows\n/);
    const json = JSON.parse((await ask(t, proxy, ['status', '--json'])).stdout);
    assert.deepEqual([json.pid, json.proxy, json.draining, json.capture.on], [proxy.pid, proxy.proxy, false, true]);
  });

  test('fails when no proxy runs, and when what is left of one is a file', async (t) => {
    const proxy = await porthole(t);
    assert.match((await ask(t, proxy, ['status'])).stdout, /capture {2}off: capture\.on is false/);
    proxy.signal('SIGKILL');
    await proxy.exited;
    proxy.stopped = true;  // as it should have been
    assert.ok(existsSync(socketOf(proxy)));
    for (const args of [['status'], ['tail'], ['reload'], ['stop']]) {
      const result = await ask(t, proxy, args);
      assert.equal(result.code, 1, args[0]);
      assert.equal(result.stderr, `porthole: no proxy of yours runs here: nobody listens at ${socketOf(proxy)}\n`);
    }
    // The next one takes the place, and leaves nothing.
    const env = cleanEnv(proxy.dir);
    const args = ['--listen', '127.0.0.1:0', '--observe', 'off', '--ui', 'off'];
    const next = spawn(kBinary, args, {cwd: proxy.dir, env, stdio: 'ignore'});
    const exited = new Promise((done) => next.on('close', done));
    await eventually('it answers', async () => (await ask(t, proxy, ['status'])).code === 0);
    const {code} = await ask(t, proxy, ['stop']);
    assert.deepEqual([code, await exited, existsSync(socketOf(proxy))], [0, 0, false]);
  });

  test('is answered by the first of two proxies; the second serves without a socket and says so', async (t) => {
    const first = await porthole(t);
    const second = spawn(kBinary, ['--listen', '127.0.0.1:0', '--observe', 'off', '--ui', 'off', '--ready-fd', '3'], {
      cwd: first.dir,
      env: cleanEnv(first.dir),
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    let said = '';
    second.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    later(t, () => second.kill());
    await eventually('the second serves', () => /"?no_control_socket/.test(said) && /started/.test(said));
    assert.match(said, /another proxy has its socket there/);
    assert.equal(JSON.parse((await ask(t, first, ['status', '--json'])).stdout).pid, first.pid);
  });
});

describe('tail', () => {
  test('prints a line for each flow as it ends, and those alone that the filter means', async (t) => {
    const proxy = await porthole(t, {...kRecording, workers: 1});  // of two, either may be heard first
    const site = await recorder(t, (request) => ok(request.target, 'Content-Type: text/plain'));
    await exchange(t, proxy.proxy4, get(site.url('/before'), 'Connection: close'));
    const all = await tail(t, proxy, site.url('/probe'));
    const some = await tail(t, proxy, site.url('/b-probe'), ['path:/b*', 'status:200', '--json']);
    for (const path of ['/a1', '/b1', '/b2']) await exchange(t, proxy.proxy4, get(site.url(path), 'Connection: close'));
    const told = () => all.lines().filter((line) => !line.includes('-probe'));
    await eventually('three lines', () => told().length >= 3);
    await eventually('two rows', () => some.lines().length >= 2);
    const targets = told().map((line) => / GET {5}200 .* (http:\S+)$/.exec(line)?.[1]);
    assert.deepEqual(targets, ['/a1', '/b1', '/b2'].map((path) => site.url(path)));
    const rows = some.lines().map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map((row) => [row.path, row.state, row.status, row.type]),
      [['/b1', 'done', 200, 'text/plain'], ['/b2', 'done', 200, 'text/plain']]);
    // The id is one that explain knows.
    const explained = await ask(t, proxy, ['explain', told()[0].split(' ')[0]]);
    assert.match(explained.stdout, /\/a1/);
    assert.equal(all.err + some.err, '');
  });

  test('fits the terminal and has colours there, but none with NO_COLOR', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    const inTerminal = (env) => {
      const words = `stty cols 72; exec '${kBinary}' tail`;
      const child = spawn('script', ['-qec', words, '/dev/null'], {
        cwd: proxy.dir,
        env: {...cleanEnv(proxy.dir), SHELL: '/bin/sh', ...env},
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const one = {text: ''};
      child.stdout.setEncoding('utf8').on('data', (text) => {
        one.text += text;
      });
      later(t, () => child.kill());
      return one;
    };
    const coloured = inTerminal({});
    const plain = inTerminal({NO_COLOR: '1'});
    const done = await eventually('both print', async () => {
      await exchange(t, proxy.proxy4, get(site.url(`/${'long/'.repeat(40)}end`), 'Connection: close'));
      return coloured.text.includes('\n') && plain.text.includes('\n');
    });
    assert.ok(done);
    assert.match(coloured.text, /\x1b\[32m200\x1b\[0m/);
    assert.doesNotMatch(plain.text, /\x1b/);
    const [line] = plain.text.split('\r\n');
    assert.equal(line.length, 72, line);
    assert.match(line, /http:\/\/127.*\.\.\..*\/end$/);
  });

  test('says why there is nothing to follow, and ends when the proxy does or nobody reads', async (t) => {
    const silent = await porthole(t);
    const off = await ask(t, silent, ['tail']);
    assert.deepEqual(
      [off.code, off.stderr], [1, 'porthole: the proxy records nothing (capture.on is false): set on = true in [capture]\n']);
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    assert.equal((await ask(t, proxy, ['tail', 'statsu:200'])).code, 2);
    assert.equal((await ask(t, proxy, ['tail', 'body:x'])).code, 2);
    const ending = await tail(t, proxy, site.url('/probe'));
    const unread = await tail(t, proxy, site.url('/probe'));
    unread.child.stdout.destroy();
    await eventually('who is not read ends', async () => {
      await exchange(t, proxy.proxy4, get(site.url('/x'), 'Connection: close'));
      return unread.child.exitCode !== null;
    });
    assert.deepEqual([unread.child.exitCode, unread.err], [0, '']);
    assert.equal((await ask(t, proxy, ['stop'])).code, 0);
    assert.equal(await ending.exited, 1);
    assert.equal(ending.err, 'porthole: the proxy has ended\n');
    await proxy.exited;
  });
});

describe('reload and stop', () => {
  test('reload applies a good file, and refuses a bad one with its place', async (t) => {
    const proxy = await porthole(t);
    const site = await recorder(t);
    proxy.configure({proxy: {via: false}});
    const good = await ask(t, proxy, ['reload']);
    assert.deepEqual([good.code, good.stdout, good.stderr], [0, '', 'porthole: reloaded\n']);
    // In force when the command returns.
    await exchange(t, proxy.proxy4, get(site.url('/'), 'Connection: close'));
    assert.doesNotMatch(site.seen(), /^Via:/mi);
    proxy.configure('[proxy]\nvai = true\n');
    const bad = await ask(t, proxy, ['reload']);
    assert.equal(bad.code, 78);
    assert.match(bad.stderr, /^porthole: the old configuration is in force: .*porthole\.toml:2:1: .*did you mean.*via/);
    assert.equal((await ask(t, proxy, ['status'])).code, 0);
  });

  test('stop lets what runs end, and returns when the process has', async (t) => {
    const proxy = await porthole(t);
    let answer;
    const site = await recorder(t, async (request, wire) => {
      await new Promise((go) => {
        answer = go;
      });
      await wire.send(ok('late'));
    });
    const running = exchange(t, proxy.proxy4, get(site.url('/slow'), 'Connection: close'));
    await site.came(1);
    const stopping = ask(t, proxy, ['stop']);
    await eventually('it drains', async () => /draining/.test((await ask(t, proxy, ['status'])).stdout));
    const refused = await ask(t, proxy, ['reload']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /it is draining/);
    answer();
    assert.equal((await running).body.toString(), 'late');
    const result = await stopping;
    assert.deepEqual([result.code, result.stderr], [0, 'porthole: stopped\n']);
    assert.deepEqual(await proxy.exited, {code: 0, signal: null});
    assert.ok(!existsSync(socketOf(proxy)));
  });

  test('flows export, import, clear and show --as: what was recorded goes out, comes back, and is forgotten', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    const fields = 'Connection: close\r\nAuthorization: Bearer s3cret\r\nX-Kind: a';
    for (const path of ['/one', '/two']) await exchange(t, proxy.proxy4, get(site.url(path), fields));
    const list = async () =>
      JSON.parse(`[${(await ask(t, proxy, ['flows', 'list', '--json'])).stdout.trim().replaceAll('\n', ',')}]`);
    await eventually('both are recorded', async () => (await list()).length === 2);
    const [newest] = await list();
    const line = await ask(t, proxy, ['flows', 'show', newest.id, '--as', 'curl']);
    assert.match(line.stdout, /^curl .*'X-Kind: a'.*\/two'\n$/);
    assert.doesNotMatch(line.stdout, /s3cret/);
    const file = await ask(t, proxy, ['flows', 'export', 'path:/one']);
    assert.equal(file.code, 0, file.stderr);
    const {entries} = JSON.parse(file.stdout).log;
    assert.deepEqual(entries.map((one) => one.request.url), [site.url('/one')]);
    const back = await ask(t, proxy, ['flows', 'import', '-'], {stdin: file.stdout});
    assert.deepEqual([back.code, back.stderr], [0, 'porthole: 1 flow imported\n']);
    await eventually('it is back', async () => (await list()).filter((one) => one.imported).length === 1);
    assert.equal((await ask(t, proxy, ['flows', 'import', '-'], {stdin: 'no har'})).code, 1);
    assert.equal((await ask(t, proxy, ['flows', 'clear'])).code, 0);
    assert.equal((await list()).length, 0);
  });

  test('flows list has a flow as soon as its client has the answer, and ends quietly when nobody reads', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    for (let n = 0; n < 5; n += 1) {
      await exchange(t, proxy.proxy4, get(site.url(`/now${n}`), 'Connection: close'));
      const {stdout} = await ask(t, proxy, ['flows', 'list']);
      assert.ok(stdout.split('\n')[0].includes(`/now${n}`), stdout);
    }
    const list = spawn('sh', ['-c', `"${kBinary}" flows list | head -1`], {cwd: proxy.dir, env: cleanEnv(proxy.dir)});
    let said = '';
    list.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    await new Promise((done) => list.on('close', done));
    assert.equal(said, '');
  });

  test('flows list and find know what people said of a flow', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    for (const path of ['/one', '/two']) await exchange(t, proxy.proxy4, get(site.url(path), 'Connection: close'));
    const [one] = JSON.parse(`[${(await ask(t, proxy, ['flows', 'find', '--json', 'path:/one'])).stdout.trim()}]`);
    const mark = (body) => new Promise((done, fail) => {
      const headers = {'Content-Type': 'application/json', Host: 'porthole'};
      const request = http.request({socketPath: socketOf(proxy), method: 'PATCH', path: `/api/flows/${one.id}/mark`, headers});
      request.on('error', fail).on('response', (answer) => done(answer.resume().statusCode)).end(JSON.stringify(body));
    });
    assert.equal(await mark({pinned: true, tags: ['a']}), 204);
    for (const filter of ['is:pinned', 'tag:a', '-tag:a or is:pinned path:/one']) {
      const {stdout} = await ask(t, proxy, ['flows', 'find', '--json', '--', filter]);
      const rows = stdout.trim().split('\n').map((line) => JSON.parse(line));
      assert.ok(rows.some((row) => row.id === one.id && row.mark.tags[0] === 'a'), filter);
    }
    const {stdout} = await ask(t, proxy, ['flows', 'find', '--', '-is:pinned']);
    assert.ok(stdout.includes('/two') && !stdout.includes('/one'), stdout);
  });

  test('where nothing is recorded nothing is imported or sent again, and it says why', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    await exchange(t, proxy.proxy4, get(site.url('/one'), 'Connection: close'));
    const [one] = JSON.parse(`[${(await ask(t, proxy, ['flows', 'list', '--json'])).stdout.trim()}]`);
    const file = (await ask(t, proxy, ['flows', 'export'])).stdout;
    const folder = join(proxy.dir, '.local/state/porthole/flows');
    const second = await porthole(t, {config: {capture: {on: true, folder}}});
    await eventually('it is paused', () => /recording_paused.*another running proxy records in this folder/.test(second.stderr));
    const back = await ask(t, second, ['flows', 'import', '-'], {stdin: file});
    assert.equal(back.code, 1);
    assert.match(back.stderr, /recording is paused: another running proxy records in this folder/);
    const again = await ask(t, second, ['flows', 'replay', one.id]);
    assert.equal(again.code, 1);
    assert.equal(site.requests.length, 1);
    assert.match((await ask(t, second, ['status'])).stdout, /paused: another running proxy records in this folder/);
  });

  test('a field without a colon, a tunnel and a topic of help are what they are', async (t) => {
    const proxy = await porthole(t, kRecording);
    const site = await recorder(t);
    await exchange(t, proxy.proxy4, get(site.url('/one'), 'Connection: close'));
    const [one] = JSON.parse(`[${(await ask(t, proxy, ['flows', 'list', '--json'])).stdout.trim()}]`);
    const wrong = await ask(t, proxy, ['flows', 'replay', one.id, '-H', 'User-Agent']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /-H "User-Agent": give 'Name: value'/);
    assert.equal(site.requests.length, 1);
    const help = await ask(t, proxy, ['help', 'flows']);
    assert.equal(help.code, 0);
    assert.equal(help.stdout, (await ask(t, proxy, ['flows', '--help'])).stdout);
    await exchange(t, proxy.proxy4, Buffer.from('GET http://x.test/ HTTP/1.1\r\nHost: x.test\r\nBad Name: 1\r\n\r\n'));
    const file = await ask(t, proxy, ['flows', 'export', 'status:400']);
    assert.match(file.stderr, /1 request is not in it: refused as it came/);
  });

  test('a socket that cannot be made is no reason not to serve', async (t) => {
    const proxy = startPorthole(t, {env: {XDG_RUNTIME_DIR: '/proc/none'}});
    await proxy.ready();
    await eventually('the warning', () => /no_control_socket/.test(proxy.stderr));
    assert.equal((await ask(t, proxy, ['status'])).code, 1);
  });
});
