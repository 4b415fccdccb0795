// A new request, or one sent again with edits: method, URL, fields and content. The flow it makes is chosen at once, so that its
// response is in the same pane, and it links to the one it came from.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {ApiError, get, getBody, send} from '../api';
import {parseHead} from '../detail/fields';
import {follow} from '../list/follow';
import {dialog, DialogFrame} from '../parts/dialog';
import {toast} from '../parts/toast';
import {openTab, selected, view} from '../route';
import {canSend} from '../session';
import type {Flow} from '../types';

const kMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const kBodyMax = 8 * 1024 * 1024;
// The proxy writes these itself for what is really sent.
const kOurs =
  /^(?:host|content-length|transfer-encoding|connection|proxy-connection|proxy-authorization|keep-alive|te|upgrade|via)$/i;
// What the recorder was told not to keep stands as one asterisk for each octet: nothing to send. `If-Match: *` is a value.
const isRedacted = ({name, value}: Edit) =>
  /^\*+$/.test(value) && (value.length > 1 || /^(?:authorization|cookie|proxy-authorization)$/i.test(name));
type Edit = {name: string; value: string};

const base64 = (bytes: Uint8Array) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
};

export function Compose() {
  const of = useRef(dialog.peek() === 'compose' && view.peek() === 'list' ? selected.peek() : undefined);
  const method = useSignal('GET'),
    url = useSignal('http://'),
    fields = useSignal<Edit[]>([{name: 'Accept', value: '*/*'}]);
  const text = useSignal(''),
    binary = useSignal<Uint8Array | undefined>(undefined),
    ready = useSignal(of.current === undefined),
    missing = useSignal<string[]>([]),
    failed = useSignal(''),
    sending = useSignal(false);
  useEffect(() => {
    const id = of.current;
    if (!id) return;
    void (async () => {
      try {
        const flow = await get<Flow>(`/api/flows/${id}`);
        method.value = flow.row.method;
        url.value = flow.row.target ?? '';
        const all = parseHead(flow.heads.request_received).fields.filter((one) => !kOurs.test(one.name));
        fields.value = all.filter((one) => !isRedacted(one));
        missing.value = all.filter(isRedacted).map((one) => one.name);
        if (flow.content.request.kept > 0) {
          const {bytes} = await getBody(`/api/flows/${id}/request/body`, 0, kBodyMax);
          try {
            text.value = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
          } catch {
            binary.value = bytes;
          }
        }
      } catch (error) {
        failed.value = String((error as Error).message);
      }
      ready.value = true;
    })();
  }, []);
  const go = async () => {
    if (!canSend()) return;
    failed.value = '';
    sending.value = true;
    try {
      const body = binary.value ?? new TextEncoder().encode(text.value);
      const said = await send<{id: string}>('POST', '/api/replay', {
        ...(of.current ? {of: of.current} : {}),
        method: method.value.trim(),
        url: url.value.trim(),
        fields: fields.value.filter((one) => one.name.trim()).map((one) => [one.name.trim(), one.value]),
        body: base64(body),
      });
      dialog.value = undefined;
      view.value = 'list';
      follow.value = true;
      selected.value = said!.id;
      openTab('response');
      toast('Sent.');
    } catch (error) {
      failed.value = error instanceof ApiError ? error.problem.message : 'Porthole does not answer.';
    }
    sending.value = false;
  };
  const edit = (at: number, more: Partial<Edit>) => {
    fields.value = fields.value.map((one, n) => (n === at ? {...one, ...more} : one));
  };
  if (!ready.value) return null;
  return (
    <DialogFrame title={of.current ? 'Edit and send again' : 'New request'} css="compose">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void go();
          }
        }}
      >
        <div class="compose-line">
          <input
            aria-label="Method"
            class="compose-method"
            list="methods"
            value={method.value}
            onInput={(event) => {
              method.value = event.currentTarget.value;
            }}
          />
          <datalist id="methods">
            {kMethods.map((one) => (
              <option value={one} />
            ))}
          </datalist>
          <input
            aria-label="URL"
            autofocus
            class="compose-url"
            value={url.value}
            spellcheck={false}
            onInput={(event) => {
              url.value = event.currentTarget.value;
            }}
          />
        </div>
        <fieldset>
          <legend>Fields</legend>
          {fields.value.map((one, n) => (
            <div class="compose-field">
              <input
                aria-label={`Name of field ${n + 1}`}
                value={one.name}
                spellcheck={false}
                onInput={(event) => edit(n, {name: event.currentTarget.value})}
              />
              <input
                aria-label={`Value of ${one.name || `field ${n + 1}`}`}
                value={one.value}
                spellcheck={false}
                onInput={(event) => edit(n, {value: event.currentTarget.value})}
              />
              <button
                type="button"
                class="icon"
                aria-label={`Remove ${one.name || `field ${n + 1}`}`}
                onClick={() => {
                  fields.value = fields.value.filter((_, at) => at !== n);
                }}
              >
                ✕
              </button>
            </div>
          ))}
          <button
            type="button"
            onClick={() => {
              fields.value = [...fields.value, {name: '', value: ''}];
            }}
          >
            Add a field
          </button>
          <span class="quiet"> Host, Content-Length and what speaks of the connection are written anew.</span>
          {missing.value.length > 0 && <p class="quiet">Not recorded, and left out: {missing.value.join(', ')}.</p>}
        </fieldset>
        <label class="compose-body">
          Content
          {binary.value ? (
            <span class="quiet">
              {binary.value.length} octets that are not text; sent as they are.{' '}
              <button
                type="button"
                class="link"
                onClick={() => {
                  binary.value = undefined;
                }}
              >
                Send text instead
              </button>
            </span>
          ) : (
            <textarea
              rows={10}
              spellcheck={false}
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
              }}
            />
          )}
        </label>
        {failed.value && (
          <p class="failed" role="alert">
            {failed.value}
          </p>
        )}
        <footer>
          <span class="quiet">
            {canSend() ? (
              <>
                <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends
              </>
            ) : (
              'This Porthole cannot send requests yet: copy it as cURL.'
            )}
          </span>
          <span class="push" />
          <button
            type="button"
            onClick={() => {
              dialog.value = undefined;
            }}
          >
            Cancel
          </button>
          <button class="main-button" type="submit" disabled={sending.value || !canSend()}>
            Send
          </button>
        </footer>
      </form>
    </DialogFrame>
  );
}
