// The frame of the page: bar, list, detail pane, status line, and whatever dialog is open.
import {useEffect} from 'preact/hooks';
import {Bar} from './Bar';
import {Foot} from './Foot';
import {Later} from './later';
import {List} from './list/List';
import {dialog} from './parts/dialog';
import {tab, view} from './route';
import {signIn} from './session';
import {SignIn} from './SignIn';
import {Banner} from './Banner';
import {Splitter, paneShare} from './parts/Splitter';
import {Toasts} from './parts/toast';

const detail = () => import('./detail/Detail').then((room) => room.Detail);
const compose = () => import('./compose/Compose').then((room) => room.Compose);
const dashboard = () => import('./dashboard/Dashboard').then((room) => room.Dashboard);
const help = () => import('./Help').then((room) => room.Help);
const diff = () => import('./compose/Diff').then((room) => room.Diff);
const har = () => import('./har/Har').then((room) => room.Har);

export function App() {
  const state = signIn.value.state;
  // The detail pane is fetched while nothing else is to do, so that the first row opens at once.
  useEffect(() => {
    if (state === 'in') setTimeout(() => void detail(), 300);
  }, [state]);
  if (state === 'out' || state === 'away') return <SignIn />;
  if (state === 'asking') return null;
  const open = tab.value !== undefined && view.value === 'list';
  return (
    <>
      <Bar />
      <Banner />
      <main class={open ? 'room room-open' : 'room'} style={{'--share': `${paneShare.value}%`}}>
        {view.value === 'dashboard' ? <Later room={dashboard} /> : <List />}
        {open && <Splitter />}
        {open && <Later room={detail} />}
      </main>
      <Foot />
      {(dialog.value === 'compose' || dialog.value === 'new') && <Later room={compose} />}
      {dialog.value === 'help' && <Later room={help} />}
      {dialog.value === 'diff' && <Later room={diff} />}
      {(dialog.value === 'export' || dialog.value === 'import' || dialog.value === 'clear') && <Later room={har} />}
      <Toasts />
    </>
  );
}
