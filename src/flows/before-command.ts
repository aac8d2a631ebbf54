import * as path from 'node:path';
import { saveCheckpoint } from '../checkpoints/save.ts';
import type { SaveResult } from '../checkpoints/types.ts';
import { isSavedBeforeCommands } from '../config/flags.ts';
import { messageOf } from '../errors.ts';
import { sleep } from '../platform/clock.ts';
import { createFileExclusive } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import { redactHead } from '../redact/redact.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { sweepCalls } from '../store/calls.ts';
import { askAtStop } from '../store/due.ts';
import { appendRecord } from '../store/journal.ts';
import { conversationJournal, locateRepository, type Repository } from '../store/paths.ts';
import { recordEvent } from '../store/spool.ts';
import { captureRulesOf } from './checkpoint.ts';
import { tellSession } from './narrative.ts';
import type { Workplace } from './workplace.ts';

/** The command waits this long at most; its hook is given twice as long by the client. */
const LIMIT_MS = 15_000;
/** What reading the tree may take of it. */
const BUDGET_MS = 12_000;
const SHOWN = 60;
const RECORDED = 500;

interface Call {
  session: string;
  command: string;
}

/**
 * Saves a checkpoint before a command of the agent that may destroy work, and asks the end of the turn to save what
 * it leaves. Of the project, and of the linked worktree the command runs in where that is another one. A tree that is
 * saved already is not saved again. Never a WIP commit: the command may count commits.
 * @param limitMs after this long the command is no longer kept waiting.
 * @returns the hook's answer as JSON text where a tree could not be saved, once a session; else undefined.
 */
export async function saveBeforeCommand(
  place: Workplace,
  event: SessionEvent,
  limitMs = LIMIT_MS,
): Promise<string | undefined> {
  const { config } = place.resolved;
  const { session, tool } = event;
  const command = tool?.input.command;
  if (!config.enabled || !isSavedBeforeCommands(config) || place.repository.gitDir === undefined)
    return undefined;
  if (session === undefined || typeof command !== 'string') return undefined;
  const call = { session, command };
  const late = sleep(limitMs).then(() => 'late' as const);
  const failures: string[] = [];
  for (const repository of treesOf(place, event)) {
    const result = await Promise.race([save(place, repository, event, call), late]);
    const failure = result === 'late' ? tooLate(limitMs) : failureOf(result);
    if (failure === undefined) continue;
    failures.push(failure);
    place.log('warn', `no checkpoint before ${shorten(command)}: ${failure}`);
  }
  tidyUp(place, session);
  const [first] = failures;
  return first !== undefined && isFirstTime(place, session) ? answer(command, first) : undefined;
}

/** On a full disk neither is possible; that a tree was not saved is said all the same. */
function tidyUp(place: Workplace, session: string): void {
  try {
    if (place.resolved.config.checkpoints.onStop) askAtStop(place.state, session);
    sweepCalls(place.state, place.now());
  } catch (error) {
    place.log('warn', `the end of the turn could not be asked to save: ${messageOf(error)}`);
  }
}

/** The project's working tree, and that of the folder the command runs in where it is another of the same repository. */
function treesOf(place: Workplace, event: SessionEvent): Repository[] {
  const here = locateRepository(event.cwd ?? place.cwd);
  const isOther = here.commonDir === place.repository.commonDir && here.root !== place.repository.root;
  return isOther ? [place.repository, here] : [place.repository];
}

async function save(
  place: Workplace,
  repository: Repository,
  event: SessionEvent,
  call: Call,
): Promise<SaveResult> {
  const { state } = place;
  const { config } = place.resolved;
  const now = place.now();
  const result = await saveCheckpoint({
    repository,
    state,
    name: `Before: ${shorten(call.command)}`,
    named: false,
    reason: 'before-command',
    session: call.session,
    narrative: () => tellSession({ root: repository.root, config, state }, event.transcript),
    ...captureRulesOf(config),
    budgetMs: BUDGET_MS,
    now,
  });
  if (result.saved || result.cause === 'unchanged') note(place, event, call, result, now);
  return result;
}

function note(
  place: Workplace,
  event: SessionEvent,
  call: Call,
  result: Exclude<SaveResult, { cause: 'refused' }>,
  now: number,
): void {
  const { id, tree } = result.checkpoint;
  appendRecord(conversationJournal(place.state, call.session), {
    t: now,
    // The checkpoint before this command may be an earlier one.
    type: result.saved ? 'checkpoint' : 'before-command',
    id,
    tree,
    reason: 'before-command',
    command: redactHead(call.command, RECORDED),
  });
  if (!result.saved || place.resolved.config.hooks.checkpoint.steps.length === 0) return;
  // The project's own steps after a checkpoint would keep the command waiting: the worker runs them.
  recordEvent(
    place.state,
    'saved',
    'self',
    JSON.stringify({
      hook_event_name: 'Checkpoint',
      session_id: call.session,
      cwd: place.cwd,
      transcript_path: event.transcript,
    }),
  );
}

function failureOf(result: SaveResult): string | undefined {
  return result.saved || result.cause === 'unchanged' ? undefined : `${result.reason}. ${result.hint}`;
}

function tooLate(limitMs: number): string {
  return `it took longer than ${limitMs / 1_000} s. Look for what is slow with: claude-hooks doctor`;
}

/** One line. Redacted first: white space and length are part of how a secret is known. */
function shorten(command: string): string {
  return redactHead(redactHead(command, RECORDED).replace(/\s+/g, ' ').trim(), SHOWN);
}

/** Where that cannot be remembered, the person is told each time. */
function isFirstTime(place: Workplace, session: string): boolean {
  try {
    return createFileExclusive(path.join(place.state.late, `${session}.unsaved`), '');
  } catch {
    return true;
  }
}

function answer(command: string, failure: string): string {
  const message = `claude-hooks: no checkpoint was saved before "${shorten(command)}": ${failure}`;
  return `${JSON.stringify({ systemMessage: visible(message) })}\n`;
}
