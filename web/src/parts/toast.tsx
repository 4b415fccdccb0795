// Short words about what was just done; read out, gone after four seconds.
import {signal} from '@preact/signals';

const said = signal<{n: number; text: string; bad: boolean} | undefined>(undefined);
let n = 0;

export function toast(text: string, bad = false) {
  const mine = (n += 1);
  said.value = {n, text, bad};
  setTimeout(
    () => {
      if (said.peek()?.n === mine) said.value = undefined;
    },
    bad ? 8000 : 4000,
  );
}

// What was said is done, and would only lie over what comes of it.
export function hush() {
  said.value = undefined;
}

export const Toasts = () => (
  <div class="toasts" role="status">
    {said.value && (
      <p key={said.value.n} class={said.value.bad ? 'toast toast-bad' : 'toast'}>
        {said.value.text}
      </p>
    )}
  </div>
);
