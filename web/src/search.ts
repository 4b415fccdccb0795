// Search in what was recorded: bodies and field values are not in the rows, so the server looks through the flows from the newest
// on and streams its hits with its progress.
import {signal} from '@preact/signals';
import {ApiError, pathWith} from './api';
import {readEvents} from './events';
import type {Problem, Row} from './types';

export const kHitsMax = 2000;
// `full`: there are more hits than are shown. `broken`: it ended before it was through.
export type Progress = {searched: number; of: number; hits: number; done: boolean; full?: boolean; broken?: boolean};
export const progress = signal<Progress | undefined>(undefined);

type Said = {row: Row} | {searched: number; of: number} | 'done';
// Until `hear` says false; true when the server came to the end.
async function ask(filter: string, signal: AbortSignal, hear: (said: Said) => boolean): Promise<boolean> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let through = false;
  await readEvents(pathWith('/api/search', {filter}), undefined, both, ({event, data}) => {
    if (both.aborted) return;
    through ||= event === 'done';
    if ((event === 'hit' || event === 'progress') && !hear(JSON.parse(data) as Said)) stop.abort();
  }).catch((error: unknown) => {
    if (!both.aborted) throw error;
  });
  return through;
}

let abort = new AbortController();
export function stopSearch() {
  abort.abort();
  abort = new AbortController();
  progress.value = undefined;
}

export function search(filter: string, hits: (rows: Row[]) => void, failed: (problem: Problem) => void) {
  stopSearch();
  const {signal} = abort;
  const known = new Set<string>();
  let fresh: Row[] = [],
    timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (!signal.aborted && fresh.length) hits(fresh);
    fresh = [];
  };
  progress.value = {searched: 0, of: 0, hits: 0, done: false};
  const end = (how: Partial<Progress>) => {
    flush();
    if (!signal.aborted && progress.value) progress.value = {...progress.value, ...how, done: true};
  };
  let full = false;
  ask(filter, signal, (said) => {
    if (typeof said === 'string') return true;
    if ('row' in said) {
      if (known.has(said.row.id)) return true;
      full = known.size === kHitsMax;
      if (full) return false;
      known.add(said.row.id);
      fresh.push(said.row);
      timer ??= setTimeout(flush, 50);
      progress.value = {...progress.value!, hits: known.size};
    } else {
      progress.value = {...progress.value!, ...said};
    }
    return true;
  }).then(
    (through) => end({full, broken: !through && !full}),
    (error: unknown) => {
      if (signal.aborted) return;
      if (error instanceof ApiError) failed(error.problem);
      end({broken: true});
    },
  );
}

// The hits among the newest flows, so many or some more.
export async function searchNewest(filter: string, many: number): Promise<Row[]> {
  const found: Row[] = [];
  await ask(filter, abort.signal, (said) => {
    if (typeof said === 'string') return true;
    if ('row' in said) found.push(said.row);
    else return said.searched < many;
    return found.length < kHitsMax;
  });
  return found;
}
