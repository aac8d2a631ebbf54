import * as path from 'node:path';
import { messageOf } from '../../errors.ts';
import { planExclude } from '../../install/exclude.ts';
import { ensureDirectory, readBytesIfExists, writeFileAtomic } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { documentPaths, type Repository } from '../../store/paths.ts';

/**
 * Makes sure that git does not offer the personal context file for a commit: by `info/exclude`, unless it is ignored
 * already. @returns why that cannot be had.
 */
export async function keepOutOfGit(repository: Repository): Promise<string | undefined> {
  const { root, gitDir } = repository;
  if (gitDir === undefined) return undefined;
  const file = path.relative(root, documentPaths(root).contextLocal);
  const { code } = await git(['check-ignore', '-q', '--', file], { cwd: root });
  if (code === 0) return undefined;
  const plan = planExclude({ repository, dir: root, scope: 'project', personalFiles: [] });
  if (plan?.after === undefined) return undefined;
  try {
    ensureDirectory(path.dirname(plan.file), 0o755);
    writeFileAtomic(plan.file, plan.after, {
      verify: () => {
        if (readBytesIfExists(plan.file)?.equals(plan.before ?? Buffer.alloc(0)) === false)
          throw new Error('it was changed meanwhile');
      },
    });
    return undefined;
  } catch (error) {
    return `${plan.file} could not be written: ${messageOf(error)}`;
  }
}
