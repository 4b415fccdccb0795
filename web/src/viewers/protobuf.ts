// Reads the Protocol Buffers wire format without knowing the message: numbers, wire types, and what the octets may mean.

export type Field = {number: number; wire: string; readings: string[]; inner?: Field[]};

function varint(bytes: Uint8Array, at: number): [bigint, number] | undefined {
  let value = 0n;
  for (let n = 0; n < 10 && at + n < bytes.length; n += 1) {
    const octet = bytes[at + n]!;
    value |= BigInt(octet & 127) << BigInt(7 * n);
    if (octet < 128) return [value, at + n + 1];
  }
  return undefined;
}

const hex = (bytes: Uint8Array) => [...bytes.subarray(0, 64)].map((one) => one.toString(16).padStart(2, '0')).join(' ');
function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
    return /[\x00-\x08\x0e-\x1f]/.test(text) ? undefined : JSON.stringify(text);
  } catch {
    return undefined;
  }
}

const kFieldsMax = 5000;

// The fields of a message; of one that is not all here those before the end, when there are some. `more`: what is not shown.
export function decodeAll(bytes: Uint8Array, whole: boolean): {fields: Field[]; more?: string} | undefined {
  const fields: Field[] = [];
  const end = decodeInto(fields, bytes, 0);
  if (end === bytes.length) return fields.length ? {fields} : undefined;
  if (fields.length === kFieldsMax) return {fields, more: `The first ${kFieldsMax.toLocaleString('en-US')} fields are shown.`};
  return whole || fields.length === 0 ? undefined : {fields, more: 'The field that follows is not all here: read more of it.'};
}

function decode(bytes: Uint8Array, depth: number): Field[] | undefined {
  const fields: Field[] = [];
  const end = decodeInto(fields, bytes, depth);
  return fields.length && (end === bytes.length || fields.length === kFieldsMax) ? fields : undefined;
}

// How far it came: to the end, to a field that is none or not whole, or to kFieldsMax of them.
function decodeInto(fields: Field[], bytes: Uint8Array, depth: number): number {
  let at = 0;
  while (at < bytes.length && fields.length < kFieldsMax) {
    const before = at;
    const key = varint(bytes, at);
    if (!key) return before;
    const number = Number(key[0] >> 3n),
      wire = Number(key[0] & 7n);
    if (number < 1 || number > 536_870_911) return before;
    at = key[1];
    if (wire === 0) {
      const found = varint(bytes, at);
      if (!found) return before;
      const signed = BigInt.asIntN(64, found[0]),
        zigzag = (found[0] >> 1n) ^ -(found[0] & 1n);
      fields.push({number, wire: 'varint', readings: [...new Set([String(found[0]), String(signed), `zigzag ${zigzag}`])]});
      at = found[1];
    } else if (wire === 1 || wire === 5) {
      const size = wire === 1 ? 8 : 4;
      if (at + size > bytes.length) return before;
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
      const readings =
        wire === 1
          ? [String(view.getFloat64(0, true)), String(view.getBigUint64(0, true))]
          : [String(view.getFloat32(0, true)), String(view.getUint32(0, true))];
      fields.push({number, wire: wire === 1 ? '64 bit' : '32 bit', readings});
      at += size;
    } else if (wire === 2) {
      const size = varint(bytes, at);
      if (!size || size[1] + Number(size[0]) > bytes.length) return before;
      const content = bytes.subarray(size[1], size[1] + Number(size[0]));
      const text = printable(content),
        inner = depth < 20 && content.length > 0 ? decode(content, depth + 1) : undefined;
      fields.push(
        inner && !(text && content.length > 3)
          ? {number, wire: 'message', readings: [], inner}
          : {number, wire: 'octets', readings: [text ?? hex(content)]},
      );
      at = size[1] + Number(size[0]);
    } else return before;
  }
  return at;
}
