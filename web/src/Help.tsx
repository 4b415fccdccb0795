// All shortcuts, from the same table that runs them, and the words of the filter.
import {kShortcuts} from './keys';
import {DialogFrame} from './parts/dialog';

const kNames: Record<string, string> = {ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', PageDown: 'Page ↓', PageUp: 'Page ↑'};
const kFilters: [string, string][] = [
  ['host:*.shop.test', 'a name; * stands for anything'],
  ['status:5xx', 'a class of codes, or one: status:404'],
  ['-method:OPTIONS', 'not these'],
  ['size>100k', 'large responses'],
  ['time>500ms', 'slow ones'],
  ['path:/^\\/api\\//i', 'a regular expression between slashes'],
  ['body:"out of stock"', 'words inside the content, decoded'],
  ['is:error', 'what failed'],
  ['a or b', 'either; terms side by side mean both'],
];

export function Help() {
  return (
    <DialogFrame title="Keyboard" css="help">
      <div class="help-columns">
        <dl>
          {kShortcuts.map((one) => (
            <div>
              <dt>
                {one.keys.length > 2 ? (
                  <>
                    <kbd>{one.keys[0]}</kbd>–<kbd>{one.keys.at(-1)}</kbd>
                  </>
                ) : (
                  one.keys.map((key) => <kbd>{kNames[key] ?? key}</kbd>)
                )}
              </dt>
              <dd>{one.what}</dd>
            </div>
          ))}
        </dl>
        <dl>
          {kFilters.map(([text, meaning]) => (
            <div>
              <dt>
                <code>{text}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    </DialogFrame>
  );
}
