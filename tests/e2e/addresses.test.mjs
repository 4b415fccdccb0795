// Finding the server and refusing addresses: DNS, hosts file, localhost names, Happy Eyeballs, our own listeners, what a
// listener beyond loopback may reach.

import assert from 'node:assert/strict';
import {networkInterfaces} from 'node:os';
import {before, describe, test} from 'node:test';

import {dns} from './lib/dns.mjs';
import {deadPort, ok, rawOrigin, recorder} from './lib/origin.mjs';
import {porthole} from './lib/porthole.mjs';
import {exchange, get, head, hostPort} from './lib/raw.mjs';
import {suite} from './lib/scope.mjs';

const shared = suite();
let names;
let proxy;
before(async () => {
  names = await dns(shared);
  proxy = await porthole(shared, {
    workers: 1,
    hosts: '127.0.0.1 from-hosts.test Alias.Test # a comment\n::1 six.test\n\n127.0.0.1\tlocalhost\n',
    config: {resolve: {nameservers: [names.address], timeout: '700ms', negative_ttl: '400ms'}},
  });
});

const portOf = (address) => hostPort(address).port;
const ask = (t, name, port, address = proxy.proxy4) => exchange(t, address, get(`http://${name}:${port}/`));
const token = (response) => /error=([a-z_]+)/.exec(response.fields.get('proxy-status') ?? '')?.[1];

describe('a name', () => {
  test('is resolved by the configured name server, and the Host keeps the name (RFC 9110 §7.7)', async (t) => {
    const origin = await recorder(t);
    names.names['app.test'] = {a: ['127.0.0.1']};
    assert.equal((await ask(t, 'app.test', origin.port)).status, 200);
    assert.equal(origin.requests[0].fields.get('host'), `app.test:${origin.port}`);
    assert.ok(names.asked('app.test', 'a') >= 1);
  });

  test('with AAAA only is dialled over IPv6', async (t) => {
    const origin = await recorder(t, undefined, {host: '::1'});
    names.names['v6only.test'] = {aaaa: ['::1']};
    assert.equal((await ask(t, 'v6only.test', origin.port)).status, 200);
  });

  test('is compared without case, and a trailing dot is the same name', async (t) => {
    const origin = await recorder(t);
    names.names['case.test'] = {a: ['127.0.0.1']};
    assert.equal((await ask(t, 'CaSe.TeSt', origin.port)).status, 200);
    assert.equal((await ask(t, 'case.test.', origin.port)).status, 200);
  });

  test('is cached for its TTL: many requests, one question', async (t) => {
    const origin = await recorder(t, () => ok('ok', 'Connection: close'));
    names.names['cached.test'] = {a: ['127.0.0.1'], ttl: 300};
    for (let i = 0; i < 5; ++i) assert.equal((await ask(t, 'cached.test', origin.port)).status, 200);
    assert.equal(names.asked('cached.test', 'a'), 1);
  });

  test('asked by many at once is looked up once', async (t) => {
    const origin = await recorder(t);
    names.names['herd.test'] = {a: ['127.0.0.1'], delayMs: 50};
    const answers = await Promise.all(Array.from({length: 10}, () => ask(t, 'herd.test', origin.port)));
    assert.deepEqual(answers.map((answer) => answer.status), Array(10).fill(200));
    assert.equal(names.asked('herd.test', 'a'), 1);
  });

  test('in the hosts file needs no DNS, in any case, aliases too', async (t) => {
    const origin = await recorder(t);
    for (const name of ['from-hosts.test', 'alias.test', 'FROM-HOSTS.TEST'])
      assert.equal((await ask(t, name, origin.port)).status, 200, name);
    assert.equal(names.asked('from-hosts.test') + names.asked('alias.test'), 0);
    const six = await recorder(t, undefined, {host: '::1'});
    assert.equal((await ask(t, 'six.test', six.port)).status, 200);
  });

  for (const name of ['localhost', 'app.localhost', 'LOCALHOST', 'a.b.localhost.']) {
    test(`${name} is loopback without DNS (RFC 6761 §6.3)`, async (t) => {
      const origin = await recorder(t);
      assert.equal((await ask(t, name, origin.port)).status, 200);
      assert.equal(names.asked(name.toLowerCase().replace(/\.$/, '')), 0);
    });
  }

  test('that does not exist is 502 dns_error, for a while without asking again', async (t) => {
    const first = await ask(t, 'missing.test', 80);
    assert.equal(first.status, 502);
    assert.equal(token(first), 'dns_error');
    const asked = names.asked('missing.test');
    assert.equal((await ask(t, 'missing.test', 80)).status, 502);
    assert.equal(names.asked('missing.test'), asked, 'a negative answer was not cached');
  });

  test('that appears later is found after negative_ttl', async (t) => {
    const origin = await recorder(t);
    assert.equal((await ask(t, 'later.test', origin.port)).status, 502);
    names.names['later.test'] = {a: ['127.0.0.1']};
    const deadline = Date.now() + 5000;
    let status;
    do {
      ({status} = await ask(t, 'later.test', origin.port));
    } while (status !== 200 && Date.now() < deadline);
    assert.equal(status, 200);
  });

  test('without any address (no error, no data) is 502 dns_error', async (t) => {
    names.names['empty.test'] = {};
    const answer = await ask(t, 'empty.test', 80);
    assert.equal(answer.status, 502);
    assert.equal(token(answer), 'dns_error');
  });

  test('for which the server fails (SERVFAIL) is 502 dns_error', async (t) => {
    names.names['broken.test'] = {rcode: 2};
    const answer = await ask(t, 'broken.test', 80);
    assert.equal(answer.status, 502);
    assert.equal(token(answer), 'dns_error');
  });

  test('for which the server is silent is 504 dns_timeout after resolve.timeout', async (t) => {
    names.names['silent.test'] = {silent: true};
    const start = Date.now();
    const answer = await ask(t, 'silent.test', 80);
    assert.equal(answer.status, 504);
    assert.equal(token(answer), 'dns_timeout');
    assert.ok(Date.now() - start < 5000);
  });

  for (const name of
         [`${'a'.repeat(64)}.test`, `${'a.'.repeat(130)}test`, 'a..test', '-', '_srv._tcp.test', '%41.test', 'a_b.test',
          'xn--bcher-kva.test']) {
    test(`${name.slice(0, 30)} is answered, never sent to the wrong server`, async (t) => {
      const answer = await ask(t, name, 80);
      assert.ok([400, 502].includes(answer.status), String(answer.status));
    });
  }
});

test('a name server that is not there is an error within resolve.timeout', async (t) => {
  const lonely = await porthole(t, {config: {resolve: {nameservers: ['127.0.0.1:1'], timeout: '500ms'}}});
  const start = Date.now();
  const answer = await ask(t, 'any.test', 80, lonely.proxy4);
  assert.ok([502, 504].includes(answer.status));
  assert.match(token(answer), /^dns_(error|timeout)$/);
  assert.ok(Date.now() - start < 2000, `${Date.now() - start} ms`);
});

describe('Happy Eyeballs (RFC 8305)', () => {
  test('falls back to IPv4 when IPv6 refuses', async (t) => {
    const origin = await recorder(t);
    names.names['dual.test'] = {a: ['127.0.0.1'], aaaa: ['::1']};
    assert.equal((await ask(t, 'dual.test', origin.port)).status, 200);
  });

  test('falls back to IPv4 quickly when IPv6 is a black hole (§5)', async (t) => {
    const origin = await recorder(t);
    // 2001:db8:: (documentation) is unroutable here: refused at once or never answered, both must not matter.
    names.names['hole.test'] = {a: ['127.0.0.1'], aaaa: ['2001:db8::1']};
    const start = Date.now();
    assert.equal((await ask(t, 'hole.test', origin.port)).status, 200);
    assert.ok(Date.now() - start < 2000);
  });

  test('tries the next address when the first refuses', async (t) => {
    const origin = await recorder(t);
    names.names['second.test'] = {a: ['127.0.0.3', '127.0.0.2', '127.0.0.1']};
    assert.equal((await ask(t, 'second.test', origin.port)).status, 200);
  });

  test('does not wait for a slow AAAA when A has answered (§3)', async (t) => {
    const origin = await recorder(t);
    names.names['slow6.test'] = {a: ['127.0.0.1'], aaaa: ['::1'], delayAaaaMs: 600};
    const start = Date.now();
    assert.equal((await ask(t, 'slow6.test', origin.port)).status, 200);
    assert.ok(Date.now() - start < 500, `${Date.now() - start} ms`);
  });

  test('with all addresses refusing is 502 connection_refused', async (t) => {
    names.names['allrefuse.test'] = {a: ['127.0.0.1', '127.0.0.2'], aaaa: ['::1']};
    const answer = await ask(t, 'allrefuse.test', await deadPort());
    assert.equal(answer.status, 502);
    assert.equal(token(answer), 'connection_refused');
  });

  test('resolve.ipv6 = false asks for no AAAA', async (t) => {
    const origin = await recorder(t);
    names.names['no6.test'] = {a: ['127.0.0.1'], aaaa: ['::1']};
    const four = await porthole(t, {config: {resolve: {nameservers: [names.address], ipv6: false}}});
    assert.equal((await ask(t, 'no6.test', origin.port, four.proxy4)).status, 200);
    assert.equal(names.asked('no6.test', 'aaaa'), 0);
  });
});

describe('our own listeners are never dialled: 403 destination_ip_prohibited (bad input 49)', () => {
  const own = async (t, bytes, where = proxy.proxy4) => {
    const answer = await exchange(t, where, bytes);
    assert.equal(answer.status, 403, answer.raw);
    assert.equal(token(answer), 'destination_ip_prohibited');
  };

  for (const host of
         ['127.0.0.1', 'localhost', 'me.localhost', 'self.test', 'mapped.test', 'from-hosts.test', '[::ffff:127.0.0.1]',
          '[::ffff:7f00:1]', '0.0.0.0', '[::]', '[0:0:0:0:0:ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]',
          '[::ffff:0.0.0.0]', 'LocalHost', 'localhost.', 'SELF.test.']) {
    test(`GET http://${host}:<our port>/`, async (t) => {
      names.names['self.test'] = {a: ['127.0.0.1']};
      names.names['mapped.test'] = {aaaa: ['0:0:0:0:0:ffff:7f00:1']};
      await own(t, head(`GET http://${host}:${portOf(proxy.proxy4)}/ HTTP/1.1`, 'Host: x'));
    });
    test(`CONNECT ${host}:<our port>`, async (t) => {
      names.names['self.test'] = {a: ['127.0.0.1']};
      names.names['mapped.test'] = {aaaa: ['0:0:0:0:0:ffff:7f00:1']};
      await own(t, head(`CONNECT ${host}:${portOf(proxy.proxy4)} HTTP/1.1`, 'Host: x'));
    });
  }

  test('nor over IPv6: [::1] and its names', async (t) => {
    await own(t, head(`GET http://[::1]:${portOf(proxy.proxy6)}/ HTTP/1.1`, 'Host: x'));
    await own(t, head(`CONNECT [0:0::0:1]:${portOf(proxy.proxy6)} HTTP/1.1`, 'Host: x'));
    await own(t, head(`GET http://six.test:${portOf(proxy.proxy6)}/ HTTP/1.1`, 'Host: x'));
  });

  test('nor the observe listener: metrics are not read through the proxy', async (t) => {
    await own(t, head(`GET http://${proxy.observe}/metrics HTTP/1.1`, `Host: ${proxy.observe}`));
    await own(t, head(`CONNECT ${proxy.observe} HTTP/1.1`, `Host: ${proxy.observe}`));
  });

  test('nor through an address of this machine, when we listen on all of them', async (t) => {
    const all = await porthole(t, {
      listen: ['0.0.0.0:0'],
      config: {proxy: {clients: ['127.0.0.0/8'], connect_ports: ['any']}, upstream: {allow: ['0.0.0.0/0']}}
    });
    const port = portOf(all.proxy4);
    const addresses = Object.values(networkInterfaces()).flat().filter((a) => a.family === 'IPv4').map((a) => a.address);
    for (const address of [...addresses, '127.0.0.2', '0.0.0.0'])
      await own(t, head(`GET http://${address}:${port}/ HTTP/1.1`, 'Host: x'), `127.0.0.1:${port}`);
  });
});

describe('a listener beyond loopback', () => {
  const beyond = (t, config = {}) => porthole(t, {
    listen: ['0.0.0.0:0'],
    config: {
      ...config,
      proxy: {clients: ['127.0.0.0/8'], connect_ports: ['any'], ...config.proxy},
      resolve: {nameservers: [names.address], ...config.resolve}
    }
  });
  const at = (instance) => `127.0.0.1:${portOf(instance.proxy4)}`;

  test('refuses loopback, link-local, metadata, private and mapped targets with 403 (bad input 50)', async (t) => {
    const office = await beyond(t);
    const origin = await rawOrigin(t);
    for (const host of
           ['127.0.0.1', '127.8.8.8', '[::1]', '169.254.169.254', '10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0',
            '[fe80::1]', '[fc00::1]', '[fd12::1]', '[::ffff:127.0.0.1]', '[::ffff:10.0.0.1]', '[64:ff9b::7f00:1]',
            '[64:ff9b::a00:1]', '[2002:7f00:1::]', '[2002:a00:1::1]', 'localhost', '[::]', '[::127.0.0.1]', '[::7f00:1]',
            '[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:FF9B::A9FE:A9FE]', '[2002:a9fe:a9fe::]', '[2002:6440:1::1]',
            '[::ffff:a9fe:a9fe]', '[::ffff:0.0.0.0]', '[0:0:0:0:0:0:0:1]', '[0::1]', '[febf::1]', '[fdff:ffff::1]',
            '100.127.255.255', '172.31.255.255', '0.1.2.3', 'LOCALHOST', 'x.localhost', 'localhost.', '255.255.255.255',
            '224.0.0.1', '[ff02::1]', '[64:ff9b:1::7f00:1]', '[fec0::1]']) {
      for (const line of [`GET http://${host}:${origin.port}/ HTTP/1.1`, `CONNECT ${host}:${origin.port} HTTP/1.1`]) {
        const answer = await exchange(t, at(office), head(line, 'Host: x'));
        assert.equal(answer.status, 403, line);
        assert.equal(token(answer), 'destination_ip_prohibited', line);
      }
    }
    assert.equal(origin.wires.length, 0);
  });

  test('refuses a name that resolves to such an address, however it is mixed (bad input 50, 51)', async (t) => {
    const office = await beyond(t);
    const origin = await rawOrigin(t);
    names.names['rebind.test'] = {a: ['127.0.0.1']};
    names.names['rebind6.test'] = {aaaa: ['0:0:0:0:0:ffff:7f00:1']};
    for (const name of ['rebind.test', 'rebind6.test'])
      assert.equal((await ask(t, name, origin.port, at(office))).status, 403, name);
    assert.equal(origin.wires.length, 0);
  });

  test('dials what upstream.allow names, and only that', async (t) => {
    const origin = await recorder(t);
    const allowed = await beyond(t, {upstream: {allow: ['127.0.0.1/32']}});
    assert.equal((await ask(t, '127.0.0.1', origin.port, at(allowed))).status, 200);
    assert.equal((await ask(t, '127.0.0.2', origin.port, at(allowed))).status, 403);
  });

  test('resolves once: a name that flips to loopback on the second question is dialled as vetted (bad input 51)', async (t) => {
    const origin = await recorder(t);
    const flip = await beyond(t, {upstream: {allow: ['127.0.0.2/32']}});
    const trap = await rawOrigin(t);  // 127.0.0.1 only
    names.names['flip.test'] = {get a() { return [names.asked('flip.test', 'a') <= 1 ? '127.0.0.2' : '127.0.0.1']; }, ttl: 0};
    const answer = await ask(t, 'flip.test', trap.port, at(flip));
    assert.equal(answer.status, 502);  // refused at 127.0.0.2, never 127.0.0.1
    assert.equal(trap.wires.length, 0);
    assert.equal(origin.wires.length, 0);
  });

  test('upstream.deny wins over everything, on loopback listeners too', async (t) => {
    const origin = await recorder(t);
    const denying = await porthole(t, {config: {upstream: {deny: ['127.0.0.1/32'], allow: ['127.0.0.0/8']}}});
    const answer = await ask(t, '127.0.0.1', origin.port, denying.proxy4);
    assert.equal(answer.status, 403);
    assert.equal(token(answer), 'destination_ip_prohibited');
    assert.equal(origin.wires.length, 0);
  });

  test('serves only proxy.clients: others get 403 http_request_denied', async (t) => {
    const origin = await recorder(t);
    const closed =
      await porthole(t, {listen: ['0.0.0.0:0'], config: {proxy: {clients: ['192.0.2.0/24']}, upstream: {allow: ['127.0.0.0/8']}}});
    const answer = await ask(t, '127.0.0.1', origin.port, at(closed));
    assert.equal(answer.status, 403);
    assert.equal(token(answer), 'http_request_denied');
    assert.equal(origin.wires.length, 0);
  });
});

describe('spellings of an address (bad input 33)', () => {
  for (const host of
         ['0177.0.0.1', '0x7f.0.0.1', '2130706433', '127.1', '127.0.1', '127.0.0.1.', '127.0.0.01', '256.0.0.1', '127.0.0.1%00',
          '[::1%25lo]', '[fe80::1%lo]', '::1', '[::1', '::1]', '[127.0.0.1]', '[::g]', '[1::2::3]', '[]', '[v1.x]']) {
    test(`http://${host}:<port>/ never reaches 127.0.0.1 by another reading`, async (t) => {
      const origin = await recorder(t);
      const answer = await exchange(t, proxy.proxy4, head(`GET http://${host}:${origin.port}/ HTTP/1.1`, 'Host: x'));
      // Not RFC 3986 syntax: 400. A numeric name that is a legal reg-name may also be looked up (and not found).
      assert.ok([400, 502].includes(answer.status), `${answer.status}`);
      assert.equal(origin.wires.length, 0, 'an odd spelling reached loopback');
    });
  }
});
