import * as path from 'node:path';
import {
  createFileExclusive,
  ensureDirectory,
  exists,
  listDirectory,
  readTextIfExists,
  removeFile,
  writeFileAtomic,
} from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import { appendRecord, readRecords } from './journal.ts';
import { markNews } from './late.ts';
import { acquireLock } from './lock.ts';
import { isId, newId } from './names.ts';
import type { StatePaths } from './paths.ts';
import {
  currentPhase,
  foldRun,
  isRunFinished,
  type RunPlan,
  type TemplateRun,
  type TickedBy,
} from './template-run.ts';

const LOCK_WAIT_MS = 1_000;
/** Earlier conversations of a run are over. */
const MOST_TOLD = 5;

/**
 * Where templates are kept at work: `runs/<id>.jsonl` (journal) and `runs/<id>.md` (for people); and one small file a
 * conversation: `of/` names its run, `open/` is there while steps are open (the doorbell looks), `news/` while its next prompt is
 * to be told. `next/<working tree>` names a run that waits for a session.
 */
function places(state: StatePaths): Record<'runs' | 'of' | 'open' | 'news' | 'next', string> {
  const at = (name: string): string => path.join(state.templates, name);
  return { runs: at('runs'), of: at('of'), open: at('open'), news: at('news'), next: at('next') };
}

/** The template a conversation works by; undefined where it works by none. */
export function templateOf(state: StatePaths, conversation: string): TemplateRun | undefined {
  const id = readTextIfExists(path.join(places(state).of, conversation))?.trim();
  return id === undefined ? undefined : readRun(state, id);
}

/** Whether a conversation works by a template of which every step is done. */
export function isTemplateFinished(state: StatePaths, conversation: string): boolean {
  const run = templateOf(state, conversation);
  return run !== undefined && isRunFinished(run);
}

/** Conversations with open steps. */
export function openConversations(state: StatePaths): string[] {
  return listDirectory(places(state).open).filter((name) => !name.startsWith('.'));
}

export function readRun(state: StatePaths, id: string): TemplateRun | undefined {
  return isId(id) ? foldRun(id, readRecords(journal(state, id)).records) : undefined;
}

/** Begins a run that no conversation works by yet. */
export function createRun(state: StatePaths, plan: RunPlan, now: number): TemplateRun {
  const id = newId(plan.slug, now, 'template');
  appendRecord(journal(state, id), { t: now, type: 'start', plan });
  const run = readRun(state, id);
  if (run === undefined) throw new Error(`the journal of ${id} cannot be read back`);
  return run;
}

/**
 * Lets a conversation work by a run, in the place of the one it had. May be killed anywhere and repeated: it then works by the
 * old or by the new one.
 */
export function bindRun(state: StatePaths, id: string, conversation: string, now: number): void {
  const { of, open } = places(state);
  const before = readTextIfExists(path.join(of, conversation))?.trim();
  appendRecord(journal(state, id), { t: now, type: 'bind', session: conversation });
  write(path.join(open, conversation), '');
  write(path.join(of, conversation), `${id}\n`);
  if (before !== undefined && before !== id && isId(before) && readRun(state, before) !== undefined)
    appendRecord(journal(state, before), { t: now, type: 'replaced', by: id });
}

/**
 * A conversation that goes on with the work of another one (after `/clear`, or as a fork) works by its template too, unless it
 * has one of its own.
 */
export function carryTemplate(state: StatePaths, from: string, to: string, now: number): void {
  const { of, open } = places(state);
  const id = readTextIfExists(path.join(of, from))?.trim();
  if (from === to || id === undefined || !isId(id) || exists(path.join(of, to))) return;
  appendRecord(journal(state, id), { t: now, type: 'bind', session: to });
  if (exists(path.join(open, from))) write(path.join(open, to), '');
  write(path.join(of, to), `${id}\n`);
}

/** Ticks a step (a place in `steps`), or takes that back. */
export function recordTick(
  state: StatePaths,
  id: string,
  tick: { step: number; done: boolean; by: TickedBy; now: number },
): void {
  const { step, done, by, now } = tick;
  appendRecord(journal(state, id), { t: now, type: done ? 'tick' : 'untick', step, by });
}

export function recordVerified(
  state: StatePaths,
  id: string,
  result: { step: number; ok: boolean; text: string; work: number; now: number },
): void {
  const { step, ok, text, work, now } = result;
  appendRecord(journal(state, id), { t: now, type: 'verified', step, ok, text, work });
}

/** Brings the marks of a run's conversations in line with its steps. */
export function markProgress(state: StatePaths, run: TemplateRun): void {
  const { of, open } = places(state);
  for (const conversation of run.sessions) {
    const isIts = readTextIfExists(path.join(of, conversation))?.trim() === run.id;
    const flag = path.join(open, conversation);
    if (isIts && isRunFinished(run)) removeFile(flag);
    else if (isIts && !exists(flag)) write(flag, '');
  }
}

/** The document people read. */
export function workingDocument(state: StatePaths, id: string): string {
  return path.join(places(state).runs, `${id}.md`);
}

/** Writes it, redacted, where it says something else. */
export function writeWorkingDocument(state: StatePaths, id: string, text: string): void {
  const file = workingDocument(state, id);
  const ready = redactText(text);
  if (readTextIfExists(file) !== ready) write(file, ready);
}

/**
 * Lets the next prompt of a run's conversations be told where it stands. Killed anywhere, they are told at least once when it is
 * repeated.
 */
export function announceRun(state: StatePaths, run: TemplateRun, now: number): void {
  for (const conversation of run.sessions.slice(-MOST_TOLD)) {
    write(path.join(places(state).news, conversation), '');
    markNews(state, conversation);
  }
  appendRecord(journal(state, run.id), {
    t: now,
    type: 'announced',
    phase: currentPhase(run) ?? null,
  });
}

/** @returns whether there was news, which is told once. */
export function takeNews(state: StatePaths, conversation: string): boolean {
  const file = path.join(places(state).news, conversation);
  const had = exists(file);
  removeFile(file);
  return had;
}

/** Lets a run wait for the next session of a working tree. @returns the one that waited before. */
export function waitForSession(state: StatePaths, worktree: string, id: string): string | undefined {
  const file = path.join(places(state).next, worktree);
  const before = readTextIfExists(file)?.trim();
  write(file, `${id}\n`);
  return before;
}

/** The run that waits for the next session of a working tree. */
export function waitingRun(state: StatePaths, worktree: string): TemplateRun | undefined {
  const id = readTextIfExists(path.join(places(state).next, worktree))?.trim();
  return id === undefined ? undefined : readRun(state, id);
}

/**
 * Gives a session the run that waits for one; to one session only, also where a process was killed in between.
 * @returns whether it got one.
 */
export function takeWaiting(state: StatePaths, worktree: string, conversation: string, now: number): boolean {
  const { next, of } = places(state);
  const file = path.join(next, worktree);
  if (!exists(file) || exists(path.join(of, conversation))) return false;
  const lock = acquireLock(state.locks, 'template-next', LOCK_WAIT_MS);
  if (lock === undefined) return false;
  try {
    const run = waitingRun(state, worktree);
    const isFree = run !== undefined && run.sessions.length === 0;
    if (isFree) bindRun(state, run.id, conversation, now);
    removeFile(file);
    return isFree;
  } finally {
    lock.release();
  }
}

function journal(state: StatePaths, id: string): string {
  return path.join(places(state).runs, `${id}.jsonl`);
}

function write(file: string, text: string): void {
  ensureDirectory(path.dirname(file));
  if (text === '') createFileExclusive(file, '');
  else writeFileAtomic(file, text, { mode: 0o600, sync: false });
}
