// Where the user is, kept in the URL's hash so that a reload and a shared link come back to the same flow, tab and filter.
// `tab` is set while the detail pane is open. The one-use code of the link (`#c=`) never stays here: session.ts removes it.
import {batch, effect, signal} from '@preact/signals';

export const kTabs = ['summary', 'request', 'response', 'messages', 'timing', 'explain'] as const;
export type Tab = (typeof kTabs)[number];
export type View = 'list' | 'dashboard';

export const selected = signal<string | undefined>(undefined);
export const tab = signal<Tab | undefined>(undefined);
export const filter = signal('');
export const view = signal<View>('list');
export const lastTab = signal<Tab>('summary');

export function readHash() {
  const said = new URLSearchParams(location.hash.slice(1));
  const wanted = said.get('tab');
  batch(() => {
    selected.value = said.get('flow') ?? undefined;
    tab.value = kTabs.find((one) => one === wanted);
    filter.value = said.get('filter') ?? '';
    view.value = said.get('view') === 'dashboard' ? 'dashboard' : 'list';
  });
}

function hash(): string {
  const said = new URLSearchParams();
  if (selected.value) said.set('flow', selected.value);
  if (tab.value) said.set('tab', tab.value);
  if (filter.value) said.set('filter', filter.value);
  if (view.value !== 'list') said.set('view', view.value);
  const text = said.toString();
  return text ? `#${text}` : location.pathname;
}

export function keepHash() {
  readHash();
  addEventListener('hashchange', readHash);
  let timer = 0;
  effect(() => {
    const text = hash();
    if (tab.value) lastTab.value = tab.value;
    clearTimeout(timer);
    // Held keys select many rows a second; browsers refuse more than 100 history changes in 10 s.
    timer = setTimeout(() => history.replaceState(null, '', text), 120) as unknown as number;
  });
}

export function openTab(wanted: Tab = lastTab.value) {
  tab.value = wanted;
}
