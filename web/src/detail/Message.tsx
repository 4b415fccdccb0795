// Request or response: its head as received or as sent, with what was changed on the way, its cookies and tokens, and its content.
import {useSignal} from '@preact/signals';
import {bytes} from '../format';
import {Clause} from '../parts/Clause';
import {Value} from '../parts/Secret';
import type {Flow, Head} from '../types';
import {Body} from '../viewers/Body';
import {Pairs} from '../viewers/Forms';
import {formOf} from '../viewers/kinds';
import {cookiesOf, emptyContent, isSecret, parseHead, type Side, tokensOf, valueOf} from './fields';

// A line of a head, or what else was changed; the value of a field may be a secret.
function Line({text}: {text: string}) {
  const colon = text.indexOf(':'),
    name = text.slice(0, Math.max(0, colon));
  if (!isSecret(name.trim())) return <>{text}</>;
  return (
    <>
      {name}: <Value name={name.trim()} text={text.slice(colon + 1).trim()} />
    </>
  );
}

function Changes({head}: {head: Head | undefined}) {
  if (!head?.changes?.length) return null;
  return (
    <details class="changes" open>
      <summary>{head.changes.length === 1 ? 'One change' : `${head.changes.length} changes`} on the way</summary>
      <ul>
        {head.changes.map((one) => (
          <li>
            <strong>{one.what}</strong> <Clause text={one.clause} />
            {one.before && (
              <del>
                <Line text={one.before} />
              </del>
            )}
            {one.after && (
              <ins>
                <Line text={one.after} />
              </ins>
            )}
            {one.why && <p>{one.why}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}

const until = (at: Date) =>
  `${at.getTime() < Date.now() ? 'expired' : 'good until'} ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export function Message({flow, side}: {flow: Flow; side: Side}) {
  const sent = useSignal(false);
  const received = flow.heads[`${side}_received`],
    passed = flow.heads[`${side}_sent`];
  const head = (sent.value ? passed : received) ?? received ?? passed;
  const {first, fields} = parseHead(head);
  const cookies = cookiesOf(fields),
    tokens = tokensOf(fields);
  const content = flow.content?.[side] ?? emptyContent;
  const query = side === 'request' ? formOf(/\?([^#]*)/.exec(flow.row.target ?? '')?.[1] ?? '') : [];
  const trailers = flow.trailers?.[side];
  const who =
    side === 'request' ? ['as the client sent it', 'as the server got it'] : ['as the server sent it', 'as the client got it'];
  if (!head)
    return (
      <p class="empty">
        {flow.row.state === 'open' ? 'Not here yet.' : side === 'response' ? 'There was no response.' : 'Nothing was recorded.'}
      </p>
    );
  return (
    <>
      <div class="toggle" role="group" aria-label="Which side of the proxy">
        {[false, true].map((one) => (
          <button
            aria-pressed={(head === passed) === one}
            disabled={one ? !passed : !received}
            onClick={() => {
              sent.value = one;
            }}
          >
            {one ? 'Sent' : 'Received'}
            <span class="quiet">{who[one ? 1 : 0]}</span>
          </button>
        ))}
      </div>
      {side === 'response' &&
        flow.interim?.map((one) => (
          <p class="interim">
            <code>{parseHead(one.received ?? one.sent).first}</code> came first
          </p>
        ))}
      <p class="first-line">
        <code>{first}</code>
      </p>
      <table class="fields" aria-label="Fields">
        <tbody>
          {fields.map((field) => (
            <tr>
              <th scope="row">{field.name}</th>
              <td>
                <Value name={field.name} text={field.value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {trailers && (
        <>
          <h3>Trailers</h3>
          <pre class="plain">{trailers}</pre>
        </>
      )}
      {sent.value && <Changes head={passed} />}
      {query.length > 0 && (
        <details class="part">
          <summary>
            Query <span class="quiet">{query.length}</span>
          </summary>
          <Pairs pairs={query} name="Query" />
        </details>
      )}
      {cookies.length > 0 && (
        <details class="part">
          <summary>
            Cookies <span class="quiet">{cookies.length}</span>
          </summary>
          <table class="fields">
            <tbody>
              {cookies.map((one) => (
                <tr>
                  <th scope="row">{one.name}</th>
                  <td>
                    <Value name="cookie" text={one.value} />
                    {one.attributes && <p class="quiet">{one.attributes}</p>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      {tokens.map((one) => (
        <details class="part">
          <summary>
            JWT in {one.where}{' '}
            <span class="quiet">
              not verified
              {one.expires ? `, ${until(one.expires)}` : ''}
            </span>
          </summary>
          <pre class="plain">{one.header}</pre>
          <pre class="plain">{one.payload}</pre>
        </details>
      ))}
      {flow.row.method === 'CONNECT' && content.kept === 0 ? (
        <p class="quiet no-content">
          What passes in a tunnel is not kept{content.size > 0 && `: ${bytes(content.size)} went this way`}.
        </p>
      ) : (
        <Body
          id={flow.row.id}
          side={side}
          type={content.type || valueOf(head, 'content-type') || ''}
          content={content}
          done={flow.row.state === 'done'}
          url={flow.row.target ?? ''}
        />
      )}
    </>
  );
}
