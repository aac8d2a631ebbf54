import * as path from 'node:path';
import { HooksError, messageOf, systemCode } from '../errors.ts';
import { monotonicMs, sleep } from '../platform/clock.ts';
import { ensureDirectory } from '../platform/fs.ts';
import { redactText } from '../redact/redact.ts';
import { acquireLock, type Lock } from '../store/lock.ts';
import { logLine } from '../store/log.ts';
import { cleanName } from '../store/names.ts';
import { documentPaths, type Repository, type StatePaths, worktreeName } from '../store/paths.ts';
import {
  clearStaleIndexLock,
  type IndexRecord,
  type PrivateIndex,
  privateIndexOf,
  writeIndexRecord,
} from '../store/private-index.ts';
import { captureWithRepair } from './capture.ts';
import { commitCapture, exactFiles } from './commit.ts';
import { writeDocument } from './document-file.ts';
import { type Metadata, optional, readMetadata } from './metadata.ts';
import { newCheckpointId } from './name.ts';
import { nestedRemarks } from './nested.ts';
import { type Refusal, refusalFor, refusalFromGit } from './refusal.ts';
import type { Capture } from './tree.ts';
import type { ChangedFile, Checkpoint, CheckpointSummary, Narrative, SaveResult } from './types.ts';

export interface SaveInput {
  repository: Repository;
  state: StatePaths;
  /** Free text; a save with a name or a note is made even where nothing changed. */
  name?: string;
  note?: string;
  /** manual, interval, stop, compact, session-end, or why else. */
  reason: string;
  session?: string;
  /** What the session was about; a function is called only where a checkpoint is really saved. */
  narrative?: Narrative | (() => Narrative);
  /** Untracked files above this many bytes are left out and listed. */
  maxFileBytes: number;
  /** Milliseconds since 1970. */
  now: number;
  /** Saves even where nothing changed since the last checkpoint. */
  force?: boolean;
  /** Milliseconds for all of it; 2 minutes unless told. */
  budgetMs?: number;
}

const BUDGET_MS = 120_000;
const LOCK_WAIT_MS = 30_000;
const MAX_NOTE = 4_000;
const MAX_LEFT_OUT = 20;

/** Names of checkpoints nobody named, by the reason they were saved. */
const AUTOMATIC_NAMES: Record<string, string> = {
  manual: 'Checkpoint',
  interval: 'Interval',
  stop: 'End of turn',
  compact: 'Before compaction',
  'session-end': 'End of session',
};

/**
 * Saves the working tree and the staged index as a commit under `refs/claude-hooks/checkpoints/`, and a document
 * about it. Held are tracked, changed and untracked files as git holds them; not held are ignored files, untracked
 * files above the limit and documents claude-hooks wrote. The person's index, HEAD, branches, stash, reflogs and
 * files stay as they are. No identity, key, hook or free lock of the person's index is needed.
 * What cannot be saved is refused with the reason, and then nothing was saved; only a defect rejects.
 */
export async function saveCheckpoint(input: SaveInput): Promise<SaveResult> {
  const refusal = refusalFor(input.repository);
  if (refusal !== undefined) return { saved: false, cause: 'refused', ...refusal };
  try {
    return await withWorktreeLock(input, (index) => saveLocked(input, index));
  } catch (error) {
    return { saved: false, cause: 'refused', ...reasonOf(error, input) };
  }
}

/** Runs `work` as the only one that uses the private index of this working tree. */
export async function withWorktreeLock<T>(
  place: { repository: Repository; state: StatePaths },
  work: (index: PrivateIndex) => Promise<T>,
): Promise<T> {
  const { repository, state } = place;
  const index = privateIndexOf(repository, state);
  ensureDirectory(state.indexes);
  const lock = await waitForLock(state.locks, `checkpoint-${worktreeName(repository)}`);
  try {
    clearStaleIndexLock(index);
    return await work(index);
  } finally {
    lock.release();
  }
}

async function waitForLock(directory: string, name: string): Promise<Lock> {
  const deadline = monotonicMs() + LOCK_WAIT_MS;
  for (;;) {
    const lock = acquireLock(directory, name);
    if (lock !== undefined) return lock;
    if (monotonicMs() > deadline) {
      throw new HooksError({
        code: 'checkpoint-busy',
        kind: 'failed',
        message: `another checkpoint of this working tree has been running for ${LOCK_WAIT_MS / 1000} s`,
        hint: 'Try again when it is done; claude-hooks doctor shows who holds the lock.',
      });
    }
    await sleep(10);
  }
}

async function saveLocked(input: SaveInput, index: PrivateIndex): Promise<SaveResult> {
  const { capture, git, remarks } = await captureWithRepair({
    ...input,
    index,
    budgetMs: input.budgetMs ?? BUDGET_MS,
  });
  const last = capture.lastStillThere ? capture.before?.last : undefined;
  const previous = last === undefined ? undefined : summaryOf(last);
  const asked = input.force === true || input.name !== undefined || input.note !== undefined;
  if (!asked && previous?.tree === capture.tree && previous.indexTree === capture.indexTree) {
    remember(input, index, { ...capture.record, ...optional('last', last) });
    return { saved: false, cause: 'unchanged', checkpoint: previous };
  }
  const files = await exactFiles(git, capture);
  remarks.push(...(await nestedRemarks(git, input.repository, index, capture.nested)));
  const metadata = describe(input, capture, files, remarks);
  const { commit, staged } = await commitCapture(git, capture, metadata, input.now);
  remember(input, index, {
    ...capture.record,
    last: {
      commit,
      tree: capture.tree,
      metadata: { version: 1, ...metadata },
      ...(staged === undefined ? {} : { staged: { commit: staged, tree: capture.indexTree ?? '' } }),
    },
  });
  const checkpoint: Checkpoint = { ...metadata, commit, tree: capture.tree, files };
  const documentError = writeDocument(input.repository.root, checkpoint, narrativeOf(input));
  if (documentError !== undefined) {
    logLine(input.state, 'warn', `checkpoint ${checkpoint.id}: ${documentError}`, input.now);
  }
  return { saved: true, checkpoint, ...optional('documentError', documentError) };
}

/** The record only saves work; without it the next look does all of it, and the checkpoint counts all the same. */
function remember(input: SaveInput, index: PrivateIndex, record: IndexRecord): void {
  try {
    writeIndexRecord(index, record);
  } catch (error) {
    logLine(
      input.state,
      'warn',
      `checkpoint: the record of the index was not written: ${messageOf(error)}`,
      input.now,
    );
  }
}

/** A transcript that cannot be read costs the document its words, not the document. */
function narrativeOf(input: SaveInput): Narrative | undefined {
  try {
    return typeof input.narrative === 'function' ? input.narrative() : input.narrative;
  } catch (error) {
    logLine(
      input.state,
      'warn',
      `checkpoint: nothing is said of the session: ${messageOf(error)}`,
      input.now,
    );
    return undefined;
  }
}

function summaryOf(last: { commit: string; tree: string; metadata: unknown }): CheckpointSummary | undefined {
  const metadata = readMetadata(last.metadata);
  return metadata === undefined ? undefined : { ...metadata, commit: last.commit, tree: last.tree };
}

function describe(input: SaveInput, capture: Capture, files: ChangedFile[], remarks: string[]): Metadata {
  const name =
    cleanName(redactText(cleanName(input.name ?? ''))) || AUTOMATIC_NAMES[input.reason] || 'Checkpoint';
  const id = newCheckpointId(name, input.now);
  const note = input.note === undefined ? undefined : redactText(input.note.slice(0, MAX_NOTE));
  const count = (status: ChangedFile['status']): number =>
    files.filter((file) => file.status === status).length;
  return {
    id,
    name,
    createdAt: new Date(input.now).toISOString(),
    reason: input.reason,
    worktree: worktreeName(input.repository),
    document: path.relative(
      input.repository.root,
      path.join(documentPaths(input.repository.root).checkpoints, `${id}.md`),
    ),
    counts: { new: count('new'), modified: count('modified'), deleted: count('deleted') },
    leftOut: capture.leftOut.slice(0, MAX_LEFT_OUT).map((file) => ({ ...file, path: redactText(file.path) })),
    leftOutCount: capture.leftOut.length,
    remarks,
    ...optional('indexTree', capture.indexTree),
    ...optional('head', capture.head),
    ...optional('branch', capture.branch),
    ...optional('operation', capture.operation),
    ...optional('session', input.session),
    ...optional('note', note),
  };
}

function reasonOf(error: unknown, input: SaveInput): Refusal {
  const known = error instanceof HooksError ? error : undefined;
  if (known !== undefined && known.hint !== undefined) return { reason: known.message, hint: known.hint };
  const code = systemCode(error);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return {
      reason: `${input.state.root} cannot be written (${code})`,
      hint: 'Make the git directory writable for you; nothing was saved.',
    };
  }
  if (code === 'ENOENT' && messageOf(error).includes('spawn')) {
    return { reason: 'git was not found', hint: 'Put git on PATH; nothing was saved.' };
  }
  if (known === undefined && !/^E[A-Z0-9]+$/.test(code ?? '')) throw error;
  return refusalFromGit(input.repository, messageOf(error));
}
