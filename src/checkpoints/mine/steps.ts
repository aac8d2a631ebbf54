import type { Author, Change, Version } from './types.ts';

/** Changes of the session that are undone together. */
export interface Step {
  by: Exclude<Author, 'person'>;
  /** What it changed: by path, from what to what. */
  undo: Map<string, { from: Version; to: Version }>;
  /** What else changed since the step before, its own changes included: by path, what stood there afterwards. */
  updates: Map<string, Version>;
}

/**
 * Puts the changes of all paths in the order of time and cuts them into steps: a new one begins where the person
 * changed a file of the step, added or removed one (it may have been renamed), or where what follows is unclear.
 * @param changes of each path in its order.
 */
export function cutSteps(changes: readonly Change[]): Step[] {
  // Sorting keeps the order of what has the same time, so that of each path.
  const ordered = [...changes].sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  const steps: Step[] = [];
  let updates = new Map<string, Version>();
  let step: Step | undefined;
  const close = (): void => {
    if (step === undefined) return;
    steps.push(step);
    step = undefined;
    updates = new Map();
  };
  for (const change of ordered) {
    const { path, by, from, to } = change;
    if (by === 'person') {
      const moved = from.entry === undefined || to.entry === undefined;
      if (step?.undo.has(path) === true || moved) close();
    } else {
      if (step?.by !== by) close();
      step ??= { by, undo: new Map(), updates };
      const earlier = step.undo.get(path);
      if (earlier === undefined) step.undo.set(path, { from, to });
      else earlier.to = to;
    }
    updates.set(path, to);
  }
  close();
  return steps;
}
