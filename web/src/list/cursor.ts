// The chosen row, and moving it by keys. It is known by its id, so it survives updates, sorting, filtering and a reload.
import {batch, signal} from '@preact/signals';
import {close as closeRoute, openTab, selected} from '../route';
import {ensure} from '../rows';
import {follow} from './follow';
import {count, placeOf, rowAt} from './order';

// The list sets these; a cursor outside the window starts from what is on the screen.
export const visible = {first: 0, last: 0, page: 20, show: (_at: number) => {}};

// Set when the detail is opened by a key: it then takes the focus once it is there.
export const focusWanted = {now: false};

// The flow whose note is to be written as soon as its detail is here; until then no key means anything else.
const kNotePatience_ms = 3000;
export const noteWanted = signal<{id: string; until: number} | undefined>(undefined);
export const focusNote = (id: string) => {
  noteWanted.value = {id, until: Date.now() + kNotePatience_ms};
};
export function awaitsNote() {
  const wanted = noteWanted.peek();
  return wanted !== undefined && wanted.id === selected.peek() && Date.now() < wanted.until;
}

// A row that is not here is read first: under load the list moves on faster than what the screen shows was read.
let awaited = -1;
const kTries = 25,
  kTry_ms = 20;
async function chooseLater(at: number) {
  awaited = at;
  for (let n = 0; n < kTries && awaited === at; n += 1) {
    await ensure(at, at);
    if (rowAt(at)) return choose(at);
    await new Promise((wake) => setTimeout(wake, kTry_ms));
  }
}

export function choose(at: number) {
  const row = rowAt(at);
  if (!row) return void chooseLater(at);
  awaited = -1;
  batch(() => {
    selected.value = row.id;
    if (at < count.peek() - 1) follow.value = false;
  });
  visible.show(at);
}

export function move(by: number) {
  const last = count.peek() - 1;
  if (last < 0) return;
  const now = selected.peek() ? placeOf(selected.peek()!) : -1;
  const from = now >= 0 ? now + by : by > 0 ? visible.first : visible.last;
  choose(Math.max(0, Math.min(last, from)));
}

export function moveToEnd(end: 'first' | 'last') {
  visible.show(end === 'first' ? 0 : count.peek() - 1);
  choose(end === 'first' ? 0 : count.peek() - 1);
}

export function open(at?: number) {
  if (at !== undefined) choose(at);
  if (!selected.peek()) return;
  follow.value = false;
  openTab();
}

export function close() {
  closeRoute();
  document.getElementById('grid')?.focus();
}
