// The window on the server's flows: at most 2,000 rows of however many there are. Row 0 is the oldest. `tail` holds the newest
// and is kept up to date by the stream; `block` is a second run of rows around what the list shows when that is further back.
// With a filter the server is asked again when something changed (at most 10 times a second, and at most a third of the time):
// it alone knows what matches.
import {effect, signal} from '@preact/signals';
import {ApiError, get, pathWith} from './api';
import {filter} from './route';
import {needsSearch, search, stopSearch} from './search';
import type {Frame, Problem, Row, Rows} from './types';

const kTailMax = 1000,
  kBlock = 400,
  kRefresh = 200,
  kRefresh_ms = 100;

export const total = signal(0);
export const version = signal(0); // changes when any row or `total` did, at most once a frame
export const problem = signal<Problem | undefined>(undefined);
export const loaded = signal(false);
export const fellBefore = signal(0); // rows that left at the old end since the start; keeps the view in place

let tail: Row[] = [];
let tailAt = new Map<string, number>();
let block: {start: number; rows: Row[]} = {start: 0, rows: []};
let blockAt = new Map<string, number>();
let wait: Frame[] | undefined; // frames that came while a list was being read
let base = 0; // seq of that list
let applied = ''; // the last filter that was right: a wrong one leaves the list as it was
let apart: Row | undefined;
let turn = 0; // a later load makes answers to earlier ones void

let bumped = false;
export function changed() {
  if (bumped) return;
  bumped = true;
  const then = () => {
    bumped = false;
    version.value += 1;
  };
  if (document.hidden) setTimeout(then, 250);
  else requestAnimationFrame(then);
}

const byBeginning = (a: Row, b: Row) => a.begun - b.begun || (a.id < b.id ? -1 : 1);
const places = (rows: Row[]) => new Map(rows.map((row, at) => [row.id, at] as const));
function setTail(rows: Row[]) {
  tail = rows;
  tailAt = places(rows);
}

export function rowAt(at: number): Row | undefined {
  const inTail = at - (total.peek() - tail.length);
  return inTail >= 0 ? tail[inTail] : block.rows[at - block.start];
}
export function placeOf(id: string): number {
  const inTail = tailAt.get(id);
  if (inTail !== undefined) return total.peek() - tail.length + inTail;
  const inBlock = blockAt.get(id);
  return inBlock === undefined ? -1 : block.start + inBlock;
}
export const rowOf = (id: string): Row | undefined =>
  tail[tailAt.get(id) ?? -1] ?? block.rows[blockAt.get(id) ?? -1] ?? (apart?.id === id ? apart : undefined);
// A row that is looked at wherever the list is: the stream keeps it up to date, too.
export function lookAt(row: Row) {
  apart = row;
  changed();
}
export const newest = (): readonly Row[] => tail;

function update(row: Row): boolean {
  const inTail = tailAt.get(row.id),
    inBlock = blockAt.get(row.id);
  if (inTail !== undefined) tail[inTail] = row;
  if (inBlock !== undefined) block.rows[inBlock] = row;
  if (apart?.id === row.id) apart = row;
  return inTail !== undefined || inBlock !== undefined;
}

function add(rows: Row[]) {
  let late = false;
  for (const row of rows) {
    if (update(row)) continue;
    late ||= tail.length > 0 && row.begun < tail[tail.length - 1]!.begun;
    tailAt.set(row.id, tail.push(row) - 1);
    total.value += 1;
  }
  if (late) tail.sort(byBeginning);
  // In steps, so that the map is made anew once in 500 rows and not for each.
  if (tail.length > kTailMax + 500) setTail(tail.slice(-kTailMax));
  else if (late) tailAt = places(tail);
}

function remove(ids: string[]) {
  const gone = new Set(ids);
  const before = tail.length;
  const oldest = block.rows[0];
  const inBlock = block.rows.filter((row) => gone.has(row.id)).length;
  setTail(tail.filter((row) => !gone.has(row.id)));
  const older = Math.min(ids.length - (before - tail.length), total.peek() - before);
  total.value = Math.max(tail.length, total.peek() - ids.length);
  if (inBlock > 0 || !oldest) block = {start: 0, rows: []};
  else block.start = Math.max(0, block.start - older);
  blockAt = places(block.rows);
  if (older > 0) fellBefore.value += older;
}

// Applies what the stream said. Known rows are updated at once; under a filter new ones are asked for.
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let refreshTook_ms = 0;
export function applyFrame(frame: Frame) {
  if (wait) return void wait.push(frame);
  if (frame.seq <= base) return;
  for (const row of frame.upd ?? []) update(row);
  for (const row of frame.add ?? []) if (apart?.id === row.id) apart = row;
  const news = (frame.add?.length ?? 0) + (frame.upd?.length ?? 0) + (frame.gone?.length ?? 0);
  if (applied === '') {
    if (frame.add?.length) add(frame.add);
    if (frame.gone?.length) remove(frame.gone);
  } else if (news > 0 && !needsSearch(applied)) {
    refreshTimer ??= setTimeout(refresh, Math.max(kRefresh_ms, 2 * refreshTook_ms));
  }
  if (news > 0) changed();
}

const ask = (limit: number, skip = 0, wanted = applied) =>
  get<Rows>(pathWith('/api/flows', {filter: wanted, limit, skip: skip || undefined}));
const totalOf = (said: Rows, known: number) => said.total ?? known + (said.more ? 1 : 0);

async function refresh() {
  const mine = turn,
    begun = performance.now();
  try {
    const said = await ask(kRefresh);
    if (mine !== turn) return;
    const rows = said.rows.sort(byBeginning);
    const seam = rows[0] ? (tailAt.get(rows[0].id) ?? -1) : -1;
    setTail(seam > 0 && said.more ? [...tail.slice(0, seam), ...rows].slice(-kTailMax) : rows);
    total.value = Math.max(tail.length, totalOf(said, tail.length));
    changed();
  } catch {
    // The banner speaks of a lost server; the next frame asks again.
  } finally {
    refreshTook_ms = performance.now() - begun;
    refreshTimer = undefined;
  }
}

// Reads the newest rows anew: at the start, after `resync`, and for another filter.
export async function load(): Promise<void> {
  turn += 1;
  const mine = turn;
  wait ??= [];
  let asked = filter.peek();
  stopSearch();
  clearTimeout(refreshTimer);
  refreshTimer = undefined;
  if (needsSearch(asked)) return loadHits(mine, asked);
  try {
    let wrong: Problem | undefined;
    const said = await ask(kTailMax, 0, asked).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 400 || loaded.peek()) throw error;
      wrong = error.problem; // there is no list yet that could stay
      asked = '';
      return ask(kTailMax, 0, asked);
    });
    if (mine !== turn) return;
    applied = asked;
    setTail(said.rows.sort(byBeginning));
    block = {start: 0, rows: []};
    blockAt = new Map();
    total.value = Math.max(tail.length, totalOf(said, tail.length));
    base = said.seq;
    problem.value = wrong;
    loaded.value = true;
  } catch (error) {
    if (mine !== turn) return;
    if (error instanceof ApiError && error.status === 400) problem.value = error.problem;
  }
  const waiting = wait ?? [];
  wait = undefined;
  for (const frame of waiting) applyFrame(frame);
  changed();
}

function loadHits(mine: number, asked: string) {
  applied = asked;
  setTail([]);
  total.value = 0;
  problem.value = undefined;
  loaded.value = true;
  wait = undefined;
  search(
    asked,
    (rows) => {
      if (mine !== turn) return;
      setTail([...tail, ...rows].sort(byBeginning));
      total.value = tail.length;
      changed();
    },
    (said) => {
      if (mine === turn) problem.value = said;
    },
  );
  changed();
}

// The list shows rows `first` to `last`: reads them when they are neither in the tail nor in the block. One request at a time.
let asking = false;
let wanted: [number, number] | undefined;
export async function ensure(first: number, last: number): Promise<void> {
  const missing = (at: number) => at >= 0 && at < total.peek() && rowAt(at) === undefined;
  if (!missing(first) && !missing(last)) return;
  wanted = [first, last];
  if (asking) return;
  asking = true;
  const mine = turn;
  while (wanted && mine === turn) {
    const middle = Math.floor((wanted[0] + wanted[1]) / 2);
    wanted = undefined;
    const end = Math.min(total.peek(), Math.max(0, middle - kBlock / 2) + kBlock);
    try {
      const said = await ask(kBlock, total.peek() - end);
      if (mine !== turn) break;
      const rows = said.rows.sort(byBeginning);
      block = {start: end - rows.length, rows};
      blockAt = places(rows);
      changed();
    } catch {
      break;
    }
  }
  asking = false;
}

export function startRows() {
  effect(() => {
    filter.value;
    void load();
  });
}
