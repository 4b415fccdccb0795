// For development only: enough of the match language to try the inspector without the program. The real one is src/match.

import {decoded} from './proxy.mjs';

const kKeys =
  'host domain path query url scheme port method protocol status type size time client user list tag body error via rule is'.split(
    ' ',
  );

const textOf = (flow, side) => decoded(flow[`${side}Body`], flow.content[side].coding).toString('latin1');

export class BadFilter extends Error {
  constructor(message, offset, word) {
    super(message);
    Object.assign(this, {offset, length: word.length, word});
  }
}

const glob = (text) =>
  new RegExp(
    `^${text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  );
const amount = (text) => {
  const found = /^(\d+(?:\.\d+)?)(ms|s|us|k|m|g)?$/i.exec(text);
  if (!found) return NaN;
  return Number(found[1]) * ({k: 1e3, m: 1e6, g: 1e9, ms: 1e3, s: 1e6, us: 1}[found[2]?.toLowerCase()] ?? 1);
};
const text = (row, key, flow) =>
  ({
    host: row.host,
    domain: row.host,
    path: row.path?.split('?')[0],
    query: row.path?.split('?')[1] ?? '',
    url: row.target,
    scheme: row.scheme,
    method: row.method,
    type: row.type ?? '',
    client: row.client,
    error: row.error ?? 'none',
    tag: (row.mark?.tags ?? []).join(','),
    is: [row.state, row.mark?.pinned && 'pinned', row.error && 'error', row.replay_of && 'replay'].filter(Boolean).join(','),
    body: flow ? textOf(flow, 'request') + textOf(flow, 'response') : '',
  })[key] ?? '';

function term(word, offset) {
  const found = /^([a-z_.A-Z0-9-]+)([:<>=]+)(.*)$/.exec(word);
  if (!found) {
    const wanted = word.replace(/^"|"$/g, '').toLowerCase();
    return (row) => `${row.host}${row.path}`.toLowerCase().includes(wanted);
  }
  const [, key, sign, raw] = found;
  if (!kKeys.includes(key) && !key.startsWith('header.')) throw new BadFilter(`there is no key "${key}"`, offset, key);
  const value = raw.replace(/^"|"$/g, '');
  if (value === '') throw new BadFilter(`"${key}" needs a value`, offset, word);
  if (['size', 'time', 'status', 'port'].includes(key)) {
    const of = (row) => ({size: row.bytes_out, time: row.took, status: row.status, port: row.port})[key];
    if (/^[1-5]xx$/.test(value)) return (row) => Math.floor((row.status ?? 0) / 100) === Number(value[0]);
    const wanted = value.split(',').map(amount);
    if (wanted.some(Number.isNaN)) throw new BadFilter(`"${value}" is not a number`, offset + key.length + sign.length, raw);
    if (sign[0] === '>') return (row) => of(row) > wanted[0];
    if (sign[0] === '<') return (row) => of(row) < wanted[0];
    return (row) => wanted.includes(of(row));
  }
  if (key === 'body') return (row, flow) => text(row, key, flow).includes(value);
  const globs = value.split(',').map(glob);
  return (row, flow) =>
    text(row, key, flow)
      .split(',')
      .some((one) => globs.some((pattern) => pattern.test(one)));
}

export function filter(source) {
  const words = [...source.matchAll(/-?[\w.-]+[:<>=]+"[^"]*"|"[^"]*"|\S+/g)];
  const terms = words
    .filter((found) => found[0].toLowerCase() !== 'and')
    .map((found) => {
      const not = found[0].startsWith('-');
      const test = term(not ? found[0].slice(1) : found[0], found.index + (not ? 1 : 0));
      return not ? (row, flow) => !test(row, flow) : test;
    });
  return (row, flow) => terms.every((test) => test(row, flow));
}

export function complete(source) {
  const word = /\S*$/.exec(source)[0];
  const offset = source.length - word.length;
  const meanings = {
    host: 'name of the server',
    status: 'status code, 5xx for a class',
    method: 'request method',
    type: 'media type',
    size: 'size of the response, size>100k',
    time: 'how long it took, time>500ms',
    body: 'words in the content',
    path: 'path of the target',
    is: 'open, error, pinned, replay',
    error: 'proxy error token',
  };
  if (word.startsWith('status:'))
    return {offset, offers: ['2xx', '3xx', '4xx', '5xx'].map((one) => ({text: `status:${one}`, meaning: 'class of status codes'}))};
  return {
    offset,
    offers: kKeys
      .filter((key) => key.startsWith(word.replace(/^-/, '')))
      .slice(0, 12)
      .map((key) => ({text: `${word.startsWith('-') ? '-' : ''}${key}:`, meaning: meanings[key] ?? ''})),
  };
}
