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
    <div class="head row" role="group" aria-label="Sort by" hidden={hidden}>
      {kColumns.map(([column, css, name]) => {
        const now = order.value?.by === column ? order.value : undefined;
        return (
          <span class={css}>
            <button
              onClick={() => sortBy(column)}
              aria-pressed={now !== undefined}
              title={column === 'begun' ? 'As it happens' : `Sort the newest 1,000 by ${name.toLowerCase()}`}
            >
              {name}
              <span aria-hidden="true">{now ? (now.down ? ' ↓' : ' ↑') : ''}</span>
              <span class="sr">{now ? (now.down ? ', descending' : ', ascending') : ''}</span>
            </button>
          </span>
        );
      })}
    </div>
  );
}
