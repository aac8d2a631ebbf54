import { render } from 'preact';
import { createActions } from './actions.ts';
import { followAddress, stepInAddress } from './address.ts';
import { listenToKeys } from './keys.ts';
import { Page } from './page.tsx';
import { preparePrinting } from './print-view.tsx';
import { readRecording } from './recording.ts';
import { AppContext, createStore, initialView } from './store.ts';
import { applyTheme, rememberedTheme, toggleTheme } from './theme.ts';

const element = document.getElementById('replay');
const recording = readRecording(element);
// It is read now; the text need not be kept as well.
element?.remove();
const theme = rememberedTheme();
applyTheme(theme);
const store = createStore({ ...initialView(recording), theme });
const actions = createActions(
  recording,
  store,
  followAddress((number) => actions.goTo(recording.positionOfNumber(number), 'replace')),
);
const first = stepInAddress(location.hash);
if (first !== undefined) actions.goTo(recording.positionOfNumber(first), 'replace');

const app = document.getElementById('app');
const paper = document.getElementById('print');
if (app !== null && paper !== null) {
  app.replaceChildren();
  render(
    <AppContext.Provider value={{ recording, store, actions }}>
      <Page />
    </AppContext.Provider>,
    app,
  );
  preparePrinting(recording, store, paper);
  listenToKeys(store, actions, recording.lanes, {
    focusSearch: () => document.querySelector<HTMLInputElement>('#search')?.focus(),
    focusLanes: () => document.querySelector<HTMLButtonElement>('.lane-buttons button')?.focus(),
    toggleTheme: () => toggleTheme(store, actions),
  });
}
