// The only place that calls the server. A failure is an ApiError with the server's own words; 401 also tells `onSignedOut`.
import type {Problem} from './types';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.message);
  }
}

let signedOut = () => {};
export function onSignedOut(then: () => void) {
  signedOut = then;
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return ((await answer.json()) as {error: Problem}).error;
  } catch {
    return {code: 'http', message: `the server answered ${answer.status} ${answer.statusText}`};
  }
}

export async function checked(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (answer.status === 401) signedOut();
  throw new ApiError(answer.status, problem);
}

// A path with its query; undefined and '' are left out.
export function pathWith(path: string, query: Record<string, string | number | boolean | undefined>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '' && value !== false) text.set(name, value === true ? '1' : String(value));
  const joined = text.toString();
  return joined ? `${path}?${joined}` : path;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await checked(await fetch(path, {signal}))).json() as Promise<T>;
}

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await checked(await fetch(path, {signal}))).text();
}

export async function send<T>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  keepalive = false,
): Promise<T | undefined> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {'Content-Type': 'application/json'};
  const answer = await checked(await fetch(path, {method, headers, body: text, keepalive}));
  return answer.status === 204 ? undefined : ((await answer.json()) as T);
}

export type Piece = {bytes: Uint8Array; total: number; whole: boolean; fault?: string};

// The first `most` octets of a body from `offset` on. `total` is its size as far as the server says it.
export async function getBody(path: string, offset: number, most: number, signal?: AbortSignal): Promise<Piece> {
  const answer = await fetch(path, {headers: {Range: `bytes=${offset}-${offset + most - 1}`}, signal});
  const fault = answer.headers.get('Porthole-Fault') ?? undefined;
  if (answer.status === 416) return {bytes: new Uint8Array(), total: offset, whole: true, fault};
  await checked(answer);
  const range = /bytes (\d+)-(\d+)\/(\d+|\*)/.exec(answer.headers.get('Content-Range') ?? '');
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!range)
    return {bytes: bytes.subarray(offset, offset + most), total: bytes.length, whole: bytes.length <= offset + most, fault};
  const total = range[3] === '*' ? offset + bytes.length : Number(range[3]);
  return {bytes, total, whole: offset + bytes.length >= total, fault};
}
