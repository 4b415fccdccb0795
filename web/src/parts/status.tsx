// A status never speaks by colour alone: a shape says the class, the number says the rest, an error adds its token in words.
import type {Row} from '../types';

export type Kind = 'pending' | 'good' | 'moved' | 'client' | 'server' | 'error' | 'tunnel';

// Why it failed: the token of RFC 9209, or how it ended where there is none.
export function failureOf(row: Row): string | undefined {
  if (row.error && row.error !== 'none') return row.error;
  return row.end !== undefined && /gone|broke|timed_out|shutdown/.test(row.end) && row.method !== 'CONNECT' ? row.end : undefined;
}

export function kindOf(row: Row): Kind {
  if (failureOf(row)) return 'error';
  if (row.method === 'CONNECT' && row.status !== undefined && row.status < 300) return 'tunnel';
  if (row.status === undefined) return row.state === 'open' ? 'pending' : 'error';
  if (row.status >= 500) return 'server';
  if (row.status >= 400) return 'client';
  return row.status >= 300 ? 'moved' : 'good';
}

const kShapes: Record<Kind, string> = {pending: '◌', good: '●', moved: '↪', client: '▲', server: '■', error: '✕', tunnel: '⇄'};
const kWords: Record<Kind, string> = {
  pending: 'waiting for the response',
  good: 'success',
  moved: 'redirect',
  client: 'client error',
  server: 'server error',
  error: 'failed',
  tunnel: 'tunnel',
};

export function Status({row}: {row: Row}) {
  const kind = kindOf(row);
  const text = row.status ?? (kind === 'pending' ? '···' : '—');
  return (
    <span class={`status k-${kind}`} title={failureOf(row) ? `${kWords[kind]}: ${failureOf(row)}` : kWords[kind]}>
      <span class="shape" aria-hidden="true">
        {kShapes[kind]}
      </span>
      <span>{text}</span>
      <span class="sr">{kWords[kind]}</span>
    </span>
  );
}

export function ErrorChip({token}: {token: string | undefined}) {
  return token ? <span class="chip chip-error">{token}</span> : null;
}
