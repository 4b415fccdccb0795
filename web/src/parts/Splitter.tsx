// The bar between list and detail: drag it, or move it by the arrow keys. Its place is remembered.
import {signal} from '@preact/signals';

const kKey = 'porthole-share';
const stored = () => {
  try {
    return Number(localStorage.getItem(kKey)) || 55;
  } catch {
    return 55;
  }
};
export const paneShare = signal(Math.min(75, Math.max(25, stored()))); // percent of the width that the detail pane has

function set(share: number) {
  paneShare.value = Math.min(75, Math.max(25, share));
  try {
    localStorage.setItem(kKey, String(paneShare.value));
  } catch {
    // Kept until the page is left.
  }
}

export function Splitter() {
  const drag = (event: PointerEvent) => {
    const bar = event.currentTarget as HTMLElement;
    bar.setPointerCapture(event.pointerId);
    bar.onpointermove = (moved) => set(100 - (moved.clientX / innerWidth) * 100);
    bar.onpointerup = () => {
      bar.onpointermove = null;
    };
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the detail pane"
      tabIndex={0}
      aria-valuenow={Math.round(paneShare.value)}
      aria-valuemin={25}
      aria-valuemax={75}
      onPointerDown={drag}
      onKeyDown={(event) => {
        const by = {ArrowLeft: 2, ArrowRight: -2}[event.key];
        if (!by) return;
        event.preventDefault();
        event.stopPropagation();
        set(paneShare.value + by);
      }}
    />
  );
}
