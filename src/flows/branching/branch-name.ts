import { HooksError } from '../../errors.ts';
import { git } from '../../platform/git.ts';
import { visible } from '../../platform/terminal.ts';
import type { Repository } from '../../store/paths.ts';
import { refusal } from './refuse.ts';

/** @throws HooksError where git takes no branch of that name, or one it would collide with is there. */
export async function checkBranchName(repository: Repository, name: string): Promise<void> {
  const cwd = repository.root;
  const shown = visible(name.slice(0, 100));
  const valid = await git(['check-ref-format', `refs/heads/${name}`], { cwd });
  if (valid.code !== 0 || name.startsWith('-') || name === 'HEAD' || name === '@')
    throw new HooksError({
      code: 'branch-name',
      kind: 'usage',
      message: `"${shown}" is no name for a git branch.`,
      hint: 'Use letters, digits, "-" and "/": fix/login',
    });
  const [listed, folds] = await Promise.all([
    git(['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/'], { cwd, timeoutMs: 30_000 }),
    git(['config', '--type=bool', 'core.ignorecase'], { cwd }),
  ]);
  const fold = (text: string): string => (folds.stdout.trim() === 'true' ? text.toLowerCase() : text);
  const wanted = fold(name);
  const other = listed.stdout.split('\n').find((branch) => {
    const there = fold(branch);
    return (
      branch !== '' && (there === wanted || there.startsWith(`${wanted}/`) || wanted.startsWith(`${there}/`))
    );
  });
  if (other === undefined) return;
  throw refusal(
    `A git branch that collides with "${shown}" is there: ${visible(other)}.`,
    'Give it another name; branches that are there are never reused.',
    'branch-taken',
  );
}
