// Octets: offset, hexadecimal, ASCII. Only the lines on the screen exist.
import {useSignal} from '@preact/signals';

const kLine = 20,
  kShown = 24,
  kOver = 6;

export function Hex({bytes}: {bytes: Uint8Array}) {
  const top = useSignal(0);
  const lines = Math.ceil(bytes.length / 16),
    first = Math.max(0, Math.floor(top.value / kLine) - kOver),
    drawn = [];
  for (let n = first; n < Math.min(lines, first + kShown + 2 * kOver); n += 1) {
    const octets = [...bytes.subarray(n * 16, n * 16 + 16)];
    const hex = octets.map((one) => one.toString(16).padStart(2, '0'));
    drawn.push(
      <div class="hex-line" key={n} style={{transform: `translateY(${n * kLine}px)`}}>
        <span class="quiet">{(n * 16).toString(16).padStart(8, '0')}</span>
        <span>
          {hex.slice(0, 8).join(' ').padEnd(23)} {hex.slice(8).join(' ').padEnd(23)}
        </span>
        <span class="hex-text">{octets.map((one) => (one >= 32 && one < 127 ? String.fromCharCode(one) : '·')).join('')}</span>
      </div>,
    );
  }
  return (
    <div
      class="hex"
      tabIndex={0}
      role="region"
      aria-label="Octets"
      style={{height: `${Math.min(kShown, lines) * kLine + 2}px`}}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
    >
      <div class="spacer" style={{height: `${lines * kLine}px`}}>
        {drawn}
      </div>
    </div>
  );
}
