// Where the user is, kept in the URL's hash so that a reload and a shared link come back to the same flow, tab and filter.
// `tab` is set while the detail pane is open. The one-use code of the link (`#c=`) never stays here: session.ts removes it.
// The detail and the dashboard lie over the list: opening one is a step that the browser's Back takes back, and closing it is
// that Back.
import {batch, effect, signal} from '@preact/signals';

export const kTabs = ['summary', 'request', 'response', 'messages', 'timing', 'explain'] as const;
export type Tab = (typeof kTabs)[number];
export type View = 'list' | 'dashboard';

export const selected = signal<string | undefined>(undefined);
export const tab = signal<Tab | undefined>(undefined);
export const filter = signal('');
export const view = signal<View>('list');
export const lastTab = signal<Tab>('summary');

function readHash() {
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.has('c')) return;
  const wanted = said.get('tab');
  batch(() => {
    selected.value = said.get('flow') ?? undefined;
    tab.value = kTabs.find((one) => one === wanted);
    filter.value = said.get('filter') ?? '';
    view.value = said.get('view') === 'dashboard' ? 'dashboard' : 'list';
  });
}

function hash(over: boolean): string {
  const said = new URLSearchParams();
  if (selected.value) said.set('flow', selected.value);
  if (over && tab.value) said.set('tab', tab.value);
  if (filter.value) said.set('filter', filter.value);
  if (over && view.value !== 'list') said.set('view', view.value);
  const text = said.toString();
  return text ? `#${text}` : location.pathname;
}

// What each entry of the browser's history shows; one that came with a link has no state yet.
type Entry = 'list' | 'over' | null;
const kSettle_ms = 120; // held keys select many rows a second; browsers refuse more than 100 history changes in 10 s
let returning = false; // on the way to the entry below
let timer: ReturnType<typeof setTimeout> | undefined;

function keep() {
  const over = tab.value !== undefined || view.value !== 'list',
    text = hash(over),
    entry = history.state as Entry;
  clearTimeout(timer);
  if (returning) return;
  if (over && entry !== 'over') {
    history.replaceState('list', '', hash(false));
    history.pushState('over', '', text);
  } else if (!over && entry === 'over') {
    returning = true;
    history.back();
  } else {
    timer = setTimeout(() => history.replaceState(over ? 'over' : 'list', '', text), kSettle_ms);
  }
}

function arrive() {
  if (!returning && history.state === 'list') close();
  else if (!returning) readHash();
  returning = false;
  keep();
}

export function keepHash() {
  readHash();
  addEventListener('popstate', arrive);
  effect(() => {
    if (tab.value) lastTab.value = tab.value;
    keep();
  });
}

export function openTab(wanted: Tab = lastTab.value) {
  tab.value = wanted;
}

// Back to the list, as it is now.
export function close() {
  batch(() => {
    tab.value = undefined;
    view.value = 'list';
  });
}
