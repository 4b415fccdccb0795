// Forms as tables, multipart as its parts, GraphQL as query and variables.
import {bytes} from '../format';
import {Hex} from './Hex';
import {type Pair, type Part, type Query, textOf} from './kinds';

export const Pairs = ({pairs, name = 'Form'}: {pairs: Pair[]; name?: string}) => (
  <table class="fields" aria-label={name}>
    <tbody>
      {pairs.map((one) => (
        <tr>
          <th scope="row">{one.name}</th>
          <td>{one.value}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

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
