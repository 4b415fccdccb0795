// The one live stream. Browsers allow six HTTP/1 connections to a host, so tabs share it: whoever holds the Web Lock reads the
// stream and repeats each event on a BroadcastChannel; when that tab closes, the next one takes over and all read again.
// `link` says how it stands; the banner shows it. A lost server is asked again every half second, from the last event on.
import {effect, signal} from '@preact/signals';
import {ApiError} from './api';
import {readEvents} from './events';
import {signIn} from './session';
import type {Frame, Stats} from './types';

export type Link = 'connecting' | 'live' | 'away';
export const link = signal<Link>('connecting');
export const stats = signal<Stats | undefined>(undefined);
export const history_ = signal<{at: number; stats: Stats}[]>([]); // for the dashboard, at most ten minutes
const kHistoryMax = 600;

type Said = {kind: 'frame'; frame: Frame} | {kind: 'resync'} | {kind: 'link'; link: Link} | {kind: 'hello'};
const kName = 'porthole-stream',
  kRetry_ms = 500;

let onFrame: (frame: Frame) => void = () => {};
let onResync: () => void = () => {};

function noteStats(now: Stats) {
  stats.value = now;
  const at = Date.now(),
    last = history_.peek().at(-1);
  if (!last || at - last.at >= 950) history_.value = [...history_.peek().slice(1 - kHistoryMax), {at, stats: now}];
}

function hear(said: Said) {
  if (said.kind === 'link') link.value = said.link;
  if (said.kind === 'resync') onResync();
  if (said.kind !== 'frame') return;
  if (said.frame.stats) noteStats(said.frame.stats);
  onFrame(said.frame);
}

async function lead(tell: (said: Said) => void, signal: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  tell({kind: 'link', link: 'connecting'});
  while (!signal.aborted) {
    try {
      await readEvents(
        '/api/stream',
        lastId,
        signal,
        (event) => {
          lastId = event.id ?? lastId;
          if (event.event === 'resync') tell({kind: 'resync'});
          if (event.event === 'rows') tell({kind: 'frame', frame: JSON.parse(event.data) as Frame});
        },
        () => {
          // A new stream starts with what happens from now on: what was missed before it is read anew.
          tell({kind: 'link', link: 'live'});
          if (lastId === undefined) tell({kind: 'resync'});
        },
      );
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return;
    }
    if (signal.aborted) return;
    tell({kind: 'link', link: 'away'});
    await new Promise((wake) => setTimeout(wake, kRetry_ms));
  }
}

export function startStream(frame: (frame: Frame) => void, resync: () => void) {
  onFrame = frame;
  onResync = resync;
  let abort = new AbortController();
  const channel = new BroadcastChannel(kName);
  let leading = false;
  const tell = (said: Said) => {
    channel.postMessage(said);
    hear(said);
  };
  channel.onmessage = ({data}: MessageEvent<Said>) => {
    if (data.kind !== 'hello') hear(data);
    else if (leading) channel.postMessage({kind: 'link', link: link.peek()} satisfies Said);
  };
  const run = async (signal: AbortSignal) => {
    leading = true;
    await lead(tell, signal);
    leading = false;
  };
  effect(() => {
    abort.abort();
    if (signIn.value.state !== 'in') return;
    abort = new AbortController();
    const {signal} = abort;
    channel.postMessage({kind: 'hello'} satisfies Said);
    onResync();
    if (navigator.locks) void navigator.locks.request(kName, {signal}, () => run(signal)).catch(() => {});
    else void run(signal);
  });
}
