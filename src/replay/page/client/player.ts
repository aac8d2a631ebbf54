import { lastAtMost } from '../model/time-axis.ts';
import type { Recording } from './recording.ts';
import type { Store } from './store.ts';

interface Player {
  toggle(): void;
  moveTo(x: number): void;
}

/** Moves the playhead along the time axis, `speed` times as fast as it happened, and shows the listed steps it passes. */
export function createPlayer(recording: Recording, store: Store, show: (index: number) => void): Player {
  const { axis } = recording;
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  /** Where it is; the one that is seen moves by whole steps for those who want no motion. */
  let x = 0;
  let last = 0;

  function frame(now: number): void {
    const { playing, speed, listed, index } = store.view;
    if (!playing) return;
    // A page in the background gets no frames: it goes on where it was.
    x = Math.min(axis.length, x + Math.min(200, now - last) * speed);
    last = now;
    const at = listed[lastAtMost(axis.xs, x) === -1 ? 0 : lastListed(listed, lastAtMost(axis.xs, x))];
    const moved = at !== undefined && at > index;
    store.set({ x: calm.matches ? (axis.xs[moved ? at : index] ?? x) : x, playing: x < axis.length });
    if (moved) show(at);
    requestAnimationFrame(frame);
  }

  return {
    toggle() {
      if (store.view.playing) return store.set({ playing: false });
      if (recording.steps.length < 2) return;
      // From the end it begins again.
      if (x >= axis.length) {
        x = 0;
        store.set({ index: 0, x });
      }
      last = performance.now();
      store.set({ playing: true });
      requestAnimationFrame(frame);
    },
    moveTo(to) {
      x = to;
    },
  };
}

function lastListed(listed: readonly number[], index: number): number {
  return Math.max(0, lastAtMost(listed, index));
}
