import { type Moment, openMoment } from './moment.ts';
import type { ReplayStep } from './types.ts';

export type Only = 'edits' | 'errors' | 'prompts';

export interface Selection {
  from?: Moment;
  /** The step it names is the last one; of a time, the last one not after it. */
  until?: Moment;
  skipToolCalls?: boolean;
  only?: Only;
}

/** The steps somebody wants to see, with the numbers they have among all. Reads no further than the last of them. */
export function* selectSteps(steps: Iterable<ReplayStep>, selection: Selection): Generator<ReplayStep> {
  const from = selection.from === undefined ? undefined : openMoment(selection.from);
  const until = selection.until === undefined ? undefined : openMoment(selection.until);
  let begun = from === undefined;
  for (const step of steps) {
    begun ||= from?.(step).reached === true;
    const end = until?.(step);
    const isLast = end?.is === true;
    if (end?.reached === true && !isLast && !isAtTime(selection.until, step)) return;
    if (begun && isWanted(step, selection)) yield step;
    if (isLast) return;
  }
}

/** Of steps at the very time that was named, all are shown. */
function isAtTime(until: Moment | undefined, step: ReplayStep): boolean {
  return until?.kind === 'time' && step.at === until.at;
}

function isWanted(step: ReplayStep, { only, skipToolCalls }: Selection): boolean {
  if (skipToolCalls === true && step.type === 'tool') return false;
  if (only === 'prompts') return step.type === 'prompt';
  if (only === 'edits') return isEdit(step);
  return only === 'errors' ? isError(step) : true;
}

export function isEdit(step: ReplayStep): boolean {
  return step.type === 'edit';
}

export function isError(step: ReplayStep): boolean {
  return step.lane === 'error' || step.failed === true;
}

/** Whether a step says the words somewhere; capitals do not matter. @param words in lower case. */
export function says(step: ReplayStep, words: string): boolean {
  const texts = [step.type, step.description, step.text, step.file, step.tool, step.result];
  if (texts.some((text) => text?.toLowerCase().includes(words) === true)) return true;
  if (step.input !== undefined && JSON.stringify(step.input).toLowerCase().includes(words)) return true;
  return step.hunks?.some(({ lines }) => lines.some((line) => line.toLowerCase().includes(words))) === true;
}
