import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { ReplayLane } from '../../types.ts';
import type { Recording } from './recording.ts';

export type Pane = 'conversation' | 'event' | 'files';
export type Theme = 'light' | 'dark' | undefined;

/** What the person has chosen to see. */
export interface View {
  /** Position of the step that is shown. */
  index: number;
  /** Where the playhead stands on the time axis. */
  x: number;
  playing: boolean;
  speed: number;
  /** Lanes that are left out. */
  hidden: ReadonlySet<ReplayLane>;
  /** Positions of the steps that are listed, rising. */
  listed: readonly number[];
  query: string;
  /** Positions of the steps that hold the query, rising; undefined where nothing is searched. */
  hits: readonly number[] | undefined;
  /** Whether the search still goes on. */
  searching: boolean;
  /** The stretch of the time axis that is shown. */
  range: readonly [from: number, to: number];
  pane: Pane;
  /** The file that is looked at; undefined for the one that was changed last. */
  file: string | undefined;
  fileMode: 'change' | 'file';
  help: boolean;
  /** Undefined for that of the system. */
  theme: Theme;
}

export interface Store {
  readonly view: View;
  set(change: Partial<View>): void;
  /** @returns how to stop listening. */
  listen(listener: () => void): () => void;
}

export function createStore(initial: View): Store {
  let view = initial;
  const listeners = new Set<() => void>();
  return {
    get view() {
      return view;
    },
    set(change) {
      view = { ...view, ...change };
      for (const listener of [...listeners]) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function initialView(recording: Recording): View {
  return {
    index: 0,
    x: 0,
    playing: false,
    speed: 10,
    hidden: new Set(),
    listed: recording.steps.map((_step, index) => index),
    query: '',
    hits: undefined,
    searching: false,
    range: [0, Math.max(1, recording.axis.length)],
    pane: 'conversation',
    file: undefined,
    fileMode: 'change',
    help: false,
    theme: undefined,
  };
}

/** What every part of the page can reach. */
export interface App {
  recording: Recording;
  store: Store;
  actions: import('./actions.ts').Actions;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('No page around this part');
  return app;
}

/** A part of the view; whoever uses it is drawn again when that part changes, and only then. */
export function useView<T>(select: (view: View) => T): T {
  const { store } = useApp();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const value = select(store.view);
  const drawn = useRef({ select, value });
  drawn.current = { select, value };
  useLayoutEffect(
    () =>
      store.listen(() => {
        if (!Object.is(drawn.current.select(store.view), drawn.current.value)) redraw(undefined);
      }),
    [store],
  );
  return value;
}
