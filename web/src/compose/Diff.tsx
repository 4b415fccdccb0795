// Two flows beside each other: heads field by field, wherever a field stands; contents line by line. What is equal is folded away.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {useSignal} from '@preact/signals';
import {get, getBody} from '../api';
import {isSecret, parseHead, type Side} from '../detail/fields';
import {count, day, hostOf} from '../format';
import {dialog, DialogFrame} from '../parts/dialog';
import {Value} from '../parts/Secret';
import type {Flow} from '../types';
import {compareContents, linesDiffer, type Taken} from './contents';
import {diffPair} from './pair';
import {compareHeads, type Step} from './lines';

const kBodyMost = 8 * 1024 * 1024,
  kLongest = 4000,
  kBefore = 60;
type Loaded = {flow: Flow; content: Record<Side, Taken>};

async function read(id: string): Promise<Loaded> {
  const flow = await get<Flow>(`/api/flows/${id}`);
  const body = async (side: Side): Promise<Taken> => {
    const {size = 0, kept = 0, coding = ''} = flow.content?.[side] ?? {};
    const none = {bytes: new Uint8Array(), fault: undefined};
    const path = `/api/flows/${id}/${side}/body`;
    const raw = kept > 0 ? await getBody(path, 0, kBodyMost) : none;
    const plain = kept > 0 && coding ? await getBody(`${path}?decoded=1`, 0, kBodyMost) : {...raw, fault: undefined};
    return {size, raw: raw.bytes, plain: plain.bytes, fault: plain.fault};
  };
  return {flow, content: {request: await body('request'), response: await body('response')}};
}

const kWords = {same: 'same', left: 'only in the first', right: 'only in the second'};
const differing = (steps: Step[]) => steps.filter((one) => one.kind !== 'same');

const textOf = (step: Step | undefined) => step?.left ?? step?.right ?? '';

// Where a long line is shown from: a little before it differs from the one across.
function beginOf(shown: Step[], n: number): number {
  const kind = shown[n]!.kind,
    across = kind === 'left' ? shown[n + 1] : shown[n - 1];
  if (kind === 'same' || !across || across.kind === 'same' || across.kind === kind) return 0;
  const a = textOf(shown[n]),
    b = textOf(across);
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at > kBefore ? at - kBefore : 0;
}

type Part = {name: string; says: string; steps: Step[]; cuts?: string[]; far?: number; all: boolean};
function Lines({name, says, steps, cuts = [], far = 0, all}: Part) {
  const shown = all ? steps : differing(steps);
  if (steps.length === 0 && cuts.length === 0) return null;
  const line = (n: number) => {
    const whole = textOf(shown[n]),
      name = whole.slice(0, Math.max(0, whole.indexOf(': ')));
    const from = whole.length > kLongest && !isSecret(name) ? beginOf(shown, n) : 0,
      more = whole.length - from - kLongest;
    const after = more > 0 ? `… ${count(more)} more characters` : '';
    const text = `${from > 0 ? '… ' : ''}${whole.slice(from, from + kLongest)}${after}`;
    const colon = from > 0 ? -1 : text.indexOf(': ');
    return colon > 0 ? (
      <>
        {text.slice(0, colon)}: <Value name={text.slice(0, colon)} text={text.slice(colon + 2)} />
      </>
    ) : (
      text
    );
  };
  return (
    <section class="diff-part" aria-label={name}>
      <h3>
        {name} <span class="quiet">{says}</span>
      </h3>
      {cuts.map((one) => (
        <p class="why">{one}</p>
      ))}
      {differing(steps).some((one) => textOf(one).length > kLongest) && (
        <p class="why">Of long lines {count(kLongest)} characters are shown.</p>
      )}
      <ol class="diff-lines">
        {shown.map((one, n) => (
          <li class={`diff-${one.kind}`} data-kind={one.kind}>
            <span class="diff-sign" title={kWords[one.kind]}>
              <span aria-hidden="true">{{same: ' ', left: '−', right: '+'}[one.kind]}</span>
              <span class="sr">{kWords[one.kind]}</span>
            </span>
            <code>{line(n)}</code>
          </li>
        ))}
      </ol>
      {all && far > 0 && <p class="quiet">{count(far)} more equal lines are not shown.</p>}
    </section>
  );
}

const headOf = (flow: Flow, side: Side) => parseHead(flow.heads[`${side}_received`] ?? flow.heads[`${side}_sent`]);

function Parts({pair: [a, b], side, all}: {pair: [Loaded, Loaded]; side: Side; all: boolean}) {
  const heads = useMemo(() => compareHeads(headOf(a.flow, side), headOf(b.flow, side)), [a, b, side]);
  const contents = useMemo(() => compareContents(a.content[side], b.content[side]), [a, b, side]);
  const what = side === 'request' ? 'Request' : 'Response',
    n = differing(heads.steps).length;
  return (
    <>
      <Lines name={`${what} head`} all={all} steps={heads.steps} says={n === 0 ? 'equal' : linesDiffer(n)} />
      <Lines name={`${what} content`} all={all} {...contents} />
    </>
  );
}

export function Diff() {
  const [pair, setPair] = useState<[Loaded, Loaded] | undefined>(undefined);
  const [failed, setFailed] = useState('');
  const all = useSignal(false);
  useEffect(() => {
    const ids = diffPair.peek();
    if (!ids) return void (dialog.value = undefined);
    Promise.all([read(ids[0]), read(ids[1])]).then(setPair, (error: unknown) => setFailed(String((error as Error).message)));
    return () => {
      diffPair.value = undefined;
    };
  }, []);
  const label = ({flow: {row}}: Loaded) => (
    <span>
      {row.method} {hostOf(row)}
      {row.path ?? ''}{' '}
      <span class="quiet">
        {day(row.begun)}, {row.id}
      </span>
    </span>
  );
  return (
    <DialogFrame title="Compare" css="diff">
      {failed && (
        <p class="failed" role="alert">
          {failed}
        </p>
      )}
      {pair && (
        <>
          <p class="diff-names">
            <span class="diff-sign">−</span>
            {label(pair[0])}
            <span class="diff-sign">+</span>
            {label(pair[1])}
          </p>
          <label class="tick">
            <input
              type="checkbox"
              checked={all.value}
              onChange={() => {
                all.value = !all.value;
              }}
            />{' '}
            also what is equal
          </label>
          {(['request', 'response'] as const).map((side) => (
            <Parts pair={pair} side={side} all={all.value} />
          ))}
        </>
      )}
    </DialogFrame>
  );
}
