// A page as it would look, inert: a frame with an empty sandbox (no script, no form, no navigation, an origin of its own) whose own
// policy forbids every load. The one Trusted Types policy of the inspector is here, and its only use is this frame's text.
import {useEffect, useRef} from 'preact/hooks';

type Policy = {createHTML(text: string): string};
type Types = {createPolicy(name: string, rules: {createHTML(text: string): string}): Policy};
const types = (globalThis as {trustedTypes?: Types}).trustedTypes;
const kForbid =
  '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:">';
const policy: Policy = types?.createPolicy('porthole-preview', {createHTML: (text) => text}) ?? {createHTML: (text) => text};

export function Preview({text}: {text: string}) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const node = frame.current!;
    node.setAttribute('sandbox', '');
    node.srcdoc = policy.createHTML(kForbid + text);
  }, [text]);
  return (
    <>
      <iframe
        class="preview"
        ref={frame}
        sandbox=""
        referrerpolicy="no-referrer"
        title="The page, without scripts, styles and images from elsewhere"
      />
      <p class="quiet">Inert: no scripts, nothing loaded.</p>
    </>
  );
}
