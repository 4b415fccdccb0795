// JSON as a tree, also when it is cut: the content may be 20 MB and only its first piece here. Keeps numbers as they were
// written (JSON.parse would round 12345678901234567890), names in their order, and what comes twice.

export type Node =
  | {kind: 'object' | 'array'; name?: string; items: Node[]; cut: boolean}
  | {kind: 'string' | 'number' | 'word'; name?: string; text: string; cut: boolean};
export type Tree = {root?: Node; fault?: string; cut: boolean};

const kDepthMax = 500;
const kWord = /[-+\w.]+/y,
  kBlank = /[\s]*/y;

export function parseJson(text: string): Tree {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0,
    fault: string | undefined,
    ended = false;
  const blank = () => {
    kBlank.lastIndex = at;
    kBlank.test(text);
    at = kBlank.lastIndex;
  };
  const stop = (why: string) => {
    if (at >= text.length) ended = true;
    else fault ??= `${why} at character ${at + 1}`;
  };
  const string = (): {text: string; cut: boolean} => {
    const from = at;
    for (at += 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 92) at += 1;
      else if (code === 34) {
        at += 1;
        const raw = text.slice(from, at);
        try {
          return {text: JSON.parse(raw) as string, cut: false};
        } catch {
          return {text: raw.slice(1, -1), cut: false};
        }
      }
    }
    ended = true;
    at = text.length;
    return {text: text.slice(from + 1), cut: true};
  };
  const value = (depth: number, name?: string): Node | undefined => {
    blank();
    const first = text[at];
    if (first === '"') return {kind: 'string', name, ...string()};
    if (first === '{' || first === '[') return depth > kDepthMax ? void stop('too deep') : list(depth, first === '{', name);
    kWord.lastIndex = at;
    const found = kWord.exec(text)?.[0];
    if (!found) return void stop('no value');
    at += found.length;
    const cut = at >= text.length && depth > 0;
    return {kind: /^-?\d/.test(found) ? 'number' : 'word', name, text: found, cut};
  };
  const list = (depth: number, named: boolean, name?: string): Node => {
    const node: Node = {kind: named ? 'object' : 'array', name, items: [], cut: false},
      end = named ? '}' : ']';
    at += 1;
    blank();
    if (text[at] === end) at += 1;
    else
      for (;;) {
        blank();
        let key: string | undefined;
        if (named) {
          if (text[at] !== '"') {
            stop('no name');
            break;
          }
          const read = string();
          if (read.cut) break;
          key = read.text;
          blank();
          if (text[at] !== ':') {
            stop('no colon');
            break;
          }
          at += 1;
        }
        const item = value(depth + 1, key);
        if (item) node.items.push(item);
        if (!item || fault || ended) break;
        blank();
        const sign = text[at];
        if (sign !== ',' && sign !== end) {
          stop('neither comma nor end');
          break;
        }
        at += 1;
        if (sign === end) return node;
      }
    node.cut = ended || fault !== undefined ? true : node.cut;
    return node;
  };
  const root = value(0);
  blank();
  if (!fault && !ended && at < text.length) fault = `more after the end at character ${at + 1}`;
  return {root, fault, cut: ended};
}
