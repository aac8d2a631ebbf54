import { CHECKPOINT_REFS, type Plumbing } from './plumbing.ts';
import { type KeepRules, type PruneFacts, planPrune, sessionKey } from './prune-plan.ts';
import type { CheckpointSummary } from './types.ts';

/** Git's exit code for an option it does not know. */
const BAD_USAGE = 129;

/**
 * How many bytes of the repository only these commits keep: compressed as they lie on the disk, without what branches,
 * tags, other references and `kept` commits hold.
 */
export type DiskUsage = (commits: readonly string[], kept: readonly string[]) => Promise<number>;

/**
 * For each session whose checkpoints take up more than `sizeBytes`: how many of the newest fit. One measurement where
 * all of them together fit, else one a session and a binary search in those that are too large.
 * Named and needed checkpoints stay anyway, so what they hold costs nothing here.
 */
export async function findRoom(
  list: readonly CheckpointSummary[],
  needed: PruneFacts['needed'],
  rules: KeepRules,
  now: number,
  usage: DiskUsage,
): Promise<Map<string, number>> {
  const verdicts = planPrune(list, { needed, room: new Map() }, rules, now);
  const kept = verdicts.flatMap((one) => (!one.goes && one.why !== 'rules' ? one.checkpoint.commit : []));
  const sessions = new Map<string, { commit: string; at: number }[]>();
  for (const { checkpoint, why } of verdicts) {
    if (why !== 'rules') continue;
    const key = sessionKey(checkpoint);
    const item = { commit: checkpoint.commit, at: Date.parse(checkpoint.createdAt) };
    sessions.set(key, [...(sessions.get(key) ?? []), item]);
  }
  const room = new Map<string, number>();
  const all = [...sessions.values()].flat().map(({ commit }) => commit);
  if (all.length === 0 || (await usage(all, kept)) <= rules.sizeBytes) return room;
  for (const [key, items] of sessions) {
    const commits = items.sort((a, b) => b.at - a.at).map(({ commit }) => commit);
    const fits = async (count: number): Promise<boolean> =>
      (await usage(commits.slice(0, count), kept)) <= rules.sizeBytes;
    if (!(await fits(commits.length))) room.set(key, await largest(commits.length - 1, fits));
  }
  return room;
}

/** The largest count from 0 to `limit` that fits; what fits, fits with less as well. */
async function largest(limit: number, fits: (count: number) => Promise<boolean>): Promise<number> {
  let low = 0;
  let high = limit;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (await fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Asks git itself. A git before 2.31 cannot add the sizes up, so that it is done here. */
export function diskUsageOf(git: Plumbing): DiskUsage {
  let canAddUp = true;
  return async (commits, kept) => {
    const input = `${[...commits, ...kept.map((commit) => `^${commit}`)].join('\n')}\n`;
    const others = ['--stdin', '--not', `--exclude=${CHECKPOINT_REFS}*`, '--all'];
    const walk = ['rev-list', '--objects', '--missing=allow-any'];
    if (canAddUp) {
      const answer = await git.run([...walk, '--disk-usage', ...others], { input, accept: [BAD_USAGE] });
      const total = answer.toString('latin1').trim();
      if (total !== '') return Number(total);
      canAddUp = false;
    }
    const objects = await git.run([...walk, '--no-object-names', ...others], { input });
    const sizes = await git.run(['cat-file', '--batch-check=%(objectsize:disk)'], { input: objects });
    return sizes
      .toString('latin1')
      .split('\n')
      .reduce((sum, line) => sum + (Number(line) || 0), 0);
  };
}
