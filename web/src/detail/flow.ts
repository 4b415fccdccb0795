// The flow that the detail pane shows, read anew (at most three times a second) whenever its row changes.
import {effect, signal} from '@preact/signals';
import {ApiError, get} from '../api';
import {lookAt, rowOf, version} from '../rows';
import {selected, tab} from '../route';
import type {Flow, Row} from '../types';

export type Shown = {state: 'none' | 'reading'} | {state: 'gone'; why: string} | {state: 'here'; flow: Flow};
export const shown = signal<Shown>({state: 'none'});

const kEach_ms = 300,
  kRetry_ms = 1000,
  kPause_ms = 50;
let lastRow: Row | undefined,
  lastRead = 0;
let timer: ReturnType<typeof setTimeout> | undefined,
  abort = new AbortController();

async function read(id: string) {
  timer = undefined;
  lastRead = Date.now();
  abort.abort();
  abort = new AbortController();
  const {signal} = abort;
  const before = rowOf(id);
  try {
    const flow = await get<Flow>(`/api/flows/${id}`, signal);
    if (signal.aborted || selected.peek() !== id) return;
    shown.value = {state: 'here', flow};
    if (rowOf(id) !== before) return; // what the stream said meanwhile is newer, and asks for another look
    lookAt(flow.row);
    lastRow = rowOf(id);
  } catch (error) {
    if (signal.aborted || selected.peek() !== id) return;
    const answered = error instanceof ApiError,
      now = shown.peek();
    // What is known of this very flow stays.
    if (now.state !== 'here' || now.flow.row.id !== id)
      shown.value = {state: 'gone', why: answered ? error.problem.message : 'Porthole does not answer; trying again.'};
    if (!answered) timer ??= setTimeout(() => void read(id), kRetry_ms);
  }
}

export function startDetail() {
  let id: string | undefined;
  effect(() => {
    const wanted = tab.value ? selected.value : undefined;
    version.value;
    const row = wanted ? rowOf(wanted) : undefined;
    if (wanted === id && row === lastRow) return;
    const other = wanted !== id;
    id = wanted;
    lastRow = row;
    if (other) {
      clearTimeout(timer);
      timer = undefined;
      // What was shown stays until the next one is here, so that moving through the list does not flicker.
      if (!wanted) shown.value = {state: 'none'};
      else if (shown.peek().state !== 'here') shown.value = {state: 'reading'};
    }
    if (wanted)
      timer ??= setTimeout(() => void read(id!), other ? kPause_ms : Math.max(kPause_ms, lastRead + kEach_ms - Date.now()));
  });
}
