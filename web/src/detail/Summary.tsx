// What happened, on one screen: the outcome, the way it took, and what the user noted about it.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {changeMark} from '../actions';
import {bytes, count, day, duration, endInWords} from '../format';
import {noteWanted} from '../list/cursor';
import {rowOf, version} from '../rows';
import {openTab, selected} from '../route';
import type {Flow, Mark, Path, Tls} from '../types';
import {TimingBar} from './Timing';

const kColours = ['red', 'amber', 'green', 'blue', 'violet'];

// A field that shows what was said last, here or in another page, unless someone is writing in it.
function useDraft(said: string, save: (text: string, leaving?: boolean) => Promise<boolean>) {
  const draft = useSignal<string | undefined>(undefined),
    writing = useRef(false);
  useEffect(() => {
    if (!writing.current) draft.value = undefined;
  }, [said]);
  useEffect(() => {
    const leave = () => {
      if (draft.peek() !== undefined && draft.peek() !== said) void save(draft.peek()!, true);
    };
    addEventListener('pagehide', leave);
    return () => removeEventListener('pagehide', leave);
  }, [said]);
  return {
    value: draft.value ?? said,
    onFocus: () => {
      writing.current = true;
    },
    onInput: (event: JSX.TargetedEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      draft.value = event.currentTarget.value;
    },
    // Kept until the change comes back; what was refused stays to be mended.
    onChange: () => void save(draft.peek() ?? said),
    onBlur: () => {
      writing.current = false;
      if (draft.peek() === said) draft.value = undefined;
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      (event.currentTarget as HTMLElement).blur();
      document.getElementById('panel')?.focus();
    },
  };
}

const tagsIn = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

function Marks({id, mark}: {id: string; mark: Mark}) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (noteWanted.value?.id !== id) return;
    noteWanted.value = undefined;
    area.current!.focus();
  }, [id, noteWanted.value]);
  const note = useDraft(mark.note ?? '', (text, leaving) => changeMark(id, {note: text}, leaving)),
    tags = useDraft((mark.tags ?? []).join(', '), (text, leaving) => changeMark(id, {tags: tagsIn(text)}, leaving));
  return (
    <div class="marks">
      <label>
        Note
        <textarea rows={2} ref={area} {...note} />
      </label>
      <label>
        Tags, by commas
        <input autocomplete="off" {...tags} />
      </label>
      <div class="colours" role="group" aria-label="Colour">
        {kColours.map((one) => (
          <button
            class="swatch"
            data-colour={one}
            aria-pressed={mark.colour === one}
            onClick={() => void changeMark(id, {colour: mark.colour === one ? '' : one})}
          >
            <span aria-hidden="true">{mark.colour === one ? '✓' : ''}</span>
            <span class="sr">{one}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function FlowLink({id}: {id: string}) {
  return (
    <button
      class="link"
      onClick={() => {
        selected.value = id;
      }}
    >
      {id}
    </button>
  );
}

const inTls = (tls: Tls | undefined) =>
  tls &&
  [tls.sni ?? 'no name', tls.alpn?.join(', '), tls.version && `TLS ${tls.version.join(', ')}`, tls.cipher]
    .filter(Boolean)
    .join('; ');

const inTcp = (path: Path | undefined) =>
  path &&
  [
    `round trip ${duration(path.rtt)} ± ${duration(path.rtt_var)}`,
    path.rtt_min !== undefined && `at best ${duration(path.rtt_min)}`,
    path.retransmits === 0
      ? 'nothing sent twice'
      : `${path.retransmits === 1 ? 'one segment' : `${count(path.retransmits)} segments`} sent twice`,
    path.delivery_rate && `${bytes(path.delivery_rate)}/s taken lately`,
  ]
    .filter(Boolean)
    .join(', ');

export function Summary({flow}: {flow: Flow}) {
  version.value;
  const row = flow.row,
    {mark} = rowOf(row.id) ?? row;
  const {request, response} = flow.content ?? {};
  const changes = Object.values(flow.heads).reduce((sum, head) => sum + (head?.changes?.length ?? 0), 0);
  const served = flow.served ?? 0;
  const servedBefore = served > 0 ? `, ${served === 1 ? 'one request' : `${count(served)} requests`} before` : '';
  const facts: [string, string | undefined][] = [
    ['Outcome', row.end ? endInWords(row.end) : row.state === 'open' ? 'under way' : undefined],
    ['Error', row.error],
    ['Begun', day(row.begun)],
    ['Came from', row.imported ? 'a HAR file that was imported' : undefined],
    ['Took', duration(row.took)],
    ['Client', row.client],
    ['Server', row.server && `${row.server}${row.reused ? ` (kept connection${servedBefore})` : ''}`],
    ['Version', row.version && `HTTP/${row.version}`],
    ['Request content', request && `${bytes(request.size)}${request.type ? ` of ${request.type}` : ''}`],
    [
      'Response content',
      response &&
        `${bytes(response.size)}${response.type ? ` of ${response.type}` : ''}${response.coding ? `, ${response.coding}` : ''}`,
    ],
    ['TLS, asked for', inTls(flow.tls?.offered)],
    ['TLS with the client', inTls(flow.tls?.client)],
    ['TLS with the server', inTls(flow.tls?.upstream)],
    ['TCP to the client', inTcp(flow.path?.client)],
    ['TCP to the server', inTcp(flow.path?.upstream)],
    ['Not kept', row.flags?.length ? row.flags.map((one) => one.replaceAll('_', ' ')).join(', ') : undefined],
  ];
  return (
    <div class="summary">
      {flow.beginning_gone && <p class="why">The beginning of this flow has left the store.</p>}
      <p class="target">
        <code>{row.target ?? `${row.host}:${row.port}`}</code>
      </p>
      {flow.timing && row.took !== undefined && <TimingBar timing={flow.timing} row={row} />}
      <dl class="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {flow.heads.request_received?.unparsed && (
        <p class="why">
          Refused before it was understood: <em>Request</em> shows the octets that had come.
        </p>
      )}
      {changes > 0 && (
        <p>
          <button class="link" onClick={() => openTab('explain')}>
            {changes === 1 ? 'One change' : `${changes} changes`} on the way, explained
          </button>
        </p>
      )}
      {row.replay_of && (
        <p>
          Sent again from <FlowLink id={row.replay_of} />
        </p>
      )}
      {flow.parent && (
        <p>
          Passed in the tunnel <FlowLink id={flow.parent.id} />
        </p>
      )}
      {flow.notes?.length > 0 && (
        <>
          <h3>On the way</h3>
          <ol class="trace">
            {flow.notes.map((one) => (
              <li>
                <span class="quiet">{duration(Math.max(0, one.at - row.begun))}</span>
                <strong>{one.what.replaceAll('_', ' ')}</strong>
                <span>{one.detail}</span>
                <span class="quiet">{one.took > 0 ? duration(one.took) : ''}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      <h3>Yours</h3>
      <Marks id={row.id} mark={mark ?? {}} />
    </div>
  );
}
