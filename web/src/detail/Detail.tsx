// The detail pane: what the flow is, what can be done with it, and its tabs.
import '../css/detail.css';
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {copyAs, type Form, kForms, togglePin} from '../actions';
import {diffFrom, markForDiff} from '../compose/pair';
import {bytes, duration, hostOf} from '../format';
import {close, focusWanted} from '../list/cursor';
import {dialog} from '../parts/dialog';
import {Menu} from '../parts/Menu';
import {ErrorChip, failureOf, Status} from '../parts/status';
import {rowOf, version} from '../rows';
import {selected, type Tab, tab} from '../route';
import type {Flow} from '../types';
import {Explain} from './Explain';
import {shown, startDetail} from './flow';
import {Message} from './Message';
import {Messages} from './Messages';
import {Summary} from './Summary';
import {Timing} from './Timing';

startDetail();

const kNames: Record<Tab, string> = {
  summary: 'Summary',
  request: 'Request',
  response: 'Response',
  messages: 'Messages',
  timing: 'Timing',
  explain: 'Explain',
};

export const hasMessages = (flow: Flow) =>
  /event-stream|ndjson|jsonl|json-seq/.test(flow.content?.response?.type || flow.row.type || '') || flow.row.status === 101;

function Head({flow}: {flow: Flow}) {
  version.value;
  const row = rowOf(flow.row.id) ?? flow.row;
  return (
    <div class="detail-head">
      <div class="detail-line">
        <Status row={row} />
        <strong>{row.method}</strong>
        <span class="detail-url" title={row.target}>
          {hostOf(row)}
          <span class="quiet">{row.path}</span>
        </span>
        <button class="icon" aria-label="Close the detail (Esc)" onClick={close}>
          ✕
        </button>
      </div>
      <div class="detail-actions">
        <span class="quiet">{[bytes(row.bytes_out), duration(row.took)].filter(Boolean).join(' in ')}</span>
        <ErrorChip token={failureOf(row)} />
        <span class="push" />
        <button aria-pressed={row.mark?.pinned ?? false} onClick={() => void togglePin(row.id)}>
          <span aria-hidden="true">⚓</span> {row.mark?.pinned ? 'Pinned' : 'Pin'}
        </button>
        <button aria-pressed={diffFrom.value === row.id} onClick={() => markForDiff(row.id)}>
          {diffFrom.value && diffFrom.value !== row.id ? 'Compare with ①' : 'Compare'}
        </button>
        <button
          disabled={row.method === 'CONNECT'}
          onClick={() => {
            dialog.value = 'compose';
          }}
        >
          Resend…
        </button>
        <Menu
          label="Copy"
          items={(Object.keys(kForms) as Form[]).map((form) => ({
            name: `Copy as ${kForms[form]}`,
            keys: form === 'curl' ? 'c' : undefined,
            run: () => void copyAs(row.id, form),
          }))}
        />
      </div>
    </div>
  );
}

function Panel({flow, now}: {flow: Flow; now: Tab}): JSX.Element {
  if (now === 'request') return <Message key={flow.row.id} flow={flow} side="request" />;
  if (now === 'response') return <Message key={flow.row.id} flow={flow} side="response" />;
  if (now === 'messages') return <Messages key={flow.row.id} flow={flow} />;
  if (now === 'timing') return <Timing flow={flow} />;
  if (now === 'explain') return <Explain flow={flow} />;
  return <Summary key={flow.row.id} flow={flow} />;
}

// Where not all of them fit the bar scrolls; the edges beyond which there is more are faded.
function Tabs({tabs, at}: {tabs: Tab[]; at: Tab}) {
  const bar = useRef<HTMLDivElement>(null),
    more = useSignal('');
  const look = () => {
    const {scrollLeft, scrollWidth, clientWidth} = bar.current!;
    more.value = [scrollLeft > 1 ? 'before' : '', scrollLeft < scrollWidth - clientWidth - 1 ? 'after' : ''].join(' ').trim();
  };
  useEffect(() => {
    const sized = new ResizeObserver(look);
    sized.observe(bar.current!);
    return () => sized.disconnect();
  }, []);
  useEffect(() => {
    document.getElementById(`tab-${at}`)?.scrollIntoView({block: 'nearest', inline: 'nearest'});
    look();
  }, [at, tabs.length]);
  const key = (event: KeyboardEvent) => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    tab.value = tabs[(tabs.indexOf(at) + by + tabs.length) % tabs.length];
    requestAnimationFrame(() => document.getElementById(`tab-${tab.value}`)?.focus());
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Parts of the flow"
      ref={bar}
      data-more={more.value || undefined}
      onScroll={look}
      onKeyDown={key}
    >
      {tabs.map((one) => (
        <button
          id={`tab-${one}`}
          role="tab"
          aria-selected={one === at}
          aria-controls="panel"
          tabIndex={one === at ? 0 : -1}
          onClick={() => {
            tab.value = one;
          }}
        >
          {kNames[one]}
        </button>
      ))}
    </div>
  );
}

export function Detail() {
  const now = shown.value,
    at = tab.value ?? 'summary';
  const panel = useRef<HTMLDivElement>(null);
  const flow = now.state === 'here' ? now.flow : undefined;
  useEffect(() => {
    if (focusWanted.now && flow) {
      focusWanted.now = false;
      document.getElementById(`tab-${at}`)?.focus();
    }
  }, [flow, at]);
  useEffect(() => panel.current?.scrollTo(0, 0), [flow?.row.id, at]);
  if (now.state === 'gone')
    return (
      <section class="detail" aria-label="Detail">
        <div class="detail-line">
          <span class="push" />
          <button class="icon" aria-label="Close" onClick={close}>
            ✕
          </button>
        </div>
        <p class="empty">{now.why}</p>
      </section>
    );
  if (!flow) return <section class="detail" aria-label="Detail" aria-busy="true" />;
  const tabs = (Object.keys(kNames) as Tab[]).filter((one) => one !== 'messages' || hasMessages(flow) || at === 'messages');
  return (
    <section class="detail" aria-label="Detail" aria-busy={flow.row.id !== selected.value}>
      <Head flow={flow} />
      <Tabs tabs={tabs} at={at} />
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${at}`} tabIndex={0} ref={panel}>
        <Panel flow={flow} now={at} />
      </div>
    </section>
  );
}
