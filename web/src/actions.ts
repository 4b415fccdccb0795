// What is done to a flow from more than one place: copying it, and its marks.
import {ApiError, getText, pathWith, send} from './api';
import {toast} from './parts/toast';
import {rowOf} from './rows';
import type {Mark} from './types';

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

export async function setMark(id: string, mark: Mark): Promise<void> {
  try {
    await send('PUT', `/api/flows/${id}/mark`, mark);
  } catch (error) {
    toast(words(error), true);
  }
}

export async function togglePin(id: string): Promise<void> {
  const mark = rowOf(id)?.mark ?? {};
  await setMark(id, {...mark, pinned: !mark.pinned});
  toast(mark.pinned ? 'No longer pinned.' : 'Pinned: kept when the store is full.');
}
