// Text. Drawn plainly at once; CodeMirror, with colours, line numbers and search, takes its place when its code has come.
import {useEffect, useRef, useState} from 'preact/hooks';

const kEditorMax = 2_000_000;

export function Text({text, type, url}: {text: string; type: string; url: string}) {
  const place = useRef<HTMLDivElement>(null);
  const [edited, setEdited] = useState(false);
  useEffect(() => {
    if (text.length > kEditorMax) return undefined;
    let gone = false,
      end = () => {};
    import('./editor')
      .then(async (room) => {
        if (gone || !place.current) return;
        const editor = await room.editor(place.current, {text, type, url, readOnly: true});
        if (gone) return editor.destroy();
        setEdited(true);
        end = () => editor.destroy();
      })
      .catch(() => {});
    return () => {
      gone = true;
      setEdited(false);
      end();
    };
  }, [text, type]);
  return (
    <>
      <div class="editor" ref={place} />
      {!edited && <pre class="plain">{text.slice(0, 200_000)}</pre>}
    </>
  );
}
