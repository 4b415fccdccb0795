// The two flows that are compared: `d` marks the first, `d` on another one shows both beside each other.
import {signal} from '@preact/signals';
import {dialog} from '../parts/dialog';
import {hush, toast} from '../parts/toast';

export const diffFrom = signal<string | undefined>(undefined);
export const diffPair = signal<[string, string] | undefined>(undefined);

const kNarrow = '(max-width: 720px)'; // a phone, which has no keys: one pane, as in css/base.css

export function markForDiff(id: string) {
  const first = diffFrom.value;
  if (first === undefined) {
    diffFrom.value = id;
    toast(matchMedia(kNarrow).matches ? 'Marked. Choose Compare on another flow.' : 'Marked. Press d on another flow to compare.');
  } else if (first === id) {
    diffFrom.value = undefined;
    toast('No longer marked.');
  } else {
    diffPair.value = [first, id];
    diffFrom.value = undefined;
    dialog.value = 'diff';
    hush();
  }
}
