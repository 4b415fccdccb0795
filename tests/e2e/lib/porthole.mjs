// Starts and stops the program under test as a user would: own temp directory and home, a config file, port 0, --ready-fd.
// A crash, a sanitizer's report or an exit code that is not 0 fails the test with everything the program said.

import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

import {dns} from './dns.mjs';
import {connect, hostPort} from './raw.mjs';
import {later} from './scope.mjs';
import {kWaitMs} from './wire.mjs';

export const kRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const kBinary = resolve(process.env.PORTHOLE_BIN ?? join(kRoot, 'build/release/porthole'));
// A sanitizer's allocator keeps what was freed, so memory is judged with the release build alone.
const sanitized = () => ['__asan_init', '__tsan_init'].some((name) => readFileSync(kBinary).includes(name));
let isSanitized;
const kSanitizer = /(Address|Thread|Leak|Memory|UndefinedBehavior)Sanitizer|runtime error:/;

export function tempDir(t, prefix = 'porthole-e2e-') {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  later(t, () => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

// Waits until `ready()` gives something; for files and counters that nothing announces.
export async function eventually(what, ready, ms = kWaitMs) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await ready();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not in ${ms} ms`);
    await new Promise((wake) => {
      setTimeout(wake, 10);
    });
  }
}

const tomlValue = (value) => {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{ ${Object.entries(value).map(([k, v]) => `${k} = ${tomlValue(v)}`).join(', ')} }`;
  return JSON.stringify(value);
};
// {proxy: {via: false}} as TOML text.
export const toml = (tables) =>
  Object.entries(tables)
    .map(([name, keys]) => [`[${name}]`, ...Object.entries(keys).map(([k, v]) => `${k} = ${tomlValue(v)}`)].join('\n'))
    .join('\n\n') +
  '\n';

// Environment without anything that would steer the program or a client from outside.
export function cleanEnv(home, extra = {}) {
  const sanitizers = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(A|UB|T)SAN_OPTIONS$/.test(name)));
  return {PATH: process.env.PATH, HOME: home, TMPDIR: tmpdir(), LANG: 'C.UTF-8', ...sanitizers, ...extra};
}

function mustExist() {
  if (!existsSync(kBinary)) throw new Error(`no program at ${kBinary}: build it (./run --build-only) or set PORTHOLE_BIN`);
}

// Any command to its end: {code, signal, stdout, stderr}. `stdin` is text. Never throws for an exit code.
export function command(file, args = [], {env, cwd, stdin = '', ms = 60_000} = {}) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, {env: env ?? process.env, cwd, stdio: ['pipe', 'pipe', 'pipe']});
    const out = [];
    const err = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.on('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const bytes = Buffer.concat(out);
      done({code, signal, bytes, stdout: bytes.toString(), stderr: Buffer.concat(err).toString()});
    });
  });
}

// `porthole ARGS` to its end, in an empty home.
export function program(t, args, {env = {}, home = tempDir(t), ...rest} = {}) {
  mustExist();
  return command(kBinary, args, {env: cleanEnv(home, env), cwd: home, ...rest});
}

// A running proxy. Options: `config` (object of tables, or TOML text), `args`, `env`, `listen`, `observe`, `ui`, `accessLog`
// ('json' | 'combined' | 'squid' | null for no flag), `hosts` (text of the hosts file), `launcher` (command before the
// binary).
export async function porthole(t, options = {}) {
  mustExist();
  const instance = new Porthole(tempDir(t), options, await dns(t));
  later(t, () => instance.stop());
  await instance.ready();
  return instance;
}

// Starts it without waiting for the ready line; for tests about starting.
export function startPorthole(t, options = {}) {
  mustExist();
  const instance = new Porthole(tempDir(t), options, {address: '127.0.0.1:1'});
  later(t, () => instance.stop({anyExit: true}));
  return instance;
}

class Porthole {
  constructor(
    dir, {
      config = {},
      args = [],
      env = {},
      listen = ['127.0.0.1:0', '[::1]:0'],
      observe = '127.0.0.1:0',
      ui = 'off',
      accessLog = 'json',
      hosts = '',
      workers,
      launcher = []
    },
    nameserver) {
    this.dir = dir;
    this.nameserver = nameserver.address;
    this.configFile = join(dir, 'porthole.toml');
    this.logFile = join(dir, 'access.log');
    this.stdout = '';
    this.stderr = '';
    writeFileSync(join(dir, 'hosts'), hosts);
    this.configure(config);
    const all = ['run', '--config', this.configFile, '--ready-fd', '3'];
    for (const address of listen) all.push('--listen', address);
    if (observe !== undefined) all.push('--observe', observe);
    if (ui !== undefined) all.push('--ui', ui);
    if (accessLog !== null) all.push('--access-log', `${accessLog}:${this.logFile}`);
    if (workers !== undefined) all.push('--workers', String(workers));
    const [file, ...rest] = [...launcher, kBinary, ...all, ...args];
    this.child = spawn(file, rest, {cwd: dir, env: cleanEnv(dir, env), stdio: ['ignore', 'pipe', 'pipe', 'pipe']});
    this.pid = this.child.pid;
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.exited = new Promise((done) => {
      this.child.on('close', (code, signal) => {
        this.exit = {code, signal};
        done(this.exit);
      });
    });
    this.readyLine = new Promise((done) => {
      let text = '';
      this.child.stdio[3]
        .setEncoding('utf8')
        .on(
          'data',
          (more) => {
            text += more;
          })
        .on('end', () => done(text))
        .on('error', () => done(text));
    });
  }

  // Writes the config file anew (HUP makes a running program read it). Unless it says otherwise, no name is in DNS, and
  // nothing is recorded; `capture: {}` is the default of the program.
  configure(config) {
    const resolved = {nameservers: [this.nameserver], hosts_file: join(this.dir, 'hosts'), ...config.resolve};
    const capture = config.capture ?? {on: false};
    writeFileSync(this.configFile, typeof config === 'string' ? config : toml({...config, capture, resolve: resolved}));
  }

  #said() { return `\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`; }

  async ready(ms = kWaitMs) {
    const timer = new Promise((done) => {
      setTimeout(() => done(undefined), ms).unref();
    });
    const text = await Promise.race([this.readyLine, this.exited.then(() => ''), timer]);
    if (!text) throw new Error(`porthole was not ready (exit ${JSON.stringify(this.exit)})${this.#said()}`);
    const line = JSON.parse(text);
    this.line = line;
    this.proxy = line.proxy;
    this.proxy4 = line.proxy.find((address) => !address.startsWith('['));
    this.proxy6 = line.proxy.find((address) => address.startsWith('['));
    this.observe = line.observe;
    return this;
  }

  connect(t, version = 4) { return connect(t, version === 6 ? this.proxy6 : this.proxy4); }
  signal(name) { process.kill(this.pid, name); }

  // The access log's lines so far: objects when they are JSON, else text.
  log() {
    if (!existsSync(this.logFile)) return [];
    return readFileSync(this.logFile, 'utf8')
      .split('\n')
      .slice(0, -1)  // the rest of a line that is being written has no end yet
      .filter(Boolean)
      .map((line) => (line.startsWith('{') ? JSON.parse(line) : line));
  }
  // The first line for which `test` holds, when it has been written.
  logged(what, test, ms) { return eventually(`access log line: ${what}`, () => this.log().find(test), ms); }

  // Resident bytes now; always 0 under a sanitizer.
  rss() {
    isSanitized ??= sanitized();
    if (isSanitized) return 0;
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]) * 1024;
  }
  descriptors() { return readdirSync(`/proc/${this.pid}/fd`).length; }

  // A path of the observe listener: {status, fields, text}.
  async ask(t, path) {
    const wire = await connect(t, this.observe);
    const {host, port} = hostPort(this.observe);
    await wire.send(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`);
    const answer = await wire.response();
    wire.destroy();
    return {...answer, text: answer.body.toString()};
  }

  // TERM, wait, judge. A program that had already crashed fails here.
  async stop({anyExit = false} = {}) {
    if (this.stopped) return this.exit;
    this.stopped = true;
    const early = this.exit;
    let killed = false;
    if (!early) {
      process.kill(this.pid, 'SIGTERM');
      const second = setTimeout(() => {
        if (!this.exit) process.kill(this.pid, 'SIGTERM');
      }, 1_500);
      const last = setTimeout(() => {
        killed = true;
        if (!this.exit) process.kill(this.pid, 'SIGKILL');
      }, 8_000);
      await this.exited;
      clearTimeout(second);
      clearTimeout(last);
    }
    if (kSanitizer.test(this.stderr)) throw new Error(`a sanitizer spoke${this.#said()}`);
    if (killed) throw new Error(`porthole did not stop after two TERM${this.#said()}`);
    if (this.exit.signal && this.exit.signal !== 'SIGTERM') throw new Error(`porthole died of ${this.exit.signal}${this.#said()}`);
    if (!anyExit && early && early.code !== 0)
      throw new Error(`porthole had left by itself: ${JSON.stringify(early)}${this.#said()}`);
    return this.exit;
  }
}
