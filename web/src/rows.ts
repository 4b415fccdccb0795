// The window on the server's flows: at most 2,000 rows of however many there are, in the order in which the server came to know
// them. Row 0 is the oldest. `tail` holds the newest and is kept up to date by the stream; `block` is a second run of rows around
// what the list shows when that is further back. Each row has a number in the server's list, so that what comes late, twice or out
// of turn finds its place. With a filter the server is asked again when something changed (at most 10 times a second, and at most
// a third of the time): it alone knows what matches. What rows cannot decide is searched for in the records.
import {effect, signal} from '@preact/signals';
import {ApiError, get, pathWith} from './api';
import {filter} from './route';
import {Run} from './run';
import {kHitsMax, search, searchNewest, stopSearch} from './search';
import type {Frame, Problem, Row, Rows} from './types';

const kTailMax = 1000,
  kBlock = 400,
  kRefresh = 200,
  kRefresh_ms = 100,
  kSearch_ms = 1000,
  kRetry_ms = 1000;

export const total = signal(0);
export const version = signal(0); // changes when any row or `total` did, at most once a frame
export const problem = signal<Problem | undefined>(undefined);
export const loaded = signal(false);
export const fellBefore = signal(0); // rows that left at the old end since the start; keeps the view in place

// all: a run's places are the numbers of its rows. matches, hits: they count those that match, from the oldest on.
let mode: 'all' | 'matches' | 'hits' = 'all';
let first = 0, // of all rows: the number of the oldest
  next = 0, // behind the newest that is known here, or was when the list was read
  fell = 0; // matches that left at the old end since the filter was set
let tail = new Run(),
  block = new Run();
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

// The place of the oldest row that the list shows.
const origin = () => (mode === 'all' ? first : mode === 'matches' ? fell : 0);
export function rowAt(at: number): Row | undefined {
  const place = at + origin();
  return place >= tail.start ? tail.at(place) : block.at(place);
}
export function placeOf(id: string): number {
  const place = tail.placeOf(id) ?? block.placeOf(id);
  return place === undefined ? -1 : place - origin();
}
export const rowOf = (id: string): Row | undefined => tail.row(id) ?? block.row(id) ?? (apart?.id === id ? apart : undefined);
// A row that is looked at wherever the list is: the stream keeps it up to date, too.
export function lookAt(row: Row) {
  apart = row;
  changed();
}
export const newest = (): readonly Row[] => tail.known();

// What the server has dropped at the old end.
function setFirst(now: number) {
  if (mode !== 'all' || now <= first) return;
  fellBefore.value += Math.min(now, next) - first;
  first = now;
  next = Math.max(next, now);
  tail.dropBelow(now);
  block.dropBelow(now);
}

function add(rows: Row[]) {
  for (const row of rows) {
    const n = row.n!;
    if (n >= tail.start) tail.set(n, row);
    else block.replace(row);
    next = Math.max(next, n + 1);
  }
  // In steps, so that it is made anew once in 500 rows and not for each.
  if (tail.size > kTailMax + 500) tail.dropBelow(next - kTailMax);
  total.value = next - first;
}

// Applies what the stream said. Known rows are updated at once; under a filter new ones are asked for.
export function applyFrame(frame: Frame) {
  if (wait) return void wait.push(frame);
  if (frame.seq <= base) return;
  if (mode === 'hits') noteForSearch([...(frame.upd ?? []), ...(frame.add ?? [])]);
  for (const row of frame.upd ?? []) {
    const here = tail.replace(row),
      there = block.replace(row);
    // It was dropped from a frame that was full, and changed since.
    if (mode === 'all' && !here && !there && row.n! >= next) add([row]);
  }
  for (const row of [...(frame.add ?? []), ...(frame.upd ?? [])]) if (apart?.id === row.id) apart = row;
  const news = (frame.add?.length ?? 0) + (frame.upd?.length ?? 0);
  if (mode === 'all') {
    if (frame.add?.length) add(frame.add);
    if (frame.first > first) {
      setFirst(frame.first);
      total.value = next - first;
      changed();
    }
  } else if (news > 0) {
    refreshSoon();
  }
  if (news > 0) changed();
}

// In `hits`: which flows ended, to be searched; and whether one of those that had was spoken of, which may change what matches.
function noteForSearch(rows: Row[]) {
  for (const row of rows) {
    if (row.state !== 'done') continue;
    const known = tail.row(row.id);
    if (JSON.stringify(known?.mark) !== JSON.stringify(row.mark)) spokenOf = true;
    else if (known?.state !== 'done') ended += 1;
  }
}

const ask = (limit: number, more: {skip?: number; below?: number} = {}, wanted = applied) =>
  get<Rows>(pathWith('/api/flows', {filter: wanted, limit, skip: more.skip || undefined, below: more.below}));

let refreshTimer: ReturnType<typeof setTimeout> | undefined,
  refreshing = false,
  again = false,
  refreshTook_ms = 0,
  ended = 0, // flows that ended since a search was last asked
  spokenOf = false;
function refreshSoon() {
  if (refreshing) again = true;
  else refreshTimer ??= setTimeout(() => void refresh(), Math.max(mode === 'hits' ? kSearch_ms : kRefresh_ms, 2 * refreshTook_ms));
}

async function refresh() {
  const mine = turn,
    begun = performance.now();
  refreshTimer = undefined;
  refreshing = true;
  try {
    if (mode === 'hits') await refreshHits(mine);
    else await refreshMatches(mine);
  } catch {
    // The banner speaks of a lost server; the next frame asks again.
  } finally {
    refreshTook_ms = performance.now() - begun;
    refreshing = false;
    if (again && mine === turn) refreshSoon();
    again = false;
  }
}

// The newest that match are put behind those that are known, unless one of these matches no longer.
async function refreshMatches(mine: number) {
  let said = await ask(kRefresh);
  if (mine !== turn) return;
  const rows = said.rows.toReversed(),
    known = tail.known();
  const seam = rows[0] ? known.findIndex((row) => row.id === rows[0]!.id) : -1;
  const fresh = new Set(rows.map((row) => row.id));
  const after = seam < 0 ? [] : known.slice(seam);
  // Fewer than there should be: those that the server dropped at the old end, or some match no longer.
  const left = total.peek() + rows.length - after.length - said.total;
  const stay = known.slice(0, Math.max(0, seam)).filter((row) => row.n! >= said.first);
  const droppedHere = Math.max(0, seam) - stay.length;
  const allHere = known.length === total.peek();
  const fits = allHere ? left === droppedHere : left === 0 || (left > 0 && said.first > first);
  if (seam >= 0 && after.every((row) => fresh.has(row.id)) && fits) {
    keepPlace(rows, said);
    setMatches([...stay, ...rows].slice(-kTailMax), said);
    block.dropBelow(fell);
  } else {
    if (said.more) said = await ask(kTailMax);
    if (mine !== turn) return;
    block = new Run();
    const anew = said.rows.toReversed();
    keepPlace(anew, said);
    setMatches(anew, said);
  }
  // What has ended since cannot all be judged by its row.
  if (said.unsure > 0) {
    mode = 'hits';
    loadHits(mine, applied);
  }
  changed();
}

// What is known of the newest `rows` stays at its place: what is missing before it left at the old end, as far as anybody can see.
function keepPlace(rows: Row[], said: Rows) {
  const at = rows[0] ? tail.placeOf(rows[0].id) : undefined;
  const shift = at === undefined ? 0 : at - (fell + said.total - rows.length);
  if (shift <= 0) return;
  fell += shift;
  fellBefore.value += shift;
}

function setMatches(rows: Row[], said: Rows) {
  const all = Math.max(rows.length, said.total);
  tail = new Run(fell + all - rows.length, rows);
  total.value = all;
  first = said.first;
  next = said.next;
}

// Reads the newest rows anew: at the start, after `resync`, and for another filter.
let retry: ReturnType<typeof setTimeout> | undefined;
export async function load(): Promise<void> {
  turn += 1;
  const mine = turn;
  wait ??= [];
  let asked = filter.peek();
  clearTimeout(refreshTimer);
  clearTimeout(retry);
  refreshTimer = undefined;
  try {
    let wrong: Problem | undefined;
    const said = await ask(kTailMax, {}, asked).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 400 || loaded.peek()) throw error;
      wrong = error.problem; // there is no list yet that could stay
      asked = '';
      return ask(kTailMax, {}, asked);
    });
    if (mine !== turn) return;
    stopSearch();
    const rows = said.rows.toReversed(),
      before = loaded.peek() && asked === applied ? mode : undefined; // the same list, read anew: its view stays
    applied = asked;
    base = said.seq;
    block = new Run();
    mode = asked === '' ? 'all' : said.unsure > 0 ? 'hits' : 'matches';
    if (mode === 'matches' && before === mode) keepPlace(rows, said);
    else fell = 0;
    if (mode === 'all') {
      if (before === mode && said.first > first) fellBefore.value += Math.min(said.first, next) - first;
      first = said.first;
      next = said.next;
      tail = new Run(next - rows.length, rows);
      total.value = next - first;
    } else {
      setMatches(rows, said);
    }
    problem.value = wrong;
    loaded.value = true;
    if (mode === 'hits') loadHits(mine, asked);
  } catch (error) {
    if (mine !== turn) return;
    if (error instanceof ApiError && error.status === 400) {
      problem.value = error.problem;
      // The list that stays goes on.
      if (mode === 'hits') loadHits(mine, applied);
      else if (mode === 'matches') refreshSoon();
    } else if (!(error instanceof ApiError) || error.status !== 401) {
      // What is shown is not what the filter says.
      if (asked !== applied) problem.value = {code: 'away', message: 'Porthole did not answer with a list; trying again.'};
      retry = setTimeout(() => void load(), kRetry_ms);
    }
  }
  const waiting = wait ?? [];
  wait = undefined;
  for (const frame of waiting) applyFrame(frame);
  changed();
}

const byBeginning = (a: Row, b: Row) => a.begun - b.begun || (a.id < b.id ? -1 : 1);
function joinHits(hits: Row[]) {
  const fresh = hits.filter((row) => !tail.replace(row));
  if (fresh.length > 0) tail = new Run(0, [...tail.known(), ...fresh].sort(byBeginning).slice(-kHitsMax));
  total.value = tail.size;
  changed();
}

// What the rows decide is there at once; what the records add comes bit by bit.
function loadHits(mine: number, asked: string) {
  tail = new Run(0, tail.known().sort(byBeginning));
  total.value = tail.size;
  ended = 0;
  spokenOf = false;
  search(
    asked,
    (rows) => {
      if (mine === turn) joinHits(rows);
    },
    (said) => {
      if (mine === turn) problem.value = said;
    },
  );
}

async function refreshHits(mine: number) {
  if (spokenOf) return void load();
  const many = ended;
  if (many === 0) return;
  const hits = await searchNewest(applied, many);
  if (mine !== turn) return;
  ended -= many;
  joinHits(hits);
}

// The list shows rows `from` to `to`: reads them when they are neither in the tail nor in the block. One request at a time.
let asking = false;
let wanted: [number, number] | undefined;
export async function ensure(from: number, to: number): Promise<void> {
  const missing = (at: number) => at >= 0 && at + origin() < tail.start && rowAt(at) === undefined;
  if (!missing(from) && !missing(to)) return;
  wanted = [from, to];
  if (asking) return;
  asking = true;
  const mine = turn;
  while (wanted && mine === turn) {
    const middle = Math.floor((wanted[0] + wanted[1]) / 2);
    wanted = undefined;
    const end = Math.min(total.peek(), Math.max(0, middle - kBlock / 2) + kBlock);
    const numbered = mode === 'all';
    try {
      const said = await ask(kBlock, numbered ? {below: end + first} : {below: next, skip: total.peek() - end});
      if (mine !== turn) break;
      const rows = said.rows.toReversed();
      if (numbered) {
        block = new Run(rows[0]?.n ?? 0, rows);
        setFirst(said.first);
        total.value = next - first;
      } else if (said.total === total.peek()) {
        block = new Run(fell + end - rows.length, rows);
      } else {
        refreshSoon(); // some match no longer
        break;
      }
      if (rows.length > 0) changed();
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
