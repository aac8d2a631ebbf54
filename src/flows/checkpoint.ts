import * as path from 'node:path';
import { isDue, nextDueAt, parseSize } from '../checkpoints/policy.ts';
import { saveCheckpoint } from '../checkpoints/save.ts';
import type { Checkpoint, Narrative, SaveResult } from '../checkpoints/types.ts';
import type { Config } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';
import { git } from '../platform/git.ts';
import { parseEvent } from '../sessions/event.ts';
import { readDue, setDue } from '../store/due.ts';
import { appendRecord } from '../store/journal.ts';
import { isClientAlive, listLive } from '../store/live.ts';
import { logLine } from '../store/log.ts';
import type { Repository, StatePaths } from '../store/paths.ts';
import { runMoment } from './moments.ts';
import { tellSession } from './narrative.ts';
import { commitWip } from './wip.ts';
import type { Workplace } from './workplace.ts';

export interface CheckpointRequest {
  /**
   * `stop` and `interval` save where one is due; `compact` and `session-end` whenever something changed; `session-start` what is
   * not committed, without a document: there is nothing to tell of the session yet.
   */
  reason: 'session-start' | 'stop' | 'interval' | 'compact' | 'session-end';
  session: string;
  config: Config;
  /** Whether the person agreed that this configuration may make claude-hooks commit; absent means no. */
  commandsTrusted?: boolean;
  repository: Repository;
  state: StatePaths;
  /** Milliseconds since 1970. */
  now: number;
  /** Called only where a checkpoint is saved. */
  narrative?: Narrative | (() => Narrative);
}

const DEFAULT_EVERY_MS = 30 * 60_000;
const DEFAULT_MAX_BYTES = 50 * 1024 * 1024;
/** After a look that could not save, the next one comes no later than this. */
const RETRY_MS = 5 * 60_000;
const STATUS_LIMIT_MS = 120_000;

/**
 * Saves a checkpoint of a live session where the configuration asks for one at this moment and the tree has
 * changed, notes it in the session's journal, and sets when the next one is due. Safe to repeat.
 * @returns the checkpoint; undefined where none was saved (why a wanted one was not is in the log).
 */
export async function runCheckpoint(request: CheckpointRequest): Promise<Checkpoint | undefined> {
  const { reason, session, config, repository, state, now } = request;
  if (!isWanted(request)) return undefined;
  if (reason === 'session-start' && !(await hasUncommitted(repository))) return undefined;
  const every = everyOf(config);
  const result = await saveCheckpoint({
    repository,
    state,
    reason,
    session,
    narrative: request.narrative,
    ...(reason === 'session-start' ? { document: false } : {}),
    ...captureRulesOf(config),
    now,
  });
  const refused = !result.saved && result.cause === 'refused' ? result : undefined;
  if (reason !== 'session-end') {
    const next = nextDueAt(now, refused === undefined ? every : Math.min(every, RETRY_MS));
    setDue(state, session, next, reason === 'stop' ? 'clear' : 'keep');
  }
  if (refused !== undefined) {
    logLine(state, 'warn', `no checkpoint at ${reason}: ${refused.reason}. ${refused.hint}`, now);
  }
  if (!result.saved) return undefined;
  const { checkpoint } = result;
  noteCheckpoint(state, session, checkpoint, reason, now);
  await commitWip({ ...request, checkpoint });
  return checkpoint;
}

/** Whether anything is there that no commit holds; where git cannot tell, yes. */
async function hasUncommitted({ root }: Repository): Promise<boolean> {
  const status = await git(['status', '--porcelain', '-z', '--ignore-submodules=none'], {
    cwd: root,
    timeoutMs: STATUS_LIMIT_MS,
  });
  return status.code !== 0 || status.stdout !== '';
}

/** The look of the background: a checkpoint and the project's own steps after it. */
export async function runBackgroundCheckpoint(
  place: Workplace,
  session: string,
  reason: 'session-start' | 'interval',
): Promise<void> {
  const live = listLive(place.state).find((one) => one.session === session);
  if (live === undefined || !place.resolved.config.enabled) return;
  const checkpoint = await runCheckpoint({
    reason,
    session,
    config: place.resolved.config,
    commandsTrusted: place.resolved.commandsTrusted,
    repository: place.repository,
    state: place.state,
    now: place.now(),
    narrative: () =>
      tellSession(
        { root: place.repository.root, config: place.resolved.config, state: place.state },
        live.transcript,
      ),
  });
  const event = parseEvent(
    Buffer.from(
      JSON.stringify({
        hook_event_name: 'Checkpoint',
        session_id: session,
        cwd: place.cwd,
        transcript_path: live.transcript,
      }),
    ),
  );
  if (checkpoint !== undefined && event !== undefined) await runMoment(place, 'checkpoint', event);
}

/**
 * Saves because a person or a program asked for it; with a name or a note also where nothing changed. It belongs
 * to the given session, else to the only one that is open in this working tree.
 */
export async function saveOnRequest(
  place: Workplace,
  asked: {
    name?: string;
    note?: string;
    session?: string;
    /** Of the session, where no client has it open. */
    transcript?: string | undefined;
    budgetMs?: number;
  },
): Promise<SaveResult> {
  const { repository, state } = place;
  const open = listLive(state).filter(
    (live) => isClientAlive(live) && (live.session === asked.session || isInside(live.cwd, repository.root)),
  );
  const live = open.find((one) => one.session === asked.session) ?? (open.length === 1 ? open[0] : undefined);
  const session = asked.session ?? live?.session;
  const now = place.now();
  const { config } = place.resolved;
  const result = await saveCheckpoint({
    repository,
    state,
    name: asked.name,
    note: asked.note,
    ...(asked.budgetMs === undefined ? {} : { budgetMs: asked.budgetMs }),
    reason: 'manual',
    session,
    narrative: () =>
      tellSession({ root: repository.root, config, state }, asked.transcript ?? live?.transcript),
    ...captureRulesOf(config),
    now,
  });
  if (result.saved && session !== undefined) noteCheckpoint(state, session, result.checkpoint, 'manual', now);
  return result;
}

function isInside(folder: string, root: string): boolean {
  return folder === root || folder.startsWith(`${root}${path.sep}`);
}

function noteCheckpoint(
  state: StatePaths,
  session: string,
  checkpoint: Checkpoint,
  reason: string,
  now: number,
): void {
  appendRecord(path.join(state.sessions, `${session}.jsonl`), {
    t: now,
    type: 'checkpoint',
    id: checkpoint.id,
    tree: checkpoint.tree,
    reason,
  });
}

/** Milliseconds between automatic checkpoints. */
export function everyOf(config: Config): number {
  return parseDuration(config.checkpoints.every) ?? DEFAULT_EVERY_MS;
}

/** What the configuration says of what a checkpoint holds: for everything that captures the working tree. */
export function captureRulesOf(config: Config): { maxFileBytes: number; include: readonly string[] } {
  return { maxFileBytes: maxFileBytesOf(config), include: config.checkpoints.include };
}

/** Bytes above which an untracked file is left out. */
export function maxFileBytesOf(config: Config): number {
  return parseSize(config.checkpoints.maxFileSize) ?? DEFAULT_MAX_BYTES;
}

function isWanted({ reason, session, config, state, now }: CheckpointRequest): boolean {
  const { enabled, onStart, onStop, beforeCompact } = config.checkpoints;
  if (!enabled || !config.hooks.checkpoint.enabled) return false;
  if (reason === 'compact') return beforeCompact;
  if (reason === 'session-end') return true;
  if (reason === 'session-start') return onStart;
  if (reason === 'stop' && !onStop) return false;
  const due = readDue(state, session);
  return (reason === 'stop' && due.atStop) || isDue(due.at, now, everyOf(config));
}
