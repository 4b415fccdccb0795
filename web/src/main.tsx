// The beginning: sign in, then the stream and the list. What only some need (detail, compose, dashboard) comes in its own chunk.
import './css/base.css';
import './css/list.css';
import {render} from 'preact';
import {App} from './App';
import {begin} from './session';
import {keepHash} from './route';
import {applyFrame, load, startRows} from './rows';
import {startStream} from './stream';
import {watchCapture} from './capture';
import {startKeys} from './keys';
import {signIn} from './session';
import {effect} from '@preact/signals';

await begin();
keepHash();
render(<App />, document.getElementById('app')!);
startKeys();
watchCapture();
startStream(applyFrame, () => void load());
let begun = false;
effect(() => {
  if (signIn.value.state !== 'in' || begun) return;
  begun = true;
  startRows();
});
