// A component whose code comes when it is first shown.
import type {FunctionComponent} from 'preact';
import {useEffect, useState} from 'preact/hooks';

const known = new Map<() => Promise<FunctionComponent>, FunctionComponent>();

export function Later({room}: {room: () => Promise<FunctionComponent>}) {
  const [, again] = useState(0);
  const [failed, setFailed] = useState(false);
  const Room = known.get(room);
  useEffect(() => {
    if (known.has(room)) return;
    room().then(
      (found) => {
        known.set(room, found);
        again((n) => n + 1);
      },
      () => setFailed(true),
    );
  }, [room]);
  if (failed)
    return (
      <p class="failed" role="alert">
        This part could not be loaded: the server is away, or was updated. Reload the page.
      </p>
    );
  return Room ? <Room /> : null;
}
