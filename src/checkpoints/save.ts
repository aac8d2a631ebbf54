import { HooksError, messageOf, systemCode } from '../errors.ts';
import { logLine } from '../store/log.ts';
import type { Repository, StatePaths } from '../store/paths.ts';
import { type IndexRecord, type PrivateIndex, writeIndexRecord } from '../store/private-index.ts';
import { type Captured, captureWithRepair } from './capture.ts';
import { commitCapture, exactFiles } from './commit.ts';
import { describeCheckpoint, isAsked } from './describe.ts';
import { writeDocument } from './document-file.ts';
import { heldByInclude, includeRemarks } from './include.ts';
import { optional, readMetadata } from './metadata.ts';
import { nestedRemarks } from './nested.ts';
import { type Refusal, refusalFor, refusalFromGit } from './refusal.ts';
import type { Checkpoint, CheckpointSummary, Narrative, SaveResult } from './types.ts';
import { withWorktreeLock } from './worktree-lock.ts';

export { withWorktreeLock };

export interface SaveInput {
  repository: Repository;
  state: StatePaths;
  /** Free text. */
  name?: string;
  /**
   * Whether a person gave the name: such a checkpoint is saved even where nothing changed, and is never pruned.
   * Where it is not told, names of `manual` checkpoints are a person's and all others are not.
   */
  named?: boolean;
  /** Free text; a save with a note is made even where nothing changed. */
  note?: string;
  /** manual, interval, session-start, stop, compact, session-end, before-command, before-restore, or why else. */
  reason: string;
  session?: string;
  /** What the session tells; a function is called only where a checkpoint is really saved, once. */
  narrative?: Narrative | (() => Narrative);
  /** Untracked files above this many bytes are left out and listed. */
  maxFileBytes: number;
  /**
   * Ignored files that are held all the same: paths and globs from the top of the working tree. Where it is not told,
   * what was held at the last look.
   */
  include?: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  /** False: no document about it is written. */
  document?: boolean;
  /** Saves even where nothing changed since the last checkpoint. */
  force?: boolean;
  /** Milliseconds for all of it; 2 minutes unless told. */
  budgetMs?: number;
}

const BUDGET_MS = 120_000;

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

async function saveLocked(input: SaveInput, index: PrivateIndex): Promise<SaveResult> {
  const captured = await captureWithRepair({ ...input, index, budgetMs: input.budgetMs ?? BUDGET_MS });
  return saveCaptured(input, index, captured);
}

/**
 * Saves what `captureWithRepair` read, as `saveCheckpoint` does. For those who hold the worktree's lock and have
 * captured already; call it at most once for a capture.
 * @throws HooksError where git cannot write the commit; nothing was saved then.
 */
export async function saveCaptured(
  input: SaveInput,
  index: PrivateIndex,
  captured: Captured,
): Promise<Exclude<SaveResult, { cause: 'refused' }>> {
  const { capture, git } = captured;
  const last = capture.lastStillThere ? capture.before?.last : undefined;
  const previous = last === undefined ? undefined : summaryOf(last);
  if (!isAsked(input) && previous?.tree === capture.tree && previous.indexTree === capture.indexTree) {
    remember(input, index, { ...capture.record, ...optional('last', last) });
    return { saved: false, cause: 'unchanged', checkpoint: previous };
  }
  const files = await exactFiles(git, capture);
  const included = heldByInclude(capture, files);
  const nested = await nestedRemarks(git, input.repository, index, capture.nested);
  const remarks = [...captured.remarks, ...nested, ...includeRemarks(included, input.include)];
  const narrative = narrativeOf(input);
  const metadata = describeCheckpoint(input, capture, files, { remarks, narrative });
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
  if (included.length > 0) checkpoint.included = included;
  const documentError =
    input.document === false ? undefined : writeDocument(input.repository.root, checkpoint, narrative);
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
