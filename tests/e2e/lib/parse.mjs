// A strict HTTP/1 reader for tests (RFC 9112). It owns no socket: bytes in, messages out. Whatever two receivers could
// read in two ways is an error here, so that a test which reads what the proxy sent also proves it was unambiguous.
// Not here: sockets and waiting (wire.mjs).

export class BadMessage extends Error {}

const kToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const kFieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const kRequestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) (HTTP\/[0-9]\.[0-9])$/;
const kStatusLine = /^(HTTP\/[0-9]\.[0-9]) ([1-9][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)$/;

// The fields of one section, in the order and the case they came in.
export class Fields {
  constructor(list) { this.list = list; }
  all(name) { return this.list.filter(([n]) => n.toLowerCase() === name.toLowerCase()).map(([, v]) => v); }
  get(name) {
    const found = this.all(name);
    return found.length ? found.join(', ') : undefined;
  }
  has(name) { return this.all(name).length > 0; }
  names() { return this.list.map(([n]) => n.toLowerCase()); }
}

export function parseFields(text) {
  const list = [];
  for (const line of text === '' ? [] : text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new BadMessage(`field line without a name or colon: ${JSON.stringify(line)}`);
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    if (!kToken.test(name)) throw new BadMessage(`field name is no token: ${JSON.stringify(line)}`);
    if (!kFieldValue.test(value)) throw new BadMessage(`field value has a control byte: ${JSON.stringify(line)}`);
    list.push([name, value]);
  }
  return new Fields(list);
}

// `raw` is a whole head, empty line included.
export function parseHead(raw) {
  const text = Buffer.from(raw).toString('latin1');
  const end = text.indexOf('\r\n');
  const line = text.slice(0, end);
  if (line.includes('\n') || line.includes('\r')) throw new BadMessage(`bare CR or LF in ${JSON.stringify(line)}`);
  return {line, fields: parseFields(text.slice(end + 2, -4)), raw: text};
}

export function parseRequestHead(raw) {
  const head = parseHead(raw);
  const found = kRequestLine.exec(head.line);
  if (!found) throw new BadMessage(`request line ${JSON.stringify(head.line)}`);
  const [, method, target, version] = found;
  return {...head, method, target, version};
}

export function parseStatusHead(raw) {
  const head = parseHead(raw);
  const found = kStatusLine.exec(head.line);
  if (!found) throw new BadMessage(`status line ${JSON.stringify(head.line)}`);
  return {...head, version: found[1], status: Number(found[2]), reason: found[3]};
}

function contentLength(fields) {
  const lengths = fields.all('content-length');
  if (lengths.length === 0) return undefined;
  if (lengths.length > 1 || !/^[0-9]{1,15}$/.test(lengths[0])) throw new BadMessage(`Content-Length ${lengths}`);
  return Number(lengths[0]);
}

function chunked(fields) {
  const codings = fields.all('transfer-encoding');
  if (codings.length === 0) return false;
  if (codings.length > 1 || codings[0] !== 'chunked') throw new BadMessage(`Transfer-Encoding ${codings}`);
  if (fields.has('content-length')) throw new BadMessage('both Content-Length and Transfer-Encoding');
  return true;
}

// RFC 9112 §6.3, with every doubt refused. Returns {kind: 'none' | 'length' | 'chunked' | 'close', length}.
export function requestFraming(head) {
  if (chunked(head.fields)) {
    if (head.version !== 'HTTP/1.1') throw new BadMessage('Transfer-Encoding in an HTTP/1.0 request');
    return {kind: 'chunked'};
  }
  const length = contentLength(head.fields);
  return length === undefined ? {kind: 'none', length: 0} : {kind: 'length', length};
}

export function responseFraming(head, method) {
  const isChunked = chunked(head.fields);
  const length = contentLength(head.fields);
  if (head.status < 200 || head.status === 204 || (method === 'CONNECT' && head.status < 300)) {
    if (isChunked || length !== undefined) throw new BadMessage(`${head.status} with framing (RFC 9110 §8.6)`);
    return {kind: 'none', length: 0};
  }
  if (method === 'HEAD' || head.status === 304) return {kind: 'none', length: 0};
  if (isChunked) return {kind: 'chunked'};
  return length === undefined ? {kind: 'close'} : {kind: 'length', length};
}

export function parseChunkSize(line) {
  const found = /^([0-9A-Fa-f]{1,13})(;[\t\x20-\x7e\x80-\xff]*)?$/.exec(line);
  if (!found) throw new BadMessage(`chunk line ${JSON.stringify(line)}`);
  return parseInt(found[1], 16);
}
