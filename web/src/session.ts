// Signing in. The printed link carries a one-use code in its fragment; it is swapped for a cookie and taken out of the address
// bar before anything else happens. Without a cookie the page shows a form and holds no data.
import {signal} from '@preact/signals';
import {ApiError, get, onSignedOut, send} from './api';
import {toast} from './parts/toast';
import type {Session} from './types';

export type SignIn = {state: 'asking'} | {state: 'out'; why?: string} | {state: 'in'; session: Session} | {state: 'away'};
export const signIn = signal<SignIn>({state: 'asking'});

export async function signInWith(code: string): Promise<void> {
  try {
    await send('POST', '/api/session', {code});
    await recall();
  } catch (error) {
    const used = error instanceof ApiError && error.status === 403;
    signIn.value = {
      state: 'out',
      why: used ? 'This link was used before, or is not right. Each link signs in once.' : String((error as Error).message),
    };
  }
}

async function recall(): Promise<void> {
  try {
    signIn.value = {state: 'in', session: await get<Session>('/api/session')};
  } catch (error) {
    signIn.value = error instanceof ApiError ? {state: 'out'} : {state: 'away'};
  }
}

export const canSend = () => signIn.value.state === 'in' && signIn.value.session.replay;

// The code in what someone pasted: a whole link or the code alone.
export const codeIn = (text: string) => /(?:[#&]c=|^)([\w-]+)\s*$/.exec(text.trim())?.[1] ?? '';

const codeOf = ({hash}: URL) => new URLSearchParams(hash.slice(1)).get('c');
function takeCode(from: URL): string | null {
  if (codeOf(new URL(location.href)) !== null) history.replaceState(null, '', location.pathname);
  return codeOf(from);
}

export async function begin(): Promise<void> {
  onSignedOut(() => {
    if (signIn.value.state === 'in')
      signIn.value = {state: 'out', why: 'You were signed out: Porthole no longer knows this session.'};
  });
  // A link that is opened in a tab where the page already is changes the hash alone.
  addEventListener('hashchange', ({newURL}) => {
    const code = takeCode(new URL(newURL));
    if (code !== null && signIn.value.state !== 'in') void signInWith(code);
  });
  const code = takeCode(new URL(location.href));
  return code === null ? recall() : signInWith(code);
}

export async function signOut(): Promise<void> {
  try {
    await send('DELETE', '/api/session');
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401)
      return toast('Porthole does not answer: you are still signed in.', true);
  }
  signIn.value = {state: 'out', why: 'You are signed out.'};
}
