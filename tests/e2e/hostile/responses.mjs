// The table of hostile answers: what a server may send, by number in the list of bad inputs. Data only;
// hostile-responses.test.mjs plays the server and judges what the client sees. {poison} in a sequence stands for a whole
// response that must never be paired with any request. `want` is one of
//   502      our 502 with the token http_protocol_error (or what `token` says); the upstream connection is closed
//   cut      the client sees a head and then a body that it can tell was cut; or a 502
//   relay    200 with `body` (and what `saw(response)` approves), unambiguous; the upstream connection is not used again
//   clean    like relay, but the upstream connection may be used again
//   either   502 or relay
//   alive    anything that is unambiguous, or a close
// With `end` the server closes behind the sequence.

const lines = (...all) => [...all, '', ''].join('\r\n');
const ok = 'HTTP/1.1 200 OK';
const spread = (fields, body = '') => fields.flatMap((field) => [0, 1, 2].map((at) => {
  const around = ['Server: s', 'X-One: 1'];
  around.splice(at, 0, ...[field].flat());
  return lines(ok, ...around) + body;
}));
const chunks = (...bodies) => bodies.map((body) => lines(ok, 'Transfer-Encoding: chunked') + body);
const kChunkedBody = '5\r\nhello\r\n0\r\n\r\n';

export const families = [];
const add = (family) => families.push(family);

add({
  n: 2,
  name: 'Content-Length and Transfer-Encoding',
  want: 'relay',
  body: 'hello',
  cases: ['0', '5', '3', '15', '99999'].flatMap(
    (n) => ['chunked', 'Chunked'].flatMap(
      (v) =>
        [lines(ok, `Content-Length: ${n}`, `Transfer-Encoding: ${v}`) + kChunkedBody,
         lines(ok, `transfer-encoding: ${v}`, 'X: 1', `content-length: ${n}`) + kChunkedBody]))
});
add({
  n: 3,
  name: 'Content-Length twice, different',
  want: '502',
  cases: [['5', '6'], ['6', '5'], ['0', '5'], ['5', ''], ['5', 'x']]
           .flatMap(
             ([a, b]) =>
               [lines(ok, `Content-Length: ${a}`, `Content-Length: ${b}`) + 'hello',
                lines(ok, `content-length: ${a}`, 'X: 1', `CONTENT-LENGTH: ${b}`) + 'hello'])
           .concat(spread(['5, 6', '5,6', '6, 5', '5,5,6', '0, 5'].map((v) => `Content-Length: ${v}`), 'hello'))
});
add({
  n: 4,
  name: 'Content-Length twice, equal',
  want: 'either',
  body: 'hello',
  reusable: true,
  cases: spread(
    [
      ['Content-Length: 5', 'Content-Length: 5'], ['Content-Length: 5, 5'], ['content-length: 5,5,5'],
      ['Content-Length: 5', 'X: 2', 'content-length: 5']
    ],
    'hello')
});
add({
  n: 5,
  name: 'Content-Length that is no number',
  want: '502',
  cases: spread(
    ['', '+5', '-0', '-5', '0x5', '5 5', '1_0', '5.0', 'five', '5;', '5,', ',5', '"5"', '5h', '\xb5', '5\x0b'].map(
      (v) => `Content-Length: ${v}`),
    'hello')
});
add({
  n: 6,
  name: 'Content-Length beyond 64 bits',
  want: '502',
  cases: spread(
    ['9223372036854775808', '18446744073709551616', '18446744073709551621', '9'.repeat(30), '1'.repeat(500)].map(
      (v) => `Content-Length: ${v}`),
    'hello')
});
add({
  n: 7,
  name: 'white space before the colon is removed',
  want: 'either',
  body: 'hello',
  reusable: true,
  cases: [
    ...spread(['X-A : 1', 'X-A\t: 1', 'X-A \t : 1'].map((f) => [f, 'Content-Length: 5']), 'hello'),
    lines(ok, 'Content-Length : 5') + 'hello', lines(ok, 'Content-Length\t: 5') + 'hello',
    lines(ok, 'Transfer-Encoding : chunked') + kChunkedBody
  ]
});
add({
  n: 8,
  name: 'chunked in any case',
  want: 'clean',
  body: 'hello',
  cases: ['chunked', 'Chunked', 'CHUNKED', 'cHUNKED', ' chunked '].map((v) => lines(ok, `Transfer-Encoding: ${v}`) + kChunkedBody)
});
add({
  n: 9,
  name: 'chunked with empty list elements',
  want: 'either',
  body: 'hello',
  reusable: true,
  cases: spread(['chunked,', ', chunked', ',,chunked', 'chunked ,'].map((v) => `Transfer-Encoding: ${v}`), kChunkedBody)
});
add({
  n: 10,
  name: 'Transfer-Encoding that is not chunked',
  want: '502',
  cases: [
    ...spread(
      [
        'chunked, gzip', 'chunked, chunked', 'xchunked', 'gzip', 'chunked;x=y', 'chunked\x0b', '"chunked"', 'chunked chunked',
        'chunkedd', 'gzip, chunked', 'chunke', '', ','
      ].map((v) => `Transfer-Encoding: ${v}`),
      kChunkedBody),
    lines(ok, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + kChunkedBody
  ]
});
add({
  n: 11,
  name: 'Transfer-Encoding in HTTP/1.0',
  want: 'either',
  cases: ['chunked', 'Chunked', 'gzip, chunked'].flatMap(
    (v) =>
      [lines('HTTP/1.0 200 OK', `Transfer-Encoding: ${v}`) + kChunkedBody,
       lines('HTTP/1.0 200 OK', 'Connection: keep-alive', `Transfer-Encoding: ${v}`) + kChunkedBody,
       lines('HTTP/1.0 200 OK', 'Content-Length: 5', `Transfer-Encoding: ${v}`) + kChunkedBody])
});
add({
  n: 13,
  name: 'a chunk size with more than digits',
  want: 'cut',
  cases: ['0x5', '+5', '-5', '_5', ' 5', '5 ', '\t5', '', 'g', '5h', '5.', '5\0', '5\x0b', '"5"', '5 5'].flatMap(
    (size) => chunks(`${size}\r\nhello\r\n0\r\n\r\n`, `2\r\nhi\r\n${size}\r\nhello\r\n0\r\n\r\n`))
});
add({
  n: 14,
  name: 'a chunk size beyond 64 bits',
  want: 'cut',
  cases: ['10000000000000005', 'FFFFFFFFFFFFFFFF', '8000000000000000', 'F'.repeat(100), `${'0'.repeat(40)}5`].flatMap(
    (size) => chunks(`${size}\r\nhello\r\n0\r\n\r\n`, `2\r\nhi\r\n${size}\r\nhello\r\n0\r\n\r\n`))
});
add({
  n: 15,
  name: 'chunk data of another length than declared',
  want: 'cut',
  cases: chunks(
    '5\r\nhelloX\r\n0\r\n\r\n', '5\r\nhello world\r\n0\r\n\r\n', '5\r\nhell\r\n0\r\n\r\n', '5\r\nhello0\r\n\r\n',
    '5\r\nhello\rX0\r\n\r\n', '5\r\nhelloXX0\r\n\r\n', '1\r\nab\r\n0\r\n\r\n', '5\r\nhello\0\n0\r\n\r\n')
});
add({
  n: 16,
  name: 'bare LF or CR in chunked framing',
  want: 'cut',
  cases: chunks(
    '5\nhello\r\n0\r\n\r\n', '5\rhello\r\n0\r\n\r\n', '5\r\nhello\n0\r\n\r\n', '5\r\nhello\r\n0\n\r\n', '5\r\nhello\r\n0\r\n\n',
    '5\r\nhello\r\n0\n\n', '5;a\nb\r\nhello\r\n0\r\n\r\n', '5;a\rb\r\nhello\r\n0\r\n\r\n', '5\r\nhello\r\n0\r\nX: y\n\r\n',
    '5;a="\n"\r\nhello\r\n0\r\n\r\n', '\r\n5\r\nhello\r\n0\r\n\r\n')
});
add({
  n: 17,
  name: 'a chunk extension that is none',
  want: 'cut',
  cases: chunks(
    '5;a\0b\r\nhello\r\n0\r\n\r\n', '5;\x01\r\nhello\r\n0\r\n\r\n', `5;${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`,
    `5${';a=b'.repeat(2_000)}\r\nhello\r\n0\r\n\r\n`, '5;\r\nhello\r\n0\r\n\r\n')
});
add({
  n: 19,
  name: 'a trailer that must not be one',
  want: 'clean',
  body: 'hello',
  cases: [
    'Content-Length: 99', 'Transfer-Encoding: chunked', 'Host: evil.test', 'Authorization: x', 'Connection: close',
    'Connection: X-A', 'Keep-Alive: 1', 'Proxy-Connection: close', 'Upgrade: x'
  ].flatMap((field) => chunks(`5\r\nhello\r\n0\r\n${field}\r\n\r\n`, `5\r\nhello\r\n0\r\nX-Fine: 1\r\n${field}\r\n\r\n`)),
  saw: (response) => response.trailers === undefined || response.trailers.names().every((name) => name === 'x-fine')
});
add({
  n: 20,
  name: 'a trailer section above the limit',
  want: 'cut',
  cases: chunks(`5\r\nhello\r\n0\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`, `5\r\nhello\r\n0\r\n${'X: y\r\n'.repeat(300)}\r\n`)
});
add({
  n: 20,
  name: 'a malformed trailer',
  want: 'cut',
  cases: [': y', 'X y', 'X: a\0b', 'X: a\rb', ' X: y', 'Bad Name: 1'].flatMap(
    (field) => chunks(`5\r\nhello\r\n0\r\n${field}\r\n\r\n`, `5\r\nhello\r\n0\r\nA: 1\r\n${field}\r\n\r\n`))
});
add({n: 21, name: 'an empty field name', want: '502', cases: spread([': x', ':', ':x', '::'], '')});
add({
  n: 22,
  name: 'a field name that is no token',
  want: '502',
  cases: spread([
    'Bad Name: x', 'X[1]: y', 'X\x01: y', 'X\xe9: y', 'X@y: 1', 'X/y: 1', 'X,y: 1', 'X\0: 1', '\0: 1', 'nocolon', 'HTTP/1.1 200 OK',
    'X\\y: 1', '"X": y', '<html>'
  ].map((f) => [f, 'Content-Length: 0']))
});
add({
  n: 23,
  name: 'NUL or CR in a value',
  want: '502',
  cases: spread(['X: a\0b', 'X: \0', 'X: a\rb', 'X: a\r', 'Set-Cookie: a=b\0', 'X: a\rSet-Cookie: b=c', 'Location: /\0'].map(
    (f) => [f, 'Content-Length: 0']))
});
add({
  n: 24,
  name: 'a folded line',
  want: 'either',
  body: 'hello',
  reusable: true,
  cases: [
    ...spread(
      [['X: a', ' b'], ['X: a', '\tb'], ['X:', ' b'], ['Set-Cookie: a=b', ' ; c'], ['X: a', '  b', '  c']].map(
        (f) => [...f, 'Content-Length: 5']),
      'hello'),
    lines(ok, 'Content-Length:', ' 5') + 'hello', lines(ok, 'Transfer-Encoding:', ' chunked') + kChunkedBody
  ]
});
add({
  n: 25,
  name: 'white space before the first field',
  want: 'either',
  cases: [' X: a', '\tX: a', ' ', ' Transfer-Encoding: chunked', ' Content-Length: 5'].flatMap(
    (field) => [lines(ok, field, 'Content-Length: 5') + 'hello', lines(ok, field, 'X-A: 1', 'Content-Length: 5') + 'hello'])
});
add({
  n: 26,
  name: 'names that only look like framing',
  want: 'clean',
  body: 'hello',
  cases: [
    'Content_Length: 50', 'Transfer_Encoding: chunked', 'X-Content-Length: 1', 'ContentLength: 2', 'Content-Length-: 1'
  ].flatMap((field) => [lines(ok, field, 'Content-Length: 5') + 'hello', lines(ok, 'Content-Length: 5', field) + 'hello'])
});
add({
  n: 31,
  name: 'a status line that is none',
  want: '502',
  cases: [
    'HTTP/1.1 20 OK',   'HTTP/1.1 2000 OK',  'HTTP/1.1 +20 OK',  'HTTP/1.1 2x0 OK',   'HTTP/1.1 099 OK',
    'HTTP/1.1 000 OK',  'HTTP/1.1 -200 OK',  'HTTP/1.1\t200 OK', 'HTTP/2.0 200 OK',   'HTTP/3.0 200 OK',
    'HTTP/0.9 200 OK',  'http/1.1 200 OK',   'HTTP/1.1200 OK',   'HTTP 200 OK',       'HTTP/1 200 OK',
    'HTTP/11 200 OK',   'HTTP/1.1.1 200 OK', 'HTTP/01.1 200 OK', 'ICY 200 OK',        '200 OK',
    ' HTTP/1.1 200 OK', 'HTTP/1.1',          'HTTP/1.1 ',        'HTTP/1.1 OK',       'HTTP/1.1 OK 200',
    'XHTTP/1.1 200 OK', '\0HTTP/1.1 200 OK', 'HTTP/1.1 2 00 OK', 'HTTP/1.1 200 O\0K', 'HTTP/1.1 200 O\rK',
    'HTTP/1.1 0200 OK', 'HTTP/1.1 200.0 OK', '<html>',           'HTTP/1.1 \xb200 OK'
  ].map((line) => lines(line, 'Content-Length: 5') + 'hello')
});
add({
  n: 31,
  name: 'a status line that is nearly one',
  want: 'either',
  reusable: true,
  cases: ['HTTP/1.1 200', 'HTTP/1.1  200 OK', 'HTTP/1.1 200OK', 'HTTP/1.1 200  OK', 'HTTP/1.1 200\tOK', 'HTTP/1.9 200 OK']
           .map((line) => lines(line, 'Content-Length: 5') + 'hello')
           .concat(`\r\n${lines(ok, 'Content-Length: 5')}hello`, `\r\n\r\n${lines(ok, 'Content-Length: 5')}hello`)
});
add({
  n: 31,
  name: 'a status beyond 599',
  want: 'either',
  status: [600, 700, 999],
  reusable: true,
  body: 'hello',
  cases: [600, 700, 999].map((status) => lines(`HTTP/1.1 ${status} Odd`, 'Content-Length: 5') + 'hello')
});
add({
  n: 37,
  name: '101 that was not asked for',
  want: '502',
  cases: [
    lines('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: websocket'),
    lines('HTTP/1.1 101 Switching Protocols'), `${lines('HTTP/1.1 101 S', 'Upgrade: x')}{poison}`
  ]
});
add({
  n: 40,
  name: 'bytes behind a whole answer',
  want: 'relay',
  body: 'hello',
  cases: ['{poison}', '\r\n', 'x', '\0', 'HTTP/1.1', '{poison}{poison}', '\r\n{poison}', ' '.repeat(1000)].flatMap(
    (extra) => [lines(ok, 'Content-Length: 5') + `hello${extra}`, lines(ok, 'Transfer-Encoding: chunked') + kChunkedBody + extra])
});
add({
  n: 41,
  name: 'a body where none may be: HEAD',
  method: 'HEAD',
  want: 'relay',
  body: '',
  cases: [
    lines(ok, 'Content-Length: 5') + 'hello', lines(ok, 'Transfer-Encoding: chunked') + kChunkedBody,
    lines(ok, 'Content-Length: 5') + '{poison}', lines(ok) + 'hello', lines(ok, 'Content-Length: 0') + '{poison}',
    lines('HTTP/1.1 404 No', 'Content-Length: 5') + 'hello'
  ],
  status: [200, 404]
});
add({
  n: 41,
  name: 'a body where none may be: 204 and 304',
  want: 'relay',
  body: '',
  status: [204, 304],
  cases: ['204 No Content', '304 Not Modified'].flatMap(
    (status) =>
      [lines(`HTTP/1.1 ${status}`) + 'hello', lines(`HTTP/1.1 ${status}`, 'Content-Length: 5') + 'hello',
       lines(`HTTP/1.1 ${status}`, 'Transfer-Encoding: chunked') + kChunkedBody, lines(`HTTP/1.1 ${status}`) + '{poison}',
       lines(`HTTP/1.1 ${status}`, 'Content-Length: 0') + '{poison}'])
});
add({
  n: 41,
  name: '204 and 304 with framing and no body',
  want: 'alive',
  status: [204, 304],
  cases: ['204 No Content', '304 Not Modified'].flatMap(
    (status) =>
      [lines(`HTTP/1.1 ${status}`, 'Content-Length: 0'), lines(`HTTP/1.1 ${status}`, 'Transfer-Encoding: chunked'),
       lines(`HTTP/1.1 ${status}`, 'Content-Length: 99')])
});
add({
  n: 41,
  name: '1xx with framing or a body',
  want: 'alive',
  cases: ['100 Continue', '103 Early Hints', '199 Odd'].flatMap(
    (status) =>
      [lines(`HTTP/1.1 ${status}`, 'Content-Length: 5') + lines(ok, 'Content-Length: 5') + 'hello',
       lines(`HTTP/1.1 ${status}`, 'Content-Length: 5') + 'hello{poison}',
       lines(`HTTP/1.1 ${status}`, 'Transfer-Encoding: chunked') + kChunkedBody + '{poison}'])
});
add({
  n: 44,
  name: 'a head above the limits',
  want: '502',
  cases: [
    lines(ok, `X: ${'y'.repeat(100_000)}`), lines(ok, ...Array(10_000).fill('X: y')), lines(ok, `${'X'.repeat(100_000)}: y`),
    lines(`HTTP/1.1 200 ${'O'.repeat(100_000)}K`), `HTTP/1.1 200 ${'O'.repeat(200_000)}`, `${ok}\r\nX: ${'y'.repeat(200_000)}`,
    'H'.repeat(200_000), lines(ok, ...Array(300).fill('Set-Cookie: a=b'))
  ]
});
add({
  n: 44,
  name: 'endless 1xx',
  want: 'alive',
  cases: [
    lines('HTTP/1.1 103 Early Hints', 'Link: </a>').repeat(5_000) + lines(ok, 'Content-Length: 5') + 'hello',
    lines('HTTP/1.1 100 Continue').repeat(20_000)
  ]
});
add({
  n: 63,
  name: 'bare LF at the end of a line',
  want: 'relay',
  body: 'hello',
  cases: [
    `${ok}\nContent-Length: 5\n\nhello`, `${ok}\r\nContent-Length: 5\n\r\nhello`, `${ok}\r\nContent-Length: 5\r\n\nhello`,
    `${ok}\nContent-Length: 5\r\n\r\nhello`, `${ok}\r\nX: y\nContent-Length: 5\r\n\r\nhello`,
    `${ok}\nContent-Length: 5\nX: y\n\nhello`, `${ok}\nTransfer-Encoding: chunked\n\n${kChunkedBody}`
  ]
});

const interims = ['HTTP/1.1 100 Continue', 'HTTP/1.1 103 Early Hints', 'HTTP/1.1 199 Odd'];
const final = lines(ok, 'Content-Length: 5') + 'hello';
add({
  n: 22,
  name: 'a malformed head of a 1xx',
  want: '502',
  cases: [': x', ':', 'Bad Name: x', 'nocolon', 'X\0: 1', 'X: a\0b', 'X: a\rb', 'X\xe9: 1', '<p>', 'HTTP/1.1 200 OK'].flatMap(
    (field) => interims.flatMap((start) => [lines(start, field) + final, lines(start, 'Link: </a>', field, 'X: 1') + final]))
});
add({
  n: 3,
  name: 'framing of a 1xx, which has none (RFC 9112 §6.3 rule 1)',
  want: 'clean',
  body: 'hello',
  cases: [
    'Content-Length: 5, 6', 'Content-Length: x', 'Content-Length: 0', 'Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'
  ].flatMap((field) => interims.map((start) => lines(start, field) + final))
});
add({
  n: 31,
  name: 'a malformed start line of a 1xx or behind one',
  want: '502',
  cases: ['HTTP/1.1 1xx', 'HTTP/1.1 10', 'HTTP/1.1 1000 X', 'HTTP/2.0 103 X', 'http/1.1 103 X', 'HTTP/1.1 103\0X', 'x'].flatMap(
    (start) => [lines(start) + final, lines(interims[1]) + lines(start) + final])
});
add({
  n: 34,
  name: 'Connection that names framing or what we need',
  want: 'clean',
  body: 'hello',
  cases: [
    'content-length', 'Content-Length', 'CONTENT-LENGTH, x', 'transfer-encoding', 'connection', 'date, server', 'via', 'host',
    'x-one', 'keep-alive, content-length', ',,content-length,', 'trailer'
  ]
           .flatMap(
             (v) =>
               [...spread([[`Connection: ${v}`, 'Content-Length: 5']], 'hello'),
                ...[0, 1].map(
                  (at) => lines(
                            ok,
                            ...(
                              at ? [`Connection: ${v}`, 'Transfer-Encoding: chunked'] :
                                   ['Transfer-Encoding: chunked', `Connection: ${v}`])) +
                    kChunkedBody)]),
  saw: (response) => !response.fields.has('x-one') || !/x-one/i.test(response.raw.match(/^connection:.*/im)?.[0] ?? '')
});
add({
  n: 15,
  name: 'content that ends before its end',
  want: 'cut',
  end: true,
  cases: [
    ...['', 'h', 'hell'].map((part) => lines(ok, 'Content-Length: 5') + part), lines(ok, 'Content-Length: 99999999999') + 'hello',
    ...
      ['', '5', '5\r', '5\r\n', '5\r\nhel', '5\r\nhello', '5\r\nhello\r', '5\r\nhello\r\n', '5\r\nhello\r\n0',
       '5\r\nhello\r\n0\r\n', '5\r\nhello\r\n0\r\nX: y', '5\r\nhello\r\n0\r\nX: y\r\n', '5\r\nhello\r\n0\r\n\r']
        .flatMap((part) => chunks(part))
  ]
});
add({
  n: 22,
  name: 'a head that ends before its end',
  want: '502',
  end: true,
  cases: ['', 'H', 'HTTP/1.1', ok, `${ok}\r`, `${ok}\r\n`, `${ok}\r\nX`, `${ok}\r\nX: y\r\n`, `${ok}\r\nX: y\r\n\r`, '\r\n'].concat(
    interims.map((start) => lines(start)), interims.map((start) => lines(start) + ok))
});
add({
  n: 16,
  name: 'more bare LF, CR and line ends in chunked framing',
  want: 'cut',
  cases: chunks(
    '5\r\r\nhello\r\n0\r\n\r\n', '\n5\r\nhello\r\n0\r\n\r\n', '5\n\nhello\r\n0\r\n\r\n', '5\r\nhello\r\r\n0\r\n\r\n',
    '5\r\nhello\n\r0\r\n\r\n', '5\r\nhello\r\n0\r\r\n', '5\r\nhello\r\n0\r\n\r\r\n', '5;a="\r"\r\nhello\r\n0\r\n\r\n',
    '5;\nhello\r\n0\r\n\r\n', '5\r\nhello\r\n0;a\n\r\n', '5\r\nhello\r\n0\r\nX: y\r\r\n')
});
add({
  n: 20,
  name: 'a malformed trailer, in the middle and last',
  want: 'cut',
  cases: [
    ':', '::', '\x0bX: a', 'X\xe9: a', 'X[1]: a', 'X: \0', 'X: \x7f', 'X: a\r', '\rX: a', ' ', '\t', 'HTTP/1.1 200 OK', 'X: a\nB: c'
  ].flatMap((field) => chunks(`5\r\nhello\r\n0\r\nA: 1\r\n${field}\r\nB: 2\r\n\r\n`, `0\r\n${field}\r\n\r\n`))
});

export const sequences = new Set(families.flatMap((family) => family.cases.map((bytes) => `${family.method ?? 'GET'} ${bytes}`)));
