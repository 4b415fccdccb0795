// One line of the list. Drawn again only when its row, its place or the waterfall's scale changed: rows are never changed in place.
import {memo} from './memo';
import {bytes, clock, duration, hostOf, shortType} from '../format';
import {ErrorChip, failureOf, Status} from '../parts/status';
import type {Row as Flow} from '../types';

export type Scale = {from: number; to: number};
type Props = {
  row: Flow | undefined;
  at: number;
  top: number;
  height: number;
  chosen: boolean;
  marked: boolean;
  scale: Scale;
  now: number;
};

function Waterfall({row, scale, now}: {row: Flow; scale: Scale; now: number}) {
  const span = Math.max(1, scale.to - scale.from);
  const took = row.took ?? Math.max(0, now - row.begun);
  const left = Math.min(99, Math.max(0, ((row.begun - scale.from) / span) * 100));
  const width = Math.min(100 - left, (took / span) * 100);
  return <span class={row.state === 'open' ? 'bar bar-open' : 'bar'} style={{left: `${left}%`, width: `max(3px, ${width}%)`}} />;
}

function Marks({row}: {row: Flow}) {
  const mark = row.mark;
  return (
    <>
      {mark?.pinned && (
        <span class="chip chip-mark" title="pinned">
          ⚓<span class="sr">pinned</span>
        </span>
      )}
      {mark?.tags?.map((tag) => (
        <span class="chip chip-mark">{tag}</span>
      ))}
      {mark?.note && (
        <span class="chip chip-mark" title={mark.note}>
          ✎<span class="sr">note: {mark.note}</span>
        </span>
      )}
      {row.imported && (
        <span class="chip" title="read from a HAR file">
          imported
        </span>
      )}
      {row.replay_of && (
        <span class="chip chip-mark" title="sent again from here">
          ↻<span class="sr">resent</span>
        </span>
      )}
    </>
  );
}

function Line({row, at, top, height, chosen, marked, scale, now}: Props) {
  const style = {transform: `translateY(${top}px)`, height: `${height}px`};
  if (!row)
    return (
      <div class="row row-empty" style={style} role="row" aria-rowindex={at + 2}>
        <span role="gridcell">…</span>
      </div>
    );
  return (
    <div
      id={`row-${row.id}`}
      class={`row${chosen ? ' row-chosen' : ''}${failureOf(row) ? ' row-error' : ''}`}
      style={style}
      role="row"
      aria-rowindex={at + 2}
      aria-selected={chosen}
      data-at={at}
      data-colour={row.mark?.colour || undefined}
    >
      <span role="gridcell" class="c-method">
        {marked && (
          <span class="diff-mark" title="first of the two to compare">
            ①
          </span>
        )}
        {row.method}
      </span>
      <span role="gridcell" class="c-status">
        <Status row={row} />
      </span>
      <span role="gridcell" class="c-host" title={hostOf(row)}>
        {hostOf(row)}
      </span>
      <span role="gridcell" class="c-path" title={row.path}>
        <span class="path">{row.path || (row.method === 'CONNECT' ? 'tunnel' : row.unparsed ? (row.target ?? '') : '/')}</span>
        <ErrorChip token={failureOf(row)} />
        <Marks row={row} />
      </span>
      <span role="gridcell" class="c-type" title={row.type}>
        {shortType(row.type)}
      </span>
      <span role="gridcell" class="c-size">
        {bytes(row.bytes_out)}
      </span>
      <span role="gridcell" class="c-time">
        {row.state === 'open' && row.took === undefined ? <span class="open">open</span> : duration(row.took)}
      </span>
      <span role="gridcell" class="c-fall" title={`${clock(row.begun)}${row.took ? `, ${duration(row.took)}` : ''}`}>
        <Waterfall row={row} scale={scale} now={now} />
      </span>
    </div>
  );
}

const same = (a: Props, b: Props) =>
  a.row === b.row &&
  a.at === b.at &&
  a.top === b.top &&
  a.height === b.height &&
  a.chosen === b.chosen &&
  a.marked === b.marked &&
  a.scale.from === b.scale.from &&
  a.scale.to === b.scale.to &&
  (a.row?.state !== 'open' || a.now === b.now);

export const Row = memo(Line, same);
