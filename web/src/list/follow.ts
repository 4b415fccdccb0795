// Following the newest row. Scrolling up, or choosing a row that is not the newest, stops it; the list then says how many are new.
import {computed, effect, signal} from '@preact/signals';
import {fellBefore, total, version} from '../rows';
import {filter} from '../route';

export const follow = signal(true);
const seen = signal(0);
// Rows that came, also those that have left at the old end since.
const ever = () => total.value + fellBefore.value;

effect(() => {
  version.value;
  if (follow.value) seen.value = ever();
});
effect(() => {
  filter.value;
  follow.value = true;
});

export const unseen = computed(() => {
  version.value;
  return follow.value ? 0 : Math.max(0, ever() - seen.value);
});
