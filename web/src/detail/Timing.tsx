// Where the time went: bars that add up to the total, and the same in words.
import {duration} from '../format';
import {type Flow, kParts, type Part, type Row, type Timing as Times} from '../types';
import {useExplanation} from './explanation';

const kNames: Record<Part, [string, string]> = {
  blocked: ['Waiting', 'before Porthole could turn to it'],
  dns: ['DNS', 'until the name was an address'],
  connect: ['Connect', 'until the server took the connection'],
  tls: ['TLS', 'until both agreed on keys'],
  send: ['Send', 'until the server had the request'],
  wait: ['Server', 'until its first octet'],
  receive: ['Receive', 'until the last octet'],
};
// A tunnel and an upgraded connection are open rather than received.
const nameOf = (part: Part, {method, status}: Row): [string, string] =>
  part === 'receive' && (method === 'CONNECT' || status === 101) ? ['Open', 'until it was closed'] : kNames[part];
const present = (timing: Times) => kParts.filter((part) => timing[part] !== undefined && timing[part] >= 0);

export function TimingBar({timing, row}: {timing: Times; row: Row}) {
  const took = Math.max(1, row.took ?? 0);
  return (
    <div
      class="timing-bar"
      role="img"
      aria-label={present(timing)
        .map((part) => `${nameOf(part, row)[0]} ${duration(timing[part])}`)
        .join(', ')}
    >
      {present(timing)
        .filter((part) => timing[part] > 0)
        .map((part) => (
          <span
            class={`part-${part}`}
            style={{width: `${(timing[part] / took) * 100}%`}}
            title={`${nameOf(part, row)[0]} ${duration(timing[part])}`}
          />
        ))}
    </div>
  );
}

export function Timing({flow}: {flow: Flow}) {
  const {timing, row} = flow;
  const explanation = useExplanation(flow);
  if (!timing || row.took === undefined) return <p class="empty">The times are known when the flow has ended.</p>;
  let begun = 0;
  return (
    <div class="timing">
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" class="sr">
              When
            </th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {present(timing).map((part) => {
            const left = (begun / Math.max(1, row.took!)) * 100,
              width = (timing[part] / Math.max(1, row.took!)) * 100;
            begun += timing[part];
            return (
              <tr data-part={part} data-us={timing[part]}>
                <th scope="row">
                  {nameOf(part, row)[0]}
                  <span class="quiet">{nameOf(part, row)[1]}</span>
                </th>
                <td class="track">
                  <span class={`part-${part}`} style={{left: `${left}%`, width: `max(2px, ${width}%)`}} />
                </td>
                <td class="number">{duration(timing[part])}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr data-total={row.took}>
            <th scope="row">In all</th>
            <td />
            <td class="number">{duration(row.took)}</td>
          </tr>
        </tfoot>
      </table>
      {explanation && explanation.story.length > 0 && (
        <>
          <h3>In words</h3>
          <ol class="story">
            {explanation.story.map((one) => (
              <li>{one}</li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
