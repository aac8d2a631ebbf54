import { emptyTreeOf } from '../checkpoints/changes.ts';
import { openPlumbing } from '../checkpoints/plumbing.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import { HooksError } from '../errors.ts';
import { readTextIfExists } from '../platform/fs.ts';
import { parseRawDiff } from '../platform/raw-diff.ts';
import { visible } from '../platform/terminal.ts';
import { changedFiles } from '../snapshots/changed-files.ts';
import { composeSnapshot, snapshotName } from '../snapshots/document.ts';
import { findSnapshot, readSnapshots } from '../snapshots/find.ts';
import { checkSnapshotFolder, writeSnapshot } from '../snapshots/folder.ts';
import type { Snapshot, SnapshotFile, SnapshotList, SnapshotRequest } from '../snapshots/types.ts';
import { linkOutside } from '../store/documents.ts';
import { documentPaths, locateRepository, type Repository } from '../store/paths.ts';
import { readFacts } from '../transcript/facts.ts';
import { saveOnRequest } from './checkpoint.ts';
import type { Workplace } from './workplace.ts';

const BUDGET_MS = 120_000;
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** A working tree: a workplace of it, or any folder in it. */
export type SnapshotPlace = Pick<Workplace, 'repository'> | string;

/**
 * Saves what the session is doing: the working tree as a checkpoint that is never pruned, and the document
 * `.claude/snapshots/<id>.json` with the files that differ from HEAD, the context file, the session's todos and where
 * its conversation stands, notes and variables. Secrets are taken out first. Not held is what checkpoints do not hold:
 * ignored files and untracked ones above the size limit. Nothing else of the person's is changed.
 * @param transcript of the session, where no client has it open.
 * @returns the snapshot as its document has it.
 * @throws HooksError `snapshot-request` (kind usage), `snapshot-refused` where no checkpoint can be saved, and
 * `snapshot-not-written`; then there is no document, and only the last leaves a checkpoint, which it names.
 */
export async function saveSnapshot(
  place: Workplace,
  request: SnapshotRequest,
  transcript?: string,
): Promise<Snapshot> {
  checkRequest(request);
  const { repository } = place;
  checkSnapshotFolder(repository.root);
  const { name, note, session } = request;
  const saved = await saveOnRequest(place, { name, note, session, transcript });
  if (!saved.saved && saved.cause === 'refused') throw refused(saved);
  const { checkpoint } = saved;
  const { head, operation, conversation, createdAt } = checkpoint;
  const context = readContext(repository.root);
  const snapshot = composeSnapshot({
    // One id for both: what is said of the one can be asked of the other.
    id: checkpoint.id,
    name,
    timestamp: createdAt,
    branch: checkpoint.branch ?? null,
    head,
    operation,
    files: await filesAgainstHead(repository, checkpoint),
    context: context.text,
    todos: request.todos ?? todosOf(place, checkpoint),
    notes: note ?? '',
    state: request.state ?? {},
    session: checkpoint.session,
    conversation,
    checkpoint: checkpoint.id,
    tree: checkpoint.tree,
    remarks: [...checkpoint.remarks, ...notHeld(checkpoint), ...context.remarks],
  });
  writeSnapshot(repository.root, snapshot);
  return snapshot;
}

/**
 * The snapshot of a name, or of a beginning of its name or id that only one has; read from its document alone.
 * @throws HooksError `snapshot-unknown` and `snapshot-ambiguous`, naming candidates, and `snapshot-unreadable` with
 * file and line where the document is damaged, foreign or of a newer version.
 */
export function loadSnapshot(place: SnapshotPlace, name: string): Snapshot {
  return findSnapshot(rootOf(place), name);
}

/** All snapshots of a working tree, the newest first, and the documents there that cannot be read. */
export function listSnapshots(place: SnapshotPlace): SnapshotList {
  return readSnapshots(rootOf(place));
}

function rootOf(place: SnapshotPlace): string {
  return typeof place === 'string' ? locateRepository(place).root : place.repository.root;
}

/** How two trees (or commits) differ, renames found where at least half of a file stayed. */
export async function filesBetween(
  repository: Repository,
  from: string,
  to: string,
): Promise<SnapshotFile[]> {
  const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const shape = ['-r', '-z', '--raw', '--no-abbrev', '--ignore-submodules=none', '-M50%', '-l1000'];
  const output = await git.run(['diff-tree', ...shape, '--end-of-options', from, to]);
  return changedFiles(parseRawDiff(output));
}

function filesAgainstHead(
  repository: Repository,
  { head, tree }: CheckpointSummary,
): Promise<SnapshotFile[]> {
  return filesBetween(repository, head ?? emptyTreeOf(tree), tree);
}

/** All todos of the session; a checkpoint keeps only the first words of some. */
function todosOf(place: Workplace, checkpoint: CheckpointSummary): Snapshot['todos'] {
  const { conversation, todos = [] } = checkpoint;
  if (conversation === undefined) return todos;
  try {
    return readFacts(conversation.transcript).todos.map(({ text, status }) => ({ text, status }));
  } catch (error) {
    place.log('warn', `snapshot: the transcript was not read: ${String(error)}`);
    return todos;
  }
}

/** The context file, unless a link, which came with the repository, leads to another person's file. */
function readContext(root: string): { text: string; remarks: string[] } {
  const file = documentPaths(root).context;
  const link = linkOutside(root, file);
  if (link === undefined) return { text: readTextIfExists(file) ?? '', remarks: [] };
  return {
    text: '',
    remarks: [`the context file was not read: ${link} is a link that leads out of ${root}`],
  };
}

function notHeld({ id, leftOutCount }: CheckpointSummary): string[] {
  if (leftOutCount === 0) return [];
  const files = leftOutCount === 1 ? '1 file is' : `${leftOutCount} files are`;
  return [`${files} not held; see which: claude-hooks checkpoint show ${id}`];
}

function checkRequest({ name, session, state = {} }: SnapshotRequest): void {
  const wrong = (message: string, hint: string): HooksError =>
    new HooksError({ code: 'snapshot-request', kind: 'usage', message, hint });
  if (snapshotName(name) === '')
    throw wrong('The name of a snapshot needs a letter that can be seen.', 'Give it a name.');
  if (session !== undefined && !SESSION_ID.test(session))
    throw wrong(
      `${visible(JSON.stringify(session))} is no session id.`,
      'Leave it out for the open session.',
    );
  // An object cannot hold it without changing what it is.
  if (Object.hasOwn(state, '__proto__'))
    throw wrong('No variable can be named __proto__.', 'Give it another name.');
}

function refused({ reason, hint }: { reason: string; hint: string }): HooksError {
  return new HooksError({
    code: 'snapshot-refused',
    kind: 'failed',
    message: `No snapshot was saved: ${visible(reason)}`,
    hint: visible(hint),
  });
}
