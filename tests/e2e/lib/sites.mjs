// The servers that real clients need: files with ranges, git over CGI, an npm registry, an apt repository, WebSocket echo.

import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, normalize} from 'node:path';

import {command} from './porthole.mjs';

async function must(file, args, options) {
  const result = await command(file, args, options);
  if (result.code !== 0) throw new Error(`${file} ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

// A handler for http servers: serves `dir` with one byte range, ETag and If-None-Match.
export function files(dir) {
  return (req, res) => {
    const path = join(dir, normalize(decodeURIComponent(new URL(req.url, 'http://x').pathname)));
    if (!path.startsWith(dir) || !existsSync(path) || path.endsWith('/')) {
      res.writeHead(404).end('no such file');
      return;
    }
    const all = readFileSync(path);
    const etag = `"${createHash('sha1').update(all).digest('hex')}"`;
    if (req.headers['if-none-match'] === etag) {
      res.writeHead(304, {ETag: etag}).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '');
    const fields = {ETag: etag, 'Accept-Ranges': 'bytes', 'Last-Modified': 'Tue, 01 Jan 2019 00:00:00 GMT'};
    if (range) {
      const from = Number(range[1]);
      const to = range[2] ? Math.min(Number(range[2]), all.length - 1) : all.length - 1;
      if (from >= all.length) {
        res.writeHead(416, {'Content-Range': `bytes */${all.length}`}).end();
        return;
      }
      res.writeHead(206, {...fields, 'Content-Range': `bytes ${from}-${to}/${all.length}`, 'Content-Length': to - from + 1});
      res.end(req.method === 'HEAD' ? undefined : all.subarray(from, to + 1));
      return;
    }
    res.writeHead(200, {...fields, 'Content-Length': all.length});
    res.end(req.method === 'HEAD' ? undefined : all);
  };
}

// A handler that runs `git http-backend` over the repositories in `dir` (RFC 3875).
export function gitBackend(dir) {
  return (req, res) => {
    const url = new URL(req.url, 'http://x');
    const env = {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: dir,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'tester',
      REMOTE_ADDR: '127.0.0.1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: req.method,
      CONTENT_TYPE: req.headers['content-type'] ?? '',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    };
    if (req.headers['content-length']) env.CONTENT_LENGTH = req.headers['content-length'];
    if (req.headers['content-encoding']) env.HTTP_CONTENT_ENCODING = req.headers['content-encoding'];
    if (req.headers['git-protocol']) env.GIT_PROTOCOL = req.headers['git-protocol'];
    const cgi = spawn('git', ['http-backend'], {env, stdio: ['pipe', 'pipe', 'inherit']});
    cgi.stdin.on('error', () => {});
    req.pipe(cgi.stdin);
    let pending = Buffer.alloc(0);
    let started = false;
    cgi.stdout.on('data', (chunk) => {
      if (started) {
        res.write(chunk);
        return;
      }
      pending = Buffer.concat([pending, chunk]);
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const fields = pending.toString('latin1', 0, end).split('\r\n').map((line) => line.split(/:\s*(.*)/));
      const status = fields.find(([name]) => name.toLowerCase() === 'status');
      res.writeHead(
        status ? parseInt(status[1], 10) : 200, Object.fromEntries(fields.filter(([name]) => name.toLowerCase() !== 'status')));
      started = true;
      res.write(pending.subarray(end + 4));
    });
    cgi.on('close', () => res.end());
  };
}

// A bare repository `dir/name.git` with `commits` commits that takes pushes.
export async function bareRepository(dir, name, env) {
  const path = join(dir, `${name}.git`);
  const work = join(dir, `${name}-work`);
  const git = (...args) => must('git', args, {env});
  await git('init', '-q', '-b', 'main', work);
  await git('-C', work, 'config', 'user.name', 'tester');
  await git('-C', work, 'config', 'user.email', 'tester@example.test');
  for (let i = 0; i < 3; ++i) {
    writeFileSync(join(work, `file${i}`), `content ${i}\n`.repeat(5000));
    await git('-C', work, 'add', '.');
    await git('-C', work, 'commit', '-q', '-m', `commit ${i}`);
  }
  await git('clone', '-q', '--bare', work, path);
  await git('-C', path, 'config', 'http.receivepack', 'true');
  return path;
}

// An npm registry with one package, `porthole-probe` 1.2.3; `base()` gives its URL once the server listens.
export async function npmRegistry(dir, base) {
  mkdirSync(join(dir, 'package'), {recursive: true});
  writeFileSync(join(dir, 'package/package.json'), JSON.stringify({name: 'porthole-probe', version: '1.2.3', main: 'index.js'}));
  writeFileSync(join(dir, 'package/index.js'), 'module.exports = "installed through the proxy";\n');
  await must('tar', ['-czf', join(dir, 'probe.tgz'), '-C', dir, 'package']);
  const tarball = readFileSync(join(dir, 'probe.tgz'));
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  return (req, res) => {
    if (req.url === '/porthole-probe') {
      const dist = {tarball: `${base()}porthole-probe/-/porthole-probe-1.2.3.tgz`, integrity};
      res.writeHead(200, {'Content-Type': 'application/json'});
      res.end(JSON.stringify({
        name: 'porthole-probe',
        'dist-tags': {latest: '1.2.3'},
        versions: {'1.2.3': {name: 'porthole-probe', version: '1.2.3', dist}}
      }));
    } else if (req.url.endsWith('.tgz')) {
      res.writeHead(200, {'Content-Type': 'application/octet-stream', 'Content-Length': tarball.length}).end(tarball);
    } else
      res.writeHead(404, {'Content-Type': 'application/json'}).end('{}');
  };
}

// A flat apt repository in `dir` with `count` small packages.
export async function aptRepository(dir, count) {
  for (let i = 0; i < count; ++i) {
    const root = join(dir, `build-${i}`);
    mkdirSync(join(root, 'DEBIAN'), {recursive: true});
    mkdirSync(join(root, 'usr/share/probe'), {recursive: true});
    writeFileSync(join(root, 'usr/share/probe', `file-${i}`), `probe ${i}\n`.repeat(1000 * (i + 1)));
    writeFileSync(
      join(root, 'DEBIAN/control'),
      `Package: porthole-probe-${
        i}\nVersion: 1.0\nArchitecture: all\nMaintainer: Tester <tester@example.test>\nDescription: probe ${i}\n`);
    await must('dpkg-deb', ['--build', '--root-owner-group', root, join(dir, `porthole-probe-${i}_1.0_all.deb`)]);
  }
  const packages = await must('dpkg-scanpackages', ['-m', '.'], {cwd: dir});
  writeFileSync(join(dir, 'Packages'), packages);
  const sum = createHash('sha256').update(packages).digest('hex');
  writeFileSync(
    join(dir, 'Release'), `Origin: probe\nDate: Tue, 01 Jan 2019 00:00:00 UTC\nSHA256:\n ${sum} ${packages.length} Packages\n`);
}

const kWebSocketId = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
export const webSocketAccept = (key) => createHash('sha1').update(key + kWebSocketId).digest('base64');

// One frame (RFC 6455 §5.2) without extensions. Clients mask.
export function frame(opcode, payload, mask) {
  const data = Buffer.from(payload);
  const size = data.length < 126 ? Buffer.from([data.length]) :
    data.length < 65_536         ? Buffer.from([126, data.length >> 8, data.length & 255]) :
                                   (() => {
                             const b = Buffer.alloc(9);
                             b[0] = 127;
                             b.writeUInt32BE(data.length, 5);
                             return b;
                           })();
  if (mask) {
    size[0] |= 0x80;
    for (let i = 0; i < data.length; ++i) data[i] ^= mask[i % 4];
  }
  return Buffer.concat([Buffer.from([0x80 | opcode]), size, mask ? Buffer.from(mask) : Buffer.alloc(0), data]);
}

// Takes whole frames off `bytes`: {frames: [{opcode, payload}], rest}.
export function parseFrames(bytes) {
  const frames = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) break;
    const masked = (bytes[at + 1] & 0x80) !== 0;
    let length = bytes[at + 1] & 0x7f;
    let head = at + 2;
    if (length === 126) {
      if (bytes.length < head + 2) break;
      length = bytes.readUInt16BE(head);
      head += 2;
    } else if (length === 127) {
      if (bytes.length < head + 8) break;
      length = Number(bytes.readBigUInt64BE(head));
      head += 8;
    }
    const mask = masked ? bytes.subarray(head, head + 4) : undefined;
    if (masked) head += 4;
    if (bytes.length < head + length) break;
    const payload = Buffer.from(bytes.subarray(head, head + length));
    if (mask)
      for (let i = 0; i < payload.length; ++i) payload[i] ^= mask[i % 4];
    frames.push({opcode: bytes[at] & 15, payload});
    at = head + length;
  }
  return {frames, rest: bytes.subarray(at)};
}

// Makes an http(s) server echo WebSocket messages; says "hello" first. Closes as it is told to.
export function webSocketEcho(server) {
  server.on('upgrade', (req, socket, early) => {
    socket.on('error', () => {});
    if (req.headers.upgrade?.toLowerCase() !== 'websocket') {
      socket.destroy();
      return;
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${
      webSocketAccept(req.headers['sec-websocket-key'])}\r\n\r\n`);
    socket.write(frame(1, 'hello'));
    let pending = early;
    const onData = (chunk) => {
      const {frames, rest} = parseFrames(Buffer.concat([pending, chunk]));
      pending = rest;
      for (const {opcode, payload} of frames) {
        socket.write(frame(opcode, payload));
        if (opcode === 8) socket.end();
      }
    };
    socket.on('data', onData);
    onData(Buffer.alloc(0));
  });
}
