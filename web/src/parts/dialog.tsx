// Which dialog is open, and the frame they share: the browser's own <dialog>, which keeps the focus inside and closes on Escape.
import {signal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

export type Dialog = 'help' | 'compose' | 'new' | 'diff' | 'export' | 'import' | 'clear';
export const dialog = signal<Dialog | undefined>(undefined);

// `keep` is asked before Escape or a click outside closes it: when it says true, it stays.
type Props = {title: string; css?: string; keep?: () => boolean; children: ComponentChildren};
export function DialogFrame({title, css = '', keep = () => false, children}: Props) {
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
      onCancel={(event) => {
        if (keep()) event.preventDefault();
      }}
      onClick={(event) => {
        if (event.target === node.current && !keep()) close();
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
