// What differs between two lists of lines: the longest common subsequence (Myers would be faster on long texts; these are capped).

export type Step = {kind: 'same' | 'left' | 'right'; left?: string; right?: string};
const kMost = 2000;

export function compare(left: string[], right: string[]): Step[] {
  const a = left.slice(0, kMost),
    b = right.slice(0, kMost);
  let begin = 0;
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < a.length - begin && end < b.length - begin && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const rows = a.length - begin - end,
    columns = b.length - begin - end;
  const table = Array.from({length: rows + 1}, () => new Uint16Array(columns + 1));
  for (let i = rows - 1; i >= 0; i -= 1)
    for (let j = columns - 1; j >= 0; j -= 1)
      table[i]![j] = a[begin + i] === b[begin + j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
  const steps: Step[] = a.slice(0, begin).map((line) => ({kind: 'same', left: line, right: line}));
  for (let i = 0, j = 0; i < rows || j < columns; ) {
    if (i < rows && j < columns && a[begin + i] === b[begin + j]) {
      steps.push({kind: 'same', left: a[begin + i]!, right: b[begin + j]!});
      i += 1;
      j += 1;
    } else if (j >= columns || (i < rows && table[i + 1]![j]! >= table[i]![j + 1]!))
      steps.push({kind: 'left', left: a[begin + i++]!});
    else steps.push({kind: 'right', right: b[begin + j++]!});
  }
  for (const line of a.slice(a.length - end)) steps.push({kind: 'same', left: line, right: line});
  return steps;
}
