import { shellWord } from '../checkpoints/markdown.ts';
import { OPERATION_REFS, operationOf } from '../checkpoints/operation.ts';
import { openPlumbing } from '../checkpoints/plumbing.ts';
import type { Repository } from '../store/paths.ts';

const BUDGET_MS = 60_000;
/** What git allows as the name of a branch; a document may say anything. */
const BRANCH = /^(?![-./])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[./]$))[^\u0000-\u0020\u007f~^:?*[\\]+$/u;

/** Where something was saved. */
export interface BranchThen {
  /** Null where HEAD was detached. */
  branch: string | null;
  /** Undefined on a branch without a commit. */
  head?: string;
}

/** Where the repository stands now, as far as it matters for going back there. */
export interface BranchFacts {
  branch: string | null;
  head: string | undefined;
  /** What git is in the middle of. */
  operation: string | undefined;
  /** Whether the branch of then is here, and its commit. */
  hasBranch: boolean;
  hasHead: boolean;
  /** Another working tree of this repository that has the branch checked out. */
  elsewhere: string | undefined;
}

export interface BranchAdvice {
  /** Sentences for a person. */
  advice: string[];
  /** For a POSIX shell. */
  commands: string[];
}

/** Asks git; nothing is changed. @throws HooksError where git cannot read the repository. */
export async function readBranchFacts(repository: Repository, then: BranchThen): Promise<BranchFacts> {
  const git = openPlumbing(repository, { budgetMs: BUDGET_MS, withoutLfs: false });
  const wanted = then.branch !== null && BRANCH.test(then.branch) ? `refs/heads/${then.branch}` : undefined;
  const commit = then.head === undefined ? undefined : `${then.head}^{commit}`;
  const questions = ['HEAD', ...OPERATION_REFS, ...[wanted, commit].filter((one) => one !== undefined)];
  const [answer, trees, symbolic] = await Promise.all([
    git.run(['cat-file', '--batch-check=%(objectname)'], { input: `${questions.join('\n')}\n` }),
    git.run(['worktree', 'list', '--porcelain']),
    git.run(['symbolic-ref', '-q', 'HEAD'], { accept: [1] }),
  ]);
  const lines = answer.toString('utf8').split('\n');
  const has = (question: string | undefined): boolean =>
    question !== undefined && /^[0-9a-f]{40,64}$/.test(lines[questions.indexOf(question)] ?? '');
  const now = /^refs\/heads\/(.+)\n$/.exec(symbolic.toString('utf8'))?.[1] ?? null;
  return {
    branch: now,
    head: has('HEAD') ? lines[0] : undefined,
    operation: operationOf(repository.gitDir ?? '', new Set(OPERATION_REFS.filter(has))),
    hasBranch: has(wanted),
    hasHead: has(commit),
    elsewhere: now === then.branch ? undefined : worktreeOf(trees.toString('utf8'), wanted),
  };
}

/** The working tree that has a ref checked out, from `git worktree list --porcelain`. */
export function worktreeOf(list: string, ref: string | undefined): string | undefined {
  if (ref === undefined) return undefined;
  const entry = list.split('\n\n').find((text) => text.split('\n').includes(`branch ${ref}`));
  return /^worktree (.+)$/m.exec(entry ?? '')?.[1];
}

/** How to get back to where something was saved. */
export function adviseBranch(then: BranchThen, now: BranchFacts): BranchAdvice {
  const { advice, commands } = wayTo(then, now);
  if (now.operation === undefined) return { advice, commands };
  const first = `git is in the middle of a ${now.operation} here: finish or abort it before you change branches.`;
  return { advice: commands.length > 0 ? [first, ...advice] : advice, commands };
}

function wayTo(then: BranchThen, now: BranchFacts): BranchAdvice {
  const { branch, head } = then;
  const at = head === undefined ? 'without a commit' : `at ${head.slice(0, 12)}`;
  if (branch === null) return wayToCommit(head, now);
  if (!BRANCH.test(branch)) return only('The document names a branch that no branch can have.');
  if (branch === now.branch) {
    if (head === now.head) return only(`You are on ${branch}, ${at}, as then.`);
    return only(`You are on ${branch}, as then; it was ${at} and has moved since.`);
  }
  if (now.elsewhere !== undefined)
    return {
      advice: [`${branch} is checked out in ${now.elsewhere}.`],
      commands: [`cd ${shellWord(now.elsewhere)}`],
    };
  const name = shellWord(branch);
  if (now.hasBranch)
    return { advice: [`It was saved on ${branch}, ${at}.`], commands: [`git checkout ${name} --`] };
  if (now.hasHead && head !== undefined)
    return {
      advice: [`It was saved on ${branch}, which is gone; its commit is still here.`],
      commands: [`git checkout -b ${name} ${head}`],
    };
  return only(`It was saved on ${branch}, ${at}; neither is here. Fetch it: git fetch --all`);
}

function wayToCommit(head: string | undefined, now: BranchFacts): BranchAdvice {
  if (head === undefined) return only('It was saved without a branch and without a commit.');
  if (now.branch === null && now.head === head)
    return only(`HEAD is detached at ${head.slice(0, 12)}, as then.`);
  if (!now.hasHead)
    return only(`It was saved at ${head.slice(0, 12)}, which is not here. Fetch it: git fetch --all`);
  return {
    advice: [`It was saved without a branch, at ${head.slice(0, 12)}.`],
    commands: [`git checkout --detach ${head}`],
  };
}

function only(sentence: string): BranchAdvice {
  return { advice: [sentence], commands: [] };
}
