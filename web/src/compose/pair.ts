// The two flows that are compared: `d` marks the first, `d` on another one shows both beside each other.
import {signal} from '@preact/signals';

export const diffFrom = signal<string | undefined>(undefined);
export const diffPair = signal<[string, string] | undefined>(undefined);

export function markForDiff(id: string) {
  const first = diffFrom.value;
  if (first === undefined) diffFrom.value = id;
  else if (first === id) diffFrom.value = undefined;
  else {
    diffPair.value = [first, id];
    diffFrom.value = undefined;
  }
}
