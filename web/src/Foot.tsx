// The line at the bottom: is the stream alive, how many flows, how fast.
import {captureWarning} from './capture';
import {count, duration} from './format';
import {total} from './rows';
import {link, stats} from './stream';
import {filter} from './route';
import {version} from './rows';
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
      <span data-count={total.value}>{filter.value ? `${count(total.value)} match` : `${count(total.value)} flows`}</span>
      {now && <span class="wide">{now.rate < 10 ? now.rate.toFixed(1) : count(now.rate)}/s</span>}
      {now && now.p95 > 0 && <span class="wide">p95 {duration(now.p95)}</span>}
      {now && now.open > 0 && <span class="wide">{count(now.open)} open</span>}
      {captureWarning.value && <span class="capture-warning">▲ {captureWarning.value}</span>}
      <button
        class="link"
        onClick={() => {
          dialog.value = 'help';
        }}
      >
        Keys <kbd>?</kbd>
      </button>
    </footer>
  );
}
