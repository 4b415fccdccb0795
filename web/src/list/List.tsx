// The list of flows: a grid of rows of one height, of which only those on the screen exist. Heights being equal, which rows
// those are is a division; the virtualizer that messages need (messages/) would build a measure for each of 200,000 rows.
import {useSignal, useSignalEffect} from '@preact/signals';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import {diffFrom} from '../compose/pair';
import * as rows from '../rows';
import {filter, selected, tab} from '../route';
import {progress} from '../search';
import {choose, open, visible} from './cursor';
import {follow, unseen} from './follow';
import {Header} from './Header';
import {Empty} from './Empty';
import {count, isSorted, order, placeOf, rowAt} from './order';
import {Row, type Scale} from './Row';
import {count as inWords} from '../format';

const kOverscan = 8,
  kDense = 28,
  kTall = 56,
  kPhone = 560,
  kHold_ms = 400;

// Where the list was when it was left for the dashboard.
const left = {top: 0, fell: 0};

// What is on the screen fills the waterfall.
function scaleOf(first: number, last: number, now: number): Scale {
  let from = Infinity,
    to = 0;
  for (let at = first; at <= last; at += 1) {
    const row = rowAt(at);
    if (!row) continue;
    from = Math.min(from, row.begun);
    to = Math.max(to, row.took === undefined ? now : row.begun + row.took);
  }
  return {from, to: Math.max(to, from + 1000)};
}

export function List() {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0),
    height = useSignal(600),
    tall = useSignal(false);
  const lastTop = useRef(0),
    lastFell = useRef(left.fell),
    lastMoved = useRef(0),
    lastOrder = useRef(order.peek());
  const settled = useSignal(0);
  const rowHeight = tall.value ? kTall : kDense;
  const all = count.value;
  rows.version.value;
  const first = Math.max(0, Math.floor(top.value / rowHeight) - kOverscan);
  const last = Math.min(all - 1, Math.ceil((top.value + height.value) / rowHeight) + kOverscan);
  const now = Date.now() * 1000;
  const scale = scaleOf(
    Math.max(0, Math.floor(top.value / rowHeight)),
    Math.min(all - 1, Math.ceil((top.value + height.value) / rowHeight)),
    now,
  );

  useLayoutEffect(() => {
    const node = box.current!;
    node.scrollTop = left.top;
    const sized = new ResizeObserver(() => {
      height.value = node.clientHeight;
      tall.value = node.clientWidth < kPhone;
    });
    sized.observe(node);
    return () => {
      sized.disconnect();
      left.fell = lastFell.current;
    };
  }, []);

  visible.first = Math.floor(top.value / rowHeight);
  visible.last = Math.min(all - 1, visible.first + Math.floor(height.value / rowHeight) - 1);
  visible.page = Math.max(1, visible.last - visible.first);
  visible.show = (at) => {
    const node = box.current!;
    const above = at * rowHeight,
      below = above + rowHeight - node.clientHeight;
    if (node.scrollTop > above) node.scrollTop = above;
    else if (node.scrollTop < below) node.scrollTop = below;
  };

  useLayoutEffect(() => {
    const node = box.current!;
    // A new order is read from its beginning.
    if (order.value && order.value !== lastOrder.current) node.scrollTop = 0;
    lastOrder.current = order.value;
    const fell = rows.fellBefore.peek() - lastFell.current;
    lastFell.current += fell;
    // Rows do not slip away under a pointer that is on its way to one.
    const held = lastMoved.current + kHold_ms - Date.now();
    if (follow.value && !order.value && held > 0) {
      const timer = setTimeout(() => {
        settled.value += 1;
      }, held);
      return () => clearTimeout(timer);
    }
    if (follow.value && !order.value) node.scrollTop = node.scrollHeight;
    else if (fell > 0 && !order.value) node.scrollTop -= fell * rowHeight;
    left.top = lastTop.current = top.value = node.scrollTop;
    return undefined;
  }, [settled.value, all, rows.fellBefore.value, follow.value, rowHeight, height.value, order.value]);

  useEffect(() => {
    if (!isSorted()) void rows.ensure(first, last);
  }, [first, last, rows.version.value]);

  // After a reload the chosen row is looked for once the rows are there.
  useSignalEffect(() => {
    if (!rows.loaded.value || !selected.peek()) return;
    const at = placeOf(selected.peek()!);
    if (at >= 0 && at < count.peek() - 1) {
      follow.value = false;
      requestAnimationFrame(() => visible.show(at));
    }
  });

  const scrolled = () => {
    const node = box.current!;
    const atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < rowHeight;
    if (node.scrollTop < lastTop.current - 1 && !atEnd) follow.value = false;
    else if (atEnd && node.scrollTop > lastTop.current) follow.value = true;
    left.top = lastTop.current = top.value = node.scrollTop;
  };
  const at = (event: Event) => {
    const found = (event.target as Element).closest<HTMLElement>('[data-at]')?.dataset.at;
    return found === undefined ? undefined : Number(found);
  };
  const drawn = [];
  for (let n = first; n <= last; n += 1) {
    const row = rowAt(n);
    drawn.push(
      <Row
        key={row?.id ?? `empty-${n}`}
        row={row}
        at={n}
        top={n * rowHeight}
        height={rowHeight}
        scale={scale}
        now={now}
        chosen={row !== undefined && row.id === selected.value}
        marked={row !== undefined && row.id === diffFrom.value}
      />,
    );
  }
  const active =
    selected.value && placeOf(selected.value) >= first && placeOf(selected.value) <= last ? `row-${selected.value}` : undefined;
  return (
    <section class={tall.value ? 'list list-tall' : 'list'} aria-label="Flows">
      <Header hidden={tall.value} />
      <div
        id="grid"
        class="grid"
        ref={box}
        role="grid"
        tabIndex={0}
        aria-label="Flows, oldest first"
        aria-rowcount={all + 1}
        aria-colcount={8}
        aria-activedescendant={active}
        aria-owns="columns"
        onScroll={scrolled}
        onPointerMove={() => {
          lastMoved.current = Date.now();
        }}
        onClick={(event) => {
          const n = at(event);
          if (n === undefined) return;
          if (tab.value || tall.value || event.detail > 0) open(n);
          else choose(n);
        }}
      >
        <div class="spacer" role="rowgroup" style={{height: `${all * rowHeight}px`}}>
          {drawn}
        </div>
        {all === 0 && <Empty filtered={filter.value !== ''} />}
      </div>
      {unseen.value > 0 && !order.value && (
        <button
          class="unseen"
          onClick={() => {
            follow.value = true;
          }}
        >
          {inWords(unseen.value)} new <span aria-hidden="true">↓</span>
        </button>
      )}
      {order.value && (
        <p class="sorted" role="status">
          The newest {inWords(all)}, by {order.value.by}.{' '}
          <button
            class="link"
            onClick={() => {
              order.value = undefined;
            }}
          >
            As it happens
          </button>
        </p>
      )}
      {progress.value && (
        <p class="sorted" role="status">
          {progress.value.broken && 'The search broke off: '}
          {progress.value.full
            ? `The newest ${inWords(progress.value.hits)} found, in `
            : progress.value.done && !progress.value.broken
              ? `${inWords(progress.value.hits)} found in `
              : `${inWords(progress.value.hits)} found so far, looked at `}
          {inWords(progress.value.searched)}
          {progress.value.of > progress.value.searched ? ` of ${inWords(progress.value.of)}` : ''} flows
          {!progress.value.done && <progress max={progress.value.of || undefined} value={progress.value.searched} />}
        </p>
      )}
    </section>
  );
}
