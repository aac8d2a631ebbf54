import type { ReplayLane, ReplayStep } from '../../types.ts';
import { lastAtMost } from '../model/time-axis.ts';
import { createPlayer } from './player.ts';
import type { Recording } from './recording.ts';
import { startSearch } from './run-search.ts';
import type { Pane, Store, Theme } from './store.ts';

/** What can be done on the page, by whatever key or button. */
export interface Actions {
  /** Shows a step; by `push` the step before it can be come back to. */
  goTo(index: number, how: 'push' | 'replace' | 'none'): void;
  /** To the listed step that many further on. */
  step(by: number): void;
  toEnd(end: 'first' | 'last'): void;
  /** To the next (1) or previous (-1) error or edit, whether listed or not. */
  jump(to: 'error' | 'edit', direction: 1 | -1): void;
  nextHit(direction: 1 | -1): void;
  togglePlay(): void;
  setSpeed(speed: number): void;
  toggleLane(lane: ReplayLane): void;
  /** Lists this lane alone, or all again where it already is alone. */
  onlyLane(lane: ReplayLane): void;
  allLanes(): void;
  search(query: string): void;
  zoom(factor: number, around?: number): void;
  setRange(from: number, to: number): void;
  show(pane: Pane): void;
  openFile(path: string | undefined): void;
  setFileMode(mode: 'change' | 'file'): void;
  setHelp(open: boolean): void;
  setTheme(theme: Theme): void;
}

export const isError = (step: ReplayStep | undefined): boolean =>
  step !== undefined && (step.lane === 'error' || step.failed === true);
const isEdit = (step: ReplayStep | undefined): boolean => step?.hunks !== undefined || step?.lane === 'edit';

/** No closer than this can the time axis be looked at, in milliseconds. */
const CLOSEST = 2_000;

export function createActions(recording: Recording, store: Store, history: PageHistory): Actions {
  const { steps, axis } = recording;
  const player = createPlayer(recording, store, (index) => goTo(index, 'none'));
  const whole = Math.max(1, axis.length);

  function goTo(index: number, how: 'push' | 'replace' | 'none'): void {
    if (steps.length === 0) return;
    const to = Math.min(Math.max(index, 0), steps.length - 1);
    const x = axis.xs[to] ?? 0;
    if (how === 'none') store.set({ index: to });
    else {
      store.set({ index: to, x });
      player.moveTo(x);
    }
    keepInSight(store.view.x);
    const number = steps[to]?.number ?? 1;
    if (how === 'push') history.push(number);
    else history.replaceSoon(number);
  }

  /** Moves the shown stretch of time along, where the playhead would leave it. */
  function keepInSight(x: number): void {
    const [from, to] = store.view.range;
    if (x >= from && x <= to) return;
    const start = Math.min(Math.max(0, x - (to - from) * 0.1), whole - (to - from));
    store.set({ range: [start, start + to - from] });
  }

  function list(hidden: ReadonlySet<ReplayLane>): void {
    const listed: number[] = [];
    for (const [index, { lane }] of steps.entries()) if (!hidden.has(lane)) listed.push(index);
    store.set({ hidden, listed });
  }

  function find(from: number, direction: 1 | -1, wanted: (step: ReplayStep | undefined) => boolean): void {
    for (let index = from + direction; index >= 0 && index < steps.length; index += direction) {
      if (wanted(steps[index])) {
        goTo(index, 'push');
        return;
      }
    }
  }

  function setRange(from: number, to: number): void {
    const width = Math.min(whole, Math.max(Math.min(CLOSEST, whole), to - from));
    const start = Math.min(Math.max(0, from), whole - width);
    store.set({ range: [start, start + width] });
  }

  return {
    goTo,
    step(by) {
      const { listed, index } = store.view;
      const at = lastAtMost(listed, index);
      // A step that is not listed lies between two that are.
      const exact = listed[at] === index || by > 0 ? at : at + 1;
      const next = listed[Math.min(Math.max(exact + by, 0), listed.length - 1)];
      if (next !== undefined && next !== index) goTo(next, 'replace');
    },
    toEnd(end) {
      const next = store.view.listed.at(end === 'first' ? 0 : -1);
      if (next !== undefined) goTo(next, 'push');
    },
    jump(to, direction) {
      find(store.view.index, direction, to === 'error' ? isError : isEdit);
    },
    nextHit(direction) {
      const { hits, index } = store.view;
      if (hits === undefined || hits.length === 0) return;
      const next =
        direction === 1
          ? (hits[lastAtMost(hits, index) + 1] ?? hits[0])
          : (hits[lastAtMost(hits, index - 1)] ?? hits.at(-1));
      if (next !== undefined) goTo(next, 'push');
    },
    togglePlay: player.toggle,
    setSpeed: (speed) => store.set({ speed }),
    toggleLane(lane) {
      const hidden = new Set(store.view.hidden);
      if (!hidden.delete(lane)) hidden.add(lane);
      list(hidden);
    },
    onlyLane(lane) {
      const others = recording.lanes.map((entry) => entry.lane).filter((other) => other !== lane);
      const { hidden } = store.view;
      const alone = hidden.size === others.length && !hidden.has(lane);
      list(new Set(alone ? [] : others));
    },
    allLanes: () => list(new Set()),
    search: startSearch(recording, store),
    zoom(factor, around = store.view.x) {
      const [from, to] = store.view.range;
      const width = (to - from) / factor;
      const share = (around - from) / (to - from);
      setRange(
        around - width * Math.min(1, Math.max(0, share)),
        around + width * (1 - Math.min(1, Math.max(0, share))),
      );
    },
    setRange,
    show: (pane) => store.set({ pane }),
    openFile: (file) => store.set({ file, ...(file === undefined ? {} : { pane: 'files' as const }) }),
    setFileMode: (fileMode) => store.set({ fileMode }),
    setHelp: (help) => store.set({ help }),
    setTheme: (theme) => store.set({ theme }),
  };
}

/** The address of the page, which names the step. */
export interface PageHistory {
  push(number: number): void;
  /** A little later, and only the last of many. */
  replaceSoon(number: number): void;
}
