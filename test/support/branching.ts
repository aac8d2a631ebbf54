import { type BranchRequest, type BranchResult, branchSession } from '../../src/flows/branching/branch.ts';
import { sessionNow } from '../../src/flows/branching/children.ts';
import { type ReturnRequest, type ReturnResult, returnSession } from '../../src/flows/branching/return.ts';
import { sessionTree, type TreeNode } from '../../src/flows/branching/tree.ts';
import type { Session } from '../../src/sessions/session.ts';
import { placeOf } from './checkpoints.ts';
import { type BuiltRepository, runGit } from './repositories.ts';
import { filesOf, stagedOf } from './restore.ts';
import { workplaceAt } from './undo.ts';

/** Interrupts the session of a working tree as the command line does. */
export async function branchAt(
  root: string,
  name: string,
  more: Partial<BranchRequest> = {},
): Promise<BranchResult> {
  const place = await workplaceAt(root);
  return branchSession(place, { name, task: `Do ${name}`, worktree: false, dryRun: false, ...more });
}

/** Goes back as the command line does. */
export async function returnAt(root: string, more: Partial<ReturnRequest> = {}): Promise<ReturnResult> {
  return returnSession(await workplaceAt(root), { discard: false, dryRun: false, ...more });
}

/** Everything a person has in a working tree: files with bytes and modes, what is staged, where HEAD is. */
export function stateOf(root: string): { files: Record<string, string>; staged: string; head: string } {
  // Of folders only their files count: git holds no empty ones.
  return {
    files: personal(filesOf(root)),
    staged: stagedOf(root),
    head: `${runGit(root, ['rev-parse', '--symbolic-full-name', 'HEAD']).trim()} ${runGit(root, ['rev-parse', 'HEAD']).trim()}`,
  };
}

function personal(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([file]) => !file.startsWith('.claude/snapshots/')));
}

/** Branches of a repository with their commits. */
export function branchesOf({ git }: BuiltRepository): Record<string, string> {
  const lines = git('for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads/').trim();
  return Object.fromEntries(lines.split('\n').map((line) => line.split(' ') as [string, string]));
}

export function sessionAt(root: string, id: string | undefined): Session {
  return sessionNow(placeOf(root).state, id ?? '');
}

export async function treeAt(root: string): Promise<TreeNode[]> {
  return (await sessionTree(placeOf(root), { all: true })).roots;
}
