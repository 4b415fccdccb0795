// The content of a message: the first 256 KiB at once, more on request, shown in the form that fits its type, or as text, or
// as octets. Everything captured is only ever text or a blob; nothing of it becomes markup of this page.
import {useSignal} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';
import {ApiError, getBody, pathWith} from '../api';
import {bytes} from '../format';
import type {Content} from '../types';
import {formOf, graphqlOf, kindOf, multipartOf, textOf, type Kind} from './kinds';
import {Json} from './Json';
import {Hex} from './Hex';
import {Pairs, Parts, GraphQL} from './Forms';
import {Picture} from './Picture';
import {Preview} from './Preview';
import {Proto} from './Proto';
import {Text} from './Text';

export const kPiece = 256 * 1024;
const kNames: Record<Kind, string> = {
  json: 'Tree',
  image: 'Image',
  form: 'Form',
  multipart: 'Parts',
  graphql: 'GraphQL',
  protobuf: 'Protobuf',
  html: 'Preview',
  text: 'Text',
  hex: 'Hex',
};

type Props = {id: string; side: 'request' | 'response'; type: string; content: Content; done: boolean; url: string};

type Viewed = {kind: Kind; text: string; bytes: Uint8Array; whole: boolean; path: string; done: boolean; type: string; url: string};
function View({kind, text, bytes: octets, whole, path, done, type, url}: Viewed) {
  switch (kind) {
    case 'json':
      return <Json text={text} whole={whole} />;
    case 'hex':
      return <Hex bytes={octets} />;
    case 'image':
      return <Picture path={path} type={type} done={done} />;
    case 'form':
      return <Pairs pairs={formOf(text)} />;
    case 'multipart':
      return <Parts parts={multipartOf(type, octets)} />;
    case 'graphql':
      return <GraphQL {...graphqlOf(text)!} />;
    case 'protobuf':
      return <Proto bytes={octets} whole={whole} />;
    case 'html':
      return <Preview text={text} />;
    case 'text':
      return <Text text={text} type={type} url={url} />;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (b.length === 0) return a;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

export function Body({id, side, type, content, done, url}: Props) {
  const decoded = useSignal(true),
    chosen = useSignal<Kind | undefined>(undefined);
  const data = useSignal<{bytes: Uint8Array; total: number; whole: boolean; fault?: string} | undefined>(undefined),
    failed = useSignal('');
  const path = pathWith(`/api/flows/${id}/${side}/body`, {decoded: decoded.value});
  const stage = done ? -1 : content.size,
    kept = content.kept > 0;
  const of = useRef('');
  useEffect(() => {
    const abort = new AbortController();
    if (of.current !== path || !kept) data.value = undefined;
    of.current = path;
    if (!kept) return undefined;
    // What has grown is read on: who is reading in it stays where they are. Beyond the first piece only its size is of interest.
    const here = data.peek()?.bytes.length ?? 0;
    getBody(path, here, Math.max(1, kPiece - here), abort.signal).then(
      (piece) => {
        const known = data.peek();
        if (known && here > 0 && known.bytes.length !== here) return;
        if (here < kPiece) data.value = known && here > 0 ? {...piece, bytes: joined(known.bytes, piece.bytes)} : piece;
        else data.value = {...known!, total: piece.total, whole: piece.bytes.length === 0, fault: piece.fault};
        failed.value = '';
      },
      (error: unknown) => {
        if (!abort.signal.aborted) failed.value = error instanceof ApiError ? error.problem.message : 'Porthole does not answer.';
      },
    );
    return () => abort.abort();
  }, [path, stage, kept]);
  const more = async () => {
    const now = data.value!;
    try {
      const next = await getBody(path, now.bytes.length, Math.max(kPiece, now.bytes.length));
      if (of.current !== path || data.peek()?.bytes !== now.bytes) return;
      data.value = {...next, bytes: joined(now.bytes, next.bytes)};
    } catch (error) {
      failed.value = String((error as Error).message);
    }
  };
  const now = data.value;
  const text = useMemo(() => (now ? textOf(type, now.bytes) : ''), [type, now?.bytes]);
  const kinds = useMemo(() => (now ? kindOf(type, now.bytes, text) : []), [type, now?.bytes]);
  const kind = chosen.value && kinds.includes(chosen.value) ? chosen.value : (kinds[0] ?? 'hex');
  // Made anew only when what it shows has changed: it may be much to read.
  const view = useMemo(
    () => now && <View kind={kind} text={text} bytes={now.bytes} whole={now.whole} path={path} done={done} type={type} url={url} />,
    [kind, text, now?.bytes, now?.whole, path, done, type, url],
  );
  if (!kept)
    return (
      <p class="quiet no-content">
        {content.size === 0 ? 'No content.' : `None of its ${bytes(content.size)} of content was kept.`}
      </p>
    );
  if (failed.value)
    return (
      <p class="failed" role="alert">
        {failed.value}
      </p>
    );
  if (!now) return <p aria-busy="true" />;
  return (
    <section class="body" aria-label="Content">
      <div class="body-bar">
        <h3>
          Content{' '}
          <span class="quiet">
            {bytes(content.size)}
            {content.unseen > 0 ? `, ${bytes(content.unseen)} passed unseen` : ''}
            {content.kept + content.unseen < content.size ? `, ${bytes(content.kept)} kept` : ''}
          </span>
        </h3>
        <span class="push" />
        <div class="toggle toggle-small" role="group" aria-label="Form">
          {kinds.map((one) => (
            <button
              aria-pressed={one === kind}
              onClick={() => {
                chosen.value = one;
              }}
            >
              {kNames[one]}
            </button>
          ))}
        </div>
        {content.coding && (
          <label class="tick">
            <input
              type="checkbox"
              checked={decoded.value}
              onChange={() => {
                decoded.value = !decoded.value;
                data.value = undefined;
              }}
            />{' '}
            {content.coding} undone
          </label>
        )}
        <a class="button" href={path} download={`${id}-${side}`} aria-label="Save the content">
          Save
        </a>
      </div>
      {now.fault && (
        <p class="why">
          The coding could {now.bytes.length > 0 ? 'not be undone to the end' : 'not be undone'}: {now.fault}. Without the tick the
          octets show as they came.
        </p>
      )}
      {now.bytes.length === 0 && !now.fault && <p class="why">Its beginning was not kept, so that there is nothing to show.</p>}
      {now.bytes.length > 0 && view}
      {!now.whole && (
        <p class="more">
          <button onClick={() => void more()}>Read more</button>{' '}
          <span class="quiet">
            {bytes(now.bytes.length)} of {bytes(now.total)} shown
          </span>
        </p>
      )}
    </section>
  );
}
