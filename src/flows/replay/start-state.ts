import type { CheckpointBrief } from '../../checkpoints/choose.ts';
import { git } from '../../platform/git.ts';
import { safeLine } from '../../replay/text.ts';
import { type Repository, worktreeName } from '../../store/paths.ts';

/** What the files of a rebuilt session begin as. */
export interface StartState {
  kind: 'checkpoint' | 'commit' | 'nothing';
  /** The commit that is checked out; undefined where there is none. */
  commit: string | undefined;
  /** One line for a person. */
  description: string;
  /** Milliseconds since 1970. */
  at: number;
  remark: string | undefined;
}

export interface StartFacts {
  session: string;
  /** When the session began, and when its first edit was asked for. */
  from: number;
  firstEdit: number;
  /** Of every working tree. */
  checkpoints: readonly CheckpointBrief[];
}

/**
 * The files before the first edit of a session: its last checkpoint before that edit, else the commit that was checked out when
 * the session began, else nothing.
 */
export async function findStart(repository: Repository, facts: StartFacts): Promise<StartState> {
  const { session, from, firstEdit } = facts;
  const own = worktreeName(repository);
  const before = facts.checkpoints
    .map((one) => ({ ...one, at: Date.parse(one.createdAt) }))
    .filter((one) => one.worktree === own && (one.session === session || one.at >= from))
    .filter((one) => one.at <= firstEdit)
    .sort((a, b) => b.at - a.at);
  const [checkpoint] = before;
  if (checkpoint !== undefined) {
    const { id, name, commit, at } = checkpoint;
    return {
      kind: 'checkpoint',
      commit,
      description: safeLine(`checkpoint ${id} "${name}"`),
      at,
      remark: undefined,
    };
  }
  const head = repository.gitDir === undefined ? undefined : await headAt(repository.root, from);
  if (head === undefined) {
    return {
      kind: 'nothing',
      commit: undefined,
      description: 'an empty folder',
      at: from,
      remark:
        'There is no checkpoint and no commit from before the first edit: only files the session edited are there.',
    };
  }
  return {
    kind: 'commit',
    commit: head,
    description: `commit ${head.slice(0, 10)}, which was checked out when the session began`,
    at: from,
    remark:
      'The session has no checkpoint from before its first edit: what was not committed then is missing, but for what edits show.',
  };
}

/** What HEAD was at that time, by its log; where that does not reach back so far, by the dates of commits. */
async function headAt(root: string, at: number): Promise<string | undefined> {
  const time = new Date(at).toISOString();
  const logged = await git(['rev-parse', '--verify', '--quiet', `HEAD@{${time}}^{commit}`], { cwd: root });
  const isTold = logged.code === 0 && !/only goes back to/.test(logged.stderr);
  if (isTold) return logged.stdout.trim();
  const dated = await git(['rev-list', '-1', `--before=${time}`, 'HEAD'], { cwd: root });
  const found = dated.code === 0 ? dated.stdout.trim() : '';
  return found === '' ? undefined : found;
}
