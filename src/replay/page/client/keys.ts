import type { Actions } from './actions.ts';
import type { Store } from './store.ts';

/** For the help, and what it means. */
export const KEYS: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ['Space'], does: 'Play or pause' },
  { keys: ['j', '↓', '→'], does: 'Next step' },
  { keys: ['k', '↑', '←'], does: 'Previous step' },
  { keys: ['e', 'E'], does: 'Next, previous error' },
  { keys: ['d', 'D'], does: 'Next, previous edit' },
  { keys: ['Home', 'End'], does: 'First, last step' },
  { keys: ['/'], does: 'Search' },
  { keys: ['n', 'N'], does: 'Next, previous hit' },
  { keys: ['f'], does: 'Filter: to the lanes; a lane’s key or double click lists it alone' },
  { keys: ['1', '…', '9'], does: 'Show or hide a lane' },
  { keys: ['0'], does: 'All lanes, the whole time' },
  { keys: ['+', '−'], does: 'Look closer, further' },
  { keys: ['v'], does: 'Change or whole file' },
  { keys: ['t'], does: 'Light or dark' },
  { keys: ['?'], does: 'This help' },
  { keys: ['Esc'], does: 'Close, or leave the search' },
];

interface Places {
  focusSearch(): void;
  focusLanes(): void;
  toggleTheme(): void;
}

/** Keys act wherever the focus is, but in fields and, for those that press a button, on buttons. */
export function listenToKeys(
  store: Store,
  actions: Actions,
  lanes: readonly { lane: Parameters<Actions['toggleLane']>[0] }[],
  places: Places,
): void {
  const acts: Record<string, () => void> = {
    ' ': actions.togglePlay,
    j: () => actions.step(1),
    ArrowDown: () => actions.step(1),
    ArrowRight: () => actions.step(1),
    k: () => actions.step(-1),
    ArrowUp: () => actions.step(-1),
    ArrowLeft: () => actions.step(-1),
    PageDown: () => actions.step(10),
    PageUp: () => actions.step(-10),
    Home: () => actions.toEnd('first'),
    End: () => actions.toEnd('last'),
    e: () => actions.jump('error', 1),
    E: () => actions.jump('error', -1),
    d: () => actions.jump('edit', 1),
    D: () => actions.jump('edit', -1),
    n: () => actions.nextHit(1),
    N: () => actions.nextHit(-1),
    '/': places.focusSearch,
    f: places.focusLanes,
    '+': () => actions.zoom(2),
    '=': () => actions.zoom(2),
    '-': () => actions.zoom(0.5),
    v: () => actions.setFileMode(store.view.fileMode === 'file' ? 'change' : 'file'),
    t: places.toggleTheme,
    '?': () => actions.setHelp(true),
    '0': () => {
      actions.allLanes();
      actions.setRange(0, Number.POSITIVE_INFINITY);
    },
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || store.view.help) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest('input:not([type=range]),select,textarea,dialog') !== null) return;
    const { key } = event;
    if (key === ' ' && target.closest('button,a,summary') !== null) return;
    if (key.startsWith('Arrow') && target.closest('[data-arrows]') !== null) return;
    const lane = /^[1-9]$/.test(key) ? lanes[Number(key) - 1] : undefined;
    const act = lane === undefined ? acts[key] : () => actions.toggleLane(lane.lane);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
