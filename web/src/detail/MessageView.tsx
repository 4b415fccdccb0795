// One message whole: as a tree when it is JSON, as text, or as octets.
import {useSignal} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {bytes, clock, count} from '../format';
import {toast} from '../parts/toast';
import type {Message} from '../types';
import {Hex} from '../viewers/Hex';
import {Json} from '../viewers/Json';
import {type Kind, kindOf} from '../viewers/kinds';
import {Proto} from '../viewers/Proto';

const kNames: Partial<Record<Kind, string>> = {json: 'Tree', text: 'Text', protobuf: 'Protobuf', hex: 'Hex'};
const kPreview = 400,
  kPreviewOctets = 48;
// RFC 6455 §7.4.1 and the registry it began.
const kCodes: Record<number, string> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'kind of data not taken',
  1007: 'data not as its kind says',
  1008: 'against a policy',
  1009: 'too large',
  1010: 'an extension is missing',
  1011: 'the server failed',
  1012: 'the server restarts',
  1013: 'try again later',
};

export const fromServer = (one: Message) => one.direction !== 'client';

function octetsOf(one: Message, most?: number): Uint8Array {
  if (one.base64 === undefined) return new TextEncoder().encode(one.text ?? '');
  return Uint8Array.from(atob(most ? one.base64.slice(0, Math.ceil(most / 3) * 4) : one.base64), (octet) => octet.charCodeAt(0));
}

// What a line of the list has room for.
export function preview(one: Message): string {
  if (one.text) return one.text.length > kPreview ? `${one.text.slice(0, kPreview)}…` : one.text;
  if (one.opcode === 'close') return kCodes[one.code ?? 0] ?? '';
  const octets = octetsOf(one, kPreviewOctets);
  return [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join(' ') + (one.size > octets.length ? ' …' : '');
}

export function Way({one}: {one: Message}) {
  const down = fromServer(one),
    says = down ? 'from the server' : 'to the server';
  return (
    <span class="message-way" title={says}>
      <span aria-hidden="true">{down ? '↓' : '↑'}</span>
      <span class="sr">{says}</span>
    </span>
  );
}

export function MessageView({one, close}: {one: Message; close: () => void}) {
  const chosen = useSignal<Kind | undefined>(undefined);
  const octets = useMemo(() => octetsOf(one), [one]);
  const kinds = useMemo(() => {
    if (one.base64 === undefined) return (/^\s*[[{]/.test(one.text ?? '') ? ['json', 'text', 'hex'] : ['text', 'hex']) as Kind[];
    return kindOf('', octets, '').filter((kind) => kNames[kind]);
  }, [one]);
  const kind = chosen.value ?? kinds[0]!;
  const text = one.text ?? new TextDecoder().decode(octets);
  return (
    <section class="message-view" aria-label={`Message ${one.n + 1}`}>
      <div class="body-bar">
        <h3>
          <Way one={one} /> {one.opcode} {one.code}{' '}
          <span class="quiet">
            {[`no. ${count(one.n + 1)}`, bytes(one.size), one.compressed && !one.fault && 'was compressed', clock(one.at)]
              .filter(Boolean)
              .join(', ')}
          </span>
        </h3>
        <span class="push" />
        {one.opcode !== 'unreadable' && (
          <div class="toggle toggle-small" role="group" aria-label="Form">
            {kinds.map((form) => (
              <button
                aria-pressed={form === kind}
                onClick={() => {
                  chosen.value = form;
                }}
              >
                {kNames[form]}
              </button>
            ))}
          </div>
        )}
        {one.text && (
          <button
            onClick={() =>
              void navigator.clipboard.writeText(text).then(
                () => toast('Copied.'),
                () => toast('The browser does not let it copy.'),
              )
            }
          >
            Copy
          </button>
        )}
        <button class="icon" aria-label="Close the message" onClick={close}>
          ✕
        </button>
      </div>
      <div class="message-body" tabIndex={0} role="region" aria-label="What it says">
        {one.fault && (
          <p class="why">
            {one.opcode === 'unreadable' ? `Not readable from there on: ${one.fault}.` : `As it passed: ${one.fault}.`}
          </p>
        )}
        {one.opcode === 'close' && one.code !== undefined && kCodes[one.code] && <p class="quiet">{kCodes[one.code]}</p>}
        {octets.length > 0 && kind === 'json' && <Json text={text} whole={!one.cut} />}
        {octets.length > 0 && kind === 'text' && <pre class="plain">{text}</pre>}
        {octets.length > 0 && kind === 'protobuf' && <Proto bytes={octets} />}
        {octets.length > 0 && kind === 'hex' && <Hex bytes={octets} />}
        {one.cut && (
          <p class="quiet">
            The first {bytes(octets.length)} of {bytes(one.size)}.
          </p>
        )}
      </div>
    </section>
  );
}
