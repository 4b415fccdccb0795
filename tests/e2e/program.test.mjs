// The program as a user and a service manager meet it: commands, exit codes, the config file and its errors, ports, ready
// signals, TERM, HUP, USR1, sd_notify.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {describe, test} from 'node:test';

import {ok, recorder} from './lib/origin.mjs';
import {command, eventually, porthole, program, startPorthole, tempDir} from './lib/porthole.mjs';
import {connect, exchange, get, tunnel} from './lib/raw.mjs';
import {gate} from './lib/scope.mjs';

const file = (t, text, name = 'porthole.toml') => {
  const path = join(tempDir(t), name);
  writeFileSync(path, text);
  return path;
};

describe('check', () => {
  test('of a good file is silent about errors and exits 0', async (t) => {
    const good = file(t, `[proxy]
listen = ["127.0.0.1:0", "[::1]:0"]
name = "office"
workers = 2
clients = ["10.0.0.0/8", "fd00::/8"]
via = true
connect_ports = [443, 8443]
[observe]
listen = "off"
access_log = { format = "json", to = "stdout" }
[log]
level = "warn"
[resolve]
nameservers = ["127.0.0.1:5353"]
timeout = "1500ms"
[upstream]
allow = ["10.0.0.0/8"]
per_origin = 10
[timeouts]
head = "10s"
idle_tunnel = "10m"
[limits]
head_bytes = "32 KiB"
fields = 100
`);
    const result = await program(t, ['check', good]);
    assert.equal(result.code, 0, result.stderr);
  });

  for (const [what, text, position, pattern] of [
         ['an unknown key', '[proxy]\nlisten = ["127.0.0.1:0"]\nlissten = ["127.0.0.1:0"]\n', '3:1', /did you mean.*listen/i],
         ['an unknown table', '[prxy]\nvia = true\n', '1:', /did you mean.*proxy/i],
         [
           'an unknown key in an inline table', '[observe]\naccess_log = { fromat = "json", to = "stdout" }\n',
           '2:', /did you mean.*format/i
         ],
         ['a syntax error', '[proxy]\nlisten = [\n', '', /./],
         ['a wrong type', '[proxy]\nvia = "yes"\n', '2:', /via/],
         ['a duration without a unit', '[timeouts]\nhead = "10"\n', '2:', /head/],
         ['a number for a duration', '[timeouts]\nhead = 10\n', '2:', /head/],
         ['an unknown unit', '[timeouts]\nhead = "10 parsecs"\n', '2:', /head/],
         ['a negative size', '[limits]\nhead_bytes = "-1 KiB"\n', '2:', /head_bytes/],
         ['an overflowing size', '[limits]\nhead_bytes = "99999999999999999999 GiB"\n', '2:', /head_bytes/],
         ['a bad address', '[proxy]\nlisten = ["127.0.0.1:http"]\n', '2:', /127\.0\.0\.1:http/],
         ['a port out of range', '[proxy]\nlisten = ["127.0.0.1:70000"]\n', '2:', /70000/],
         ['a bad network', '[upstream]\ndeny = ["10.0.0.0/33"]\n', '2:', /10\.0\.0\.0\/33/],
         ['a bad log level', '[log]\nlevel = "loud"\n', '2:', /loud/],
         ['a bad access log format', '[observe]\naccess_log = { format = "jsn", to = "stdout" }\n', '2:', /jsn/],
         ['listening beyond loopback for nobody in particular', '[proxy]\nlisten = ["0.0.0.0:0"]\n', '', /clients/],
  ]) {
    test(`of ${what} exits 78 and says file, line and column`, async (t) => {
      const bad = file(t, text);
      const result = await program(t, ['check', bad]);
      const said = result.stdout + result.stderr;
      assert.equal(result.code, 78, said);
      assert.ok(said.includes(`${bad}:${position}`), said);
      assert.match(said, pattern);
      // The same file does not start either.
      const run = await program(t, [
        'run', '--config', bad, '--listen', '127.0.0.1:0', '--observe', 'off'
      ].filter((word, i, all) => !(what.includes('beyond') && (word === '--listen' || all[i - 1] === '--listen'))));
      assert.equal(run.code, 78, run.stderr);
      assert.ok((run.stdout + run.stderr).includes(bad));
    });
  }

  test('names every error of a file, not only the first', async (t) => {
    const bad = file(t, '[proxy]\nvai = true\n[timeouts]\nhaed = "1s"\n');
    const {stdout, stderr} = await program(t, ['check', bad]);
    assert.match(stdout + stderr, /:2:1/);
    assert.match(stdout + stderr, /:4:1/);
  });

  test('of a file that is not there exits 78 and names it', async (t) => {
    const result = await program(t, ['check', '/nowhere/porthole.toml']);
    assert.equal(result.code, 78);
    assert.match(result.stdout + result.stderr, /\/nowhere\/porthole\.toml/);
  });
});

describe('config', () => {
  test('--origin tells where each value came from: flag, environment, file, default', async (t) => {
    const path = file(t, '[proxy]\nname = "from-file"\n[timeouts]\nhead = "3s"\n');
    const result = await program(t, ['config', '--origin', '--config', path], {env: {PORTHOLE_LOG_LEVEL: 'debug'}});
    assert.equal(result.code, 0, result.stderr);
    const line = (key) => result.stdout.split('\n').find((one) => one.includes(key)) ?? '';
    assert.match(line('name'), /from-file/);
    assert.match(line('name'), new RegExp(`${path.replaceAll('.', '\\.')}:2`));
    assert.match(line('idle_tunnel'), /10m|600s/);
    assert.match(line('idle_tunnel'), /default/);
    assert.match(result.stdout, /PORTHOLE_LOG_LEVEL/);
  });

  test('without --origin prints TOML that check accepts', async (t) => {
    const result = await program(t, ['config']);
    assert.equal(result.code, 0, result.stderr);
    const again = await program(t, ['check', file(t, result.stdout)]);
    assert.equal(again.code, 0, again.stdout + again.stderr);
  });

  test('is found at PORTHOLE_CONFIG, then ~/.config/porthole/porthole.toml; --config beats both', async (t) => {
    const home = tempDir(t);
    mkdirSync(join(home, '.config/porthole'), {recursive: true});
    writeFileSync(join(home, '.config/porthole/porthole.toml'), '[proxy]\nname = "xdg"\n');
    const other = file(t, '[proxy]\nname = "variable"\n');
    const third = file(t, '[proxy]\nname = "flag"\n');
    assert.match((await program(t, ['config'], {home})).stdout, /name = "xdg"/);
    assert.match((await program(t, ['config'], {home, env: {PORTHOLE_CONFIG: other}})).stdout, /name = "variable"/);
    assert.match((await program(t, ['config', '--config', third], {home, env: {PORTHOLE_CONFIG: other}})).stdout, /name = "flag"/);
  });
});

describe('small commands', () => {
  test('version is one line and the version of the project', async (t) => {
    for (const words of [['version'], ['--version']]) {
      const result = await program(t, words);
      assert.equal(result.code, 0);
      assert.match(result.stdout, /^porthole \d+\.\d+\.\d+[^\n]*\n$/);
    }
  });

  test('help names every command and fits a screen of 24 lines', async (t) => {
    for (const words of [['help'], ['--help'], ['-h']]) {
      const result = await program(t, words);
      assert.equal(result.code, 0);
      for (const name of ['run', 'check', 'config', 'env', 'pac', 'limits', 'guide', 'version'])
        assert.match(result.stdout, new RegExp(`\\b${name}\\b`));
      if (words[0] === 'help')
        assert.ok(result.stdout.trimEnd().split('\n').length <= 24, `${result.stdout.split('\n').length} lines`);
    }
  });

  for (const words of [
         ['nonsense'], ['--nonsense'], ['run', '--listen'], ['run', '--workers', 'many'], ['run', '--listen', 'nowhere:port:x'],
         ['pac', '--nonsense'], ['run', '--log-level', 'loud']]) {
    test(`porthole ${words.join(' ')} exits 2, talks on stderr only`, async (t) => {
      const result = await program(t, words);
      assert.equal(result.code, 2, result.stdout + result.stderr);
      assert.ok(result.stderr.length > 0);
      assert.equal(result.stdout, '');
    });
  }

  test('env prints both cases, which sh takes and curl honours; --unset takes them back', async (t) => {
    const result = await program(t, ['env']);
    assert.equal(result.code, 0, result.stderr);
    const names = ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
    const shell = await command('sh', ['-c', `${result.stdout}\nenv`], {env: {PATH: process.env.PATH}});
    for (const name of names) assert.match(shell.stdout, new RegExp(`^${name}=`, 'm'));
    assert.match(shell.stdout, /^http_proxy=http:\/\/127\.0\.0\.1:8083\/?$/m);
    assert.ok(!/\*\./.test(/^no_proxy=(.*)$/m.exec(shell.stdout)[1]), 'no_proxy with *. is not portable');
    const unset = await program(t, ['env', '--unset']);
    const gone = await command('sh', ['-c', `${result.stdout}\n${unset.stdout}\nenv`], {env: {PATH: process.env.PATH}});
    assert.ok(!/_proxy=/i.test(gone.stdout), gone.stdout);
    const fish = await program(t, ['env', '--shell', 'fish']);
    assert.match(fish.stdout, /^set -gx http_proxy /m);
  });

  test('env in a CGI program leaves HTTP_PROXY alone (httpoxy)', async (t) => {
    const result = await program(t, ['env'], {env: {REQUEST_METHOD: 'GET', GATEWAY_INTERFACE: 'CGI/1.1'}});
    assert.ok(!/\bHTTP_PROXY=/.test(result.stdout));
  });

  test('pac prints the file; --test its answer for one URL', async (t) => {
    const pac = await program(t, ['pac']);
    assert.equal(pac.code, 0, pac.stderr);
    const answer = new Function(`${pac.stdout}; return FindProxyForURL('http://example.test/x', 'example.test');`)();
    assert.match(answer, /^PROXY 127\.0\.0\.1:8083/);
    const tested = await program(t, ['pac', '--test', 'http://example.test/x']);
    assert.equal(tested.code, 0);
    assert.equal(tested.stdout.trim(), answer);
  });

  test('limits prints the budgets with their units', async (t) => {
    const {code, stdout} = await program(t, ['limits']);
    assert.equal(code, 0);
    for (const word of [/64 KiB/, /200/, /16 KiB/, /10 ?s/]) assert.match(stdout, word);
  });
});

describe('starting', () => {
  test('listens where told, says so on the ready descriptor, and prints two lines a user can use', async (t) => {
    const proxy = await porthole(t);
    assert.equal(proxy.line.pid, proxy.pid);
    assert.match(proxy.proxy4, /^127\.0\.0\.1:\d+$/);
    assert.match(proxy.proxy6, /^\[::1\]:\d+$/);
    assert.match(proxy.observe, /^127\.0\.0\.1:\d+$/);
    await eventually('the banner', () => /porthole \d/.test(proxy.stdout) && /curl/.test(proxy.stdout));
    assert.ok(proxy.stdout.includes(proxy.proxy4));
    const line = proxy.stdout.split('\n').find((one) => one.includes('curl '));
    const words = /curl [^\n]*/.exec(line)[0].trim().split(/\s+/);
    const tried = await command(words[0], ['-sS', ...words.slice(1)], {env: {PATH: process.env.PATH}});
    assert.equal(tried.code, 0, tried.stderr);
    assert.match(tried.stdout, /Porthole/i);
  });

  test('--ready-file is written whole, with the same line', async (t) => {
    const dir = tempDir(t);
    const proxy = await porthole(t, {args: ['--ready-file', join(dir, 'ready.json')]});
    const text =
      await eventually('ready file', () => existsSync(join(dir, 'ready.json')) && readFileSync(join(dir, 'ready.json'), 'utf8'));
    assert.deepEqual(JSON.parse(text), proxy.line);
  });

  test('on a busy port exits 69 and names its holder', async (t) => {
    const server = net.createServer();
    await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    t.after(() => server.close());
    const {port} = server.address();
    const proxy = startPorthole(t, {listen: [`127.0.0.1:${port}`]});
    assert.equal((await proxy.exited).code, 69, proxy.stderr);
    assert.ok(proxy.stderr.includes(String(port)), proxy.stderr);
    assert.ok(proxy.stderr.includes(String(process.pid)), `holder's pid missing: ${proxy.stderr}`);
    assert.match(proxy.stderr, /node/);
    assert.match(proxy.stderr, /:0\b/);
  });

  test('a second one on the same port is refused with 69, the first keeps working', async (t) => {
    const first = await porthole(t);
    const second = startPorthole(t, {listen: [first.proxy4]});
    assert.equal((await second.exited).code, 69);
    const origin = await recorder(t);
    for (let i = 0; i < 8; ++i) assert.equal((await exchange(t, first.proxy4, get(origin.url()))).status, 200);
  });

  test('a second one on the same observe port is refused with 69', async (t) => {
    const first = await porthole(t);
    const second = startPorthole(t, {observe: first.observe});
    assert.equal((await second.exited).code, 69);
  });

  test('on an address this machine does not have exits 69', async (t) => {
    const proxy = startPorthole(t, {listen: ['192.0.2.1:0'], config: {proxy: {clients: ['192.0.2.0/24']}}});
    assert.equal((await proxy.exited).code, 69, proxy.stderr);
  });

  test('beyond loopback without proxy.clients is refused with 78', async (t) => {
    for (const address of ['0.0.0.0:0', '[::]:0', ':0']) {
      const proxy = startPorthole(t, {listen: [address]});
      assert.equal((await proxy.exited).code, 78, `${address}: ${proxy.stderr}`);
      assert.match(proxy.stderr, /clients/);
    }
  });

  test('flags beat the environment, which beats the file', async (t) => {
    const names = async (options) => {
      const proxy = await porthole(t, options);
      const origin = await recorder(t);
      await exchange(t, proxy.proxy4, get(origin.url()));
      return proxy;
    };
    const proxy = await names({config: {log: {level: 'error'}}, env: {PORTHOLE_LOG_LEVEL: 'warn'}, args: ['--log-level', 'debug']});
    await eventually('a line below warn', () => /debug|info/i.test(proxy.stderr));  // the log is written by its own thread
    const quiet = await names({config: {log: {level: 'debug'}}, env: {PORTHOLE_LOG_LEVEL: 'error'}});
    assert.equal(quiet.stderr, '');
  });

  test('several --listen of one family all serve', async (t) => {
    const proxy = await porthole(t, {listen: ['127.0.0.1:0', '127.0.0.2:0', '[::1]:0']});
    assert.equal(proxy.proxy.length, 3);
    const origin = await recorder(t);
    for (const address of proxy.proxy) assert.equal((await exchange(t, address, get(origin.url()))).status, 200);
  });
});

describe('TERM', () => {
  test('of an idle program exits 0 at once and closes idle connections', async (t) => {
    const proxy = await porthole(t);
    const wire = await proxy.connect(t);
    const start = Date.now();
    proxy.signal('SIGTERM');
    assert.deepEqual(await proxy.exited, {code: 0, signal: null});
    assert.equal(await wire.closed(), 'end');
    assert.ok(Date.now() - start < 5000);
  });

  for (const name of ['SIGTERM', 'SIGINT']) {
    test(`${name} lets a running request finish, takes no new connections, then exits 0`, async (t) => {
      const proxy = await porthole(t);
      const release = gate();
      const origin = await recorder(t, async () => {
        await release.passed;
        return ok('finished');
      });
      const wire = await proxy.connect(t);
      await wire.send(get(origin.url()));
      await origin.came(1);
      proxy.signal(name);
      await eventually('the listener is closed', () => connect(t, proxy.proxy4).then((w) => {
        w.destroy();
        return false;
      }, () => true));
      release.open();
      const response = await wire.response();
      assert.equal(response.body.toString(), 'finished');
      assert.match(response.fields.get('connection') ?? '', /close/);
      assert.equal(await wire.eof(), 'end');
      assert.deepEqual(await proxy.exited, {code: 0, signal: null});
    });
  }

  test('waits for tunnels at most timeouts.drain', async (t) => {
    const proxy = await porthole(t, {config: {timeouts: {drain: '300ms'}}});
    const origin = await recorder(t);
    const wire = await tunnel(t, proxy.proxy4, origin.authority);
    proxy.signal('SIGTERM');
    await wire.closed();
    assert.equal((await proxy.exited).signal, null);
  });

  test('a second one quits now', async (t) => {
    const proxy = await startPorthole(t).ready();
    const origin = await recorder(t, () => new Promise(() => {}));
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    await origin.came(1);
    proxy.signal('SIGTERM');
    await eventually('the listener is closed', () => connect(t, proxy.proxy4).then((w) => {
      w.destroy();
      return false;
    }, () => true));
    assert.equal(proxy.exit, undefined);
    proxy.signal('SIGTERM');
    await proxy.exited;
    assert.notEqual(await wire.closed(), 'open');
  });
});

describe('HUP', () => {
  test('takes a good file: new answers, same listener, no connection lost', async (t) => {
    const proxy = await porthole(t);
    const origin = await recorder(t);
    const wire = await proxy.connect(t);
    await wire.send(get(origin.url()));
    assert.equal((await wire.response()).status, 200);
    proxy.configure({upstream: {deny: ['127.0.0.1/32']}});
    proxy.signal('SIGHUP');
    await eventually('the new rule', async () => (await exchange(t, proxy.proxy4, get(origin.url()))).status === 403);
    await wire.send(get(origin.url()));
    assert.ok([200, 403].includes((await wire.response()).status));
    assert.match((await proxy.ask(t, '/metrics')).text, /^porthole_config_last_reload_successful(\{[^}]*\})? 1$/m);
  });

  test('refuses a bad file as a whole, says where, and keeps the old one', async (t) => {
    const proxy = await porthole(t);
    const origin = await recorder(t);
    writeFileSync(proxy.configFile, '[upstream]\ndeny = ["127.0.0.1/32"]\n[timeouts]\nhaed = "1s"\n');
    proxy.signal('SIGHUP');
    await eventually('the complaint', () => proxy.stderr.includes(`${proxy.configFile}:4:1`));
    assert.match(proxy.stderr, /did you mean.*head/i);
    assert.equal((await exchange(t, proxy.proxy4, get(origin.url()))).status, 200);
    assert.match((await proxy.ask(t, '/metrics')).text, /^porthole_config_last_reload_successful(\{[^}]*\})? 0$/m);
  });

  test('ten times under load loses no request', async (t) => {
    const proxy = await porthole(t);
    const origin = await recorder(t);
    let running = true;
    let served = 0;
    const load = Promise.all(Array.from({length: 4}, async () => {
      const wire = await proxy.connect(t);
      while (running) {
        await wire.send(get(origin.url()));
        assert.equal((await wire.response()).status, 200);
        ++served;
      }
    }));
    for (let i = 0; i < 10; ++i) {
      const before = served;
      proxy.signal('SIGHUP');
      await eventually('requests go on', () => served > before + 20);
    }
    running = false;
    await load;
    assert.ok(served > 200);
  });
});

describe('USR1', () => {
  test('reopens the access log under its name, nothing is lost', async (t) => {
    const proxy = await porthole(t);
    const origin = await recorder(t);
    await exchange(t, proxy.proxy4, get(origin.url('/before')));
    await proxy.logged('/before', (line) => line.target?.endsWith('/before'));
    renameSync(proxy.logFile, `${proxy.logFile}.1`);
    proxy.signal('SIGUSR1');
    await eventually('a new file', () => existsSync(proxy.logFile));
    await exchange(t, proxy.proxy4, get(origin.url('/after')));
    await proxy.logged('/after', (line) => line.target?.endsWith('/after'));
    assert.match(readFileSync(`${proxy.logFile}.1`, 'utf8'), /\/before/);
    assert.ok(!/\/before/.test(readFileSync(proxy.logFile, 'utf8')));
  });
});

describe('sd_notify', () => {
  // Starts the receiver; gives the socket's path and a way to wait for a datagram.
  async function manager(t) {
    const path = join(tempDir(t), 'notify');
    const child =
      spawn('python3', [new URL('lib/notify.py', import.meta.url).pathname, path], {stdio: ['ignore', 'pipe', 'inherit']});
    t.after(() => child.kill('SIGKILL'));
    const got = [];
    const bound = gate();
    createInterface({input: child.stdout}).on('line', (line) => {
      if (line === 'bound')
        bound.open();
      else
        got.push(JSON.parse(line));
    });
    await bound.passed;
    return {path, got, heard: (pattern) => eventually(String(pattern), () => got.find((text) => pattern.test(text)))};
  }

  test('tells READY, RELOADING with its time, and STOPPING', async (t) => {
    const systemd = await manager(t);
    const proxy = await porthole(t, {env: {NOTIFY_SOCKET: systemd.path}});
    await systemd.heard(/^READY=1$/m);
    proxy.signal('SIGHUP');
    assert.match(await systemd.heard(/^RELOADING=1$/m), /^MONOTONIC_USEC=\d+$/m);
    await eventually('READY again', () => systemd.got.filter((text) => /^READY=1$/m.test(text)).length >= 2);
    proxy.signal('SIGTERM');
    await systemd.heard(/^STOPPING=1$/m);
  });

  test('feeds the watchdog while it lives', async (t) => {
    const systemd = await manager(t);
    await porthole(t, {env: {NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '200000'}});
    await eventually('three WATCHDOG=1', () => systemd.got.filter((text) => /^WATCHDOG=1$/m.test(text)).length >= 3);
  });

  test('a socket that is not there does not matter', async (t) => {
    const proxy = await porthole(t, {env: {NOTIFY_SOCKET: '/nowhere/notify'}});
    assert.equal((await proxy.ask(t, '/livez')).status, 200);
  });
});

test('the descriptor limit is raised at start and reported', async (t) => {
  const proxy = await porthole(t, {launcher: ['sh', '-c', 'ulimit -Sn 256; exec "$@"', 'sh'], args: ['--log-level', 'info']});
  const limits = readFileSync(`/proc/${proxy.pid}/limits`, 'utf8');
  const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits);
  assert.equal(soft, hard);
  assert.match(proxy.stderr + (await proxy.ask(t, '/metrics')).text, new RegExp(hard));
});

test('a pipe closed under stdout does not kill it (PIPE is ignored)', async (t) => {
  const proxy = await porthole(t, {accessLog: null, args: ['--access-log', 'json:stdout']});
  proxy.child.stdout.destroy();
  const origin = await recorder(t);
  for (let i = 0; i < 5; ++i) assert.equal((await exchange(t, proxy.proxy4, get(origin.url()))).status, 200);
  assert.equal(proxy.exit, undefined);
});
