// Protocol Buffers without a schema: field numbers, wire types, and every reading that fits a value.
import {decode, type Field} from './protobuf';

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

export function Proto({bytes}: {bytes: Uint8Array}) {
  const fields = decode(bytes);
  if (!fields) return <p class="why">These octets do not read as Protocol Buffers.</p>;
  return (
    <ul class="proto">
      {fields.map((one) => (
        <Line field={one} />
      ))}
    </ul>
  );
}
