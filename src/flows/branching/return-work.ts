import { STAYS } from '../../checkpoints/restore/clean-start.ts';
import type { Capture } from '../../checkpoints/tree.ts';
import { git } from '../../platform/git.ts';
import type { Repository } from '../../store/paths.ts';
import type { ReturnFacts } from './return-facts.ts';

/** What a child did to the repository since it began. */
export interface ChildWork {
  /** `<short id> <subject>`, the newest first. */
  commits: string[];
  files: string[];
}

const MOST_COMMITS = 200;

/**
 * Compares what lies in the child's working tree with where it began. What the parent left below `.claude/` without a commit lies
 * there too, and is not the child's. `isClean` says that nothing is there that it has not committed.
 */
export async function workOf(
  repository: Repository,
  { child, now, parent }: Pick<ReturnFacts, 'child' | 'now' | 'parent'>,
  { tree, headTree, indexTree }: Pick<Capture, 'tree' | 'headTree' | 'indexTree'>,
): Promise<ChildWork & { isClean: boolean }> {
  const cwd = repository.root;
  const { head } = child.branching;
  const diff = async (from: string, to: string, ...below: string[]): Promise<string[]> => {
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to, '--', ...below];
    const { stdout } = await git(args, { cwd, timeoutMs: 60_000 });
    return stdout.split('\0').filter((name) => name !== '');
  };
  const [log, all, open, left, since] = await Promise.all([
    git(['log', '--format=%h %s', `--max-count=${MOST_COMMITS}`, `${head}..${now.commit}`, '--'], {
      cwd,
      timeoutMs: 30_000,
    }),
    diff(head, tree),
    diff(now.commit, tree),
    diff(head, parent.tree, STAYS),
    diff(parent.tree, tree, STAYS),
  ]);
  const changed = new Set(since);
  const parents = new Set(left.filter((name) => !changed.has(name)));
  const isOwn = (name: string): boolean => !parents.has(name);
  return {
    commits: log.stdout.split('\n').filter((line) => line !== ''),
    files: all.filter(isOwn),
    isClean: indexTree === headTree && !open.some(isOwn),
  };
}
