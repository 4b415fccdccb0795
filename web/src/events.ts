// Server-sent events read through fetch: unlike EventSource it tells 401 from a lost connection, and lets us say where to go on.
import {checked} from './api';

export type ServerEvent = {event: string; id?: string; data: string};

// Ends when the server closes; throws when the connection breaks, is refused, or says nothing (not even a ping) for `silence_ms`.
export async function readEvents(
  path: string,
  lastId: string | undefined,
  signal: AbortSignal,
  then: (event: ServerEvent) => void,
  opened = () => {},
  silence_ms = 35_000,
): Promise<void> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener('abort', stop);
  let quiet = setTimeout(stop, silence_ms);
  try {
    const answer = await checked(await fetch(path, {headers: lastId ? {'Last-Event-ID': lastId} : {}, signal: abort.signal}));
    opened();
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '',
      event = '',
      id: string | undefined,
      data: string[] = [];
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      clearTimeout(quiet);
      quiet = setTimeout(stop, silence_ms);
      const lines = (rest + value).split('\n');
      rest = lines.pop()!;
      for (const raw of lines) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        const colon = line.indexOf(':');
        const field = colon < 0 ? line : line.slice(0, colon);
        const said = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (field === 'data') data.push(said);
        else if (field === 'event') event = said;
        else if (field === 'id') id = said;
        else if (line === '' && data.length) {
          then({event: event || 'message', id, data: data.join('\n')});
          event = '';
          data = [];
        }
      }
    }
  } finally {
    clearTimeout(quiet);
    signal.removeEventListener('abort', stop);
    stop();
  }
}
