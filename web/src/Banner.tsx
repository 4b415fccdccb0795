// One line across the page while the server is away, or recording is paused by hand. What was read stays on the screen.
import {useEffect} from 'preact/hooks';
import {useSignal} from '@preact/signals';
import {held, toggleHold} from './capture';
import {link} from './stream';

export function Banner() {
  const shown = useSignal(false);
  const away = link.value === 'away';
  // A hiccup that is over in half a second is not worth a line.
  useEffect(() => {
    if (!away) {
      shown.value = false;
      return undefined;
    }
    const timer = setTimeout(() => {
      shown.value = true;
    }, 500);
    return () => clearTimeout(timer);
  }, [away]);
  return (
    <div role="status" class="banner-place">
      {shown.value && (
        <p class="banner">
          <strong>Porthole does not answer.</strong> Trying again twice a second; what is shown was true until now.
        </p>
      )}
      {!shown.value && held.value && (
        <p class="banner">
          <strong>Recording is paused.</strong> What passes now is not in the list.{' '}
          <button class="link" onClick={toggleHold}>
            Go on recording
          </button>
        </p>
      )}
    </div>
  );
}
