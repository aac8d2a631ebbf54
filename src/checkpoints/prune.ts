import { HooksError } from '../errors.ts';
import { sleep } from '../platform/clock.ts';
import { isId } from '../store/names.ts';
import { CHECKPOINT_REFS, type Plumbing } from './plumbing.ts';

/** A checkpoint that was, or is to be, pruned. */
export interface PrunedCheckpoint {
  id: string;
  name: string;
  commit: string;
  /** Which working tree its document lies in. */
  worktree: string;
}

const ATTEMPTS = 4;
const WAIT_MS = 250;

/** Reads what a journal entry says; a part that is no checkpoint is passed over. */
export function readPruned(value: unknown): PrunedCheckpoint[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one: Partial<PrunedCheckpoint> | null): one is PrunedCheckpoint => {
    const texts = [one?.id, one?.name, one?.commit, one?.worktree].every((part) => typeof part === 'string');
    return texts && isId(one?.id ?? '') && /^[0-9a-f]{40,64}$/.test(one?.commit ?? '');
  });
}

/**
 * Removes their refs in one transaction, each only where it still points to the commit. Those that are gone already
 * are passed over, so that it can be repeated. Objects are left to git's own gc.
 * @returns those whose ref points elsewhere and stays.
 */
export async function removeRefs(
  git: Plumbing,
  list: readonly PrunedCheckpoint[],
): Promise<PrunedCheckpoint[]> {
  return transact(git, list, (one, now) => (now === one.commit ? `delete ${refOf(one)}\0${now}\0` : ''));
}

/**
 * Makes their refs again in one transaction, where there are none. @returns those whose ref points elsewhere.
 */
export async function createRefs(
  git: Plumbing,
  list: readonly PrunedCheckpoint[],
): Promise<PrunedCheckpoint[]> {
  return transact(git, list, (one, now) =>
    now === undefined ? `create ${refOf(one)}\0${one.commit}\0` : '',
  );
}

async function transact(
  git: Plumbing,
  list: readonly PrunedCheckpoint[],
  lineOf: (one: PrunedCheckpoint, now: string | undefined) => string,
): Promise<PrunedCheckpoint[]> {
  for (let attempt = 1; ; attempt += 1) {
    const present = await presentRefs(git);
    const others = list.filter(({ id, commit }) => (present.get(id) ?? commit) !== commit);
    const input = list.map((one) => lineOf(one, present.get(one.id))).join('');
    if (input === '') return others;
    try {
      await git.run(['update-ref', '--stdin', '-z'], { input });
      return others;
    } catch (error) {
      // Another git is at the same refs: a save, or the rest of a process that was killed.
      if (attempt === ATTEMPTS) throw unchanged(error);
      await sleep(WAIT_MS);
    }
  }
}

/** Where each checkpoint's ref points now. */
export async function presentRefs(git: Plumbing): Promise<Map<string, string>> {
  const output = await git.run(['for-each-ref', '--format=%(objectname) %(refname)', CHECKPOINT_REFS]);
  const lines = output.toString('utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [commit = '', ref = ''] = line.split(' ');
      return ref.startsWith(CHECKPOINT_REFS) ? [[ref.slice(CHECKPOINT_REFS.length), commit]] : [];
    }),
  );
}

/** Those of which git still has every object; its gc takes what nothing refers to after a while. */
export async function stillWhole(
  git: Plumbing,
  list: readonly PrunedCheckpoint[],
): Promise<PrunedCheckpoint[]> {
  if (list.length === 0) return [];
  const answer = await git.run(['cat-file', '--batch-check=%(objecttype)'], {
    input: `${list.map(({ commit }) => commit).join('\n')}\n`,
  });
  const types = answer.toString('latin1').split('\n');
  const found = list.filter((_one, at) => types[at] === 'commit');
  if (await isComplete(git, found)) return found;
  const whole: PrunedCheckpoint[] = [];
  for (const one of found) if (await isComplete(git, [one])) whole.push(one);
  return whole;
}

async function isComplete(git: Plumbing, list: readonly PrunedCheckpoint[]): Promise<boolean> {
  if (list.length === 0) return true;
  const input = `${list.map(({ commit }) => commit).join('\n')}\n`;
  try {
    // What other references reach is there.
    await git.run(['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'], { input });
    return true;
  } catch (error) {
    if (error instanceof HooksError && error.code === 'git-failed') return false;
    throw error;
  }
}

function refOf({ id }: PrunedCheckpoint): string {
  return `${CHECKPOINT_REFS}${id}`;
}

function unchanged(error: unknown): HooksError {
  return new HooksError({
    code: 'refs-busy',
    kind: 'conflict',
    message: `The references of checkpoints could not be changed: ${(error as Error).message}`,
    hint: 'Run the same command again when no other git is at work there.',
    cause: error,
  });
}
