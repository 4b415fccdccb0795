// Protocol Buffers without a schema: field numbers, wire types, and every reading that fits a value.
import {decodeAll, type Field} from './protobuf';

function Line({field}: {field: Field}) {
  return (
    <li>
      <span class="json-name">{field.number}</span> <span class="quiet">{field.wire}</span>{' '}
      {field.inner ? (
        <ul>
          {field.inner.map((one) => (
            <Line field={one} />
          ))}
        </ul>
      ) : (
        <span>
          {field.readings.map((one, n) => (
            <>
              {n > 0 && <span class="quiet"> or </span>}
              <code>{one}</code>
            </>
          ))}
        </span>
      )}
    </li>
  );
}

export function Proto({bytes, whole = true}: {bytes: Uint8Array; whole?: boolean}) {
  const read = decodeAll(bytes, whole);
  if (!read) return <p class="why">These octets do not read as Protocol Buffers.</p>;
  return (
    <>
      <ul class="proto">
        {read.fields.map((one) => (
          <Line field={one} />
        ))}
      </ul>
      {read.more && <p class="why">{read.more}</p>}
    </>
  );
}
