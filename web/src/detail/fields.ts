// A recorded head as lines, and which of its values are secrets: masked until someone asks to see them.
import type {Content, Head} from '../types';

// `octets`: the value as it came, a character for each.
export type Field = {name: string; value: string; octets?: string};
export type Parsed = {first: string; fields: Field[]};

// Octets outside ASCII come as U+0080 to U+00FF, one for each: shown as UTF-8 where they are.
export function readable(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(Uint8Array.from(text, (one) => one.charCodeAt(0)));
  } catch {
    return text;
  }
}

export function parseHead(head: Head | undefined): Parsed {
  if (!head) return {first: '', fields: []};
  const [first = '', ...lines] = head.text.split('\r\n');
  return {
    first: readable(first),
    fields: lines.filter(Boolean).map((line) => {
      const colon = line.indexOf(':');
      const octets = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
      return {name: readable(line.slice(0, colon)), value: readable(octets), octets};
    }),
  };
}

export const valueOf = (head: Head | undefined, name: string) =>
  parseHead(head).fields.find((field) => field.name.toLowerCase() === name)?.value;

const kSecret = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-auth-token|x-csrf-token|x-xsrf-token)$/i;
export const isSecret = (name: string) => kSecret.test(name);

// What the recorder was told not to keep stands as one asterisk for each octet. `If-Match: *` is a value.
export const isRedacted = ({name, value}: Field) => /^\*+$/.test(value) && (value.length > 1 || isSecret(name));

export type Side = 'request' | 'response';
export const emptyContent: Content = {size: 0, kept: 0, unseen: 0, type: '', coding: ''};

export type Cookie = {name: string; value: string; attributes: string};
export function cookiesOf(fields: Field[]): Cookie[] {
  const pair = (text: string) => {
    const equals = text.indexOf('=');
    return equals < 0 ? {name: text.trim(), value: ''} : {name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim()};
  };
  return fields.flatMap(({name, value}) => {
    if (isRedacted({name, value})) return [];
    if (/^cookie$/i.test(name))
      return value
        .split(';')
        .filter((one) => one.trim())
        .map((one) => ({...pair(one), attributes: ''}));
    if (!/^set-cookie$/i.test(name)) return [];
    const [first = '', ...rest] = value.split(';');
    return [{...pair(first), attributes: rest.map((one) => one.trim()).join('; ')}];
  });
}

export type Token = {where: string; header: string; payload: string; expires?: Date};
const part = (text: string): unknown =>
  JSON.parse(
    new TextDecoder().decode(Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))),
  );

// JSON Web Tokens in field values, read but not verified: that would need the key.
export function tokensOf(fields: Field[]): Token[] {
  const found: Token[] = [];
  for (const {name, value} of fields)
    for (const [, header, payload] of value.matchAll(/\b(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]*/g))
      try {
        const claims = part(payload!) as {exp?: unknown};
        const expires = typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : undefined;
        found.push({
          where: name,
          header: JSON.stringify(part(header!), null, 2),
          payload: JSON.stringify(claims, null, 2),
          expires,
        });
      } catch {
        // Looks like a token and is none.
      }
  return found;
}
