import type { OpenStep } from './fold.ts';
import type { ReplayStep } from './types.ts';

/** Something told by the journal, by git or by a checkpoint. */
export type JoinedStep = Omit<ReplayStep, 'number'>;

/**
 * Numbers the steps of a transcript, in its own order, and puts what else happened between them by its time: before the
 * first step of the session itself that the transcript reached later. @param joined by time.
 */
export function* joinSteps(steps: Iterable<OpenStep>, joined: readonly JoinedStep[]): Generator<ReplayStep> {
  let number = 0;
  let next = 0;
  let now = joined[0]?.at ?? 0;
  const numbered = (step: JoinedStep): ReplayStep => {
    number += 1;
    now = step.at;
    return { number, ...step };
  };
  for (const { body, at, reached } of steps) {
    for (let one = joined[next]; one !== undefined && reached !== undefined && one.at < reached; ) {
      yield numbered(one);
      next += 1;
      one = joined[next];
    }
    yield numbered({ at: at ?? now, ...body });
  }
  for (const one of joined.slice(next)) yield numbered(one);
}
