import { HooksError } from '../errors.ts';
import { gitBytes, gitOrThrow } from '../platform/git.ts';
import { parseRawDiff, type RawChange } from '../platform/raw-diff.ts';
import type { Repository } from '../store/paths.ts';
import type { PrivateIndex } from '../store/private-index.ts';
import { joinPaths } from './plan.ts';
import type { Checkpoint } from './types.ts';
import { type BranchFacts, EXACT_ENV, readBranchFacts, readIdentity, shortBranch } from './wip-branch.ts';
import { copyIndex, discardIndex, type MovePlace, onIndex, readTree, refresh } from './wip-index.ts';
import { applyMove } from './wip-move.ts';

export interface WipCommit {
  checkpoint: Checkpoint;
  session: string;
  /** Globs on file names; such files stay as HEAD has them. */
  exclude: readonly string[];
}

const TIME_LIMIT_MS = 60_000;
const SUBMODULE = '160000';

/**
 * Commits the tree of a checkpoint on the current branch, marked WIP, and lets the person's index follow; files that
 * look like secrets, ignored files and repositories HEAD does not know stay out. Runs no hook and signs nothing. Call
 * it only while holding the worktree's lock.
 * @returns why there is no commit; undefined where there is one.
 * @throws HooksError, with nothing changed, where git cannot do it.
 */
export async function commitTreeOnBranch(place: MovePlace, wip: WipCommit): Promise<string | undefined> {
  const { repository } = place;
  const { checkpoint } = wip;
  const facts = await readBranchFacts(repository);
  const { branch, head } = facts;
  const refusal = whyNot(facts, checkpoint);
  if (refusal !== undefined || branch === undefined || head === undefined) return refusal;
  const prepared = await copyIndex(place);
  try {
    if (prepared.stagedTree !== facts.headTree) return 'something is staged by hand';
    const tree = await fillIndex(repository, prepared.index, facts.headTree, wip);
    if (tree === facts.headTree) return 'nothing that may be committed differs from HEAD';
    const { env } = await readIdentity(repository);
    const subject = `WIP: ${checkpoint.name}`;
    const commit = await commitTree(repository, {
      tree,
      parent: head,
      env,
      message: `${subject}\n\nClaude-Session: ${wip.session}\nClaude-Checkpoint: ${checkpoint.id}\nClaude-WIP: true\n`,
    });
    await applyMove(
      place,
      { branch, from: head, to: commit, fromTree: facts.headTree, toTree: tree },
      prepared,
      {
        kind: 'commit',
        title: `WIP commit ${commit.slice(0, 12)} on ${shortBranch(branch)}: ${checkpoint.name}`,
        reflog: `commit: ${subject}`,
        session: wip.session,
        about: { checkpoint: checkpoint.id },
      },
    );
    return undefined;
  } finally {
    discardIndex(prepared);
  }
}

/** Makes a commit object; no hook runs, nothing is signed. @param env who makes it, where git does not know. */
export async function commitTree(
  repository: Repository,
  commit: { tree: string; parent?: string; message: string; env: Record<string, string> },
): Promise<string> {
  const parents = commit.parent === undefined ? [] : ['-p', commit.parent];
  const made = await gitOrThrow(
    ['-c', 'i18n.commitEncoding=UTF-8', 'commit-tree', commit.tree, ...parents, '-F', '-'],
    { cwd: repository.root, env: { ...EXACT_ENV, ...commit.env }, input: commit.message },
  );
  return made.trim();
}

function whyNot(facts: BranchFacts, checkpoint: Checkpoint): string | undefined {
  if (facts.busy !== undefined) return `an operation is in progress (${facts.busy})`;
  if (facts.branch === undefined) return 'HEAD is detached';
  if (facts.head === undefined) return 'the branch has no commit yet';
  if (checkpoint.indexTree === undefined) return 'paths are unmerged';
  if (facts.head !== checkpoint.head || shortBranch(facts.branch) !== checkpoint.branch)
    return 'HEAD has moved since the checkpoint';
  return undefined;
}

/** Brings the copy of the index to what is to be committed. @returns its tree. */
async function fillIndex(
  repository: Repository,
  index: PrivateIndex,
  headTree: string,
  { checkpoint, exclude }: WipCommit,
): Promise<string> {
  const kept = await keptAsInHead(repository, headTree, checkpoint.tree, exclude);
  await readTree(repository, index, checkpoint.tree);
  if (kept.length > 0)
    await onIndex(repository, index, ['update-index', '-z', '--index-info'], entries(kept));
  const tree = (await onIndex(repository, index, ['write-tree'])).trim();
  if (tree === headTree) return tree;
  // Where a filter fails, the checkpoint holds content that the branch should not.
  await refresh(repository, index);
  return tree;
}

/** Changes of the checkpoint that do not go into a commit. */
async function keptAsInHead(
  repository: Repository,
  from: string,
  to: string,
  exclude: readonly string[],
): Promise<RawChange[]> {
  const all = await diff(repository, from, to, []);
  const named = new Set<string>();
  if (exclude.length > 0) {
    const globs = exclude.map((pattern) => `:(glob)**/${pattern}`);
    for (const { path } of await diff(repository, from, to, ['--', ...globs]))
      named.add(path.toString('latin1'));
  }
  const added = all.filter(({ letter, toMode }) => letter === 'A' && toMode !== SUBMODULE);
  for (const name of await ignoredAmong(
    repository,
    added.map(({ path }) => path),
  ))
    named.add(name);
  return all.filter(
    ({ path, letter, toMode }) =>
      named.has(path.toString('latin1')) || (letter === 'A' && toMode === SUBMODULE),
  );
}

async function diff(
  repository: Repository,
  from: string,
  to: string,
  pathspec: readonly string[],
): Promise<RawChange[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', from, to, ...pathspec];
  return parseRawDiff(await bytesOf(repository, args));
}

/** Those of the names that git ignores; files held at the person's wish are such. */
async function ignoredAmong(repository: Repository, names: readonly Buffer[]): Promise<string[]> {
  if (names.length === 0) return [];
  // The command reads pathspecs and knows no literal ones; a name that begins with `./` holds no magic.
  const input = joinPaths(names.map((name) => Buffer.concat([Buffer.from('./'), name])));
  const output = await bytesOf(repository, ['check-ignore', '-z', '--stdin'], input);
  return output
    .toString('latin1')
    .split('\0')
    .slice(0, -1)
    .map((name) => name.slice(2));
}

/** What git prints. Exit 1 of `check-ignore` means that it found none. */
async function bytesOf(repository: Repository, args: readonly string[], input?: Buffer): Promise<Buffer> {
  const result = await gitBytes(args, {
    cwd: repository.root,
    env: EXACT_ENV,
    timeoutMs: TIME_LIMIT_MS,
    ...(input === undefined ? {} : { input }),
  });
  if (result.code === 0 || (result.code === 1 && args[0] === 'check-ignore')) return result.stdout;
  throw new HooksError({
    code: 'git-failed',
    kind: 'failed',
    message: `git ${args[0] ?? ''} failed: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
    hint: 'Nothing was changed.',
  });
}

/** What `update-index --index-info` reads: each path as the left side of its change has it; what goes comes first. */
function entries(changes: readonly RawChange[]): Buffer {
  const gone = changes.filter(({ fromMode }) => fromMode === '000000');
  const there = changes.filter(({ fromMode }) => fromMode !== '000000');
  return Buffer.concat(
    [...gone, ...there].flatMap(({ fromMode, fromId, path }) => [
      Buffer.from(`${fromMode === '000000' ? '0' : fromMode} ${fromId}\t`),
      path,
      Buffer.from([0]),
    ]),
  );
}
