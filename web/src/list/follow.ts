// Following the newest row. Scrolling up, or choosing a row that is not the newest, stops it; the list then says how many are new.
import {computed, effect, signal} from '@preact/signals';
import {total, version} from '../rows';
import {filter} from '../route';

export const follow = signal(true);
const seen = signal(0);

effect(() => {
  version.value;
  if (follow.value) seen.value = total.value;
});
effect(() => {
  filter.value;
  follow.value = true;
});

export const unseen = computed(() => {
  version.value;
  return follow.value ? 0 : Math.max(0, total.value - seen.value);
});
