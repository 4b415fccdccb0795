// The order of the list. As it happens: every row the server has. Sorted by a column: the newest 1,000 that match, in that order,
// and the list says so. Sorting is a look at what is here, not a query.
import {computed, signal} from '@preact/signals';
import * as rows from '../rows';
import type {Row} from '../types';

export type Column = 'method' | 'status' | 'host' | 'path' | 'type' | 'size' | 'time' | 'begun';
export const order = signal<{by: Column; down: boolean} | undefined>(undefined);

const key: Record<Column, (row: Row) => string | number> = {
  method: (row) => row.method,
  status: (row) => row.status ?? 0,
  host: (row) => row.host,
  path: (row) => row.path ?? '',
  type: (row) => row.type ?? '',
  size: (row) => row.bytes_out ?? -1,
  time: (row) => row.took ?? -1,
  begun: (row) => row.begun,
};

const sorted = computed<Row[] | undefined>(() => {
  const wanted = order.value;
  if (!wanted) return undefined;
  rows.version.value;
  const of = key[wanted.by],
    sign = wanted.down ? -1 : 1;
  return [...rows.newest()].sort((a, b) => {
    const x = of(a),
      y = of(b);
    return x < y ? -sign : x > y ? sign : a.begun - b.begun;
  });
});

// Click by click: up, down, as it happens.
export function sortBy(by: Column) {
  const now = order.value;
  if (by === 'begun') order.value = undefined;
  else if (now?.by !== by) order.value = {by, down: by === 'size' || by === 'time'};
  else order.value = now.down === (by === 'size' || by === 'time') ? {by, down: !now.down} : undefined;
}

export const count = computed(() => {
  rows.version.value;
  return sorted.value?.length ?? rows.total.value;
});
export const rowAt = (at: number): Row | undefined => (sorted.peek() ? sorted.peek()![at] : rows.rowAt(at));
export const placeOf = (id: string): number =>
  sorted.peek() ? sorted.peek()!.findIndex((row) => row.id === id) : rows.placeOf(id);
export const isSorted = () => sorted.peek() !== undefined;
