import type { JournalRecord } from './journal.ts';

export interface RunStep {
  text: string;
  notes: string[];
  verify?: string;
}

export interface RunPhase {
  title: string;
  notes: string[];
  steps: RunStep[];
}

/** A template as it was when a session was started from it, filled in: later edits of its file change nothing. */
export interface RunPlan {
  slug: string;
  title: string;
  /** project, user or built-in. */
  origin: string;
  values: { name: string; value: string }[];
  partition?: string;
  preset?: string;
  intro: string[];
  phases: RunPhase[];
}

export type TickedBy = 'todo' | 'command' | 'hand';

/** How a command of a step ended when it was run last. */
export interface VerifyResult {
  ok: boolean;
  /** First words of success, or why it failed: one line. */
  text: string;
  at: number;
  /** How much the session had done by then: an equal number means that nothing has changed since. */
  work: number;
}

export interface StepProgress {
  /** Place of its phase, and its own in that phase; both from 0. */
  phase: number;
  step: number;
  done: boolean;
  by: TickedBy | undefined;
  /** When it was ticked, or taken back by hand. */
  at: number | undefined;
  verified: VerifyResult | undefined;
}

/** A plan at work. Times are milliseconds since 1970. */
export interface TemplateRun extends RunPlan {
  id: string;
  startedAt: number;
  /** All steps of all phases, in order; a step is known by its place here. */
  steps: StepProgress[];
  /** Conversations that work by it, in the order in which they came. */
  sessions: string[];
  /** The run that was started in its place. */
  replacedBy: string | undefined;
  /** What its conversations were told last: the phase (undefined: all is done), and when. */
  announced: { phase: number | undefined; at: number };
}

/** Folds a run's journal. @returns undefined where its first record is missing or is none. */
export function foldRun(id: string, records: readonly JournalRecord[]): TemplateRun | undefined {
  const first = records.find(({ type }) => type === 'start');
  const plan = first === undefined ? undefined : readPlan(first.plan);
  if (first === undefined || plan === undefined) return undefined;
  const run: TemplateRun = {
    ...plan,
    id,
    startedAt: first.t,
    steps: plan.phases.flatMap(({ steps }, phase) =>
      steps.map((_, step) => ({
        phase,
        step,
        done: false,
        by: undefined,
        at: undefined,
        verified: undefined,
      })),
    ),
    sessions: [],
    replacedBy: undefined,
    announced: { phase: 0, at: first.t },
  };
  for (const record of records) applyRecord(run, record);
  return run;
}

function applyRecord(run: TemplateRun, record: JournalRecord): void {
  const step = typeof record.step === 'number' ? run.steps[record.step] : undefined;
  if (record.type === 'bind' && typeof record.session === 'string' && !run.sessions.includes(record.session))
    run.sessions.push(record.session);
  if (record.type === 'announced')
    run.announced = { phase: typeof record.phase === 'number' ? record.phase : undefined, at: record.t };
  if (record.type === 'replaced') run.replacedBy = String(record.by);
  if (step === undefined) return;
  if (record.type === 'tick' && !step.done) {
    step.done = true;
    step.by = record.by === 'todo' || record.by === 'command' ? record.by : 'hand';
    step.at = record.t;
  } else if (record.type === 'untick') {
    step.done = false;
    step.by = undefined;
    step.at = record.t;
  } else if (record.type === 'verified') {
    const { ok, text, work } = record;
    step.verified = { ok: ok === true, text: String(text ?? ''), at: record.t, work: Number(work) || 0 };
  }
}

/** A plan as `start` wrote it; undefined for anything else. */
function readPlan(value: unknown): RunPlan | undefined {
  const plan = value as RunPlan | null | undefined;
  if (typeof plan !== 'object' || plan === null) return undefined;
  const { slug, title, origin, values, intro, phases } = plan;
  if (![slug, title, origin].every((text) => typeof text === 'string')) return undefined;
  if (![values, intro, phases].every(Array.isArray)) return undefined;
  const whole = phases.every(
    (phase) =>
      typeof phase?.title === 'string' &&
      Array.isArray(phase.notes) &&
      Array.isArray(phase.steps) &&
      phase.steps.every((step) => typeof step?.text === 'string' && Array.isArray(step.notes)),
  );
  return whole ? plan : undefined;
}

/** Whether every step is ticked. */
export function isRunFinished(run: TemplateRun): boolean {
  return run.steps.length > 0 && run.steps.every(({ done }) => done);
}

/** The first phase with an open step; undefined where all is done. */
export function currentPhase(run: TemplateRun): number | undefined {
  return run.steps.find(({ done }) => !done)?.phase;
}

/** Whether its conversations do not know yet where it stands: another phase, or a command that has failed since. */
export function hasNews(run: TemplateRun): boolean {
  const { phase, at } = run.announced;
  return (
    currentPhase(run) !== phase ||
    run.steps.some(({ done, verified }) => !done && verified?.ok === false && verified.at > at)
  );
}
