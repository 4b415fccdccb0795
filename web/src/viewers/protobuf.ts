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

export function decode(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length && fields.length < 5000; ) {
    const key = varint(bytes, at);
    if (!key) return undefined;
    const number = Number(key[0] >> 3n),
      wire = Number(key[0] & 7n);
    if (number < 1 || number > 536_870_911) return undefined;
    at = key[1];
    if (wire === 0) {
      const found = varint(bytes, at);
      if (!found) return undefined;
      const signed = BigInt.asIntN(64, found[0]),
        zigzag = (found[0] >> 1n) ^ -(found[0] & 1n);
      fields.push({number, wire: 'varint', readings: [...new Set([String(found[0]), String(signed), `zigzag ${zigzag}`])]});
      at = found[1];
    } else if (wire === 1 || wire === 5) {
      const size = wire === 1 ? 8 : 4;
      if (at + size > bytes.length) return undefined;
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
      const readings =
        wire === 1
          ? [String(view.getFloat64(0, true)), String(view.getBigUint64(0, true))]
          : [String(view.getFloat32(0, true)), String(view.getUint32(0, true))];
      fields.push({number, wire: wire === 1 ? '64 bit' : '32 bit', readings});
      at += size;
    } else if (wire === 2) {
      const size = varint(bytes, at);
      if (!size || size[1] + Number(size[0]) > bytes.length) return undefined;
      const content = bytes.subarray(size[1], size[1] + Number(size[0]));
      const text = printable(content),
        inner = depth < 20 && content.length > 0 ? decode(content, depth + 1) : undefined;
      fields.push(
        inner && !(text && content.length > 3)
          ? {number, wire: 'message', readings: [], inner}
          : {number, wire: 'octets', readings: [text ?? hex(content)]},
      );
      at = size[1] + Number(size[0]);
    } else return undefined;
  }
  return fields.length ? fields : undefined;
}
