// Text. Drawn plainly at once; CodeMirror, with colours, line numbers and search, takes its place when its code has come. Text that
// grows at its end grows there: who reads in it stays where they are.
import type {EditorView} from '@codemirror/view';
import {useEffect, useRef, useState} from 'preact/hooks';
import {count} from '../format';

const kEditorMax = 16_000_000,
  kPlainMax = 200_000;

export function Text({text, type, url}: {text: string; type: string; url: string}) {
  const place = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<EditorView | undefined>(undefined);
  const newest = useRef(text);
  newest.current = text;
  const small = text.length <= kEditorMax;
  useEffect(() => {
    if (!small) return undefined;
    let gone = false,
      end = () => {};
    import('./editor')
      .then(async (room) => {
        if (gone || !place.current) return;
        const made = await room.editor(place.current, {text: newest.current, type, url, readOnly: true});
        if (gone) return made.destroy();
        setEditor(made);
        end = () => made.destroy();
      })
      .catch(() => {});
    return () => {
      gone = true;
      setEditor(undefined);
      end();
    };
  }, [type, url, small]);
  useEffect(() => {
    const known = editor?.state.doc;
    if (!editor || !known) return;
    const now = text.replaceAll(/\r\n?/g, '\n');
    if (known.toString() === now) return;
    // A character of which only a part had come stood as U+FFFD at the end.
    const sure = known.toString().replace(/\ufffd+$/, '');
    const from = now.startsWith(sure) ? sure.length : 0;
    editor.dispatch({changes: {from, to: known.length, insert: now.slice(from)}});
  }, [editor, text]);
  return (
    <>
      <div class="editor" ref={place} />
      {!editor && <pre class="plain">{text.slice(0, kPlainMax)}</pre>}
      {!small && <p class="why">Only the first {count(kPlainMax)} characters are shown; Save has all.</p>}
    </>
  );
}
