// What the list says while it has nothing to show: how to send the first request, or that the filter leaves nothing.
import {held} from '../capture';
import {link} from '../stream';
import {filter} from '../route';
import {loaded, problem} from '../rows';
import {progress} from '../search';
import {signIn} from '../session';

export function Empty({filtered}: {filtered: boolean}) {
  if (!loaded.value || (progress.value && (!progress.value.done || progress.value.broken))) return null;
  const proxy = signIn.value.state === 'in' ? (signIn.value.session.proxy[0] ?? '127.0.0.1:8083') : '';
  if (filtered)
    return (
      <div class="empty">
        <h2>{problem.value ? 'The filter is not right' : 'Nothing matches'}</h2>
        {problem.value ? (
          <p>{problem.value.message}</p>
        ) : (
          <p>
            No flow fits <code>{filter.value}</code>.
          </p>
        )}
        <button
          onClick={() => {
            filter.value = '';
          }}
        >
          Show all flows
        </button>
      </div>
    );
  return (
    <div class="empty">
      <Lens />
      <h2>{link.value === 'live' ? 'Calm sea' : 'Connecting'}</h2>
      {held.value ? (
        <p>Recording is paused: what passes the proxy now does not show here.</p>
      ) : (
        <>
          <p>Every request that passes the proxy shows here as it happens. Send one:</p>
          <pre>curl -x http://{proxy} http://porthole.internal/</pre>
        </>
      )}
    </div>
  );
}

export function Lens() {
  return (
    <svg class="lens" viewBox="0 0 96 96" aria-hidden="true">
      <clipPath id="pane">
        <circle cx="48" cy="48" r="32" />
      </clipPath>
      <circle cx="48" cy="48" r="41" class="ring" />
      <circle cx="48" cy="48" r="32" class="glass" />
      <g clip-path="url(#pane)">
        <path class="sea sea-far" d="M8 50c7-5 13-5 20 0s13 5 20 0 13-5 20 0 13 5 20 0v40H8z" />
        <path class="sea" d="M-2 57c7-5 13-5 20 0s13 5 20 0 13-5 20 0 13 5 20 0 13-5 20 0v40H-2z" />
      </g>
      {[
        [48, 7],
        [48, 89],
        [7, 48],
        [89, 48],
        [19, 19],
        [77, 19],
        [19, 77],
        [77, 77],
      ].map(([x, y]) => (
        <circle cx={x} cy={y} r="2.500" class="bolt" />
      ))}
    </svg>
  );
}
