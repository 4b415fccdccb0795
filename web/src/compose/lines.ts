// What differs between two lists of lines: the longest common subsequence of what is left when the beginning and the end that
// both share are set aside (Myers would be faster on long texts; this is capped, and `cut` says so).
import type {Parsed} from '../detail/fields';

export type Step = {kind: 'same' | 'left' | 'right'; left?: string; right?: string};
// `cut`: only the first kMost lines from the first difference on were compared. `far`: equal lines that have no step.
export type Steps = {steps: Step[]; cut: boolean; far: number};
export const kMost = 2000;
const kAround = 1000;

const same = (line: string): Step => ({kind: 'same', left: line, right: line});

export function compare(left: string[], right: string[]): Steps {
  let begin = 0;
  while (begin < left.length && begin < right.length && left[begin] === right[begin]) begin += 1;
  let end = 0;
  const most = Math.min(left.length, right.length) - begin;
  while (end < most && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  const a = left.slice(begin, left.length - end),
    b = right.slice(begin, right.length - end);
  const rows = Math.min(a.length, kMost),
    columns = Math.min(b.length, kMost),
    cut = rows < a.length || columns < b.length;
  const table = Array.from({length: rows + 1}, () => new Uint16Array(columns + 1));
  for (let i = rows - 1; i >= 0; i -= 1)
    for (let j = columns - 1; j >= 0; j -= 1)
      table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
  const steps = left.slice(Math.max(0, begin - kAround), begin).map(same);
  for (let i = 0, j = 0; i < rows || j < columns; ) {
    if (i < rows && j < columns && a[i] === b[j]) {
      steps.push(same(a[i]!));
      i += 1;
      j += 1;
    } else if (j >= columns || (i < rows && table[i + 1]![j]! >= table[i]![j + 1]!)) steps.push({kind: 'left', left: a[i++]!});
    else steps.push({kind: 'right', right: b[j++]!});
  }
  const after = cut ? [] : left.slice(left.length - end, left.length - end + kAround).map(same);
  return {steps: [...steps, ...after], cut, far: Math.max(0, begin - kAround) + end - after.length};
}

// Two heads: names without regard to case, and where a field stands among others does not count; the order of those with one name
// does (RFC 9110 §5.3). `porthole flows diff` does the same.
export function compareHeads(left: Parsed, right: Parsed): Steps {
  const steps: Step[] = [];
  let cut = false;
  const run = (a: string[], b: string[], say: (line: string | undefined, side: Parsed) => string | undefined) => {
    const found = compare(a, b);
    cut ||= found.cut;
    for (const {kind, left: one, right: other} of found.steps) steps.push({kind, left: say(one, left), right: say(other, right)});
  };
  run(left.first ? [left.first] : [], right.first ? [right.first] : [], (line) => line);
  const done = new Set<string>();
  for (const {name} of [...left.fields, ...right.fields]) {
    const key = name.toLowerCase();
    if (done.has(key)) continue;
    done.add(key);
    const of = (side: Parsed) => side.fields.filter((one) => one.name.toLowerCase() === key);
    const spelt = (side: Parsed) => of(side)[0]?.name ?? name;
    run(
      of(left).map((one) => one.value),
      of(right).map((one) => one.value),
      (value, side) => (value === undefined ? undefined : `${spelt(side)}: ${value}`),
    );
  }
  return {steps, cut, far: 0};
}
