// Hostile requests about framing: lines 1 to 20 of the list of bad inputs. What the words mean stands in requests.mjs.

import {chunks, cross, get, kChunkedBody, kTarget, lines, post, spread} from './build.mjs';

export const families = [];
const add = (family) => families.push(family);

add({
  n: 1,
  name: 'Content-Length and Transfer-Encoding',
  want: 'refuse',
  cases: [
    ...cross(
      ['Content-Length: 0', 'Content-Length: 5', 'content-length: 15', 'CONTENT-LENGTH: 99', 'Content-Length: 4'],
      ['Transfer-Encoding: chunked', 'transfer-encoding: Chunked', 'TRANSFER-ENCODING:\tchunked ', 'Transfer-Encoding:chunked'])
      .flatMap(
        ([length, coding]) =>
          [lines(post, 'Host: {h}', length, coding) + kChunkedBody,
           lines(post, coding, 'Host: {h}', 'X-Between: 1', length) + kChunkedBody]),
    lines(get, 'Host: {h}', 'Content-Length: 0', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    lines(post, 'Host: {h}', 'Content-Length: 5, 5', 'Transfer-Encoding: chunked') + kChunkedBody,
    lines(post, 'Host: {h}', 'Content-Length: x', 'Transfer-Encoding: chunked') + kChunkedBody,
    lines(post, 'Host: {h}', 'Transfer-Encoding: identity', 'Content-Length: 5') + 'hello',
    lines(post, 'Host: {h}', 'Transfer-Encoding:', 'Content-Length: 5') + 'hello',
  ]
});
add({
  n: 3,
  name: 'Content-Length twice, different',
  want: 'refuse',
  cases: [
    ...[['5', '6'], ['6', '5'], ['0', '5'], ['5', '0'], ['5', '50'], ['5', ''], ['', '5'], ['5', 'x']].flatMap(
      ([a, b]) =>
        [lines(post, 'Host: {h}', `Content-Length: ${a}`, `Content-Length: ${b}`) + 'hello',
         lines(post, `content-length: ${a}`, 'Host: {h}', `CONTENT-LENGTH: ${b}`) + 'hello']),
    ...spread(
      post, ['5, 6', '5,6', '5 ,6', '6, 5', '5\t,\t6', '5,5,6', '0, 5', '5;6', '5/6'].map((v) => `Content-Length: ${v}`), 'hello'),
  ]
});
add({
  n: 4,
  name: 'Content-Length twice, equal',
  want: 'refuse',
  cases: [
    ...spread(post, ['5, 5', '5,5', '5,5,5', '5 , 5', '5,,5', '05, 5', '0,0'].map((v) => `Content-Length: ${v}`), 'hello'),
    lines(post, 'Host: {h}', 'Content-Length: 5', 'Content-Length: 5') + 'hello',
    lines(post, 'Content-Length: 5', 'Host: {h}', 'content-length: 5') + 'hello',
    lines(post, 'Host: {h}', 'Content-Length: 0', 'Content-Length: 0'),
    lines(get, 'Host: {h}', 'Content-Length: 0', 'Content-Length: 0', 'Content-Length: 0'),
  ]
});
add({
  n: 5,
  name: 'Content-Length that is no number',
  want: 'refuse',
  cases: [
    ...spread(
      post,
      [
        '',     ' ',  '+5',   '-0',       '-5',  '0x5', '5 5', '1_0',   '5.0',   '5e0', 'five', '5;',  '5,', ',5',  '"5"',
        '5\t5', '5h', '\xb5', '\xd9\xa5', '0b1', 'NaN', '5\0', '5\x0b', '\x0c5', '$5',  '5=5',  '(5)', '5#', '5%30'
      ].map((v) => `Content-Length: ${v}`),
      'hello'),
  ]
});
add({
  n: 5,
  name: 'Content-Length with leading zeros is the number',
  want: 'either',
  body: 'hello',
  cases: ['05', '005', '0000000000000005', '\t5\t', '  5  '].map((v) => lines(post, 'Host: {h}', `Content-Length: ${v}`) + 'hello')
});
add({
  n: 6,
  name: 'Content-Length beyond 64 bits',
  want: 'refuse',
  status: [400, 413],
  cases: spread(
    post,
    [
      '9223372036854775808', '18446744073709551615', '18446744073709551616', '18446744073709551621', '36893488147419103237',
      '99999999999999999999', '1'.repeat(40), '9'.repeat(500)
    ].map((v) => `Content-Length: ${v}`),
    'hello')
});
add({
  n: 7,
  name: 'white space before the colon',
  want: 'refuse',
  cases: spread(
    post,
    [
      'Content-Length : 5', 'Content-Length\t: 5', 'Transfer-Encoding : chunked', 'Transfer-Encoding\t: chunked', 'X-A : 1',
      'X-A\t: 1', 'X-A \t : 1', 'Connection : close', 'X-A\x0b: 1', 'X-A\xa0: 1'
    ],
    kChunkedBody)
});
add({
  n: 7,
  name: 'white space before the colon of Host',
  want: 'refuse',
  cases: ['Host : {h}', 'Host\t: {h}', 'host  : {h}'].map((field) => lines(get, field))
});
add({
  n: 8,
  name: 'chunked in any case',
  want: 'accept',
  body: 'hello',
  cases: cross(
           ['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING', 'tRaNsFeR-eNcOdInG'],
           ['chunked', 'Chunked', 'CHUNKED', 'cHUNKED'])
           .map(([n, v]) => lines(post, 'Host: {h}', `${n}: ${v}`) + kChunkedBody)
});
add({
  n: 9,
  name: 'chunked with empty list elements',
  want: 'either',
  body: 'hello',
  cases: spread(
    post,
    ['chunked,', ', chunked', ',chunked,', ',,chunked', 'chunked ,', 'chunked,,', '\tchunked', 'chunked\t', ' chunked '].map(
      (v) => `Transfer-Encoding: ${v}`),
    kChunkedBody)
});
add({
  n: 9,
  name: 'chunked in two lines',
  want: 'refuse',
  cases: [['chunked', 'chunked'], ['Chunked', 'chunked'], ['chunked', ', chunked'], ['chunked,', 'chunked']].flatMap(
    ([a, b]) =>
      [lines(post, 'Host: {h}', `Transfer-Encoding: ${a}`, `Transfer-Encoding: ${b}`) + kChunkedBody,
       lines(post, `transfer-encoding: ${a}`, 'Host: {h}', `TRANSFER-ENCODING: ${b}`) + kChunkedBody])
});
add({
  n: 10,
  name: 'Transfer-Encoding that is not chunked',
  want: 'refuse',
  cases: spread(
    post,
    [
      'chunked, gzip',
      'chunked, chunked',
      'chunked,chunked',
      'xchunked',
      'identity',
      'chunked, identity',
      'chunked;x=y',
      'chunked; q=1',
      'chunked\0',
      '\0chunked',
      '\x0bchunked',
      '\x0cchunked',
      'chunked\x0b',
      'chunked\x0c',
      '"chunked"',
      '\'chunked\'',
      'chunked chunked',
      'chunke',
      'chunkedd',
      'chunk',
      '[chunked]',
      'chunked\xa0',
      '\xa0chunked',
      'c\xeaunked',
      'chunked/1',
      'chunked:',
      ': chunked',
      'gzip',
      'trailers',
      ',',
      '',
      'chunked, ,x',
      '\xef\xbb\xbfchunked',
      'chunked\r',
      '\rchunked'
    ].map((v) => `Transfer-Encoding: ${v}`),
    kChunkedBody)
});
add({
  n: 10,
  name: 'an unknown coding before chunked',
  want: 'refuse',
  status: [400, 501],
  cases: spread(
    post,
    ['gzip, chunked', 'deflate,chunked', 'identity, chunked', 'x, chunked', 'gzip;q=1, chunked', 'br , chunked'].map(
      (v) => `Transfer-Encoding: ${v}`),
    kChunkedBody)
});
add({
  n: 11,
  name: 'Transfer-Encoding in HTTP/1.0',
  want: 'refuse',
  cases: [
    ...['chunked', 'Chunked', 'identity', 'gzip, chunked'].flatMap(
      (v) =>
        [lines(`POST ${kTarget} HTTP/1.0`, 'Host: {h}', `Transfer-Encoding: ${v}`) + kChunkedBody,
         lines(`POST ${kTarget} HTTP/1.0`, `transfer-encoding: ${v}`, 'Connection: keep-alive') + kChunkedBody]),
    lines(`POST ${kTarget} HTTP/1.0`, 'Content-Length: 5', 'Transfer-Encoding: chunked') + kChunkedBody
  ]
});
add({
  n: 12,
  name: 'neither length nor coding: no body',
  want: 'accept',
  body: '',
  cases: ['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'QUERY', 'X-ANY'].flatMap(
    (m) =>
      [lines(`${m} ${kTarget} HTTP/1.1`, 'Host: {h}'), lines(`${m} ${kTarget} HTTP/1.1`, 'Host: {h}', 'Content-Type: text/plain')])
});
add({
  n: 13,
  name: 'a chunk size with more than digits',
  want: 'broken',
  cases: [
    '0x5', '0X5', '+5', '-5',    '_5',  '5_',   ' 5', '\t5', '5 ', '5\t', '',    'g',    '5h',
    '5.',  '.5',  '5,', '\x005', '5\0', '\xb5', '0x', '+0',  '-0', '5 5', '"5"', '5\x0b'
  ].flatMap((size) => chunks(`${size}\r\nhello\r\n0\r\n\r\n`, `1\r\na\r\n${size}\r\nhello\r\n0\r\n\r\n`))
});
add({
  n: 13,
  name: 'a last chunk with more than zeros',
  want: 'broken',
  cases: chunks(...['0x0', '-0', '+0', ' 0', '0 ', '0_0', '0h', '00x', 'zero'].map((size) => `5\r\nhello\r\n${size}\r\n\r\n`))
});
add({
  n: 14,
  name: 'a chunk size beyond 64 bits',
  want: 'broken',
  cases: chunks(...
                  ['10000000000000005', 'FFFFFFFFFFFFFFFF', 'ffffffffffffffff', '8000000000000000', '7FFFFFFFFFFFFFFFF',
                   '100000000000000000000000000000005', 'F'.repeat(100), '0'.repeat(40) + '5', 'FFFFFFFFFFFFFFFB']
                    .flatMap((size) => [`${size}\r\nhello\r\n0\r\n\r\n`, `2\r\nhi\r\n${size}\r\nhello\r\n0\r\n\r\n`]))
});
add({
  n: 15,
  name: 'chunk data of another length than declared',
  want: 'broken',
  cases: chunks(
    '5\r\nhelloX\r\n0\r\n\r\n', '5\r\nhello world\r\n0\r\n\r\n', '5\r\nhell\r\n0\r\n\r\n', '5\r\nhello0\r\n\r\n',
    '5\r\nhello\r0\r\n\r\n', '5\r\nhello\rX0\r\n\r\n', '5\r\nhello\n\r0\r\n\r\n', '5\r\nhelloXX0\r\n\r\n', '5\r\nhello 0\r\n\r\n',
    '5\r\nhello\0\n0\r\n\r\n', '1\r\nab\r\n0\r\n\r\n', '5\r\nhello\r\r\n0\r\n\r\n')
});
add({
  n: 16,
  name: 'bare LF or CR in chunked framing',
  want: 'broken',
  cases: chunks(
    '5\nhello\r\n0\r\n\r\n', '5\rhello\r\n0\r\n\r\n', '5\r\nhello\n0\r\n\r\n', '5\r\nhello\r\n0\n\r\n', '5\r\nhello\r\n0\r\n\n',
    '5\r\nhello\r\n0\n\n', '5\r\nhello\r\n0\r\r\n', '5\r\nhello\r\n0\r\n\r\r\n', '5;a\nb\r\nhello\r\n0\r\n\r\n',
    '5;a\rb\r\nhello\r\n0\r\n\r\n', '5;\nhello\r\n0\r\n\r\n', '5;a=b\nhello\r\n0\r\n\r\n', '5;a="\n"\r\nhello\r\n0\r\n\r\n',
    '5;a="\r"\r\nhello\r\n0\r\n\r\n', '5\r\nhello\r\n0\r\nX: y\n\r\n', '5\r\nhello\r\n0\r\nX: y\r\r\n',
    '5\r\nhello\r\n0\r\nX: y\r\n\n', '5\r\nhello\r\n0;a\n\r\n', '5\n\nhello\r\n0\r\n\r\n', '5\r\r\nhello\r\n0\r\n\r\n',
    '\n5\r\nhello\r\n0\r\n\r\n', '\r\n5\r\nhello\r\n0\r\n\r\n')
});
add({
  n: 17,
  name: 'a chunk extension that is none',
  want: 'broken',
  cases: chunks(
    '5;\r\nhello\r\n0\r\n\r\n', '5;;\r\nhello\r\n0\r\n\r\n', '5;a\0b\r\nhello\r\n0\r\n\r\n', '5;\x01\r\nhello\r\n0\r\n\r\n',
    '5;a=\x7f\r\nhello\r\n0\r\n\r\n', `5;${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`,
    `5;a=${'b'.repeat(5_000)}\r\nhello\r\n0\r\n\r\n`, `5${';a=b'.repeat(2_000)}\r\nhello\r\n0\r\n\r\n`,
    '5;=b\r\nhello\r\n0\r\n\r\n', '5\r\nhello\r\n0;\r\n\r\n', '5;a="b\r\nhello\r\n0\r\n\r\n', '5 a=b\r\nhello\r\n0\r\n\r\n')
});
add({
  n: 17,
  name: 'a chunk extension that is one is ignored',
  want: 'accept',
  body: 'hello',
  cases: chunks(
    '5;a\r\nhello\r\n0\r\n\r\n', '5;a=b\r\nhello\r\n0;c=d\r\n\r\n', '5;a="b;c"\r\nhello\r\n0\r\n\r\n',
    '5;a="b\\"c"\r\nhello\r\n0\r\n\r\n', '05;a=b;c\r\nhello\r\n00\r\n\r\n')
});
add({
  n: 19,
  name: 'a trailer that must not be one',
  want: 'accept',
  cases: [
    'Content-Length: 99', 'content-length: 0', 'Transfer-Encoding: chunked', 'TRANSFER-ENCODING: gzip', 'Host: evil.test',
    'host: evil.test', 'Authorization: Basic eDp5', 'Connection: close', 'Connection: keep-alive, X-A',
    'Proxy-Authorization: Basic eDp5', 'TE: trailers', 'Upgrade: x', 'Keep-Alive: 1', 'Proxy-Connection: close'
  ].flatMap((field) => chunks(`5\r\nhello\r\n0\r\n${field}\r\n\r\n`, `5\r\nhello\r\n0\r\nX-Fine: 1\r\n${field}\r\n\r\n`)),
  body: 'hello',
  saw: (request) => request.body.toString() === 'hello' && request.trailers.names().every((name) => name === 'x-fine') &&
    !request.raw.includes('evil.test') && !request.fields.has('authorization')
});
add({
  n: 19,
  name: 'a trailer that Connection names',
  want: 'either',
  cases: [lines(post, 'Host: {h}', 'Transfer-Encoding: chunked', 'Connection: X-Hop') + '5\r\nhello\r\n0\r\nX-Hop: 1\r\n\r\n'],
  saw: (request) => !request.trailers.has('x-hop')
});
add({
  n: 20,
  name: 'a trailer section above the limit',
  want: 'broken',
  status: [400, 431],
  cases: chunks(
    `5\r\nhello\r\n0\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`, `5\r\nhello\r\n0\r\n${'X: y\r\n'.repeat(300)}\r\n`,
    `0\r\n${'X-Long-Name: y\r\n'.repeat(6_000)}\r\n`)
});
add({
  n: 20,
  name: 'a malformed trailer',
  want: 'broken',
  cases: chunks(...['X : y', ': y', 'X y', 'X: a\0b', 'X: a\rb', ' X: y', 'X: a\r\n b', 'X\0: y', 'Bad Name: 1', 'nocolon'].flatMap(
    (field) => [`5\r\nhello\r\n0\r\n${field}\r\n\r\n`, `5\r\nhello\r\n0\r\nA: 1\r\n${field}\r\n\r\n`]))
});

// Each the dissent of some server with some proxy: what one of them takes for framing, the other does not.
add({
  n: 10,
  name: 'Transfer-Encoding in disguise',
  want: 'refuse',
  status: [400, 501],
  cases: [
    ...spread(
      post,
      [
        ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
        ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
        ['Transfer-Encoding: chunked', 'Transfer-encoding: cow'],
        ['Transfer-Encoding: cow', 'transfer-encoding: chunked'],
        ['Transfer-Encoding: chun ked'],
        ['Transfer-Encoding: chunked;'],
        ['Transfer-Encoding: ;chunked'],
        ['Transfer-Encoding: chunked, chunked;q=0'],
        ['Transfer-Encoding: "chunked", chunked'],
        ['Transfer-Encoding: chunked"'],
        ['Transfer-Encoding: chunked,\x0b'],
        ['Transfer-Encoding: chunked, \0'],
        ['Transfer-Encoding: ch\x75nked\x85'],
        ['Transfer-Encoding: (comment) chunked'],
        ['Transfer-Encoding: chunked (comment)'],
        ['Transfer-Encoding: =chunked'],
        ['Transfer-Encoding', ': chunked'],
        ['Transfer-Encoding:', 'Transfer-Encoding: chunked, gzip'],
        ['Transfer\rEncoding: chunked'],
        ['X: x\nTransfer-Encoding: chunked'],
        ['X: x\rTransfer-Encoding: chunked'],
        ['Transfer-Encoding:\x0cchunked'],
        ['Transfer-Encoding: \x7fchunked'],
        ['\xefTransfer-Encoding: chunked'],
        ['Transfer-Encoding\xa0: chunked'],
        ['Transfer-Encoding:\n chunked'],
        ['Transfer-Encoding:\r\n\tchunked']
      ],
      kChunkedBody),
  ]
});
add({
  n: 9,
  name: 'chunked and an empty line of the same name',
  want: 'either',
  body: 'hello',
  cases: spread(
    post,
    [
      ['Transfer-Encoding: chunked', 'Transfer-Encoding:'], ['Transfer-Encoding: ,', 'transfer-encoding: Chunked'],
      ['Transfer-Encoding:', 'X: 1', 'Transfer-Encoding: ,chunked']
    ],
    kChunkedBody)
});
add({
  n: 12,
  name: 'content with methods that seldom have any',
  want: 'accept',
  body: 'hello',
  cases: ['GET', 'DELETE', 'OPTIONS', 'PROPFIND', 'get'].flatMap(
    (m) =>
      [lines(`${m} ${kTarget} HTTP/1.1`, 'Host: {h}', 'Content-Length: 5') + 'hello',
       lines(`${m} ${kTarget} HTTP/1.1`, 'Transfer-Encoding: chunked', 'Host: {h}') + kChunkedBody])
});
add({
  n: 12,
  name: 'HTTP/1.0 and kept connections: nothing is delimited by the close',
  want: 'accept',
  body: '',
  last: true,
  cases: ['', 'Connection: keep-alive', 'Connection: Keep-Alive, x', 'Proxy-Connection: keep-alive', 'Keep-Alive: 300'].flatMap(
    (field) => ['POST', 'GET'].map((m) => lines(...[`${m} ${kTarget} HTTP/1.0`, 'Host: {h}', field].filter(Boolean))))
});
add({
  n: 19,
  name: 'a trailer that must not be one, in other spellings',
  want: 'accept',
  cases:
    [
      'content-LENGTH:0', 'Content-Length:', 'Content-Length: -1', 'Content-Length: 5, 6',
      'Transfer-Encoding:', 'transfer-encoding:x', 'HOST:', 'Host: {h}', 'authorization:\tBasic eDp5', 'PROXY-AUTHORIZATION: x',
      'connection:', 'Connection: close, host', 'te:', 'UPGRADE: websocket'
    ]
      .flatMap(
        (field) => chunks(`5\r\nhello\r\n0\r\n${field}\r\n\r\n`, `5\r\nhello\r\n0;x\r\n${field}\r\nX-Fine: 1\r\n${field}\r\n\r\n`)),
  body: 'hello',
  saw: (request) => request.trailers.names().every((name) => name === 'x-fine') && !request.fields.has('authorization')
});
add({
  n: 20,
  name: 'a malformed trailer, in the middle and last',
  want: 'broken',
  cases: chunks(...
                  ['Content-Length : 5', 'Transfer-Encoding\t: chunked', 'X: a\n', 'X: a\nHost: x', '\nX: a', '\x0bX: a', 'X[1]: a',
                   'X\xe9: a', ':', '::', ' ', '\t', 'X: \0', 'X: \x7f', 'GET http://{h}/smuggled HTTP/1.1', '\rX: a', 'X: a\r']
                    .flatMap((field) => [`5\r\nhello\r\n0\r\nA: 1\r\n${field}\r\nB: 2\r\n\r\n`, `0\r\n${field}\r\n\r\n`]))
});
