// Two contents beside each other. "Equal" is said of their octets alone, as they passed, and only when all of both are here; what
// was not kept, not read, not compared or not shown is named. For the eye they are decoded, and JSON is laid out: its tokens as
// they were written, for JSON.parse would round 12345678901234567890.
import {count} from '../format';
import {compare, kMost, type Step} from './lines';

// `raw` as it passed, from its beginning on; `plain` with its codings undone as far as `fault` let it.
export type Taken = {size: number; raw: Uint8Array; plain: Uint8Array; fault?: string};
export type Compared = {equal: boolean; says: string; cuts: string[]; steps: Step[]; far: number};

const kDeepest = 100,
  kRow = 16,
  kRows = 32;

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most; at += 1) if (a[at] !== b[at]) return at;
  return a.length === b.length ? -1 : most;
}

// Of a content that goes on where it is cut the last character may be half.
function textOf(bytes: Uint8Array, cut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes, {stream: cut});
  } catch {
    return undefined;
  }
}

export function laidOut(text: string): string {
  try {
    JSON.parse(text);
    let out = '',
      depth = 0,
      before = '';
    const line = () => `\n${'  '.repeat(depth)}`;
    for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
      const opened = before === '{' || before === '[';
      if (token === '}' || token === ']') {
        depth -= 1;
        out += opened ? token : line() + token;
      } else if (token === ',') out += token;
      else if (token === ':') out += ': ';
      else out += opened || before === ',' ? line() + token : token;
      if (token === '{' || token === '[') depth += 1;
      if (depth > kDeepest) return text;
      before = token;
    }
    return out;
  } catch {
    return text;
  }
}

const linesOf = (text: string) => (text === '' ? [] : text.split('\n').map((line) => line.replace(/\r$/, '␍')));

const hex = (bytes: Uint8Array, from: number) =>
  Array.from({length: kRows}, (_, n) => from + n * kRow)
    .filter((at) => at < bytes.length)
    .map((at) => {
      const row = [...bytes.subarray(at, at + kRow)].map((octet) => octet.toString(16).padStart(2, '0'));
      return `${at.toString(16).padStart(8, '0')}  ${row.join(' ')}`;
    });

const kWhich = ['first', 'second'];

export function compareContents(a: Taken, b: Taken): Compared {
  const both = [a, b];
  const whole = both.every((one) => one.raw.length === one.size);
  const equal = whole && firstDifference(a.raw, b.raw) < 0;
  const cuts = both.flatMap((one, n) => [
    ...(one.raw.length < one.size
      ? [`Of the ${kWhich[n]} only ${count(one.raw.length)} of ${count(one.size)} octets are here.`]
      : []),
    ...(one.fault ? [`The coding of the ${kWhich[n]} could not be undone to the end: ${one.fault}.`] : []),
  ]);
  const at = firstDifference(a.plain, b.plain);
  const [left, right] = both.map((one) => textOf(one.plain, one.raw.length < one.size || one.fault !== undefined));
  if (left === undefined || right === undefined) {
    const from = Math.max(0, at) & ~(kRow - 1);
    const {steps} = compare(hex(a.plain, from), hex(b.plain, from));
    if (at >= 0 && both.some((one) => one.plain.length > from + kRow * kRows))
      cuts.push(`Of what is not text ${kRow * kRows} octets are shown, from octet ${count(from)} on.`);
    return {equal, says: at < 0 ? agree(equal, whole, a) : `differs from octet ${count(at)} on`, cuts, steps, far: 0};
  }
  let found = compare(linesOf(laidOut(left)), linesOf(laidOut(right)));
  const differing = () => found.steps.filter((one) => one.kind !== 'same').length;
  // The same JSON, written in another way.
  if (at >= 0 && differing() === 0) found = compare(linesOf(left), linesOf(right));
  if (found.cut) cuts.push(`From the first difference on the first ${count(kMost)} lines are compared.`);
  const n = differing();
  const says = at < 0 ? agree(equal, whole, a) : n === 0 ? 'differs beyond what is shown' : linesDiffer(n);
  return {equal, says, cuts, steps: found.steps, far: found.far};
}

export const linesDiffer = (n: number) => (n === 1 ? '1 line differs' : `${count(n)} lines differ`);

// What is here does not differ, decoded: is that all?
function agree(equal: boolean, whole: boolean, a: Taken): string {
  if (equal) return 'equal';
  if (whole && !a.fault) return 'the same when its coding is undone; the octets that passed differ';
  return `no difference in the ${count(a.plain.length)} octets that are here`;
}
