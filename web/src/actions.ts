// What is done to a flow from more than one place: copying it, and its marks.
import {ApiError, get, getText, pathWith, send} from './api';
import {toast} from './parts/toast';
import {rowOf} from './rows';
import type {Flow, Mark} from './types';

export const kForms = {curl: 'cURL', fetch: 'fetch', python: 'Python', raw: 'raw HTTP'} as const;
export type Form = keyof typeof kForms;

const words = (error: unknown) => (error instanceof ApiError ? error.problem.message : 'Porthole does not answer.');

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}.`);
  } catch {
    toast('The browser did not let us copy.', true);
  }
}

export async function copyAs(id: string, form: Form): Promise<void> {
  try {
    const text = await getText(pathWith(`/api/flows/${id}/snippet`, {as: form, secrets: true}));
    await copy(text, `as ${kForms[form]}`);
  } catch (error) {
    toast(words(error), true);
  }
}

// Says what changes and nothing else: the rest may be newer than what this page knows. False when it was refused.
// `leaving`: sent even though the page goes.
export async function changeMark(id: string, change: Mark, leaving = false): Promise<boolean> {
  try {
    await send('PATCH', `/api/flows/${id}/mark`, change, leaving);
    return true;
  } catch (error) {
    toast(words(error), true);
    return false;
  }
}

export async function togglePin(id: string): Promise<void> {
  try {
    const {mark} = rowOf(id) ?? (await get<Flow>(`/api/flows/${id}`)).row;
    if (await changeMark(id, {pinned: !mark?.pinned}))
      toast(mark?.pinned ? 'No longer pinned.' : 'Pinned: kept when the store is full.');
  } catch (error) {
    toast(words(error), true);
  }
}
