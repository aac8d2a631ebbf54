import { git } from '../platform/git.ts';
import { cleanLine } from './clean.ts';
import { GIT_LIMIT_MS } from './git-source.ts';

/** Hash, date, author and subject end in a NUL each, which none of them can hold. */
const FORMAT = '--format=tformat:%h%x00%as%x00%an%x00%s';

/** Which commits are listed. */
export interface CommitWindow {
  /** Only commits after this time, in milliseconds since 1970. */
  since?: number | undefined;
  /** Only commits that touched files these pathspecs find; none does where there are none of them. */
  pathspecs?: readonly string[] | undefined;
}

/**
 * One line a commit, newest first: hash, date, author, subject. Empty before the first commit; undefined where
 * git gave no answer.
 */
export async function listCommits(
  root: string,
  count: number,
  { since, pathspecs }: CommitWindow = {},
): Promise<string[] | undefined> {
  if (pathspecs?.length === 0) return [];
  const window = since === undefined ? [] : [`--since=@${Math.floor(since / 1000)}`];
  const result = await git(
    [
      'log',
      '-z',
      `--max-count=${count}`,
      ...window,
      '--no-show-signature',
      '--no-notes',
      '--no-patch',
      FORMAT,
      'HEAD',
      // On a command line there is not room for as many as a configuration may hold.
      ...(pathspecs === undefined ? ['--'] : ['--stdin']),
    ],
    {
      cwd: root,
      timeoutMs: GIT_LIMIT_MS,
      ...(pathspecs === undefined ? {} : { input: `--\n${pathspecs.join('\n')}\n` }),
    },
  );
  if (result.code === -1) return undefined;
  return result.code === 0 ? parseCommits(result.stdout) : [];
}

export function parseCommits(output: string): string[] {
  const fields = output.split('\0');
  const lines: string[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [hash, date, author, subject] = fields.slice(index, index + 4);
    lines.push(`${hash} ${date} ${cleanLine(author ?? '', 40)}: ${cleanLine(subject ?? '', 300)}`);
  }
  return lines;
}
