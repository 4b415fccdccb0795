// What came in beside what went out, line by line. Each difference says what was done, why, and which clause asks for it; a
// click on a name says what the field means and what a proxy must do with it.
import {useSignal} from '@preact/signals';
import {Clause} from '../parts/Clause';
import {Value} from '../parts/Secret';
import type {Flow, Line} from '../types';
import {useExplanation} from './explanation';
import {readable} from './fields';

const kMarks = {same: ['', ''], changed: ['≠', 'changed'], removed: ['−', 'removed'], added: ['+', 'added']} as const;

function Text({text, line, open, toggle}: {text: string | undefined; line: Line; open: boolean; toggle: () => void}) {
  if (!text)
    return (
      <span class="nothing">
        <span class="sr">nothing</span>
      </span>
    );
  const shown = readable(text),
    colon = shown.indexOf(':');
  const field = line.name && colon > 0 && shown.slice(0, colon).toLowerCase() === line.name.toLowerCase();
  const known = Boolean(line.meaning || line.duty);
  // A first line has its name within: the method at the beginning, the status behind the version.
  const at = field || !line.name ? 0 : Math.max(0, ` ${shown} `.indexOf(` ${line.name} `));
  const name = field ? shown.slice(0, colon) : line.name && shown.startsWith(line.name, at) ? line.name : '';
  const rest = shown.slice(at + name.length);
  return (
    <code>
      {shown.slice(0, at)}
      {name && known ? (
        <button class="name" aria-expanded={open} onClick={toggle}>
          {name}
        </button>
      ) : (
        <span class={name ? 'name' : ''}>{name}</span>
      )}
      {field ? (
        <>
          : <Value name={name} text={rest.slice(1).trim()} />
        </>
      ) : (
        rest
      )}
    </code>
  );
}

function Pair({line}: {line: Line}) {
  const open = useSignal(false);
  const [mark, word] = kMarks[line.kind];
  const toggle = () => {
    open.value = !open.value;
  };
  return (
    <li class={`pair pair-${line.kind}`} data-kind={line.kind}>
      <div class="side side-received">
        <Text text={line.received} line={line} open={open.value} toggle={toggle} />
      </div>
      <div class="pair-mark" title={word}>
        <span aria-hidden="true">{mark}</span>
        <span class="sr">{word}</span>
      </div>
      <div class="side side-sent">
        <Text text={line.sent} line={line} open={open.value} toggle={toggle} />
      </div>
      {line.kind !== 'same' && (line.what || line.why) && (
        <p class="because">
          <strong>{line.what}</strong>
          {line.why && <> {line.why}</>} <Clause text={line.clause} />
        </p>
      )}
      {open.value && (
        <div class="guide">
          {line.meaning && (
            <p>
              <span class="guide-label">Means</span> {line.meaning}
            </p>
          )}
          {line.duty && (
            <p>
              <span class="guide-label">A proxy</span> {line.duty}
            </p>
          )}
        </div>
      )}
    </li>
  );
}

function Side({name, left, right, lines}: {name: string; left: string; right: string; lines: Line[]}) {
  if (lines.length === 0) return null;
  const changed = lines.filter((line) => line.kind !== 'same').length;
  const came = lines.some((line) => line.received),
    went = lines.some((line) => line.sent);
  const sum = !went
    ? 'not passed on'
    : !came
      ? 'made by Porthole'
      : changed === 0
        ? 'passed on as it came'
        : changed === 1
          ? 'one line differs'
          : `${changed} lines differ`;
  return (
    <section class="explained" aria-label={name}>
      <h3>
        {name} <span class="quiet">{sum}</span>
      </h3>
      <div class="pair pair-head" aria-hidden="true">
        <span>{left}</span>
        <span />
        <span>{right}</span>
      </div>
      <ol>
        {lines.map((line) => (
          <Pair line={line} />
        ))}
      </ol>
    </section>
  );
}

export function Explain({flow}: {flow: Flow}) {
  const found = useExplanation(flow);
  if (!found) return <p class="empty" aria-busy="true" />;
  return (
    <div class="explain">
      <p class="hint-line">Click an underlined name to read what it means and what a proxy owes it.</p>
      <Side name="Request" left="as received from the client" right="as sent to the server" lines={found.request?.lines ?? []} />
      <Side name="Response" left="as received from the server" right="as sent to the client" lines={found.response?.lines ?? []} />
      {found.story?.length > 0 && (
        <section class="explained">
          <h3>In words</h3>
          <ol class="story">
            {found.story.map((one) => (
              <li>{one}</li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}
