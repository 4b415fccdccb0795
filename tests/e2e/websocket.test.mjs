// A WebSocket through the proxy, and its messages as recorded: while it is open, when it has closed, after a restart; with
// permessage-deflate, and with frames that are none.

import assert from 'node:assert/strict';
import http from 'node:http';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {eventually, porthole, program, tempDir} from './lib/porthole.mjs';
import {frame, kOpcodes, websocketClient, websocketServer} from './lib/websocket.mjs';

async function recording(t, state = tempDir(t)) {
  const config = {capture: {on: true, keep: '64 MiB'}};
  const proxy = await porthole(t, {config, env: {XDG_STATE_HOME: state}});
  const ask = (path) => new Promise((done, fail) => {
    http
      .get(
        {socketPath: join(state, 'porthole/control'), path},
        (answer) => {
          const parts = [];
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => done(JSON.parse(Buffer.concat(parts).toString())));
        })
      .on('error', fail);
  });
  const rows = async (filter) => (await ask(`/api/flows?filter=${encodeURIComponent(filter)}`)).rows;
  return {
    proxy,
    ask,
    cli: (...args) => program(t, args, {home: proxy.dir, env: {XDG_STATE_HOME: state}}),
    row: (path, ready = () => true) => eventually(
      `the row of ${path}`,
      async () => {
        const [row] = await rows(`path:${path}`);
        return row && ready(row) && row;
      }),
  };
}

// "> text hello": to the server; "< .." back.
const line =
  ({direction, opcode, code, text, base64, fault}) => [direction === 'client' ? '>' : '<', opcode, code,
                                                       text || (base64 && Buffer.from(base64, 'base64').toString('hex')), fault]
                                                        .filter(Boolean)
                                                        .join(' ');
const lines = ({messages}) => messages.map(line);

async function untilLines(here, id, expected) {
  const path = `/api/flows/${id}/messages`;
  await eventually(`${expected.length} messages`, async () => (await here.ask(path)).messages.length >= expected.length);
  const page = await here.ask(path);
  assert.equal(page.kind, 'websocket');
  assert.deepEqual(lines(page), expected);
  return page.messages;
}
const said = (end, data) => eventually(`"${data}"`, () => end.messages.some((one) => one.data === data));

describe('the messages of a WebSocket', () => {
  test('of both directions are seen while it is open, when it has closed, and after a restart', async (t) => {
    const state = tempDir(t);
    const here = await recording(t, state);
    const server = await websocketServer(t, (end) => {
      end.onmessage = ({opcode, data}) => {
        if (opcode === kOpcodes.text) end.send(`echo of ${data}`);
      };
    });
    const client = await websocketClient(t, here.proxy.proxy4, server.url('/chat'));
    const begun = Date.now() * 1000 - 1000;
    client.send('one');
    await said(client, 'echo of one');
    const {id, state: open} = await here.row('/chat');
    assert.equal(open, 'open');
    const expected = ['> text one', '< text echo of one'];
    const messages = await untilLines(here, id, expected);
    for (const {at} of messages) assert.ok(at >= begun && at <= Date.now() * 1000, String(at));
    assert.deepEqual(messages.map(({n, size}) => [n, size]), [[0, 3], [1, 11]]);

    client.send(Buffer.from([0, 1, 254]), kOpcodes.binary);
    client.send('two');
    await said(client, 'echo of two');
    server.ends[0].send('beat', kOpcodes.ping);
    await said(client, 'beat');
    client.close(1000, 'bye');
    expected.push('> binary 0001fe', '> text two', '< text echo of two', '< ping beat', '> close 1000 bye');
    await untilLines(here, id, expected);
    const later = await here.ask(`/api/flows/${id}/messages?after=4`);
    assert.deepEqual(lines(later), expected.slice(5));

    client.socket.end();
    server.ends[0].socket.end();
    await here.row('/chat', (row) => row.state === 'done');
    await untilLines(here, id, expected);
    const shown = await here.cli('flows', 'show', id);
    assert.match(shown.stdout, /Messages: > to the server, < back\n {2}> text, 3 bytes: one\n {2}< text, 11 bytes: echo of one\n/);
    assert.match((await here.cli('explain', id)).stdout, /Both switched to WebSocket: 3 messages to the server, 2 back\./);

    await here.proxy.stop();
    const again = await recording(t, state);
    await untilLines(again, id, expected);
  });

  test('compressed with permessage-deflate are inflated, with the window that goes on (RFC 7692)', async (t) => {
    const here = await recording(t);
    const extensions = 'permessage-deflate; client_max_window_bits=15';
    const server = await websocketServer(t, (end) => {
      end.onmessage = ({data}) => end.sendCompressed(`echo of ${data}`);
    }, {extensions});
    const client = await websocketClient(t, here.proxy.proxy4, server.url('/packed'), {extensions});
    const long = JSON.stringify(Array.from({length: 500}, (_, n) => ({n, name: `item ${n}`})));
    for (const text of [long, long, 'short']) {
      await client.sendCompressed(text);
      await said(client, `echo of ${text}`);
      client.messages.length = 0;
    }
    const expected = [long, long, 'short'].flatMap((text) => [`> text ${text}`, `< text echo of ${text}`]);
    const {id, bytes_in: passed} = await here.row('/packed');
    const messages = await untilLines(here, id, expected);
    assert.ok(messages.every(({compressed}) => compressed));
    assert.equal(messages[0].size, long.length);
    assert.ok(passed < long.length, `${passed} octets passed`);
  });

  test('come back in a HAR file, in the form of Chrome', async (t) => {
    const here = await recording(t);
    const server = await websocketServer(t, (end) => {
      end.onmessage = ({data}) => end.send(Buffer.from(data), kOpcodes.binary);
    });
    const client = await websocketClient(t, here.proxy.proxy4, server.url('/har'));
    client.send('näme');
    await said(client, 'näme');
    client.socket.destroy();
    server.ends[0].socket.destroy();
    await here.row('/har', (row) => row.state === 'done');
    const entry = async (har) => (await har).log.entries.find((one) => one.request.url.endsWith('/har'));
    const {_webSocketMessages: messages, response} = await entry(here.ask('/api/har'));
    assert.equal(response.status, 101);
    assert.deepEqual(messages.map(({time, ...rest}) => rest), [
      {type: 'send', opcode: 1, data: 'näme'},
      {type: 'receive', opcode: 2, data: Buffer.from('näme').toString('base64')},
    ]);
    assert.ok(Math.abs(messages[0].time - Date.now() / 1000) < 600);
  });

  const hostile = {
    'a reserved bit': [Buffer.from([0xc1, 0x01, 0x41]), /^< unreadable a reserved bit is set/],
    'a length of 2^63 - 1': [Buffer.concat([Buffer.from('827f7fffffffffffffff', 'hex'), Buffer.alloc(5000, 'x')]), undefined],
    'a length of 2^63': [Buffer.from('827f8000000000000000', 'hex'), /^< unreadable a length has its highest bit set/],
    'no frame at all': [Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), /^< unreadable an? /],
    'a frame that is cut': [frame(1, 'this is cut').subarray(0, 5), undefined],
  };
  for (const [what, [octets, seen]] of Object.entries(hostile)) {
    test(`${what} passes as it came, is said to be none, and hurts nobody`, async (t) => {
      const here = await recording(t);
      const server = await websocketServer(t);
      const client = await websocketClient(t, here.proxy.proxy4, server.url('/hostile'));
      const [end] = server.ends;
      const good = frame(1, 'good');
      end.raw(Buffer.concat([good, octets]));
      client.send('still heard');
      await said(end, 'still heard');
      await eventually('all octets', () => client.received.length === good.length + octets.length);
      assert.deepEqual(client.received, Buffer.concat([good, octets]));
      const {id} = await here.row('/hostile');
      const path = `/api/flows/${id}/messages`;
      await eventually('the messages', async () => (await here.ask(path)).messages.length >= (seen ? 3 : 2));
      const open = lines(await here.ask(path));
      assert.ok(open.includes('< text good') && open.includes('> text still heard'), open.join('\n'));
      assert.equal(open.filter((one) => seen?.test(one)).length, seen ? 1 : 0, open.join('\n'));
      assert.equal(open.length, seen ? 3 : 2);

      end.socket.destroy();
      client.socket.destroy();
      await here.row('/hostile', (row) => row.state === 'done');
      const done = lines(await here.ask(path));
      assert.deepEqual(done.slice(0, open.length), open);
      assert.deepEqual(done.slice(open.length), seen ? [] : ['< unreadable it ends within a message']);
    });
  }
});
