// The content of a message: the first 256 KiB at once, more on request, shown in the form that fits its type, or as text, or
// as octets. Everything captured is only ever text or a blob; nothing of it becomes markup of this page.
import {useSignal} from '@preact/signals';
import {useEffect, useMemo} from 'preact/hooks';
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

type Viewed = {kind: Kind; text: string; bytes: Uint8Array; whole: boolean; path: string; type: string; url: string};
function View({kind, text, bytes: octets, whole, path, type, url}: Viewed) {
  switch (kind) {
    case 'json':
      return <Json text={text} whole={whole} />;
    case 'hex':
      return <Hex bytes={octets} />;
    case 'image':
      return <Picture path={path} type={type} />;
    case 'form':
      return <Pairs pairs={formOf(text)} />;
    case 'multipart':
      return <Parts parts={multipartOf(type, octets)} />;
    case 'graphql':
      return <GraphQL {...graphqlOf(text)!} />;
    case 'protobuf':
      return <Proto bytes={octets} />;
    case 'html':
      return <Preview text={text} />;
    case 'text':
      return <Text text={text} type={type} url={url} />;
  }
}

export function Body({id, side, type, content, done, url}: Props) {
  const decoded = useSignal(true),
    chosen = useSignal<Kind | undefined>(undefined);
  const data = useSignal<{bytes: Uint8Array; total: number; whole: boolean; fault?: string} | undefined>(undefined),
    failed = useSignal('');
  const path = pathWith(`/api/flows/${id}/${side}/body`, {decoded: decoded.value});
  const stage = done ? -1 : content.size,
    kept = content.kept > 0;
  useEffect(() => {
    const abort = new AbortController();
    if (!kept) {
      data.value = undefined;
      return undefined;
    }
    getBody(path, 0, kPiece, abort.signal).then(
      (piece) => {
        data.value = piece;
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
      const joined = new Uint8Array(now.bytes.length + next.bytes.length);
      joined.set(now.bytes);
      joined.set(next.bytes, now.bytes.length);
      data.value = {...next, bytes: joined};
    } catch (error) {
      failed.value = String((error as Error).message);
    }
  };
  const now = data.value;
  const text = useMemo(() => (now ? textOf(type, now.bytes) : ''), [type, now?.bytes]);
  const kinds = useMemo(() => (now ? kindOf(type, now.bytes, text) : []), [type, now?.bytes]);
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
  const kind = chosen.value && kinds.includes(chosen.value) ? chosen.value : kinds[0]!;
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
      {now.bytes.length > 0 && (
        <View kind={kind} text={text} bytes={now.bytes} whole={now.whole} path={path} type={type} url={url} />
      )}
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
