// Real clients through a real proxy, over IPv4 and over IPv6: curl, wget, git, apt, npm, python, node, WebSocket, SSE. Each
// test also proves by the origin's or the log's view that the traffic went through the proxy.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import {join} from 'node:path';
import {before, describe, test} from 'node:test';
import tls from 'node:tls';

import {site} from './lib/origin.mjs';
import {cleanEnv, command, porthole, tempDir} from './lib/porthole.mjs';
import {connect, head, hostPort, tunnel} from './lib/raw.mjs';
import {suite} from './lib/scope.mjs';
import {
  aptRepository,
  bareRepository,
  files,
  frame,
  gitBackend,
  npmRegistry,
  parseFrames,
  webSocketAccept,
  webSocketEcho
} from './lib/sites.mjs';
import {certificate} from './lib/tls.mjs';

const shared = suite();
let proxy;
let cert;
before(async () => {
  proxy = await porthole(shared, {hosts: '127.0.0.1 four.test\n::1 six.test\n'});
  cert = certificate(shared, ['localhost', '127.0.0.1', '::1', 'four.test', 'six.test']);
});

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

for (const family of [4, 6]) {
  const host = family === 4 ? '127.0.0.1' : '::1';
  // wget and python's http.client write `CONNECT ::1:443`, without the brackets that RFC 9112 §3.2.3 wants: they get a name.
  const name = family === 4 ? 'four.test' : 'six.test';
  const proxyUrl = () => `http://${family === 4 ? proxy.proxy4 : proxy.proxy6}`;
  const secure = (t, handler) =>
    site(t, handler, {host, scheme: 'https', create: (h) => https.createServer({key: cert.key, cert: cert.cert}, h)});
  const plain = (t, handler) => site(t, handler, {host});
  // Every request must have come with our Via.
  const viaOnly = (handler) => (req, res) => {
    if (!/porthole-/.test(req.headers.via ?? '')) {
      res.writeHead(599).end('not through the proxy');
      return;
    }
    handler(req, res);
  };

  async function curl(t, args, options = {}) {
    const home = options.cwd ?? tempDir(t);
    const result =
      await command('curl', ['-sS', '--max-time', '30', '-x', proxyUrl(), ...args], {env: cleanEnv(home), cwd: home, ...options});
    return result;
  }
  const good = (result) => {
    assert.equal(result.code, 0, `exit ${result.code}\n${result.stderr}\n${result.stdout}`);
    return result;
  };
  const tunnelLogged = (authority) =>
    proxy.logged(`CONNECT ${authority}`, (line) => line.method === 'CONNECT' && line.target === authority);

  describe(`over IPv${family}`, () => {
    describe('curl', () => {
      test('gets a page over http', async (t) => {
        const origin = await plain(t, viaOnly((req, res) => res.end(`hello ${req.url}`)));
        assert.equal(good(await curl(t, ['-f', origin.url('/a?b=c')])).stdout, 'hello /a?b=c');
      });

      test('gets a page over https by CONNECT, h1 and h2', async (t) => {
        const origin = await secure(t, (req, res) => res.end('secret page'));
        assert.equal(good(await curl(t, ['-f', '--cacert', cert.certFile, origin.url()])).stdout, 'secret page');
        const two = await site(
          t, (req, res) => res.end(`over ${req.httpVersion}`),
          {host, scheme: 'https', create: (h) => http2.createSecureServer({key: cert.key, cert: cert.cert}, h)});
        assert.equal(good(await curl(t, ['-f', '--http2', '--cacert', cert.certFile, two.url()])).stdout, 'over 2.0');
        await tunnelLogged(origin.authority);
      });

      test('tunnels plain http too (-p)', async (t) => {
        const origin = await plain(t, (req, res) => res.end(`via ${req.headers.via}`));
        assert.equal(good(await curl(t, ['-f', '-p', origin.url()])).stdout, 'via undefined');
        await tunnelLogged(origin.authority);
      });

      test('resumes a download (-C -) and asks for ranges (-r)', async (t) => {
        const dir = tempDir(t);
        const bytes = randomBytes(300_000);
        writeFileSync(join(dir, 'big'), bytes);
        const origin = await plain(t, viaOnly(files(dir)));
        const cwd = tempDir(t);
        writeFileSync(join(cwd, 'out'), bytes.subarray(0, 123_456));
        good(await curl(t, ['-f', '-C', '-', '-o', 'out', origin.url('/big')], {cwd}));
        assert.equal(sha(readFileSync(join(cwd, 'out'))), sha(bytes));
        const range = good(await curl(t, ['-f', '-r', '100-199', origin.url('/big')]));
        assert.equal(sha(range.bytes), sha(bytes.subarray(100, 200)));
        assert.equal((await curl(t, ['-f', '-r', '900000-', origin.url('/big')])).code, 22);  // 416
      });

      test('uploads a file with Expect: 100-continue, and one of unknown length in chunks', async (t) => {
        const bytes = randomBytes(1_500_000);
        const cwd = tempDir(t);
        writeFileSync(join(cwd, 'up'), bytes);
        let expected = 0;
        const handler = viaOnly((req, res) => {
          const sum = createHash('sha256');
          req.on('data', (c) => sum.update(c)).on('end', () => res.end(`${sum.digest('hex')} ${req.headers['transfer-encoding']}`));
        });
        const origin = await plain(t, handler);
        origin.server.on('checkContinue', (req, res) => {
          ++expected;
          res.writeContinue();
          handler(req, res);
        });
        assert.equal(
          good(await curl(t, ['-f', '-H', 'Expect: 100-continue', '-T', 'up', origin.url('/up')], {cwd})).stdout,
          `${sha(bytes)} undefined`);
        assert.equal(expected, 1);
        assert.equal(
          good(await curl(t, ['-f', '-T', '-', origin.url('/up')], {cwd, stdin: bytes})).stdout, `${sha(bytes)} chunked`);
      });

      test('hears the refusal of an upload before it sends it', async (t) => {
        const cwd = tempDir(t);
        writeFileSync(join(cwd, 'up'), Buffer.alloc(20_000_000));
        const origin = await plain(t, () => {});
        origin.server.on('checkContinue', (req, res) => {
          res.writeHead(413, {Connection: 'close'}).end('too large');
        });
        const result = good(
          await curl(t, ['-w', '%{http_code} %{size_upload}', '-H', 'Expect: 100-continue', '-T', 'up', origin.url('/up')], {cwd}));
        assert.match(result.stdout, /413 (0|\d{1,6})$/);
      });

      test('sees trailers', async (t) => {
        const origin = await plain(t, viaOnly((req, res) => {
                                     res.writeHead(200, {Trailer: 'X-Sum'});
                                     res.write('body');
                                     res.addTrailers({'X-Sum': 'abc'});
                                     res.end();
                                   }));
        const result = good(await curl(t, ['-f', '-D', '-', '-H', 'TE: trailers', '-H', 'Connection: TE', origin.url()]));
        assert.match(result.stdout, /bodyX-Sum: abc\r\n/i);
      });

      test('loads 100 URLs in parallel (-Z), all whole', async (t) => {
        const origin = await plain(t, viaOnly((req, res) => res.end(req.url.repeat(1000))));
        const cwd = tempDir(t);
        good(await curl(t, ['-f', '-Z', '--parallel-max', '20', '-o', 'out_#1', origin.url('/[0-99]')], {cwd}));
        for (let i = 0; i < 100; ++i) assert.equal(readFileSync(join(cwd, `out_${i}`), 'utf8'), `/${i}`.repeat(1000));
      });

      test('posts, heads, follows, decompresses, speaks 1.0, in one invocation each', async (t) => {
        const origin = await plain(
          t, viaOnly((req, res) => {
            if (req.url === '/from') {
              res.writeHead(302, {Location: '/to'}).end();
              return;
            }
            const body = [];
            req.on('data', (c) => body.push(c)).on('end', () => res.end(`${req.method} ${req.url} ${Buffer.concat(body)}`));
          }));
        assert.equal(good(await curl(t, ['-f', '-d', 'a=1&b=2', origin.url('/p')])).stdout, 'POST /p a=1&b=2');
        assert.match(good(await curl(t, ['-f', '-I', origin.url('/h')])).stdout, /^HTTP\/1\.1 200/);
        assert.equal(good(await curl(t, ['-f', '-L', origin.url('/from')])).stdout, 'GET /to ');
        assert.equal(good(await curl(t, ['-f', '-0', origin.url('/old')])).stdout, 'GET /old ');
        assert.equal(good(await curl(t, ['-f', '-X', 'DELETE', origin.url('/d')])).stdout, 'DELETE /d ');
        assert.equal(good(await curl(t, ['-f', '--proxy1.0', proxyUrl().slice(7), origin.url('/p10')])).stdout, 'GET /p10 ');
      });

      test('says clearly what failed: 502 over http, exit 56 over a refused CONNECT', async (t) => {
        const result = good(await curl(t, ['-w', '%{http_code}', 'http://no.such.invalid/']));
        assert.match(result.stdout, /dns_error[^]*502$/);
        const refused = await curl(t, ['https://no.such.invalid/']);
        assert.equal(refused.code, 56);
        assert.match(refused.stderr, /502/);
      });
    });

    describe('wget', () => {
      const wget = (t, args, cwd = tempDir(t)) => command(
        'wget',
        [
          '-nv', '-t', '1', '-T', '30', '-e', `http_proxy=${proxyUrl()}`, '-e', `https_proxy=${proxyUrl()}`, '-e', 'use_proxy=yes',
          ...args
        ],
        {env: cleanEnv(cwd), cwd});

      test('downloads over http, resumes (-c), spiders', async (t) => {
        const dir = tempDir(t);
        const bytes = randomBytes(200_000);
        writeFileSync(join(dir, 'file.bin'), bytes);
        const origin = await plain(t, viaOnly(files(dir)));
        const cwd = tempDir(t);
        good(await wget(t, [origin.url('/file.bin')], cwd));
        assert.equal(sha(readFileSync(join(cwd, 'file.bin'))), sha(bytes));
        writeFileSync(join(cwd, 'file.bin'), bytes.subarray(0, 50_000));
        good(await wget(t, ['-c', origin.url('/file.bin')], cwd));
        assert.equal(sha(readFileSync(join(cwd, 'file.bin'))), sha(bytes));
        good(await wget(t, ['--spider', origin.url('/file.bin')], cwd));
        assert.equal((await wget(t, [origin.url('/none')], cwd)).code, 8);
      });

      test('downloads over https by CONNECT', async (t) => {
        const origin = await secure(t, (req, res) => res.end('secret page'));
        assert.equal(
          good(await wget(t, [`--ca-certificate=${cert.certFile}`, '-O', '-', `https://${name}:${origin.port}/`])).stdout,
          'secret page');
        await tunnelLogged(`${name}:${origin.port}`);
      });
    });

    describe('git', () => {
      for (const scheme of ['http', 'https']) {
        test(`clones, fetches and pushes over ${scheme}`, async (t) => {
          const dir = tempDir(t);
          const env = {...cleanEnv(dir), GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1'};
          await bareRepository(dir, 'project', env);
          const origin = scheme === 'http' ? await plain(t, viaOnly(gitBackend(dir))) : await secure(t, gitBackend(dir));
          const git = async (...args) => good(await command(
                                                'git',
                                                [
                                                  '-c', `http.proxy=${proxyUrl()}`, '-c', `http.sslCAInfo=${cert.certFile}`, '-c',
                                                  'http.postBuffer=65536', '-c', 'protocol.version=2', ...args
                                                ],
                                                {env, cwd: dir}))
                                           .stdout;
          await git('clone', '-q', origin.url('/project.git'), 'copy');
          assert.equal((await git('-C', 'copy', 'rev-list', '--count', 'HEAD')).trim(), '3');
          await git('-C', 'copy', 'config', 'user.name', 'tester');
          await git('-C', 'copy', 'config', 'user.email', 'tester@example.test');
          // Incompressible and larger than postBuffer, so that the push is chunked.
          writeFileSync(join(dir, 'copy/large'), randomBytes(500_000));
          await git('-C', 'copy', 'add', '.');
          await git('-C', 'copy', 'commit', '-q', '-m', 'pushed through the proxy');
          await git('-C', 'copy', 'push', '-q', 'origin', 'main');
          assert.match(await git('-C', 'project.git', 'log', '-1', '--format=%s'), /pushed through the proxy/);
          await git('clone', '-q', '--depth', '1', origin.url('/project.git'), 'shallow');
          assert.equal(sha(readFileSync(join(dir, 'shallow/large'))), sha(readFileSync(join(dir, 'copy/large'))));
          if (scheme === 'https') await tunnelLogged(origin.authority);
        });
      }
    });

    test('apt-get updates and downloads 12 packages, pipelined', async (t) => {
      const repository = tempDir(t);
      await aptRepository(repository, 12);
      const origin = await plain(t, viaOnly(files(repository)));
      const root = tempDir(t);
      for (const dir of
             ['state/lists/partial', 'cache/archives/partial', 'etc/apt.conf.d', 'etc/preferences.d', 'etc/trusted.gpg.d', 'log',
              'dpkg'])
        mkdirSync(join(root, dir), {recursive: true});
      writeFileSync(join(root, 'dpkg/status'), '');
      writeFileSync(join(root, 'apt.conf'), '');
      writeFileSync(join(root, 'sources.list'), `deb [trusted=yes] ${origin.url('/')} ./\n`);
      const options = {
        'Dir': root,
        'Dir::State': join(root, 'state'),
        'Dir::State::status': join(root, 'dpkg/status'),
        'Dir::Cache': join(root, 'cache'),
        'Dir::Etc': join(root, 'etc'),
        'Dir::Etc::sourcelist': join(root, 'sources.list'),
        'Dir::Etc::sourceparts': '-',
        'Dir::Log': join(root, 'log'),
        'Acquire::http::Proxy': proxyUrl(),
        'Acquire::Retries': '0',
        'Acquire::Languages': 'none',
        'APT::Sandbox::User': 'root',
        'Acquire::http::Timeout': '30',
        'Debug::NoLocking': 'true'
      };
      const apt = (...args) => command(
        'apt-get', ['-q', ...Object.entries(options).flatMap(([k, v]) => ['-o', `${k}=${v}`]), ...args],
        {env: {...cleanEnv(root), APT_CONFIG: join(root, 'apt.conf')}, cwd: root});
      const update = good(await apt('update'));
      assert.ok(!/^(Err|W:|E:)/m.test(update.stdout + update.stderr), update.stdout + update.stderr);
      good(await apt('download', ...Array.from({length: 12}, (_, i) => `porthole-probe-${i}`)));
      for (let i = 0; i < 12; ++i)
        assert.equal(
          sha(readFileSync(join(root, `porthole-probe-${i}_1.0_all.deb`))),
          sha(readFileSync(join(repository, `porthole-probe-${i}_1.0_all.deb`))));
    });

    for (const scheme of ['http', 'https']) {
      test(`npm installs from a registry over ${scheme}`, async (t) => {
        const dir = tempDir(t);
        let origin;
        const registry = await npmRegistry(dir, () => origin.url('/'));
        origin = scheme === 'http' ? await plain(t, viaOnly(registry)) : await secure(t, registry);
        const work = tempDir(t);
        writeFileSync(join(work, 'package.json'), '{"name":"user","version":"1.0.0"}');
        const env = cleanEnv(work, {
          npm_config_registry: origin.url('/'),
          npm_config_proxy: proxyUrl(),
          npm_config_https_proxy: proxyUrl(),
          npm_config_noproxy: '',
          npm_config_cache: join(work, 'cache'),
          npm_config_audit: 'false',
          npm_config_fund: 'false',
          npm_config_update_notifier: 'false',
          npm_config_cafile: cert.certFile,
          npm_config_fetch_retries: '0'
        });
        good(await command('npm', ['install', '--no-progress', 'porthole-probe@1.2.3'], {env, cwd: work}));
        assert.match(readFileSync(join(work, 'node_modules/porthole-probe/index.js'), 'utf8'), /through the proxy/);
        if (scheme === 'https') await tunnelLogged(origin.authority);
      });
    }

    test('python urllib honours the variables over http and https, uploads and reads', async (t) => {
      const handler = (req, res) => {
        const body = [];
        req.on('data', (c) => body.push(c)).on('end', () => res.end(`${req.method} ${Buffer.concat(body).length}`));
      };
      const one = await plain(t, viaOnly(handler));
      const two = await secure(t, handler);
      const script = `import ssl,sys,urllib.request as u
c=ssl.create_default_context(cafile=sys.argv[3])
print(u.urlopen(sys.argv[1],timeout=30).read().decode())
print(u.urlopen(u.Request(sys.argv[1],data=b"x"*100000),timeout=30).read().decode())
print(u.urlopen(sys.argv[2],timeout=30,context=c).read().decode())
try: u.urlopen("http://no.such.invalid/",timeout=30)
except u.HTTPError as e: print(e.code, e.headers["Proxy-Status"].split("error=")[1].split(";")[0])`;
      const env = cleanEnv(tempDir(t), {http_proxy: proxyUrl(), https_proxy: proxyUrl(), no_proxy: ''});
      const result =
        good(await command('python3', ['-c', script, one.url(), `https://${name}:${two.port}/`, cert.certFile], {env}));
      assert.equal(result.stdout, 'GET 0\nPOST 100000\nGET 0\n502 dns_error\n');
      await tunnelLogged(`${name}:${two.port}`);
    });

    describe('node', () => {
      const at = () => {
        const {host: h, port} = hostPort(family === 4 ? proxy.proxy4 : proxy.proxy6);
        return {host: h, port};
      };

      test('http with an absolute path, on a keep-alive agent', async (t) => {
        const origin = await plain(t, viaOnly((req, res) => res.end(req.url)));
        const agent = new http.Agent({keepAlive: true, maxSockets: 1});
        t.after(() => agent.destroy());
        for (let i = 0; i < 20; ++i) {
          const text = await new Promise((resolve, reject) => {
            http
              .get(
                {...at(), agent, path: origin.url(`/${i}`), headers: {Host: origin.authority}},
                (res) => {
                  let all = '';
                  res.setEncoding('utf8')
                    .on(
                      'data',
                      (c) => {
                        all += c;
                      })
                    .on('end', () => resolve(all));
                })
              .on('error', reject);
          });
          assert.equal(text, `/${i}`);
        }
      });

      test('https and http2 through CONNECT', async (t) => {
        const origin = await site(
          t, (req, res) => res.end(`v${req.httpVersion}`),
          {host, scheme: 'https', create: (h) => http2.createSecureServer({key: cert.key, cert: cert.cert, allowHTTP1: true}, h)});
        const socketTo = () => new Promise((resolve, reject) => {
          http.request({...at(), method: 'CONNECT', path: origin.authority, headers: {Host: origin.authority}})
            .on('connect', (res, socket) => (res.statusCode === 200 ? resolve(socket) : reject(new Error(String(res.statusCode)))))
            .on('error', reject)
            .end();
        });
        const one = await socketTo();
        const text = await new Promise((resolve, reject) => {
          https
            .get(
              {
                createConnection: () =>
                  tls.connect({socket: one, ca: cert.cert, servername: 'localhost', ALPNProtocols: ['http/1.1']}),
                host: 'localhost',
                path: '/'
              },
              (res) => {
                let all = '';
                res.setEncoding('utf8')
                  .on(
                    'data',
                    (c) => {
                      all += c;
                    })
                  .on('end', () => resolve(all));
              })
            .on('error', reject);
        });
        assert.equal(text, 'v1.1');
        const two = await socketTo();
        const session = http2.connect(
          origin.url(),
          {createConnection: () => tls.connect({socket: two, ca: cert.cert, servername: 'localhost', ALPNProtocols: ['h2']})});
        t.after(() => session.destroy());
        const answer = await new Promise((resolve, reject) => {
          let all = '';
          session.on('error', reject)
            .request({':path': '/'})
            .setEncoding('utf8')
            .on(
              'data',
              (c) => {
                all += c;
              })
            .on('end', () => resolve(all))
            .end();
        });
        assert.equal(answer, 'v2.0');
      });
    });

    describe('WebSocket', () => {
      const kKey = 'dGhlIHNhbXBsZSBub25jZQ==';
      async function talk(wire) {
        let pending = Buffer.alloc(0);
        const next = async () => {
          for (;;) {
            const {frames, rest} = parseFrames(pending);
            if (frames.length) {
              pending = Buffer.concat([...frames.slice(1).map((f) => frame(f.opcode, f.payload)), rest]);
              return frames[0];
            }
            pending = Buffer.concat([pending, await wire.some()]);
          }
        };
        assert.equal((await next()).payload.toString(), 'hello');
        for (const size of [5, 125, 126, 65_535, 200_000]) {
          const payload = randomBytes(size);
          await wire.send(frame(2, payload, randomBytes(4)));
          assert.equal(sha((await next()).payload), sha(payload));
        }
        await wire.send(frame(9, 'ping', randomBytes(4)));
        assert.equal((await next()).opcode, 9);
        await wire.send(frame(8, Buffer.from([0x03, 0xe8]), randomBytes(4)));
        assert.equal((await next()).opcode, 8);
        assert.equal(await wire.eof(), 'end');
      }
      const handshake = (target, authority) => head(
        `GET ${target} HTTP/1.1`, `Host: ${authority}`, 'Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Key: ${kKey}`,
        'Sec-WebSocket-Version: 13');
      const address = () => (family === 4 ? proxy.proxy4 : proxy.proxy6);

      test('through CONNECT', async (t) => {
        const origin = await plain(t, (req, res) => res.end());
        webSocketEcho(origin.server);
        const wire = await tunnel(t, address(), origin.authority);
        await wire.send(handshake('/ws', origin.authority));
        assert.equal((await wire.response()).fields.get('sec-websocket-accept'), webSocketAccept(kKey));
        await talk(wire);
      });

      test('through an http Upgrade', async (t) => {
        const origin = await plain(t, (req, res) => res.end());
        webSocketEcho(origin.server);
        const wire = await connect(t, address());
        await wire.send(handshake(origin.url('/ws'), origin.authority));
        const answer = await wire.response();
        assert.equal(answer.status, 101);
        assert.equal(answer.fields.get('sec-websocket-accept'), webSocketAccept(kKey));
        await talk(wire);
      });
    });

    test('server-sent events reach curl -N as they are sent', async (t) => {
      let send;
      const origin = await plain(t, viaOnly((req, res) => {
                                   res.writeHead(200, {'Content-Type': 'text/event-stream'});
                                   let i = 0;
                                   send = () => {
                                     if (i < 5)
                                       res.write(`data: ${i++}\n\n`);
                                     else
                                       res.end();
                                   };
                                   send();
                                 }));
      const child = spawn(
        'curl', ['-sSN', '-f', '--max-time', '30', '-x', proxyUrl(), origin.url()],
        {env: cleanEnv(tempDir(t)), stdio: ['ignore', 'pipe', 'inherit']});
      t.after(() => child.kill('SIGKILL'));
      const events = [];
      // The next event is only sent when curl has printed the one before.
      await new Promise((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text) => {
          events.push(...text.match(/data: \d/g) ?? []);
          send();
        });
        child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`curl exits ${code}`))));
      });
      assert.deepEqual(events, ['data: 0', 'data: 1', 'data: 2', 'data: 3', 'data: 4']);
    });
  });
}
