// The tree of a JSON content. Folded parts are not drawn, long lists a hundred at a time.
import {useSignal} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {count} from '../format';
import {type Node, parseJson} from './parse';

const kStep = 100,
  kLong = 600,
  kGlimpse = 60;

// What a folded part begins with: `id: 7, name: "Lantern"`.
function glimpse(items: Node[]): string {
  let said = '';
  for (const item of items) {
    const value =
      'items' in item ? (item.kind === 'object' ? '{…}' : '[…]') : item.kind === 'string' ? JSON.stringify(item.text) : item.text;
    const next = `${said && ', '}${item.name === undefined ? '' : `${item.name}: `}${value}`;
    if (said.length + next.length > kGlimpse) return said ? `${said}, …` : `${next.slice(0, kGlimpse)}…`;
    said += next;
  }
  return said;
}

function Leaf({node}: {node: Node & {text: string}}) {
  const all = useSignal(false);
  const long = node.text.length > kLong && !all.value;
  const text = long ? node.text.slice(0, kLong) : node.text;
  return (
    <span class={`json-${node.kind}`}>
      {node.kind === 'string' ? JSON.stringify(text) : text}
      {node.cut && '…'}
      {long && (
        <button
          class="link"
          onClick={() => {
            all.value = true;
          }}
        >
          {count(node.text.length - kLong)} more characters
        </button>
      )}
    </span>
  );
}

// The root is open, and what is in it while that is little.
function Branch({node, depth, few = true}: {node: Node; depth: number; few?: boolean}) {
  const open = useSignal(depth === 0 || (depth === 1 && few)),
    most = useSignal(kStep);
  const name = node.name !== undefined && (
    <>
      <span class="json-name">{JSON.stringify(node.name)}</span>:{' '}
    </>
  );
  if ('text' in node)
    return (
      <li class="json-line">
        {name}
        <Leaf node={node} />
      </li>
    );
  const [begin, end] = node.kind === 'object' ? '{}' : '[]';
  if (node.items.length === 0)
    return (
      <li class="json-line">
        {name}
        {begin}
        {node.cut ? '…' : ''}
        {end}
      </li>
    );
  return (
    <li>
      <button
        class="json-fold"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <span class="fold" aria-hidden="true">
          {open.value ? '▾' : '▸'}
        </span>
        {name}
        {begin}
        {!open.value && (
          <>
            <span class="quiet">{glimpse(node.items)}</span>
            {end}
          </>
        )}{' '}
        <span class="quiet">
          {count(node.items.length)}
          {node.cut ? '+' : ''}
        </span>
      </button>
      {open.value && (
        <ul>
          {node.items.slice(0, most.value).map((item, at) => (
            <Branch key={at} node={item} depth={depth + 1} few={node.items.length <= 20} />
          ))}
          {node.items.length > most.value && (
            <li>
              <button
                class="link"
                onClick={() => {
                  most.value += kStep * 5;
                }}
              >
                {count(node.items.length - most.value)} more
              </button>
            </li>
          )}
        </ul>
      )}
      {open.value && <span class="json-end">{node.cut ? '…' : end}</span>}
    </li>
  );
}

export function Json({text, whole}: {text: string; whole: boolean}) {
  const tree = useMemo(() => parseJson(text), [text]);
  return (
    <div class="json">
      {tree.fault && <p class="why">Not JSON from there on: {tree.fault}</p>}
      {tree.cut && whole && <p class="why">The content ends in the middle.</p>}
      {tree.root && (
        <ul>
          <Branch node={tree.root} depth={0} />
        </ul>
      )}
    </div>
  );
}
