// What is sent as the content: the octets that were recorded, unless their text was edited. A text area knows no CR LF, so a text
// that has nothing else between its lines gets them back; one that mixes line ends is not for editing.

import {readable} from '../detail/fields';

export type Recorded = {bytes: Uint8Array; text?: string; crlf: boolean; why?: string};

export function recorded(bytes: Uint8Array): Recorded {
  let text: string;
  try {
    text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return {bytes, crlf: false, why: 'that are not text'};
  }
  if (!text.includes('\r')) return {bytes, text, crlf: false};
  if (/\r(?!\n)|(?<!\r)\n/.test(text)) return {bytes, crlf: false, why: 'with line ends of more than one kind'};
  return {bytes, text: text.replaceAll('\r\n', '\n'), crlf: true};
}

// A character for each octet, as the server takes them. What was recorded and not edited goes as it came; all else as UTF-8.
export function valueToSend(text: string, octets = ''): string {
  if (octets !== '' && text === readable(octets)) return octets;
  return [...new TextEncoder().encode(text)].map((one) => String.fromCharCode(one)).join('');
}

// A URL as it is typed may have letters that none may have: escaped in the path, in Punycode in the host.
export function urlToSend(text: string): string {
  const [, start = '', rest = text] = /^(\w+:\/\/[^/?#]*)(.*)$/s.exec(text) ?? [];
  const escaped = rest.replace(/[^\x00-\x7f]+/g, encodeURIComponent);
  if (!/[^\x00-\x7f]/.test(start)) return start + escaped;
  try {
    const {protocol, host} = new URL(start);
    return `${protocol}//${host}${escaped}`;
  } catch {
    return text;
  }
}

export function octetsOf(text: string, from: Recorded | undefined): Uint8Array {
  if (from && text === from.text) return from.bytes;
  return new TextEncoder().encode(from?.crlf ? text.replaceAll('\n', '\r\n') : text);
}
