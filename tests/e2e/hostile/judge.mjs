// Shared by the hostile tests: fills in sequences, cuts them, runs many cases at a time and gathers what went wrong.

import {createHash} from 'node:crypto';

// Numbers in [0, 1) that are the same in every run: the cuts of a sequence follow from its bytes.
function random(seed) {
  let state = createHash('sha256').update(seed).digest();
  let at = 0;
  return () => {
    if (at > 28) {
      state = createHash('sha256').update(state).digest();
      at = 0;
    }
    at += 4;
    return state.readUInt32BE(at - 4) / 2 ** 32;
  };
}

export function fill(sequence, {authority, port}, path) {
  const smuggled = `GET http://${authority}/smuggled HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;
  return Buffer.from(
    sequence.replaceAll('{smuggled#}', String(smuggled.length))
      .replaceAll('{smuggled#x}', smuggled.length.toString(16))
      .replaceAll('{smuggled}', smuggled)
      .replaceAll('{h}', authority)
      .replaceAll('{p}', String(port))
      .replaceAll('{c}', path),
    'latin1');
}

// Ways to feed bytes: whole, and byte by byte (or, when long, in nine random pieces).
export function feeds(bytes) {
  const next = random(bytes);
  const some = Array.from({length: 9}, () => Math.floor(next() * bytes.length)).sort((a, b) => a - b);
  return [['whole', []], bytes.length > 600 ? ['pieces', some] : ['bytes', 'each']];
}

export const shown = (bytes) => {
  const text = JSON.stringify(Buffer.from(bytes).toString('latin1'));
  return text.length > 300 ? `${text.slice(0, 300)}... (${bytes.length} bytes)` : text;
};

// Runs `run(item)` for all, `width` at a time; gives the errors' messages.
export async function runAll(items, run, width = 12) {
  const problems = [];
  let at = 0;
  await Promise.all(Array.from({length: width}, async () => {
    while (at < items.length) {
      const item = items[at++];
      try {
        await run(item);
      } catch (error) {
        problems.push(`${item.label}\n      ${error.message.split('\n').slice(0, 4).join(' ')}`);
      }
    }
  }));
  return problems;
}

export function must(condition, message) {
  if (!condition) throw new Error(message);
}

// Fails a test with what was found, at most `max` of them in full.
export function report(problems, count, max = 12) {
  if (problems.length)
    throw new Error(`${problems.length} of ${count}:\n  ${problems.slice(0, max).join('\n  ')}${
      problems.length > max ? `\n  ... and ${problems.length - max} more` : ''}`);
}
