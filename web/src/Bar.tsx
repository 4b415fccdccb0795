// The bar at the top: the filter, following, and the way to everything that is not the list.
import {held, toggleHold} from './capture';
import {Filter} from './filter/Filter';
import {follow} from './list/follow';
import {order} from './list/order';
import {dialog} from './parts/dialog';
import {Menu} from './parts/Menu';
import {view} from './route';
import {signOut} from './session';
import {cycleTheme, theme} from './theme';

export function Bar() {
  const onDashboard = view.value === 'dashboard';
  return (
    <header class="bar">
      <a
        class="brand"
        href="#"
        aria-label="Porthole: all flows"
        onClick={(event) => {
          event.preventDefault();
          view.value = 'list';
        }}
      >
        <img src="/porthole.svg" width="24" height="24" alt="" />
        <span>Porthole</span>
      </a>
      <Filter />
      <button
        class="bar-button"
        aria-pressed={follow.value && !order.value}
        title="Follow the newest (f)"
        onClick={() => {
          order.value = undefined;
          follow.value = !follow.value;
        }}
      >
        <span aria-hidden="true">{follow.value && !order.value ? '●' : '○'}</span> Follow
      </button>
      <button
        class="bar-button"
        aria-pressed={onDashboard}
        title="Dashboard (g)"
        onClick={() => {
          view.value = onDashboard ? 'list' : 'dashboard';
        }}
      >
        Dashboard
      </button>
      <Menu
        label="More"
        css="bar-button"
        items={[
          {
            name: 'New request…',
            run: () => {
              dialog.value = 'new';
            },
          },
          {name: held.value ? 'Go on recording' : 'Pause recording', keys: 's', run: toggleHold},
          {
            name: 'Export as HAR…',
            run: () => {
              dialog.value = 'export';
            },
          },
          {
            name: 'Import HAR…',
            run: () => {
              dialog.value = 'import';
            },
          },
          {
            name: 'Forget all flows…',
            run: () => {
              dialog.value = 'clear';
            },
          },
          {name: `Theme: ${theme.value}`, run: cycleTheme, stay: true},
          {
            name: 'Keyboard',
            keys: '?',
            run: () => {
              dialog.value = 'help';
            },
          },
          {name: 'Sign out', run: () => void signOut()},
        ]}
      />
    </header>
  );
}
