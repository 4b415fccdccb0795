// What someone without a session sees: where the link is found, and a field to paste it into. Nothing of the traffic is here.
import {useSignal} from '@preact/signals';
import {Lens} from './list/Empty';
import {codeIn, signIn, signInWith} from './session';

export function SignIn() {
  const now = signIn.value;
  const pasted = useSignal('');
  if (now.state === 'away')
    return (
      <main class="sign-in">
        <Lens />
        <h1>Porthole does not answer</h1>
        <p>Start it again, then reload this page.</p>
        <button class="main-button" onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  return (
    <main class="sign-in">
      <Lens />
      <h1>Porthole</h1>
      {now.state === 'out' && now.why && (
        <p class="why" role="alert">
          {now.why}
        </p>
      )}
      <p>
        The inspector shows traffic, so it opens only for whoever started Porthole. Open the link that it printed, or paste it here:
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signInWith(codeIn(pasted.value));
        }}
      >
        <label for="link">Link or code</label>
        <input
          id="link"
          autocomplete="off"
          spellcheck={false}
          placeholder="http://127.0.0.1:8084/#c=…"
          value={pasted.value}
          onInput={(event) => {
            pasted.value = event.currentTarget.value;
          }}
          autofocus
        />
        <button class="main-button" type="submit" disabled={codeIn(pasted.value) === ''}>
          Sign in
        </button>
      </form>
      <p class="quiet">Each link signs in once; Porthole prints a fresh one when it starts.</p>
    </main>
  );
}
