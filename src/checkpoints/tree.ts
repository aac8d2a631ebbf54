import { lookAt } from '../platform/raw-paths.ts';
import { documentPaths, type Repository } from '../store/paths.ts';
import {
  type IndexRecord,
  markOf,
  type PrivateIndex,
  readIndexRecord,
  seedMark,
} from '../store/private-index.ts';
import { includeMark, listIncluded, specsOf } from './include.ts';
import { OPERATION_REFS, operationOf } from './operation.ts';
import { type IndexPlan, joinPaths, planIndex } from './plan.ts';
import { CHECKPOINT_REFS, type Plumbing } from './plumbing.ts';
import { seedIndex } from './seed.ts';
import { slowRead, slowWalk } from './slow.ts';
import { parseStatus, type Status } from './status.ts';
import type { ChangedFile, LeftOutFile, Operation } from './types.ts';

/** The working tree as git objects, and what was true while it was read. */
export interface Capture {
  tree: string;
  indexTree: string | undefined;
  head: string | undefined;
  /** The tree of `head`. */
  headTree: string | undefined;
  branch: string | undefined;
  operation: Operation | undefined;
  files: ChangedFile[];
  filesUncertain: boolean;
  leftOut: LeftOutFile[];
  /** Repositories in the working tree that HEAD does not know. */
  nested: string[];
  /** Files git ignores that were asked for; also those that are too large or that git has anyway. */
  ignored: string[];
  /** What to remember for the next look, but for the last checkpoint. */
  record: Omit<IndexRecord, 'last'>;
  /** The record of the look before, and whether its last checkpoint is still there. */
  before: IndexRecord | undefined;
  lastStillThere: boolean;
}

export interface CaptureInput {
  git: Plumbing;
  repository: Repository;
  index: PrivateIndex;
  maxFileBytes: number;
  /** Ignored files that are held all the same, as paths and globs; where it is not told, those of the last look. */
  include?: readonly string[];
  /** True drops the private index and what is known about it. */
  fresh: boolean;
}

/**
 * Reads the working tree into objects through the private index. The person's index is only copied. Two git
 * processes run where nothing has changed since the last look. Call it only while holding the worktree's lock.
 * @throws HooksError where git cannot do it; the private index is then in an unknown state.
 */
export async function captureTree(input: CaptureInput): Promise<Capture> {
  const { git, repository, index } = input;
  const known = readIndexRecord(index);
  const asked = input.include === undefined ? known?.include : includeMark(input.include);
  const specs = specsOf(asked);
  // What a save that was cut off left in the index is not taken for a look that was brought to its end.
  const isWhole = known?.mark === markOf(index) && known.include === asked;
  const usable = input.fresh || !isWhole ? undefined : known;
  let mark = seedMark(repository, index);
  let indexTree = usable?.indexTree;
  let seeded = usable === undefined || usable.seed !== mark || usable.mark === 'none';
  const reseed = async (): Promise<void> => {
    ({ seed: mark, indexTree } = await seedIndex(git, repository, index));
    seeded = true;
  };
  const rooms = ownFolders(repository.root);
  if (seeded) await reseed();
  const [first, facts] = await Promise.all([look(input, specs), readFacts(git, known)]);
  let { status, ignored } = first;
  let plan = await planFor(input, status, rooms);
  if (plan.rulesChanged && !seeded) {
    await reseed();
    ({ status, ignored } = await look(input, specs));
    plan = await planFor(input, status, rooms);
  }
  const changed = await applyPlan(git, index, plan);
  const tree =
    !changed && !seeded && usable?.mark === markOf(index)
      ? usable.tree
      : (await git.run(['write-tree'], { index: index.file })).toString('latin1').trim();
  return {
    tree,
    indexTree,
    head: facts.head,
    headTree: facts.headTree,
    branch: status.branch,
    operation: operationOf(repository.gitDir ?? '', facts.present),
    files: plan.files,
    filesUncertain: plan.filesUncertain,
    leftOut: plan.leftOut,
    nested: plan.nested,
    ignored,
    record: {
      version: 1,
      seed: mark,
      mark: markOf(index),
      tree,
      ...(asked === undefined ? {} : { include: asked }),
      ...(indexTree === undefined ? {} : { indexTree }),
    },
    before: known,
    lastStillThere: facts.lastStillThere,
  };
}

/** Folders of the documents claude-hooks writes; untracked files there belong to no checkpoint. */
export function ownFolders(root: string): string[] {
  const { checkpoints, sessions, errors, snapshots } = documentPaths(root);
  return [checkpoints, sessions, errors, snapshots].map((folder) => `${folder.slice(root.length + 1)}/`);
}

/** One look at the working tree; ignored files that are asked for are found as untracked ones. */
async function look(
  { git, repository, index }: CaptureInput,
  specs: readonly string[],
): Promise<{ status: Status; ignored: string[] }> {
  const [status, included] = await Promise.all([
    readStatus(git, repository, index),
    listIncluded(git, index.file, specs),
  ]);
  return {
    status: { ...status, entries: status.entries.concat(included.entries) },
    ignored: included.names,
  };
}

async function readStatus(git: Plumbing, repository: Repository, index: PrivateIndex): Promise<Status> {
  const output = await git.run(
    [
      'status',
      '--porcelain=v2',
      '--branch',
      '-z',
      '--untracked-files=all',
      '--no-renames',
      '--no-ahead-behind',
      '--ignore-submodules=dirty',
    ],
    // This index is ours: what git learned about unchanged files may be written back to it.
    { index: index.file, env: { GIT_OPTIONAL_LOCKS: '1' }, doing: () => slowWalk(repository.root) },
  );
  return parseStatus(output);
}

interface Facts {
  head: string | undefined;
  headTree: string | undefined;
  present: Set<string>;
  lastStillThere: boolean;
}

/** One git process that answers several questions; HEAD is asked twice, so that its tree is known to be its own. */
async function readFacts(git: Plumbing, known: IndexRecord | undefined): Promise<Facts> {
  const last = known?.last;
  const id = (last?.metadata as { id?: unknown } | undefined)?.id;
  const questions = [
    'HEAD',
    'HEAD^{tree}',
    'HEAD',
    ...OPERATION_REFS,
    ...(typeof id === 'string' ? [`${CHECKPOINT_REFS}${id}`] : []),
  ];
  for (let attempt = 0; ; attempt += 1) {
    const answer = await git.run(['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
      input: `${questions.join('\n')}\n`,
    });
    const lines = answer.toString('utf8').split('\n');
    const objects = questions.map((_question, at) => /^([0-9a-f]{40,64}) /.exec(lines[at] ?? '')?.[1]);
    const [head, headTree, again] = objects;
    if (head !== again && attempt < 3) continue;
    return {
      head,
      headTree,
      present: new Set(OPERATION_REFS.filter((_ref, at) => objects[3 + at] !== undefined)),
      lastStillThere: last !== undefined && objects[3 + OPERATION_REFS.length] === last.commit,
    };
  }
}

async function planFor(input: CaptureInput, status: Status, folders: readonly string[]): Promise<IndexPlan> {
  const { git, repository, index, maxFileBytes } = input;
  const look = (name: Buffer): ReturnType<typeof lookAt> => lookAt(repository.root, name);
  const large = status.entries.filter(
    (entry) =>
      entry.kind === 'changed' &&
      !entry.inHead &&
      entry.worktree !== '.' &&
      (look(entry.path)?.size ?? 0) > maxFileBytes,
  );
  const tracked = new Set<string>();
  if (large.length > 0) {
    const args = ['ls-files', '-z', '--', ...large.map((entry) => entry.path.toString('utf8'))];
    const output = await git.run(args, { index: index.userIndex });
    for (const name of output.toString('latin1').split('\0')) tracked.add(name);
  }
  return planIndex(status.entries, {
    maxFileBytes,
    ownFolders: folders,
    isTracked: (name) => tracked.has(name.toString('latin1')),
    lookAt: look,
  });
}

/** Brings the private index to what the plan says. @returns whether it may have changed. */
async function applyPlan(git: Plumbing, index: PrivateIndex, plan: IndexPlan): Promise<boolean> {
  const update = (flags: string[], paths: readonly Buffer[]): Promise<Buffer> =>
    git.run(['update-index', ...flags, '-z', '--stdin'], {
      index: index.file,
      input: joinPaths(paths),
      doing: () => slowRead(paths),
    });
  // First what is gone: a folder may stand where a file was, or a link where a folder was.
  if (plan.remove.length > 0) await update(['--force-remove'], plan.remove);
  if (plan.add.length > 0) await update(['--add', '--remove', '--replace'], plan.add);
  for (const folder of plan.embedded) {
    try {
      await update(['--add', '--remove', '--replace'], [folder]);
    } catch (error) {
      if (!/is a directory|Unable to process path|does not have a commit/.test((error as Error).message))
        throw error;
      const name = folder.toString('utf8');
      plan.leftOut.push({ path: `${name}/`, bytes: 0, why: 'no-commit' });
      plan.files = plan.files.filter((file) => file.path !== name);
      plan.nested = plan.nested.filter((one) => one !== name);
    }
  }
  return plan.remove.length + plan.add.length + plan.embedded.length > 0;
}
