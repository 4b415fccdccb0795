// A button that opens a list of things to do. Arrow keys move, Escape closes, and the focus comes back to the button.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';

export type Item = {name: string; keys?: string; run: () => void; stay?: boolean};

export function Menu({label, items, css = ''}: {label: string; items: Item[]; css?: string}) {
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open.value) return undefined;
    const outside = (event: Event) => {
      if (!box.current!.contains(event.target as Node)) open.value = false;
    };
    addEventListener('pointerdown', outside);
    box.current!.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    return () => removeEventListener('pointerdown', outside);
  }, [open.value]);
  const close = () => {
    open.value = false;
    box.current!.querySelector('button')?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (!open.value) return;
    const all = [...box.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') open.value = false;
    else if (by) all[(all.indexOf(document.activeElement as HTMLElement) + by + all.length) % all.length]?.focus();
    else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    <div class="menu" ref={box} onKeyDown={key}>
      <button
        class={css}
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {label} <span aria-hidden="true">▾</span>
      </button>
      {open.value && (
        <div class="menu-items" role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                if (!item.stay) close();
                item.run();
              }}
            >
              <span>{item.name}</span>
              {item.keys && <kbd>{item.keys}</kbd>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
