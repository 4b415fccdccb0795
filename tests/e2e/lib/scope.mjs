// Clean-up that always runs to its end. node:test stops at the first `after` hook that throws, which would leave servers and
// programs behind; here all run, newest first, and the first error is thrown at the end.

import {after} from 'node:test';

const kStacks = new WeakMap();

async function unwind(stack) {
  const errors = [];
  for (let undo = stack.pop(); undo; undo = stack.pop()) {
    try {
      await undo();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length) throw errors[0];
}

// Runs `undo` when the test (or suite scope) `t` is over.
export function later(t, undo) {
  let stack = kStacks.get(t);
  if (!stack) {
    stack = [];
    kStacks.set(t, stack);
    t.after(() => unwind(stack));
  }
  stack.push(undo);
}

// A scope for what a whole test file shares; call it at the top of the file, pass it where a test is asked for.
export function suite() {
  const scope = {after: (undo) => after(undo)};
  later(scope, () => {});
  return scope;
}

// A promise that the other side of a script opens: `await gate.passed` ... `gate.open(value)`.
export function gate() {
  let open;
  const passed = new Promise((resolve) => {
    open = resolve;
  });
  return {open, passed};
}
