// The names of the columns; each is a button that sorts.
import {type Column, order, sortBy} from './order';

const kColumns: [Column, string, string][] = [
  ['method', 'c-method', 'Method'],
  ['status', 'c-status', 'Status'],
  ['host', 'c-host', 'Host'],
  ['path', 'c-path', 'Path'],
  ['type', 'c-type', 'Type'],
  ['size', 'c-size', 'Size'],
  ['time', 'c-time', 'Time'],
  ['begun', 'c-fall', 'Waterfall'],
];

export function Header({hidden}: {hidden: boolean}) {
  return (
    <div id="columns" class="head row" role="row" aria-rowindex={1} hidden={hidden}>
      {kColumns.map(([column, css, name]) => {
        const now = order.value?.by === column ? order.value : undefined;
        return (
          <span class={css} role="columnheader" aria-sort={now ? (now.down ? 'descending' : 'ascending') : 'none'}>
            <button
              onClick={() => sortBy(column)}
              data-sorted={now !== undefined || undefined}
              title={column === 'begun' ? 'As it happens' : `Sort the newest 1,000 by ${name.toLowerCase()}`}
            >
              {name}
              <span aria-hidden="true">{now ? (now.down ? ' ↓' : ' ↑') : ''}</span>
            </button>
          </span>
        );
      })}
    </div>
  );
}
