// Which dialog is open, and the frame they share: the browser's own <dialog>, which keeps the focus inside and closes on Escape.
import {signal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

export type Dialog = 'help' | 'compose' | 'diff' | 'export' | 'import' | 'clear';
export const dialog = signal<Dialog | undefined>(undefined);

export function DialogFrame({title, css = '', children}: {title: string; css?: string; children: ComponentChildren}) {
  const node = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    node.current!.showModal();
    return () => (before instanceof HTMLElement ? before : document.getElementById('grid'))?.focus();
  }, []);
  const close = () => {
    dialog.value = undefined;
  };
  return (
    <dialog
      ref={node}
      class={`dialog ${css}`}
      aria-label={title}
      onClose={close}
      onClick={(event) => {
        if (event.target === node.current) close();
      }}
    >
      <div class="dialog-inside">
        <header>
          <h2>{title}</h2>
          <button class="icon" aria-label="Close" onClick={close}>
            ✕
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
