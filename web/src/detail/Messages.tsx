// WebSocket, server-sent and NDJSON messages while they flow: who, when, how large, what. Their heights differ, so the
// virtualizer measures them; of 10,000 only those on the screen exist.
import {useSignal} from '@preact/signals';
import {elementScroll, observeElementOffset, observeElementRect, Virtualizer} from '@tanstack/virtual-core';
import {useEffect, useLayoutEffect, useReducer, useRef} from 'preact/hooks';
import {get, pathWith} from '../api';
import {bytes, clock, count} from '../format';
import type {Flow, Message} from '../types';

const kPoll_ms = 300,
  kKept = 20_000;
const kKinds: Record<string, string> = {websocket: 'WebSocket', sse: 'Server-sent events', ndjson: 'NDJSON'};
const fromServer = (one: Message) => !/client|request|out|up/.test(one.direction);

function textOf(one: Message): string {
  if (one.text !== undefined) return one.text;
  if (one.base64 === undefined) return '';
  return [...atob(one.base64).slice(0, 256)].map((octet) => octet.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

export function Messages({flow}: {flow: Flow}) {
  const box = useRef<HTMLDivElement>(null);
  const all = useRef<Message[]>([]);
  const kind = useSignal(''),
    stick = useRef(true),
    lastTop = useRef(0),
    known = useSignal(false);
  const [, draw] = useReducer((n: number, _: void) => n + 1, 0);
  const virtualizer = useRef<Virtualizer<HTMLDivElement, Element>>();
  const options = () => ({
    count: all.current.length,
    getScrollElement: () => box.current,
    estimateSize: () => 33,
    overscan: 8,
    getItemKey: (at: number) => all.current[at]?.n ?? at,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => draw(),
  });
  virtualizer.current ??= new Virtualizer(options());
  virtualizer.current.setOptions({...virtualizer.current.options, ...options()});
  useLayoutEffect(() => virtualizer.current!._didMount(), []);
  useLayoutEffect(() => virtualizer.current!._willUpdate());

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
          if (stick.current) requestAnimationFrame(() => box.current?.scrollTo(0, box.current.scrollHeight));
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

  const items = virtualizer.current.getVirtualItems();
  return (
    <div class="messages">
      <p class="messages-head" role="status">
        {kKinds[kind.value] ?? kind.value}{' '}
        <span class="quiet" data-messages={all.current.length}>
          {known.value ? `${count(all.current.length)} messages${flow.row.state === 'open' ? ', still open' : ''}` : ''}
        </span>
      </p>
      <div
        class="messages-box"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label="Messages"
        aria-live="off"
        onScroll={(event) => {
          // Growing is no scrolling: only going up lets go of the newest.
          const node = event.currentTarget;
          const near = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
          stick.current = near || (stick.current && node.scrollTop >= lastTop.current);
          lastTop.current = node.scrollTop;
        }}
      >
        <div class="spacer" style={{height: `${virtualizer.current.getTotalSize()}px`}}>
          {items.map((item) => {
            const one = all.current[item.index];
            if (!one) return null;
            const down = fromServer(one);
            return (
              <div
                key={one.n}
                class={down ? 'message message-down' : 'message message-up'}
                data-index={item.index}
                ref={(node) => virtualizer.current!.measureElement(node)}
                style={{transform: `translateY(${item.start}px)`}}
              >
                <span class="message-way" title={down ? 'from the server' : 'from the client'}>
                  <span aria-hidden="true">{down ? '↓' : '↑'}</span>
                  <span class="sr">{down ? 'from the server' : 'from the client'}</span>
                </span>
                <span class="quiet">{clock(one.at)}</span>
                <span class="quiet number">{bytes(one.size)}</span>
                <code>
                  {one.opcode !== undefined && one.opcode !== 'text' && one.opcode !== 1 && <span class="chip">{one.opcode}</span>}
                  {textOf(one)}
                  {one.cut && <span class="chip">cut</span>}
                </code>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
