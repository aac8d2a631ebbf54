import { findIn, matcherFor } from '../model/search.ts';
import type { Recording } from './recording.ts';
import type { Store } from './store.ts';

/** The page is left to itself for no longer than this, in milliseconds. */
const SLICE_MS = 12;

/** Looks through all steps in slices, so that the page stays usable; a new query ends the one before. */
export function startSearch({ steps }: Recording, store: Store): (query: string) => void {
  let current = 0;
  return (query) => {
    current += 1;
    const mine = current;
    const matcher = matcherFor(query);
    if (matcher === undefined) return store.set({ query, hits: undefined, searching: false });
    store.set({ query, searching: true });
    const hits: number[] = [];
    let next = 0;
    const slice = (): void => {
      if (mine !== current) return;
      const end = performance.now() + SLICE_MS;
      for (let count = 0; next < steps.length; next += 1, count += 1) {
        if (count % 16 === 15 && performance.now() > end) break;
        const step = steps[next];
        if (step !== undefined && findIn(step, matcher) !== undefined) hits.push(next);
      }
      const done = next >= steps.length;
      store.set({ hits: [...hits], searching: !done });
      if (!done) setTimeout(slice);
    };
    setTimeout(slice);
  };
}
