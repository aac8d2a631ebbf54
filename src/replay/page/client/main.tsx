import { render } from 'preact';
import { createActions } from './actions.ts';
import { followAddress, stepInAddress } from './address.ts';
import { listenToKeys } from './keys.ts';
import { Page } from './page.tsx';
import { preparePrinting } from './print-view.tsx';
import { readRecording, readReplay } from './recording.ts';
import { AppContext, createStore, initialView } from './store.ts';
import { applyTheme, rememberedTheme, toggleTheme } from './theme.ts';

const app = document.getElementById('app');
const paper = document.getElementById('print');
const theme = rememberedTheme();
applyTheme(theme);
if (app !== null && paper !== null) void show(app, paper);

async function show(place: HTMLElement, printed: HTMLElement): Promise<void> {
  const recording = readRecording(await readReplay(document));
  const store = createStore({ ...initialView(recording), theme });
  const actions = createActions(
    recording,
    store,
    followAddress((number) => actions.goTo(recording.positionOfNumber(number), 'replace')),
  );
  const first = stepInAddress(location.hash);
  if (first !== undefined) actions.goTo(recording.positionOfNumber(first), 'replace');
  place.replaceChildren();
  render(
    <AppContext.Provider value={{ recording, store, actions }}>
      <Page />
    </AppContext.Provider>,
    place,
  );
  preparePrinting(recording, store, printed);
  listenToKeys(store, actions, recording.lanes, {
    focusSearch: () => document.querySelector<HTMLInputElement>('#search')?.focus(),
    focusLanes: () => document.querySelector<HTMLButtonElement>('.lane-buttons button')?.focus(),
    toggleTheme: () => toggleTheme(store, actions),
  });
}
