// The filter box. It offers the next word, applies what is typed after a short pause, and underlines the word that is wrong; the
// list keeps what it had until the filter is right again.
import {useSignal, useSignalEffect} from '@preact/signals';
import {useRef} from 'preact/hooks';
import {get, pathWith} from '../api';
import {problem} from '../rows';
import {filter} from '../route';
import type {Offer} from '../types';

const kPause_ms = 180;

export function Filter() {
  const text = useSignal(filter.peek());
  const offers = useSignal<{offset: number; offers: Offer[]} | undefined>(undefined);
  const at = useSignal(-1);
  const scroll = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const turn = useRef(0);

  useSignalEffect(() => {
    if (filter.value !== text.peek().trim()) text.value = filter.value;
  });
  const apply = () => {
    clearTimeout(timer.current);
    filter.value = text.value.trim();
  };
  const suggest = async () => {
    const mine = (turn.current += 1);
    const typed = text.value.slice(0, input.current!.selectionStart ?? text.value.length);
    try {
      const said = await get<{offset: number; offers: Offer[]}>(pathWith('/api/complete', {text: typed || ' '}));
      if (mine !== turn.current || document.activeElement !== input.current) return;
      offers.value = said.offers.length && !said.offers.some((one) => one.text === typed.slice(said.offset)) ? said : undefined;
      at.value = -1;
    } catch {
      offers.value = undefined;
    }
  };
  const hide = () => {
    turn.current += 1;
    offers.value = undefined;
  };
  const take = (offer: Offer) => {
    const end = input.current!.selectionStart ?? text.value.length;
    const from = Math.min(offers.value?.offset ?? end, end);
    const space = offer.text.endsWith(':') || /[<>=]$/.test(offer.text) ? '' : ' ';
    text.value = text.value.slice(0, from) + offer.text + space + text.value.slice(end).trimStart();
    const caret = from + offer.text.length + space.length;
    input.current!.focus();
    requestAnimationFrame(() => input.current?.setSelectionRange(caret, caret));
    clearTimeout(timer.current);
    timer.current = setTimeout(apply, kPause_ms);
    setTimeout(() => void suggest(), 0);
  };
  const key = (event: KeyboardEvent) => {
    const shown = offers.value?.offers ?? [];
    if (event.key === 'ArrowDown' && shown.length) at.value = Math.min(shown.length - 1, at.value + 1);
    else if (event.key === 'ArrowDown') void suggest();
    else if (event.key === 'ArrowUp' && shown.length) at.value = Math.max(-1, at.value - 1);
    else if ((event.key === 'Enter' || event.key === 'Tab') && shown[at.value]) take(shown[at.value]!);
    else if (event.key === 'Enter') {
      apply();
      hide();
      document.getElementById('grid')?.focus();
    } else if (event.key === 'Escape') {
      if (offers.value) hide();
      else if (text.value) {
        text.value = '';
        apply();
      } else document.getElementById('grid')?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const wrong = problem.value && filter.value === text.value.trim() ? problem.value : undefined;
  const lead = text.value.length - text.value.trimStart().length;
  const from = lead + (wrong?.offset ?? 0),
    size = wrong?.length || (wrong?.word?.length ?? 0) || text.value.length - from;
  return (
    <div class={wrong ? 'filter filter-wrong' : 'filter'} role="search">
      <div class="mirror" aria-hidden="true">
        <span style={{transform: `translateX(${-scroll.value}px)`}}>
          {wrong && (
            <>
              {text.value.slice(0, from)}
              <u>{text.value.slice(from, from + size) || ' '}</u>
            </>
          )}
        </span>
      </div>
      <input
        ref={input}
        id="filter"
        type="text"
        role="combobox"
        aria-label="Filter"
        aria-expanded={offers.value !== undefined}
        aria-controls="offers"
        aria-autocomplete="list"
        aria-activedescendant={at.value >= 0 ? `offer-${at.value}` : undefined}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong ? 'filter-problem' : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="Filter: host:*.shop.test status:5xx time>500ms"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(apply, kPause_ms);
          void suggest();
        }}
        onFocus={() => void suggest()}
        onBlur={hide}
        onKeyDown={key}
        onScroll={(event) => {
          scroll.value = event.currentTarget.scrollLeft;
        }}
      />
      {text.value ? (
        <button
          class="icon clear"
          aria-label="Clear the filter"
          onClick={() => {
            text.value = '';
            apply();
            input.current?.focus();
          }}
        >
          ✕
        </button>
      ) : (
        <kbd class="hint" aria-hidden="true">
          /
        </kbd>
      )}
      {wrong && (
        <p id="filter-problem" class="filter-problem" role="alert">
          {wrong.message}
        </p>
      )}
      {offers.value && !wrong && (
        <ul id="offers" class="offers" role="listbox" aria-label="Suggestions">
          {offers.value.offers.map((offer, n) => (
            <li
              id={`offer-${n}`}
              role="option"
              aria-selected={n === at.value}
              onPointerDown={(event) => {
                event.preventDefault();
                take(offer);
              }}
            >
              <code>{offer.text}</code>
              <span>{offer.meaning.split('`').map((part, n) => (n % 2 ? <code>{part}</code> : part))}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
