// Whether flows are being recorded: asked every ten seconds while the page is seen, said at the bottom when something is amiss.
import {effect, signal} from '@preact/signals';
import {get} from './api';
import {signIn} from './session';

type Capture = {on: boolean; paused: boolean; why?: string; lost_events?: number};
export const captureWarning = signal('');
const kEach_ms = 10_000;

function words({on, paused, why, lost_events: lost}: Capture): string {
  if (!on) return 'Not recording: capture is off';
  if (paused) return `Recording is paused${why ? `: ${why}` : ''}`;
  return lost ? `${lost.toLocaleString('en-US')} steps were lost: the view is incomplete` : '';
}

export function watchCapture() {
  let timer: ReturnType<typeof setInterval> | undefined;
  const ask = async () => {
    if (document.hidden) return;
    try {
      captureWarning.value = words((await get<{capture: Capture}>('/api/status')).capture);
    } catch {
      // The banner speaks of a lost server.
    }
  };
  effect(() => {
    clearInterval(timer);
    if (signIn.value.state !== 'in') return;
    void ask();
    timer = setInterval(() => void ask(), kEach_ms);
  });
}
