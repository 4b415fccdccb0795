// WebSocket, server-sent and NDJSON messages while they flow: who, when, how large, what. Their heights differ, so the
// virtualizer measures them; of 10,000 only those on the screen exist. The chosen one is shown whole below the list.
import {useSignal} from '@preact/signals';
import {elementScroll, observeElementOffset, observeElementRect, Virtualizer} from '@tanstack/virtual-core';
import {useEffect, useLayoutEffect, useMemo, useReducer, useRef} from 'preact/hooks';
import {get, pathWith} from '../api';
import {bytes, clock, count} from '../format';
import type {Flow, Message} from '../types';
import {fromServer, MessageView, preview, Way} from './MessageView';

const kPoll_ms = 300,
  kKept = 20_000;
const kKinds: Record<string, string> = {websocket: 'WebSocket', sse: 'Server-sent events', ndjson: 'NDJSON'};
type Ways = 'both' | 'up' | 'down';
const kWays: Record<Ways, string> = {both: 'Both ways', up: '↑ To server', down: '↓ From server'};
const kWayFits: Record<Ways, (one: Message) => boolean> = {both: () => true, up: (one) => !fromServer(one), down: fromServer};

function Line({one}: {one: Message}) {
  const kind = one.opcode === 'close' && one.code !== undefined ? `close ${one.code}` : one.opcode;
  return (
    <>
      <Way one={one} />
      <span class="quiet">{clock(one.at)}</span>
      <span class="quiet number">{one.opcode === 'unreadable' ? '' : bytes(one.size)}</span>
      <code>
        {kind !== 'text' && <span class={one.fault ? 'chip chip-error' : 'chip'}>{kind}</span>}
        {kind === 'text' && one.fault && <span class="chip chip-error">as it passed</span>}
        {one.opcode === 'unreadable' ? one.fault : preview(one)}
      </code>
    </>
  );
}

export function Messages({flow}: {flow: Flow}) {
  const box = useRef<HTMLDivElement>(null);
  const all = useRef<Message[]>([]);
  const kind = useSignal(''),
    stick = useRef(true),
    lastTop = useRef(0),
    known = useSignal(false),
    ways = useSignal<Ways>('both'),
    chosen = useSignal<number | undefined>(undefined);
  const [, draw] = useReducer((n: number, _: void) => n + 1, 0);
  const list = useMemo(
    () => (ways.value === 'both' ? all.current : all.current.filter(kWayFits[ways.value])),
    [all.current, ways.value],
  );
  const virtualizer = useRef<Virtualizer<HTMLDivElement, Element>>();
  const options = () => ({
    count: list.length,
    getScrollElement: () => box.current,
    estimateSize: () => 33,
    overscan: 8,
    getItemKey: (at: number) => list[at]?.n ?? at,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => draw(),
  });
  virtualizer.current ??= new Virtualizer(options());
  virtualizer.current.setOptions({...virtualizer.current.options, ...options()});
  useLayoutEffect(() => virtualizer.current!._didMount(), []);
  useLayoutEffect(() => virtualizer.current!._willUpdate());
  const toNewest = () => {
    if (stick.current) requestAnimationFrame(() => box.current?.scrollTo(0, box.current.scrollHeight));
  };

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const read = async () => {
      let more = false;
      try {
        const after = all.current.at(-1)?.n;
        const said = await get<{kind: string; messages: Message[]; more: boolean}>(
          pathWith(`/api/flows/${flow.row.id}/messages`, {after}),
          abort.signal,
        );
        kind.value = said.kind;
        known.value = true;
        more = said.more && said.messages.length > 0;
        if (said.messages.length) {
          all.current = [...all.current, ...said.messages].slice(-kKept);
          draw();
          toNewest();
        }
      } catch {
        // Asked again while the flow is open.
      }
      if (!abort.signal.aborted && (more || flow.row.state === 'open')) timer = setTimeout(() => void read(), more ? 0 : kPoll_ms);
    };
    void read();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [flow.row.id, flow.row.state]);

  const at = list.findIndex((one) => one.n === chosen.value);
  const choose = (to: number) => {
    const one = list[Math.max(0, Math.min(list.length - 1, to))];
    if (!one) return;
    chosen.value = one.n;
    stick.current = one === list.at(-1);
    virtualizer.current!.scrollToIndex(list.indexOf(one));
  };
  const key = (event: KeyboardEvent) => {
    const by = {ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10}[event.key];
    if (by) choose(at < 0 ? list.length - 1 : at + by);
    else if (event.key === 'Home') choose(0);
    else if (event.key === 'End') choose(list.length - 1);
    else if (event.key === 'Escape' && chosen.value !== undefined) chosen.value = undefined;
    else return;
    event.preventDefault();
  };

  // What opens below takes room from the list.
  useLayoutEffect(() => {
    if (chosen.value === undefined) return;
    requestAnimationFrame(() => document.getElementById(`message-${chosen.value}`)?.scrollIntoView({block: 'nearest'}));
  }, [chosen.value]);

  const total = (all.current.at(-1)?.n ?? -1) + 1;
  const items = virtualizer.current.getVirtualItems();
  return (
    <div class="messages">
      <div class="messages-head">
        <p role="status">
          {kKinds[kind.value] ?? kind.value}{' '}
          <span class="quiet" data-messages={total}>
            {known.value &&
              (kind.value
                ? `${count(total)} message${total === 1 ? '' : 's'}${flow.row.state === 'open' ? ', still open' : ''}`
                : 'No messages: what passed is shown as octets under Request and Response.')}
          </span>
        </p>
        {kind.value === 'websocket' && (
          <div class="toggle toggle-small" role="group" aria-label="Direction">
            {(Object.keys(kWays) as Ways[]).map((one) => (
              <button
                aria-pressed={ways.value === one}
                onClick={() => {
                  ways.value = one;
                  toNewest();
                }}
              >
                {kWays[one]}
              </button>
            ))}
          </div>
        )}
      </div>
      <div
        class="messages-box"
        ref={box}
        tabIndex={0}
        role={list.length ? 'listbox' : undefined}
        aria-label="Messages"
        aria-activedescendant={at >= 0 ? `message-${chosen.value}` : undefined}
        onKeyDown={key}
        onScroll={(event) => {
          // Growing is no scrolling: only going up lets go of the newest.
          const node = event.currentTarget;
          const near = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
          stick.current = near || (stick.current && node.scrollTop >= lastTop.current);
          lastTop.current = node.scrollTop;
        }}
      >
        <div class="spacer" role="presentation" style={{height: `${virtualizer.current.getTotalSize()}px`}}>
          {items.map((item) => {
            const one = list[item.index];
            if (!one) return null;
            return (
              <div
                key={one.n}
                id={`message-${one.n}`}
                role="option"
                aria-selected={one.n === chosen.value}
                aria-setsize={list.length}
                aria-posinset={item.index + 1}
                class={`message ${fromServer(one) ? 'message-down' : 'message-up'}`}
                data-index={item.index}
                ref={(node) => virtualizer.current!.measureElement(node)}
                style={{transform: `translateY(${item.start}px)`}}
                onClick={() => {
                  chosen.value = one.n === chosen.value ? undefined : one.n;
                }}
              >
                <Line one={one} />
              </div>
            );
          })}
        </div>
      </div>
      {at >= 0 && (
        <MessageView
          key={chosen.value}
          one={list[at]!}
          close={() => {
            chosen.value = undefined;
            box.current?.focus();
          }}
        />
      )}
    </div>
  );
}
