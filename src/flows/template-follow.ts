import { isAllowedCommand } from '../config/trust.ts';
import { listLive } from '../store/live.ts';
import { acquireLock, discardLock } from '../store/lock.ts';
import {
  announceRun,
  openConversations,
  recordTick,
  recordVerified,
  templateOf,
} from '../store/template-progress.ts';
import { currentPhase, hasNews, isRunFinished, type TemplateRun } from '../store/template-run.ts';
import { matchTodos } from '../templates/match-todos.ts';
import { placeholdersIn } from '../templates/placeholders.ts';
import type { SessionFacts } from '../transcript/facts.ts';
import { runStep } from './run-step.ts';
import { followSession } from './session-facts.ts';
import { transcriptOf } from './state-target.ts';
import { noteFinished } from './template-done.ts';
import { written } from './template-start.ts';
import type { Workplace } from './workplace.ts';

/** A command is killed with its children after this long; in one look at a run no command is begun later. */
const COMMAND_TIMEOUT = '5m';
const LOOK_MS = 10 * 60_000;

/**
 * Ticks what the todo lists of the sessions say is done, of every template that is at work here, and, with `verify`, what
 * passing commands prove. For the worker. May be killed anywhere and repeated: a box is ticked once, and what is told is told
 * with the next prompt.
 */
export async function followTemplates(place: Workplace, { verify }: { verify: boolean }): Promise<void> {
  if (!place.resolved.config.enabled) return;
  const live = new Map(listLive(place.state).map((one) => [one.session, one.transcript]));
  for (const session of openConversations(place.state)) {
    const transcript = live.get(session) ?? transcriptOf(place.state, session);
    const run = templateOf(place.state, session);
    if (transcript === undefined || run === undefined) continue;
    const name = `template-${run.id}`;
    const lock = acquireLock(place.state.locks, name);
    if (lock === undefined) continue;
    try {
      await followRun(place, run.id, session, transcript, verify);
    } finally {
      lock.release();
    }
    const after = templateOf(place.state, session);
    if (after === undefined || !isRunFinished(after)) continue;
    noteFinished(place, session, after);
    discardLock(place.state.locks, name);
  }
}

async function followRun(
  place: Workplace,
  id: string,
  session: string,
  transcript: string,
  verify: boolean,
): Promise<void> {
  const facts = followSession(place.state, session, transcript);
  // Read, and its document mended, under the lock: an earlier worker may have been killed behind the tick.
  const ticked = tickFromTodos(place, written(place, id).run, facts);
  tell(place, ticked);
  if (verify) tell(place, await verifySteps(place, ticked, facts));
}

function tell({ state, now }: Workplace, run: TemplateRun): void {
  if (hasNews(run)) announceRun(state, run, now());
}

/** A completed todo that means a step ticks it, unless a command has to prove it or the person took the tick back since. */
function tickFromTodos(place: Workplace, run: TemplateRun, facts: SessionFacts): TemplateRun {
  const done = facts.todos.filter(
    ({ status, at }) => status === 'completed' && (at ?? run.startedAt) >= run.startedAt,
  );
  const meant = meantSteps(
    run,
    done.map(({ text }) => text),
  );
  let ticked = false;
  meant.forEach((step, at) => {
    const progress = step === undefined ? undefined : run.steps[step];
    if (step === undefined || progress === undefined || progress.done || isProven(place, run, step)) return;
    if ((done[at]?.at ?? Number.MAX_SAFE_INTEGER) <= (progress.at ?? 0)) return;
    recordTick(place.state, run.id, { step, done: true, by: 'todo', now: place.now() });
    ticked = true;
  });
  return ticked ? written(place, run.id).run : run;
}

function meantSteps(run: TemplateRun, todos: readonly string[]): (number | undefined)[] {
  const phase = currentPhase(run);
  const texts = run.steps.map((one) => run.phases[one.phase]?.steps[one.step]?.text ?? '');
  return matchTodos(todos, texts, (step) => run.steps[step]?.phase === phase);
}

/** Whether a command decides on the step: only one that the person lets run in this repository. */
function isProven(place: Workplace, run: TemplateRun, step: number): boolean {
  return commandOf(place, run, step) !== undefined;
}

function commandOf(place: Workplace, run: TemplateRun, step: number): string | undefined {
  const progress = run.steps[step];
  const command = progress && run.phases[progress.phase]?.steps[progress.step]?.verify;
  if (command === undefined || placeholdersIn(command).length > 0) return undefined;
  return isAllowedCommand(place, command) ? command : undefined;
}

/**
 * Runs the commands of the current phase whose steps are said to be done, or whose phase is done but for them; one that has
 * failed not before the session has done something else.
 */
async function verifySteps(place: Workplace, before: TemplateRun, facts: SessionFacts): Promise<TemplateRun> {
  const end = place.now() + LOOK_MS;
  const work = facts.totals.edits + facts.totals.commands;
  const claimed = new Set(
    meantSteps(
      before,
      facts.todos.filter(({ status }) => status === 'completed').map(({ text }) => text),
    ),
  );
  let run = before;
  const tried = new Set<number>();
  for (;;) {
    const step = run.steps.findIndex((_, at) => !tried.has(at) && isWanted(place, run, at, claimed, work));
    const command = commandOf(place, run, step);
    if (command === undefined || place.now() >= end) return run;
    tried.add(step);
    const { ok, text } = await runStep(
      { name: 'verify', run: command, timeout: COMMAND_TIMEOUT, enabled: true },
      { root: place.repository.root, runtime: place.runtime },
    );
    place.log(
      ok ? 'info' : 'warn',
      `template ${run.id}: step ${step + 1}: ${ok ? 'its command passed' : text}`,
    );
    recordVerified(place.state, run.id, { step, ok, text, work, now: place.now() });
    if (ok) recordTick(place.state, run.id, { step, done: true, by: 'command', now: place.now() });
    run = written(place, run.id).run;
  }
}

function isWanted(
  place: Workplace,
  run: TemplateRun,
  step: number,
  claimed: ReadonlySet<number | undefined>,
  work: number,
): boolean {
  const progress = run.steps[step];
  if (progress === undefined || progress.done || progress.phase !== currentPhase(run)) return false;
  if (!isProven(place, run, step)) return false;
  if (progress.verified?.ok === false && progress.verified.work === work) return false;
  const others = run.steps.filter((one, at) => one.phase === progress.phase && !isProven(place, run, at));
  return claimed.has(step) || others.every(({ done }) => done);
}
