// HAR files out and in, and forgetting everything. Secrets leave only when they are ticked.
import {useSignal} from '@preact/signals';
import {ApiError, pathWith, send} from '../api';
import {flows} from '../format';
import {dialog, DialogFrame} from '../parts/dialog';
import {toast} from '../parts/toast';
import {filter} from '../route';

const close = () => {
  dialog.value = undefined;
};

function Export() {
  const secrets = useSignal(false),
    only = useSignal(filter.peek() !== '');
  const path = pathWith('/api/har', {filter: only.value ? filter.peek() : '', secrets: secrets.value});
  return (
    <DialogFrame title="Export as HAR">
      <p>An HTTP archive opens in every browser's network panel and in most proxies.</p>
      {filter.peek() && (
        <label class="tick">
          <input
            type="checkbox"
            checked={only.value}
            onChange={() => {
              only.value = !only.value;
            }}
          />
          <span>
            only what matches <code>{filter.peek()}</code>
          </span>
        </label>
      )}
      <label class="tick">
        <input
          id="secrets"
          type="checkbox"
          checked={secrets.value}
          onChange={() => {
            secrets.value = !secrets.value;
          }}
        />
        <span>with secrets: Authorization, cookies and the like</span>
      </label>
      {secrets.value && <p class="why">Whoever gets this file can act as the people in it.</p>}
      <footer>
        <span class="push" />
        <button onClick={close}>Cancel</button>
        <a class="button main-button" href={path} download="porthole.har" onClick={() => setTimeout(close, 100)}>
          Save
        </a>
      </footer>
    </DialogFrame>
  );
}

function Import() {
  const said = useSignal(''),
    problems = useSignal<string[]>([]),
    busy = useSignal(false);
  const read = async (file: File | undefined) => {
    if (!file) return;
    busy.value = true;
    said.value = '';
    try {
      const done = await send<{added: number; problems: unknown[]}>('POST', '/api/har', await file.text());
      said.value = `${flows(done!.added)} added.`;
      problems.value = done!.problems.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
      if (problems.value.length === 0) {
        toast(said.value);
        close();
      }
    } catch (error) {
      problems.value = [error instanceof ApiError ? error.problem.message : 'Porthole does not answer.'];
    }
    busy.value = false;
  };
  return (
    <DialogFrame title="Import HAR">
      <p>Files from browsers, mitmproxy and others are read; what cannot be read is named.</p>
      <label>
        HAR file
        <input
          type="file"
          accept=".har,application/json"
          disabled={busy.value}
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
      </label>
      <div role="status">
        {said.value && <p>{said.value}</p>}
        {problems.value.length > 0 && (
          <ul class="problems">
            {problems.value.slice(0, 50).map((one) => (
              <li>{one}</li>
            ))}
          </ul>
        )}
      </div>
    </DialogFrame>
  );
}

function Clear() {
  const forget = async () => {
    try {
      const done = await send<{removed: number}>('DELETE', '/api/flows');
      toast(`${flows(done!.removed)} forgotten.`);
      close();
    } catch (error) {
      toast(error instanceof ApiError ? error.problem.message : 'Porthole does not answer.', true);
    }
  };
  return (
    <DialogFrame title="Forget all flows">
      <p>Everything that is not pinned leaves the list and the disk. This cannot be undone.</p>
      <footer>
        <span class="push" />
        <button onClick={close}>Keep them</button>
        <button class="main-button danger" onClick={() => void forget()}>
          Forget
        </button>
      </footer>
    </DialogFrame>
  );
}

export function Har() {
  if (dialog.value === 'import') return <Import />;
  return dialog.value === 'clear' ? <Clear /> : <Export />;
}
