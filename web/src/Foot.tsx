// The line at the bottom: is the stream alive, how many flows, how fast.
import {captureWarning} from './capture';
import {count, duration, flows} from './format';
import {link, stats} from './stream';
import {filter} from './route';
import {problem, total, version} from './rows';
import {dialog} from './parts/dialog';

const kLinks = {connecting: ['◌', 'connecting'], live: ['●', 'live'], away: ['✕', 'server away']} as const;

export function Foot() {
  version.value;
  const now = stats.value,
    [shape, words] = kLinks[link.value];
  return (
    <footer class="foot">
      <span class={`link-${link.value}`}>
        <span aria-hidden="true">{shape}</span> {words}
      </span>
      <span data-count={total.value}>
        {problem.value ? 'filter not right' : filter.value ? `${count(total.value)} match` : flows(total.value)}
      </span>
      {now && <span class="wide">{count(now.rate)}/s</span>}
      {now?.p95 !== undefined && <span class="wide">p95 {duration(now.p95)}</span>}
      {now && now.open > 0 && <span class="wide">{count(now.open)} open</span>}
      {captureWarning.value && <span class="capture-warning">▲ {captureWarning.value}</span>}
      <button
        class="link"
        onClick={() => {
          dialog.value = 'help';
        }}
      >
        Keyboard <kbd>?</kbd>
      </button>
    </footer>
  );
}
