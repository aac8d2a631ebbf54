import { encodeMessage, type Metadata } from './metadata.ts';
import { CHECKPOINT_REFS, type Plumbing } from './plumbing.ts';
import type { Capture } from './tree.ts';
import type { ChangedFile } from './types.ts';

/** How the captured tree differs from HEAD, sorted by path; asks git only where the status did not tell for sure. */
export async function exactFiles(git: Plumbing, capture: Capture): Promise<ChangedFile[]> {
  if (capture.filesUncertain && capture.headTree !== undefined) {
    return diffTrees(git, capture.headTree, capture.tree);
  }
  return capture.files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files in which two trees differ, in git's order; a change of kind or mode counts as modified. */
export async function diffTrees(git: Plumbing, from: string, to: string): Promise<ChangedFile[]> {
  const output = await git.run(['diff-tree', '-r', '-z', '--no-renames', '--name-status', from, to]);
  const words = output.toString('utf8').split('\0');
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const letter = words[at];
    files.push({
      path: words[at + 1] ?? '',
      status: letter === 'A' ? 'new' : letter === 'D' ? 'deleted' : 'modified',
    });
  }
  return files;
}

/** The commit of a checkpoint, and the one that keeps its staged tree where it needs one. */
export interface CheckpointCommit {
  commit: string;
  staged?: string;
}

/**
 * Makes the commit and its ref, which is created only where no ref of that name exists. Parents: HEAD, and a
 * commit of the staged tree where that is neither HEAD's nor the checkpoint's own; the last checkpoint's is taken
 * again where the same is staged.
 */
export async function commitCapture(
  git: Plumbing,
  capture: Capture,
  metadata: Metadata,
  now: number,
): Promise<CheckpointCommit> {
  const { tree, indexTree, head, headTree } = capture;
  const parents = head === undefined ? [] : [head];
  let staged: string | undefined;
  if (indexTree !== undefined && indexTree !== headTree && indexTree !== tree) {
    const last = capture.lastStillThere ? capture.before?.last : undefined;
    const message = 'claude-hooks staged index\n';
    staged =
      last?.staged?.tree === indexTree
        ? last.staged.commit
        : await commitTree(git, indexTree, [], message, now);
    parents.push(staged);
  }
  const commit = await commitTree(git, tree, parents, encodeMessage(metadata), now);
  await git.run(['update-ref', `${CHECKPOINT_REFS}${metadata.id}`, commit, '0'.repeat(commit.length)]);
  return { commit, ...(staged === undefined ? {} : { staged }) };
}

async function commitTree(
  git: Plumbing,
  tree: string,
  parents: readonly string[],
  message: string,
  now: number,
): Promise<string> {
  const date = `@${Math.floor(now / 1000)} +0000`;
  const output = await git.run(
    ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'],
    {
      input: message,
      env: {
        GIT_AUTHOR_NAME: 'claude-hooks',
        GIT_AUTHOR_EMAIL: 'claude-hooks@localhost',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: 'claude-hooks',
        GIT_COMMITTER_EMAIL: 'claude-hooks@localhost',
        GIT_COMMITTER_DATE: date,
      },
    },
  );
  return output.toString('latin1').trim();
}
