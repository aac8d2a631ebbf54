import * as path from 'node:path';
import { listCheckpoints } from '../checkpoints/list.ts';
import { planMine } from '../checkpoints/mine/plan.ts';
import type { Doubt, SessionEdit, Snapshot } from '../checkpoints/mine/types.ts';
import type { Plumbing } from '../checkpoints/plumbing.ts';
import type { ResolvedTree } from '../checkpoints/restore/types.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import { HooksError } from '../errors.ts';
import { ensureDirectory, realPath, siblingTempName } from '../platform/fs.ts';
import { lookAt } from '../platform/raw-paths.ts';
import { counted } from '../platform/words.ts';
import { writeTimesOf } from '../platform/write-times.ts';
import { type Repository, type StatePaths, worktreeName } from '../store/paths.ts';
import { namerOf } from '../transcript/commands.ts';
import { type Activity, type EditPlace, readActivity } from '../transcript/edits.ts';
import { readEdit } from '../transcript/file-edit.ts';
import { findSessions } from './mine-kept-sessions.ts';

export interface MineKeptInput {
  git: Plumbing;
  repository: Repository;
  state: StatePaths;
  /** What the session is taken back to. */
  checkpoint: CheckpointSummary;
  /** The working tree as it is now. */
  capture: { tree: string };
  /** The session's transcript; found from the checkpoints where none is given. */
  transcript?: string;
  /** The session whose changes are undone; the checkpoint's own unless told. */
  session?: string;
}

/**
 * The tree in which everything the session changed since the checkpoint is undone and everything the person changed
 * is kept. Writes nothing but git objects. Call it while holding the worktree's lock.
 * @throws HooksError where git is older than 2.38, or fails.
 */
export async function planMineKept(input: MineKeptInput): Promise<ResolvedTree> {
  const { git, repository, state, checkpoint, capture } = input;
  await requireMerge(git);
  const later = (await listCheckpoints(repository))
    .filter((one) => one.worktree === worktreeName(repository) && one.createdAt > checkpoint.createdAt)
    .reverse();
  const { sessions, transcripts } = findSessions({
    repository,
    state,
    checkpoint,
    later,
    session: input.session,
    transcript: input.transcript,
  });
  const since = Date.parse(checkpoint.createdAt);
  const activity = joinActivities(transcripts.map((file) => readActivity(file, since)));
  const { edits, outside } = byPath(repository.root, activity.edits);
  ensureDirectory(state.indexes);
  const bytes = (name: string): Buffer => Buffer.from(name, 'latin1');
  const plan = await planMine({
    git,
    index: siblingTempName(path.join(state.indexes, 'mine')),
    start: { tree: checkpoint.tree, at: since, ofSession: false },
    snapshots: later.map((one) => snapshotOf(one, sessions)),
    now: capture.tree,
    edits,
    commands: activity.commands.map(({ from, to, text }) => ({ from, to, names: lazyNamer(text) })),
    transcript: activity.found,
    timesOf: (name) => writeTimesOf(repository.root, bytes(name)),
    standsOnDisk: (name) => lookAt(repository.root, bytes(name)) !== undefined,
  });
  const notes = [
    ...(plan.undone === 0
      ? ['No change of the session since this checkpoint was found: nothing is undone.']
      : []),
    ...(sessions.size > 0 && !activity.found ? [TRANSCRIPT_GONE] : []),
    ...(activity.damaged > 0
      ? [
          `${counted(activity.damaged, 'line')} of the transcript cannot be read: what ${activity.damaged === 1 ? 'it tells' : 'they tell'} of is not undone.`,
        ]
      : []),
    ...DOUBTS.flatMap(([doubt, words]) => listed(words, plan.doubts.get(doubt) ?? [])),
    ...listed('Left, because they are not in this working tree', outside),
    ...(later.some((one) => one.session !== undefined && !sessions.has(one.session))
      ? ['Other sessions worked here since; what they changed is kept.']
      : []),
  ];
  return { tree: plan.tree, conflicts: plan.conflicts, notes };
}

const TRANSCRIPT_GONE =
  'The transcript of the session is gone: everything that changed up to its last checkpoint counts as its own.';

const DOUBTS: readonly [Doubt, string][] = [
  ['counted', 'Undone as changes of the session, because they came while it ran commands'],
  ['kept', 'Kept as yours, although the session ran commands while they changed'],
  ['untold', 'Kept, because the transcript does not tell what the session changed in them'],
  ['unheld', 'Left, because checkpoints do not hold them (ignored by git, or too large)'],
];
const MOST_LISTED = 20;

function listed(words: string, files: readonly string[]): string[] {
  if (files.length === 0) return [];
  const more = files.length > MOST_LISTED ? ` and ${files.length - MOST_LISTED} more` : '';
  return [`${words}: ${files.slice(0, MOST_LISTED).join(', ')}${more}`];
}

/** Trees are merged without touching a working tree since git 2.38. */
async function requireMerge(git: Plumbing): Promise<void> {
  const version = (await git.run(['version'])).toString('latin1').trim();
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38)) return;
  throw new HooksError({
    code: 'git-too-old',
    kind: 'failed',
    message: `mine-kept merges with git 2.38 or newer, and this is ${version}`,
    hint: 'Update git, or restore the checkpoint exactly: claude-hooks checkpoint restore NAME --mode exact',
  });
}

function joinActivities(list: readonly Activity[]): Activity {
  return {
    found: list.some((one) => one.found),
    edits: list.flatMap((one) => one.edits).sort((a, b) => a.at - b.at),
    commands: list.flatMap((one) => one.commands),
    damaged: list.reduce((sum, one) => sum + one.damaged, 0),
  };
}

/** A checkpoint that a restore saved of what it found tells nothing of who made it. */
function snapshotOf(one: CheckpointSummary, sessions: ReadonlySet<string>): Snapshot {
  const saving = /^before-(?!command$)/.test(one.reason);
  const ofSession = one.session !== undefined && sessions.has(one.session) && !saving;
  return { tree: one.tree, at: Date.parse(one.createdAt), ofSession };
}

/** Edits by their path in the working tree, each byte as one character; and the files that are not in it. */
function byPath(
  root: string,
  places: readonly EditPlace[],
): { edits: Map<string, SessionEdit[]>; outside: string[] } {
  const edits = new Map<string, SessionEdit[]>();
  const outside = new Set<string>();
  const top = realPath(root);
  for (const place of places) {
    const file = path.resolve(place.cwd ?? root, place.file);
    const relative = path.relative(top, path.join(realFolder(path.dirname(file)), path.basename(file)));
    if (
      relative === '' ||
      relative === '.git' ||
      /^(?:\.\.|\.git)(?:[\\/]|$)/.test(relative) ||
      path.isAbsolute(relative)
    ) {
      outside.add(file);
      continue;
    }
    const name = Buffer.from(relative.split(path.sep).join('/'), 'utf8').toString('latin1');
    const { startedAt, at } = place;
    edits.set(name, [...(edits.get(name) ?? []), { startedAt, at, read: () => readEdit(place) }]);
  }
  return { edits, outside: [...outside].sort() };
}

/** The real place of a folder that may be gone by now. */
function realFolder(folder: string): string {
  const parent = path.dirname(folder);
  const real = realPath(folder);
  if (real !== folder || parent === folder) return real;
  return path.join(realFolder(parent), path.basename(folder));
}

/** Words are cut up only for the few commands that are asked about. */
function lazyNamer(text: string): (file: string) => boolean {
  let namer: ((file: string) => boolean) | undefined;
  return (file) => {
    namer ??= namerOf(text);
    return namer(file);
  };
}
