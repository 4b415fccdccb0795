// Search in what was recorded: bodies and header values are not in the rows, so the server looks through the flows from the
// newest on and streams its hits with its progress.
import {signal} from '@preact/signals';
import {ApiError, pathWith} from './api';
import {readEvents} from './events';
import type {Problem, Row} from './types';

export type Progress = {searched: number; of: number; hits: number; done: boolean};
export const progress = signal<Progress | undefined>(undefined);

export const needsSearch = (filter: string) => /(?:^|[\s(,-])(?:body|header\.[\w-]+)\s*[:=]/i.test(filter);

let abort = new AbortController();
export function stopSearch() {
  abort.abort();
  progress.value = undefined;
}

export function search(filter: string, hits: (rows: Row[]) => void, failed: (problem: Problem) => void) {
  stopSearch();
  abort = new AbortController();
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
  const end = () => {
    flush();
    if (!signal.aborted && progress.value) progress.value = {...progress.value, done: true};
  };
  readEvents(pathWith('/api/search', {filter}), undefined, signal, ({event, data}) => {
    if (signal.aborted) return;
    if (event === 'hit') {
      const {row} = JSON.parse(data) as {row: Row};
      if (known.has(row.id) || known.size >= 2000) return;
      known.add(row.id);
      fresh.push(row);
      timer ??= setTimeout(flush, 50);
      progress.value = {...progress.value!, hits: known.size};
    }
    if (event === 'progress') progress.value = {...progress.value!, ...(JSON.parse(data) as {searched: number; of: number})};
  }).then(end, (error: unknown) => {
    if (signal.aborted) return;
    if (error instanceof ApiError) failed(error.problem);
    end();
  });
}
