// CodeMirror for text: read-only in the viewers, editable in Compose. Its own chunk; each language comes when it is needed.
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  type Language,
  LRLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import {highlightSelectionMatches, searchKeymap} from '@codemirror/search';
import {EditorState} from '@codemirror/state';
import {EditorView, keymap, lineNumbers} from '@codemirror/view';
import {tags} from '@lezer/highlight';

// The grammars alone: the @codemirror/lang-* packages add completion, which a viewer has no use for, and 40 kB.
async function language(type: string, url: string): Promise<Language | undefined> {
  const about = `${type.split(';')[0]} ${/\.\w+(?=[?#]|$)/.exec(url)?.[0] ?? ''}`.toLowerCase();
  if (/json/.test(about)) return LRLanguage.define({parser: (await import('@lezer/json')).parser});
  if (/html/.test(about)) return LRLanguage.define({parser: (await import('./html')).parser});
  if (/xml|svg/.test(about)) return LRLanguage.define({parser: (await import('@lezer/xml')).parser});
  if (/javascript|ecmascript|\.m?js/.test(about)) return LRLanguage.define({parser: (await import('@lezer/javascript')).parser});
  if (/css/.test(about)) return LRLanguage.define({parser: (await import('@lezer/css')).parser});
  return undefined;
}

const colours = HighlightStyle.define([
  {tag: [tags.propertyName, tags.attributeName], color: 'var(--code-name)'},
  {tag: [tags.string, tags.attributeValue], color: 'var(--code-string)'},
  {tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)'},
  {tag: [tags.keyword, tags.tagName, tags.operatorKeyword], color: 'var(--code-word)'},
  {tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic'},
]);
const look = EditorView.theme({
  '&': {
    color: 'var(--ink)',
    backgroundColor: 'var(--panel)',
    fontSize: '12.5px',
    maxHeight: '62vh',
    border: '1px solid var(--line)',
    borderRadius: '6px',
  },
  '&.cm-focused': {outline: '2px solid var(--focus)', outlineOffset: '1px'},
  '.cm-scroller': {fontFamily: 'var(--mono)', lineHeight: '20px'},
  '.cm-gutters': {backgroundColor: 'var(--panel)', color: 'var(--muted)', borderRight: '1px solid var(--line)'},
  '.cm-panels': {backgroundColor: 'var(--ground)', color: 'var(--ink)'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)'},
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection': {backgroundColor: 'var(--chosen)'},
});

export async function editor(
  parent: HTMLElement,
  given: {text: string; type: string; url: string; readOnly: boolean; label?: string},
): Promise<EditorView> {
  const known = await language(given.type, given.url);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: given.text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        look,
        syntaxHighlighting(colours),
        lineNumbers(),
        foldGutter(),
        bracketMatching(),
        highlightSelectionMatches(),
        EditorView.lineWrapping,
        keymap.of([...searchKeymap, ...foldKeymap]),
        EditorState.readOnly.of(given.readOnly),
        EditorView.contentAttributes.of({
          'aria-label': given.label ?? 'Content as text',
          ...(given.readOnly ? {'aria-readonly': 'true', tabindex: '0'} : {}),
        }),
        ...(given.readOnly ? [EditorView.editable.of(false)] : []),
        ...(known ? [known] : []),
      ],
    }),
  });
}
