// A value that is masked until it is asked for, one by one. Copying a flow is an explicit act and takes the real value.
import {useSignal} from '@preact/signals';
import {isRedacted, isSecret} from '../detail/fields';

export function Value({name, text}: {name: string; text: string}) {
  const open = useSignal(false);
  if (isRedacted({name, value: text})) return <span class="quiet">not recorded</span>;
  if (!isSecret(name) || text === '') return <>{text}</>;
  return (
    <>
      {open.value ? (
        text
      ) : (
        <span class="masked">
          <span aria-hidden="true">••••••••</span>
          <span class="sr">masked</span>
        </span>
      )}{' '}
      <button
        class="link reveal"
        aria-label={`${open.value ? 'Hide' : 'Show'} the value of ${name}`}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        {open.value ? 'Hide' : 'Show'}
      </button>
    </>
  );
}
