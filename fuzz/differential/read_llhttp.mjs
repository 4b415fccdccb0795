// llhttp's reading, through node's own parser. Frames from standard input, a line of JSON for each: see reading.cc.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

// By llhttp's numbers, up to 33; QUERY is the last.
const {methods, HTTPParser} = createRequire(import.meta.url)('_http_common');
const {REQUEST, RESPONSE} = HTTPParser;
const kMessagesMax = 4;
const kHeadMax = 64 * 1024;

function read(kind, input) {
  const reading = {messages: [], outcome: 'waiting', detail: ''};
  const parser = new HTTPParser();
  parser.initialize(kind === 'q' ? REQUEST : RESPONSE, {}, kHeadMax, 0);
  let message, flushed, at = 0, ends = false;
  const begin = () => {
    message = {start: [], fields: [], body: '', end: 0};
    flushed = [];
  };
  begin();
  let inTrailers = false;
  let url = '';
  parser[HTTPParser.kOnMessageBegin | 0] = () => {
    begin();
    url = '';
    inTrailers = false;
  };
  parser[HTTPParser.kOnHeaders | 0] = (headers, part) => {  // more than 32 fields, or trailers
    if (!inTrailers) flushed.push(...headers);
    url += part;
  };
  parser[HTTPParser.kOnHeadersComplete | 0] = (major, minor, headers, method, part, status, reason, upgrade) => {
    flushed.push(...(headers ?? []));
    url += part ?? '';
    inTrailers = true;
    const version = `${major}.${minor}`;
    message.start = kind === 'q' ? [methods[Math.min(method, methods.length - 1)], url, version] : [version, `${status}`, reason];
    for (let i = 0; i < flushed.length; i += 2) message.fields.push([flushed[i], flushed[i + 1]]);
    if (kind === 'q')
      ends = message.start[0] === 'CONNECT' || upgrade;
    else
      ends = status === 101;
    return kind === 'h' ? 1 : 0;
  };
  parser[HTTPParser.kOnBody | 0] = (chunk) => {
    message.body += chunk.latin1Slice();
  };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    message.end = at;
    reading.messages.push(message);
    url = '';
    inTrailers = false;
    if (ends || reading.messages.length === kMessagesMax) reading.outcome = 'done';
    begin();
  };
  const refused = (result) => {
    if (!(result instanceof Error)) return false;
    if (reading.outcome === 'waiting') {
      reading.outcome = 'refused';
      reading.detail = result.code;
    }
    return true;
  };
  while (at < input.length && reading.outcome === 'waiting') {
    ++at;
    if (refused(parser.execute(input.subarray(at - 1, at)))) break;
  }
  if (reading.outcome === 'waiting' && kind !== 'q') {
    const before = reading.messages.length;
    const result = parser.finish();
    if (reading.messages.length > before)
      reading.outcome = 'closed';
    else if (result instanceof Error && !/EOF/.test(result.code))
      refused(result);
  }
  parser.close();
  return reading;
}

const all = readFileSync(0);
const lines = [];
for (let at = 0; at < all.length;) {
  const size = all.readUInt32BE(at + 1);
  lines.push(JSON.stringify(read(String.fromCharCode(all[at]), all.subarray(at + 5, at + 5 + size))));
  at += 5 + size;
}
process.stdout.write(lines.join('\n') + '\n');
