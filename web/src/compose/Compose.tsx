// A new request, or one sent again with edits: method, URL, fields and content. The flow it makes is chosen at once, so that its
// response is in the same pane, and it links to the one it came from.
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {ApiError, get, getBody, send} from '../api';
import {isRedacted, parseHead} from '../detail/fields';
import {follow} from '../list/follow';
import {dialog, DialogFrame} from '../parts/dialog';
import {toast} from '../parts/toast';
import {openTab, selected, view} from '../route';
import {canSend} from '../session';
import type {Flow} from '../types';
import {octetsOf, recorded, type Recorded, urlToSend, valueToSend} from './content';

const kMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const kBodyMax = 8 * 1024 * 1024;
// The proxy writes these itself for what is really sent.
const kOurs =
  /^(?:host|content-length|transfer-encoding|connection|proxy-connection|proxy-authorization|keep-alive|te|upgrade|via)$/i;
const none = new Uint8Array();
type Edit = {name: string; value: string; octets?: string};

const base64 = (bytes: Uint8Array) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
};

export function Compose() {
  const of = useRef(dialog.peek() === 'compose' && view.peek() === 'list' ? selected.peek() : undefined);
  const edited = useSignal(false),
    warned = useSignal(false);
  const urlBox = useRef<HTMLInputElement>(null);
  const method = useSignal('GET'),
    url = useSignal('http://'),
    fields = useSignal<Edit[]>([{name: 'Accept', value: '*/*'}]);
  const text = useSignal(''),
    from = useSignal<Recorded | undefined>(undefined),
    lacking = useSignal(''), // why the content cannot be sent: not all of it is here
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
        const {size, kept} = flow.content.request;
        lacking.value = size > 0 ? 'Its content could not be read.' : '';
        const {bytes} = kept > 0 && kept === size ? await getBody(`/api/flows/${id}/request/body`, 0, kBodyMax) : {bytes: none};
        if (bytes.length < size) {
          lacking.value =
            kept < size
              ? `${kept} of the ${size} octets of its content were kept.`
              : `Of the ${size} octets of its content ${bytes.length} can be sent from here.`;
        } else if (size > 0) {
          from.value = recorded(bytes);
          text.value = from.value.text ?? '';
          lacking.value = '';
        }
      } catch (error) {
        failed.value = String((error as Error).message);
      }
      ready.value = true;
    })();
  }, []);
  // It has the focus, with the caret at its end, and is longer than a phone is wide.
  useEffect(() => {
    urlBox.current?.setSelectionRange(0, 0);
    urlBox.current?.scrollTo(0, 0);
  }, [ready.value]);
  const go = async () => {
    if (!canSend() || lacking.value || sending.value) return;
    failed.value = '';
    sending.value = true;
    try {
      const body = from.value?.why ? from.value.bytes : octetsOf(text.value, from.value);
      const said = await send<{id: string}>('POST', '/api/replay', {
        ...(of.current ? {of: of.current} : {}),
        method: method.value.trim(),
        url: urlToSend(url.value.trim()),
        fields: fields.value.filter((one) => one.name.trim()).map((one) => [one.name.trim(), valueToSend(one.value, one.octets)]),
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
  const touch = () => {
    edited.value = true;
    warned.value = false;
  };
  const edit = (at: number, more: Partial<Edit>) => {
    fields.value = fields.value.map((one, n) => (n === at ? {...one, ...more} : one));
  };
  // The first Escape, or click outside, only says what it would cost.
  const keep = () => {
    if (!edited.peek() || warned.peek()) return false;
    warned.value = true;
    return true;
  };
  if (!ready.value) return null;
  return (
    <DialogFrame title={of.current ? 'Edit and send again' : 'New request'} css="compose" keep={keep}>
      <form
        onInput={touch}
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
            ref={urlBox}
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
                  touch();
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
          {lacking.value || from.value?.why ? (
            <span class="quiet">
              {lacking.value ? (
                <span class="why">{lacking.value} Without the rest it is not sent.</span>
              ) : (
                `${from.value!.bytes.length} octets ${from.value!.why}; sent as they are.`
              )}{' '}
              <button
                type="button"
                class="link"
                onClick={() => {
                  from.value = undefined;
                  lacking.value = '';
                }}
              >
                {lacking.value ? 'Send other content, or none' : 'Send text instead'}
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
        {warned.value && (
          <p class="why" role="alert">
            This request has edits: once more throws them away.
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
          <button class="main-button" type="submit" disabled={sending.value || !canSend() || lacking.value !== ''}>
            Send
          </button>
        </footer>
      </form>
    </DialogFrame>
  );
}
