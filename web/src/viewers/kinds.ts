// Which forms suit a content, best first; text or hex is always among them. And the small parsers of forms.

export type Kind = 'json' | 'image' | 'form' | 'multipart' | 'graphql' | 'protobuf' | 'html' | 'text' | 'hex';

// In the charset that the type names, where the browser knows it; else as UTF-8.
export function textOf(type: string, bytes: Uint8Array): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1];
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

const binary = (bytes: Uint8Array) => bytes.subarray(0, 2048).some((octet) => octet === 0 || (octet < 9 && octet > 0));

export function kindOf(type: string, bytes: Uint8Array, text: string): Kind[] {
  const bare = type.split(';')[0]!.trim().toLowerCase();
  if (bare.startsWith('image/')) return bare === 'image/svg+xml' ? ['image', 'text', 'hex'] : ['image', 'hex'];
  if (/protobuf|x-google-proto/.test(bare)) return ['protobuf', 'hex'];
  if (bare.startsWith('multipart/')) return ['multipart', 'text', 'hex'];
  if (bare === 'application/x-www-form-urlencoded') return ['form', 'text', 'hex'];
  if (bare === 'application/graphql') return ['text', 'hex'];
  if (/[/+]json$/.test(bare) || (bare === '' && /^\s*[[{]/.test(text)))
    return graphqlOf(text) ? ['graphql', 'json', 'text', 'hex'] : ['json', 'text', 'hex'];
  if (binary(bytes)) return bare === '' || /octet-stream|grpc/.test(bare) ? ['hex', 'protobuf'] : ['hex'];
  if (/html/.test(bare)) return ['text', 'html', 'hex'];
  if (/^\s*[[{]/.test(text) && /^text\/plain|octet/.test(bare)) return ['text', 'json', 'hex'];
  return ['text', 'hex'];
}

export type Pair = {name: string; value: string};
export const formOf = (text: string): Pair[] => [...new URLSearchParams(text)].map(([name, value]) => ({name, value}));

export type Part = {name: string; file?: string; type: string; bytes: Uint8Array};
export function multipartOf(type: string, bytes: Uint8Array): Part[] {
  const boundary = /boundary="?([^";]+)/i.exec(type)?.[1];
  if (!boundary) return [];
  // As a string of its octets, in which the browser searches faster than we do.
  const text = new TextDecoder('latin1').decode(bytes),
    mark = `--${boundary}`,
    parts: Part[] = [];
  for (let at = text.indexOf(mark); at >= 0 && parts.length < 1000; ) {
    const next = text.indexOf(mark, at + mark.length),
      head = text.indexOf('\r\n\r\n', at);
    if (head < 0 || (next >= 0 && head > next)) break;
    const fields = new TextDecoder().decode(bytes.subarray(at + mark.length, head));
    parts.push({
      name: /[; ]name="?([^";\r\n]*)/i.exec(fields)?.[1] ?? '',
      file: /filename="?([^";\r\n]*)/i.exec(fields)?.[1],
      type: /content-type:\s*([^\r\n]+)/i.exec(fields)?.[1] ?? 'text/plain',
      bytes: bytes.subarray(head + 4, next < 0 ? bytes.length : next - 2),
    });
    at = next;
  }
  return parts;
}

export type Query = {operation: string; query: string; variables: string};
export function graphqlOf(text: string): Query | undefined {
  if (!/"query"\s*:\s*"/.test(text.slice(0, 100_000))) return undefined;
  try {
    const said = JSON.parse(text) as {query?: unknown; operationName?: unknown; variables?: unknown};
    if (typeof said.query !== 'string' || !/[{]/.test(said.query)) return undefined;
    return {
      operation: String(said.operationName ?? ''),
      query: said.query,
      variables: JSON.stringify(said.variables ?? {}, null, 2),
    };
  } catch {
    return undefined;
  }
}
