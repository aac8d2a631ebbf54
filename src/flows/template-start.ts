import { counted } from '../platform/words.ts';
import { worktreeName } from '../store/paths.ts';
import {
  announceRun,
  bindRun,
  createRun,
  markProgress,
  readRun,
  templateOf,
  waitForSession,
  workingDocument,
  writeWorkingDocument,
} from '../store/template-progress.ts';
import { isRunFinished, type RunPlan, type TemplateRun } from '../store/template-run.ts';
import type { FilledTemplate } from '../templates/fill.ts';
import { countDone, progressMarkdown } from '../templates/progress.ts';
import type { LoadedTemplate } from './templates.ts';
import type { Workplace } from './workplace.ts';

/** What a filled template is at work; a phase without steps is none. */
export function planOf(loaded: LoadedTemplate, filled: FilledTemplate): RunPlan {
  const { title, intro, phases, partition, preset } = filled.template;
  return {
    slug: loaded.slug,
    title: title === '' ? loaded.title : title,
    origin: loaded.origin,
    values: filled.values,
    ...(partition === undefined ? {} : { partition }),
    ...(preset === undefined ? {} : { preset }),
    intro,
    phases: phases.filter(({ steps }) => steps.length > 0),
  };
}

export interface StartedTemplate {
  run: TemplateRun;
  /** Undefined where it waits for the next session of the working tree. */
  session: string | undefined;
  document: string;
  /** What it took the place of, where steps of that were open: "Bug Fix (2 of 14 steps done)". */
  replaced: string | undefined;
}

/** Starts a plan in a session, in the place of one it had. */
export function startInSession(
  place: Pick<Workplace, 'state' | 'now'>,
  plan: RunPlan,
  session: string,
): StartedTemplate {
  const { state } = place;
  const before = templateOf(state, session);
  const now = place.now();
  const { id } = createRun(state, plan, now);
  bindRun(state, id, session, now);
  return { ...written(place, id), session, replaced: replacedBy(before) };
}

/** Starts a plan from outside: in a session, whose next prompt is told, else in the next one of the working tree. */
export function startFromOutside(
  place: Pick<Workplace, 'state' | 'now' | 'repository'>,
  plan: RunPlan,
  session: string | undefined,
): StartedTemplate {
  const { state, repository } = place;
  if (session !== undefined) {
    const started = startInSession(place, plan, session);
    announceRun(state, started.run, place.now());
    return started;
  }
  const { id } = createRun(state, plan, place.now());
  const before = waitForSession(state, worktreeName(repository), id);
  const replaced = before === undefined ? undefined : replacedBy(readRun(state, before));
  return { ...written(place, id), session: undefined, replaced };
}

/** Writes the working document anew, and brings the marks in line. @returns the run as its journal has it. */
export function written(
  { state }: Pick<Workplace, 'state'>,
  id: string,
): { run: TemplateRun; document: string } {
  const run = readRun(state, id);
  if (run === undefined) throw new Error(`the journal of ${id} cannot be read`);
  writeWorkingDocument(state, id, progressMarkdown(run));
  markProgress(state, run);
  return { run, document: workingDocument(state, id) };
}

function replacedBy(run: TemplateRun | undefined): string | undefined {
  if (run === undefined || isRunFinished(run) || run.sessions.length > 1) return undefined;
  const { done, of } = countDone(run);
  return `${run.title} (${done} of ${counted(of, 'step')} done)`;
}
