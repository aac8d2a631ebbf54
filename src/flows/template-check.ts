import { HooksError } from '../errors.ts';
import { visible } from '../platform/terminal.ts';
import { announceRun, recordTick, templateOf } from '../store/template-progress.ts';
import { currentPhase, hasNews, type TemplateRun } from '../store/template-run.ts';
import { matchTodos } from '../templates/match-todos.ts';
import { noteFinished } from './template-done.ts';
import { written } from './template-start.ts';
import type { Workplace } from './workplace.ts';

/** A step of a run as people name it. */
export interface NumberedStep {
  /** From 1, over all phases. */
  number: number;
  phase: string;
  text: string;
  verify?: string;
  done: boolean;
  by?: string;
  /** Why its command failed. */
  failed?: string;
}

/** The template a session works by. @throws HooksError `template-none` where it works by none. */
export function runOfSession(state: Workplace['state'], session: string): TemplateRun {
  const run = templateOf(state, session);
  if (run !== undefined) return run;
  throw new HooksError({
    code: 'template-none',
    kind: 'failed',
    message: `The session ${session} works by no template.`,
    hint: 'Start one: claude-hooks template start NAME',
  });
}

export function stepsOf(run: TemplateRun): NumberedStep[] {
  return run.steps.map(({ phase, step, done, by, verified }, at) => {
    const one = run.phases[phase];
    const { text = '', verify } = one?.steps[step] ?? {};
    return {
      number: at + 1,
      phase: one?.title ?? '',
      text,
      ...(verify === undefined ? {} : { verify }),
      done,
      ...(by === undefined ? {} : { by }),
      ...(done || verified?.ok !== false ? {} : { failed: verified.text }),
    };
  });
}

/**
 * Ticks a step by hand, or takes that back; a todo that was completed before then does not tick it again.
 * @param wanted its number or its words.
 * @returns the step; `changed` is false where it was so already.
 */
export function checkStep(
  place: Pick<Workplace, 'state' | 'now' | 'repository'>,
  session: string,
  wanted: string,
  done: boolean,
): { step: NumberedStep; run: TemplateRun; changed: boolean } {
  const before = runOfSession(place.state, session);
  const at = chooseStep(before, wanted);
  const changed = before.steps[at]?.done !== done;
  if (changed) recordTick(place.state, before.id, { step: at, done, by: 'hand', now: place.now() });
  const { run } = written(place, before.id);
  if (hasNews(run)) announceRun(place.state, run, place.now());
  if (changed && done) noteFinished(place, session, run);
  const step = stepsOf(run)[at];
  if (step === undefined) throw new Error(`step ${at} is gone`);
  return { step, run, changed };
}

function chooseStep(run: TemplateRun, wanted: string): number {
  const steps = stepsOf(run);
  const number = /^\d{1,4}$/.test(wanted.trim()) ? Number(wanted) : undefined;
  if (number !== undefined && number >= 1 && number <= steps.length) return number - 1;
  const text = wanted.trim().toLowerCase();
  const starting = steps.filter((step) => text !== '' && step.text.toLowerCase().startsWith(text));
  const exact = starting.filter((step) => step.text.toLowerCase() === text);
  const [near] = matchTodos(
    [wanted],
    steps.map((step) => step.text),
    (at) => run.steps[at]?.phase === currentPhase(run),
  );
  const found = exact.length === 1 ? exact[0] : starting.length === 1 ? starting[0] : undefined;
  if (found !== undefined) return found.number - 1;
  if (near !== undefined && starting.length === 0) return near;
  const listed = (starting.length > 1 ? starting : steps)
    .slice(0, 8)
    .map((step) => `${step.number} (${visible(step.text).slice(0, 60)})`);
  throw new HooksError({
    code: starting.length > 1 ? 'step-ambiguous' : 'step-unknown',
    kind: 'usage',
    message: `${visible(JSON.stringify(wanted.slice(0, 100)))} ${starting.length > 1 ? 'could be several steps' : 'is no step of this template'}: ${listed.join(', ')}`,
    hint: 'Name it by its number: claude-hooks template check',
  });
}

/** The error of a command that needs a session where none is open. @param waiting the template that waits for one. */
export function noSession(waiting: TemplateRun | undefined): HooksError {
  if (waiting !== undefined)
    return new HooksError({
      code: 'session-none',
      kind: 'failed',
      message: `No session is open in this working tree; the template ${visible(waiting.title)} waits for the next one, and nothing of it can be ticked before.`,
      hint: 'Start Claude Code here, or see it: claude-hooks template show',
    });
  return new HooksError({
    code: 'session-none',
    kind: 'failed',
    message: 'No session is open in this working tree, and no template waits for one.',
    hint: 'Name one with --session SESSION, or start a template: claude-hooks template start NAME',
  });
}
