// Numbers as people read them: short, with a unit, always three significant digits at most.

// In powers of 1024, as the settings and the terminal have them.
export function bytes(count: number | undefined): string {
  if (count === undefined) return '';
  if (count < 1024) return `${count} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = count / 1024,
    at = 0;
  while (value >= 1023.5 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[at]}`;
}

// Microseconds.
export function duration(us: number | undefined): string {
  if (us === undefined || us < 0) return '';
  if (us < 995) return `${us} µs`;
  if (us < 9_950) return `${(us / 1e3).toFixed(1)} ms`;
  if (us < 999_500) return `${(us / 1e3).toFixed(0)} ms`;
  if (us < 9_950_000) return `${(us / 1e6).toFixed(2)} s`;
  if (us < 99_500_000) return `${(us / 1e6).toFixed(1)} s`;
  return `${Math.floor(us / 60e6)} min ${Math.round((us / 1e6) % 60)} s`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

// The port is said where it is not one of the usual two.
export function hostOf({host, port}: {host: string; port?: number}): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port && port !== 80 && port !== 443 ? `${name}:${port}` : name;
}

export const flows = (n: number) => (n === 1 ? '1 flow' : `${count(n)} flows`);

const two = (value: number) => String(value).padStart(2, '0');

// 18:04:09.123 of a Unix time in microseconds.
export function clock(us: number): string {
  const at = new Date(us / 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

export function day(us: number): string {
  const at = new Date(us / 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(us)}`;
}

// `text/html; charset=utf-8` -> `html`: the part that tells types apart in a narrow column.
export function shortType(type: string | undefined): string {
  if (!type) return '';
  const bare = type.split(';')[0]!.trim().toLowerCase();
  const sub = bare.slice(bare.indexOf('/') + 1);
  const known: Record<string, string> = {
    'x-www-form-urlencoded': 'form',
    'octet-stream': 'binary',
    'event-stream': 'sse',
    'x-ndjson': 'ndjson',
    'svg+xml': 'svg',
    'form-data': 'multipart',
    'x-protobuf': 'protobuf',
    javascript: 'js',
    'x-javascript': 'js',
    plain: 'text',
  };
  return known[sub] ?? (bare.startsWith('font/') ? 'font' : sub.replace(/^x-/, '').replace(/^vnd\.[^+]*\+/, ''));
}

const kEnds: Record<string, string> = {
  complete: 'complete',
  answered: 'answered by Porthole itself',
  tunnelled: 'tunnelled',
  client_gone: 'the client went away',
  upstream_broke: 'the server broke off',
  timed_out: 'timed out',
  shutdown: 'ended when Porthole stopped',
};
export const endInWords = (end: string) => kEnds[end] ?? end.replaceAll('_', ' ');
