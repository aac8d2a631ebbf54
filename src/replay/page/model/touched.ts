import type { ReplayStep } from '../../types.ts';
import { applyHunks, type FileState, UNKNOWN_FILE } from './file-state.ts';
import { lastAtMost } from './time-axis.ts';

/** A file the session changed. */
export interface TouchedFile {
  path: string;
  /** Positions of the steps that changed it, rising. */
  edits: number[];
  /** Lines added and removed up to and with each of them. */
  added: number[];
  removed: number[];
}

/** Every file that a step tells a change of, in the order of the first one. */
export function touchedFiles(steps: readonly ReplayStep[]): TouchedFile[] {
  const files = new Map<string, TouchedFile>();
  for (const [index, step] of steps.entries()) {
    if (step.file === undefined || step.hunks === undefined) continue;
    let file = files.get(step.file);
    if (file === undefined) {
      file = { path: step.file, edits: [], added: [], removed: [] };
      files.set(step.file, file);
    }
    const { added, removed } = countLines(step);
    file.added.push((file.added.at(-1) ?? 0) + added);
    file.removed.push((file.removed.at(-1) ?? 0) + removed);
    file.edits.push(index);
  }
  return [...files.values()];
}

/** Lines that a step added and removed. */
export function countLines(step: ReplayStep): { added: number; removed: number } {
  let [added, removed] = [0, 0];
  for (const { lines } of step.hunks ?? []) {
    for (const line of lines) {
      if (line.startsWith('+')) added += 1;
      else if (line.startsWith('-')) removed += 1;
    }
  }
  return { added, removed };
}

/** How many changes of a file have happened when a step has. */
export function editsUpTo(file: TouchedFile, index: number): number {
  return lastAtMost(file.edits, index) + 1;
}

/** How far apart states are kept, so that a step back in a file of many changes does not begin at its first one. */
const KEPT_EVERY = 64;

/** Tells the state of files after so many of their changes; remembers some, and the last one it was asked for. */
export function createFileHistory(
  steps: readonly ReplayStep[],
): (file: TouchedFile, edits: number) => FileState {
  const kept = new Map<string, FileState[]>();
  let last: { path: string; edits: number; state: FileState } | undefined;
  return (file, edits) => {
    const states = kept.get(file.path) ?? [];
    kept.set(file.path, states);
    let done = Math.min(Math.floor(edits / KEPT_EVERY), states.length);
    let state = done === 0 ? UNKNOWN_FILE : (states[done - 1] ?? UNKNOWN_FILE);
    done *= KEPT_EVERY;
    if (last?.path === file.path && last.edits <= edits && last.edits > done) ({ edits: done, state } = last);
    for (; done < edits; done += 1) {
      state = applyHunks(state, steps[file.edits[done] ?? -1]?.hunks ?? []);
      if ((done + 1) % KEPT_EVERY === 0) states[(done + 1) / KEPT_EVERY - 1] = state;
    }
    last = { path: file.path, edits, state };
    return state;
  };
}
