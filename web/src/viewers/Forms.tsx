// Forms as tables, multipart as its parts, GraphQL as query and variables.
import {useSignal} from '@preact/signals';
import {bytes, count} from '../format';
import {Hex} from './Hex';
import {type Pair, type Part, type Query, textOf} from './kinds';

const kPairs = 500;

export function Pairs({pairs, name = 'Form'}: {pairs: Pair[]; name?: string}) {
  const shown = useSignal(kPairs);
  return (
    <>
      <table class="fields" aria-label={name}>
        <tbody>
          {pairs.slice(0, shown.value).map((one) => (
            <tr>
              <th scope="row">{one.name}</th>
              <td>{one.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {pairs.length > shown.value && (
        <p class="more">
          <button
            onClick={() => {
              shown.value += kPairs;
            }}
          >
            Show more
          </button>{' '}
          <span class="quiet">
            {count(shown.value)} of {count(pairs.length)} shown
          </span>
        </p>
      )}
    </>
  );
}

export function Parts({parts}: {parts: Part[]}) {
  if (parts.length === 0) return <p class="why">No parts: the boundary is not there.</p>;
  return (
    <>
      {parts.map((one) => {
        const text = /^text\/|json|xml|^$/.test(one.type);
        return (
          <section class="mime-part">
            <h4>
              {one.name || '(no name)'}{' '}
              <span class="quiet">{[one.file, one.type, bytes(one.bytes.length)].filter(Boolean).join(', ')}</span>
            </h4>
            {text ? <pre class="plain">{textOf(one.type, one.bytes.subarray(0, 65_536))}</pre> : <Hex bytes={one.bytes} />}
          </section>
        );
      })}
    </>
  );
}

export const GraphQL = ({operation, query, variables}: Query) => (
  <>
    <h4>{operation || 'Query'}</h4>
    <pre class="plain">{query}</pre>
    <h4>Variables</h4>
    <pre class="plain">{variables}</pre>
  </>
);
