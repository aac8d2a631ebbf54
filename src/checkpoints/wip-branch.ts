import * as path from 'node:path';
import { exists } from '../platform/fs.ts';
import { git, gitOrThrow } from '../platform/git.ts';
import type { Repository } from '../store/paths.ts';
import { emptyTreeOf } from './changes.ts';
import { OPERATION_REFS } from './operation.ts';

/** Where a working tree stands, as far as a commit on its branch is concerned. */
export interface BranchFacts {
  /** Full name, `refs/heads/...`; undefined where HEAD is detached. */
  branch: string | undefined;
  /** Undefined on an unborn branch. */
  head: string | undefined;
  /** The tree of `head`; on an unborn branch the empty tree. */
  headTree: string;
  /** What says that git is in the middle of something: `MERGE_HEAD`, `rebase-merge` ... */
  busy: string | undefined;
}

const IN_PROGRESS = [
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
  'rebase-merge',
  'rebase-apply',
  'sequencer/todo',
];
const OID = /^([0-9a-f]{40,64}) /;
/** For git that reads or writes objects by name: what it is given is what it works on, and nothing is fetched. */
export const EXACT_ENV = { GIT_NO_REPLACE_OBJECTS: '1', GIT_NO_LAZY_FETCH: '1' };

/** Reads HEAD, its branch and whether an operation is in progress; two git processes at once. */
export async function readBranchFacts(repository: Repository): Promise<BranchFacts> {
  const cwd = repository.root;
  const questions = ['HEAD', 'HEAD^{tree}', ...OPERATION_REFS];
  const [answer, branch] = await Promise.all([
    gitOrThrow(['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
      cwd,
      env: EXACT_ENV,
      input: `${questions.join('\n')}\n`,
    }),
    readBranch(repository),
  ]);
  const objects = answer.split('\n').map((line) => OID.exec(line)?.[1]);
  // Not every store of refs keeps files, and not every file is a ref: either of them counts.
  const file = IN_PROGRESS.find((name) => exists(path.join(repository.gitDir ?? '', name)));
  const ref = OPERATION_REFS.find((_name, at) => objects[2 + at] !== undefined);
  const [head, headTree] = objects;
  return {
    branch,
    head,
    headTree: headTree ?? (await emptyTree(repository)),
    busy: file ?? ref,
  };
}

/** The full name of the branch HEAD is on; undefined where HEAD is detached. */
export async function readBranch(repository: Repository): Promise<string | undefined> {
  const answer = await git(['symbolic-ref', '--quiet', 'HEAD'], { cwd: repository.root });
  const name = answer.stdout.trim();
  return answer.code === 0 && name.startsWith('refs/heads/') ? name : undefined;
}

/** A branch's name as people write it. */
export function shortBranch(branch: string): string {
  return branch.replace(/^refs\/heads\//, '');
}

/** The commit a branch points to; undefined where there is no such branch. */
export async function readTip(repository: Repository, branch: string): Promise<string | undefined> {
  const answer = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', branch], {
    cwd: repository.root,
  });
  return answer.code === 0 ? answer.stdout.trim() : undefined;
}

export async function isAncestor(repository: Repository, older: string, newer: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', older, newer];
  return (await git(args, { cwd: repository.root, env: EXACT_ENV, timeoutMs: 60_000 })).code === 0;
}

async function emptyTree(repository: Repository): Promise<string> {
  const format = await git(['rev-parse', '--show-object-format'], { cwd: repository.root });
  return emptyTreeOf('0'.repeat(format.stdout.trim() === 'sha256' ? 64 : 40));
}

export interface Identity {
  /** Variables that give it to git; none where git knows the person's. */
  env: Record<string, string>;
  /** Whether it is the person's. */
  theirs: boolean;
}

/** The person's name and address where git was told them, else those of claude-hooks. */
export async function readIdentity(repository: Repository): Promise<Identity> {
  const known = await git(['-c', 'user.useConfigOnly=true', 'var', 'GIT_COMMITTER_IDENT'], {
    cwd: repository.root,
  });
  if (known.code === 0) return { env: {}, theirs: true };
  return {
    env: {
      GIT_AUTHOR_NAME: 'claude-hooks',
      GIT_AUTHOR_EMAIL: 'claude-hooks@localhost',
      GIT_COMMITTER_NAME: 'claude-hooks',
      GIT_COMMITTER_EMAIL: 'claude-hooks@localhost',
    },
    theirs: false,
  };
}
