// Two flows beside each other: heads field by field, contents line by line (JSON laid out first). What is equal is folded away.
import {useEffect, useState} from 'preact/hooks';
import {useSignal} from '@preact/signals';
import {get, getBody} from '../api';
import {parseHead, type Side} from '../detail/fields';
import {dialog, DialogFrame} from '../parts/dialog';
import {Value} from '../parts/Secret';
import type {Flow} from '../types';
import {diffPair} from './pair';
import {compare, type Step} from './lines';

const kBodyMost = 128 * 1024;
type Loaded = {flow: Flow; text: Record<Side, string>};

function laidOut(bytes: Uint8Array): string {
  if (bytes.subarray(0, 2048).includes(0)) return `(${bytes.length} octets that are not text)`;
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function read(id: string): Promise<Loaded> {
  const flow = await get<Flow>(`/api/flows/${id}`);
  const body = async (side: Side) =>
    flow.content?.[side]?.kept ? laidOut((await getBody(`/api/flows/${id}/${side}/body?decoded=1`, 0, kBodyMost)).bytes) : '';
  return {flow, text: {request: await body('request'), response: await body('response')}};
}

const kWords = {same: 'same', left: 'only in the first', right: 'only in the second'};
function Lines({name, steps, all}: {name: string; steps: Step[]; all: boolean}) {
  const shown = all ? steps : steps.filter((one) => one.kind !== 'same');
  if (steps.length === 0) return null;
  const line = (text: string | undefined) => {
    const colon = text?.indexOf(': ') ?? -1;
    return text !== undefined && colon > 0 ? (
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
        {name}{' '}
        <span class="quiet">
          {shown.length === 0 || steps.every((one) => one.kind === 'same')
            ? 'equal'
            : `${steps.filter((one) => one.kind !== 'same').length} lines differ`}
        </span>
      </h3>
      <ol class="diff-lines">
        {shown.map((one) => (
          <li class={`diff-${one.kind}`} data-kind={one.kind}>
            <span class="diff-sign" title={kWords[one.kind]}>
              <span aria-hidden="true">{{same: ' ', left: '−', right: '+'}[one.kind]}</span>
              <span class="sr">{kWords[one.kind]}</span>
            </span>
            <code>{line(one.left ?? one.right)}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

const headLines = (flow: Flow, side: Side) => {
  const {first, fields} = parseHead(flow.heads[`${side}_received`] ?? flow.heads[`${side}_sent`]);
  return first ? [first, ...fields.map((one) => `${one.name}: ${one.value}`)] : [];
};

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
  const label = ({flow}: Loaded) => `${flow.row.method} ${flow.row.host}${flow.row.path ?? ''}`;
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
            <span>
              <span class="diff-sign">−</span> {label(pair[0])}
            </span>
            <span>
              <span class="diff-sign">+</span> {label(pair[1])}
            </span>
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
            <>
              <Lines
                name={side === 'request' ? 'Request head' : 'Response head'}
                all={all.value}
                steps={compare(headLines(pair[0].flow, side), headLines(pair[1].flow, side))}
              />
              <Lines
                name={side === 'request' ? 'Request content' : 'Response content'}
                all={all.value}
                steps={compare(
                  pair[0].text[side] ? pair[0].text[side].split('\n') : [],
                  pair[1].text[side] ? pair[1].text[side].split('\n') : [],
                )}
              />
            </>
          ))}
        </>
      )}
    </DialogFrame>
  );
}
