import type { ReplayStep } from '../../replay/types.ts';

/** Steps that are kept for going back. */
const KEPT = 500;

/** Steps one can go through in both directions, as far back as 500. */
export interface Tape {
  current(): ReplayStep | undefined;
  /** The step after the current one, without going there; undefined at the end. */
  peek(): ReplayStep | undefined;
  /** Goes on by one. @returns undefined at the end, where it stays. */
  next(): ReplayStep | undefined;
  /** Goes back by one. @returns undefined at the beginning, or of what is kept. */
  back(): ReplayStep | undefined;
}

/** Takes from `steps` what is asked for and no more. */
export function openTape(steps: Iterator<ReplayStep>, kept = KEPT): Tape {
  const known: ReplayStep[] = [];
  let at = -1;
  const peek = (): ReplayStep | undefined => {
    if (at + 1 >= known.length) {
      const more = steps.next();
      if (more.done === true) return undefined;
      known.push(more.value);
      if (known.length > kept) {
        known.shift();
        at -= 1;
      }
    }
    return known[at + 1];
  };
  return {
    current: () => known[at],
    peek,
    next() {
      const step = peek();
      if (step !== undefined) at += 1;
      return step;
    },
    back() {
      if (at <= 0) return undefined;
      at -= 1;
      return known[at];
    },
  };
}
