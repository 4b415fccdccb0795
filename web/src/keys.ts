// Every shortcut, in one table: the same that `?` shows. None fires while someone types or a dialog is open.
import {toggleHold} from './capture';
import {markForDiff} from './compose/pair';
import {awaitsNote, choose, close, focusNote, focusWanted, move, moveToEnd, open, visible} from './list/cursor';
import {follow} from './list/follow';
import {order} from './list/order';
import {dialog} from './parts/dialog';
import {toast} from './parts/toast';
import {filter, kTabs, openTab, selected, tab, view} from './route';
import {rowOf} from './rows';
import {copyAs, togglePin} from './actions';
import {cycleTheme} from './theme';

type Shortcut = {keys: string[]; what: string; run: () => void; inList?: boolean};

const withFlow = (then: (id: string) => void) => () => {
  if (selected.peek()) then(selected.peek()!);
  else toast('Choose a flow first: j, k or a click.');
};
const besides = (by: number) => {
  const now = kTabs.indexOf(tab.peek() ?? 'summary');
  openTab(kTabs[(now + by + kTabs.length) % kTabs.length]!);
};

function toggleHost(id: string) {
  const host = rowOf(id)?.host;
  if (!host) return toast('This flow has no host.');
  const only = /^[\w.-]+$/.test(host) ? `host:${host}` : `host:"${host}"`;
  filter.value = filter.peek() === only ? '' : only;
}

function openByKey() {
  if (!selected.peek()) choose(visible.last);
  const already = tab.peek() !== undefined;
  focusWanted.now = !already;
  open();
  if (already) document.getElementById(`tab-${tab.peek()}`)?.focus();
}

export const kShortcuts: Shortcut[] = [
  {keys: ['j', 'ArrowDown'], what: 'next flow', run: () => move(1), inList: true},
  {keys: ['k', 'ArrowUp'], what: 'previous flow', run: () => move(-1), inList: true},
  {keys: ['PageDown'], what: 'a page on', run: () => move(visible.page), inList: true},
  {keys: ['PageUp'], what: 'a page back', run: () => move(-visible.page), inList: true},
  {keys: ['Home'], what: 'oldest flow', run: () => moveToEnd('first'), inList: true},
  {keys: ['End', 'G'], what: 'newest flow', run: () => moveToEnd('last'), inList: true},
  {keys: ['Enter'], what: 'open the flow', run: openByKey, inList: true},
  {keys: ['Escape'], what: 'close the detail, back to the list', run: close},
  {keys: ['1', '2', '3', '4', '5', '6'], what: 'Summary, Request, Response, Messages, Timing, Explain', run: () => {}},
  {keys: ['['], what: 'tab to the left', run: withFlow(() => besides(-1))},
  {keys: [']'], what: 'tab to the right', run: withFlow(() => besides(1))},
  {keys: ['/'], what: 'filter', run: () => document.getElementById('filter')?.focus()},
  {keys: ['h'], what: 'this host alone, or all', run: withFlow(toggleHost)},
  {
    keys: ['f'],
    what: 'follow the newest, or stop',
    run: () => {
      order.value = undefined;
      follow.value = !follow.value;
    },
  },
  {keys: ['s'], what: 'stop recording, or go on', run: toggleHold},
  {
    keys: ['r'],
    what: 'edit and send again',
    run: withFlow(() => {
      dialog.value = 'compose';
    }),
  },
  {keys: ['c'], what: 'copy as cURL', run: withFlow((id) => void copyAs(id, 'curl'))},
  {keys: ['d'], what: 'mark for comparing; on another flow: compare', run: withFlow(markForDiff)},
  {keys: ['p'], what: 'pin: keep it when the store is full', run: withFlow((id) => void togglePin(id))},
  {
    keys: ['n'],
    what: 'write a note',
    run: withFlow((id) => {
      openTab('summary');
      focusNote(id);
    }),
  },
  {
    keys: ['g'],
    what: 'dashboard, and back',
    run: () => {
      view.value = view.peek() === 'list' ? 'dashboard' : 'list';
    },
  },
  {keys: ['t'], what: 'theme: system, light, dark', run: cycleTheme},
  {
    keys: ['?'],
    what: 'this list',
    run: () => {
      dialog.value = 'help';
    },
  },
];

const isTyping = (target: Element | null) =>
  target !== null && (target.matches('input, textarea, select') || (target as HTMLElement).isContentEditable);
// Enter and the arrows belong to what has the focus; they are the list's when that is the list, or nothing.
const isList = (target: Element | null) => target === null || target === document.body || target.id === 'grid';

export function startKeys() {
  addEventListener('keydown', (event) => {
    const target = document.activeElement;
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(target) ||
      document.querySelector('dialog[open]')
    )
      return;
    const digit = '123456'.indexOf(event.key);
    const found = kShortcuts.find((one) => one.keys.includes(event.key));
    if (!found || (found.inList && (view.peek() !== 'list' || (event.key.length > 1 && !isList(target))))) return;
    event.preventDefault();
    if (awaitsNote() && event.key !== 'Escape') return;
    if (digit >= 0 && event.key.length === 1) withFlow(() => openTab(kTabs[digit]!))();
    else found.run();
  });
}
