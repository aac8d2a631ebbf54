import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { monotonicMs } from '../platform/clock.ts';
import { exists, isSameFile } from '../platform/fs.ts';
import { gitBytes } from '../platform/git.ts';
import type { Repository } from '../store/paths.ts';

/** All refs of checkpoints lie below this one. */
export const CHECKPOINT_REFS = 'refs/claude-hooks/checkpoints/';

/** Settings under which the working tree is read into objects. */
const SETTINGS = [
  '-c',
  'core.splitIndex=false',
  '-c',
  'core.untrackedCache=false',
  '-c',
  'core.safecrlf=false',
  '-c',
  'core.logAllRefUpdates=false',
];

/** Stands in for git-lfs where its program is missing: content is then held as it is. */
const WITHOUT_LFS = [
  '-c',
  'filter.lfs.required=false',
  '-c',
  'filter.lfs.clean=',
  '-c',
  'filter.lfs.smudge=',
  '-c',
  'filter.lfs.process=',
];

export interface Plumbing {
  /** Runs git at the top of the working tree. A non-zero exit is an error of kind `failed`. */
  run(args: readonly string[], options?: PlumbingOptions): Promise<Buffer>;
}

export interface PlumbingOptions {
  /** The index git works on; the person's own where none is given (only for commands that read). */
  index?: string;
  input?: string | Uint8Array;
  env?: Record<string, string>;
  /** Says what git was at, where the time ran out at this command. */
  doing?(): string | Promise<string>;
  /** Exit codes besides 0 that are answers and no failures. */
  accept?: readonly number[];
}

/**
 * Git for one save: every command within what is left of the time budget, at the top of this working tree and
 * never of a repository around it, without replace refs, pathspec magic or fetching.
 */
export function openPlumbing(
  repository: Repository,
  options: { budgetMs: number; withoutLfs: boolean },
): Plumbing {
  const deadline = monotonicMs() + options.budgetMs;
  // Git believes its setting; where that is wrong (a repository that came from another disk), it overlooks files.
  const settings = [...SETTINGS, '-c', `core.ignoreCase=${foldsCase(repository.root)}`];
  return {
    async run(args, { index, input, env, accept = [], doing } = {}) {
      const left = deadline - monotonicMs();
      if (left <= 0) throw outOfTime(options.budgetMs, await doing?.());
      const result = await gitBytes([...settings, ...(options.withoutLfs ? WITHOUT_LFS : []), ...args], {
        cwd: repository.root,
        timeoutMs: Math.ceil(left),
        input,
        env: {
          GIT_CEILING_DIRECTORIES: path.dirname(repository.root),
          GIT_LITERAL_PATHSPECS: '1',
          GIT_NO_REPLACE_OBJECTS: '1',
          GIT_NO_LAZY_FETCH: '1',
          ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
          ...env,
        },
      });
      if (result.code === 0 || accept.includes(result.code)) return result.stdout;
      if (result.code === -1 && monotonicMs() >= deadline - 5)
        throw outOfTime(options.budgetMs, await doing?.());
      throw new HooksError({
        code: 'git-failed',
        kind: 'failed',
        message: `git ${args[0] ?? ''} failed: ${wordsOf(result.stderr) || `exit ${result.code}`}`,
      });
    },
  };
}

/** Whether the disk takes names that differ only in case for one. */
function foldsCase(root: string): boolean {
  const upper = path.join(root, '.GIT');
  return exists(upper) && isSameFile(path.join(root, '.git'), upper);
}

/** What git said, without hints and on one line. */
function wordsOf(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(hint|warning):/.test(line))
    .slice(-3)
    .join(' ')
    .slice(0, 500);
}

function outOfTime(budgetMs: number, doing: string | undefined): HooksError {
  const seconds = budgetMs < 10_000 ? Math.round(budgetMs / 100) / 10 : Math.round(budgetMs / 1000);
  return new HooksError({
    code: 'checkpoint-out-of-time',
    kind: 'failed',
    message: `reading the working tree took longer than ${seconds} s${doing ? `: ${doing}` : ''}`,
    hint: 'Let git ignore large generated folders, then save again: claude-hooks checkpoint save',
  });
}
