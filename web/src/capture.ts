// Whether flows are being recorded: asked every ten seconds while the page is seen, said at the bottom when something is amiss. And
// the way to pause recording, and to go on, for all who look.
import {computed, effect, signal} from '@preact/signals';
import {ApiError, get, send} from './api';
import {toast} from './parts/toast';
import {signIn} from './session';

type Capture = {on: boolean; paused?: boolean; held?: boolean; why?: string; lost_events?: number};
const capture = signal<Capture | undefined>(undefined);
export const held = computed(() => capture.value?.held ?? false);
export const captureWarning = computed(() => (capture.value && !held.value ? words(capture.value) : ''));
const kEach_ms = 10_000;

function words({on, paused, why, lost_events: lost}: Capture): string {
  if (!on) return 'Not recording: capture is off';
  if (paused) return `Recording is paused${why ? `: ${why}` : ''}`;
  return lost ? `${lost.toLocaleString('en-US')} steps were lost: the view is incomplete` : '';
}

async function ask() {
  try {
    capture.value = (await get<{capture: Capture}>('/api/status')).capture;
  } catch {
    // The banner speaks of a lost server.
  }
}

export async function hold(on: boolean) {
  try {
    await send('PATCH', '/api/capture', {held: on});
    toast(on ? 'Recording is paused.' : 'Recording goes on.');
  } catch (error) {
    toast(error instanceof ApiError ? error.problem.message : 'Porthole does not answer.', true);
  }
  await ask();
}

export const toggleHold = () => void hold(!held.peek());

export function watchCapture() {
  let timer: ReturnType<typeof setInterval> | undefined;
  const askIfSeen = () => {
    if (!document.hidden) void ask();
  };
  effect(() => {
    clearInterval(timer);
    if (signIn.value.state !== 'in') return;
    askIfSeen();
    timer = setInterval(askIfSeen, kEach_ms);
  });
}
