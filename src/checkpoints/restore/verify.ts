import { rawPath, rawStat, rawText } from '../../platform/raw-files.ts';
import type { Repository } from '../../store/paths.ts';
import type { Plumbing } from '../plumbing.ts';
import { parseStatus } from '../status.ts';
import { isSameKind, type TreeChange } from './changes.ts';
import { findHeld } from './held.ts';
import { isSeen, type MovePlan } from './moves.ts';

export interface Verification {
  /** Paths that are not as expected, as text. */
  differs: string[];
  /** Paths that hold what git's checkout made of the expected blob, of which git would now make another one. */
  unproven: string[];
}

/**
 * Hashes the working tree again and compares it with the expected index, file by file: what was moved in is read, for
 * the rest git's stat cache tells. What was moved out must be gone.
 * @param unheld paths no checkpoint holds, as text: nothing is expected of them.
 */
export async function verifyTree(
  place: { git: Plumbing; repository: Repository; index: string },
  moves: MovePlan,
  expected: readonly Pick<TreeChange, 'name' | 'to'>[],
  unheld: ReadonlySet<string>,
): Promise<Verification> {
  const { git, repository, index } = place;
  const output = await git.run(
    ['status', '--porcelain=v2', '-z', '--untracked-files=no', '--no-renames', '--ignore-submodules=dirty'],
    { index },
  );
  const suspects = parseStatus(output)
    .entries.filter((entry) => entry.worktree !== '.' && !unheld.has(entry.path.toString('utf8')))
    .map((entry) => entry.path.toString('latin1'));
  const stay = moves.takes.filter(({ name }) => {
    const kind = rawStat(rawPath(repository.root, name))?.kind;
    return kind !== undefined && kind !== 'directory';
  });
  const { differs, unproven } = await lookCloser(place, moves, expected, suspects);
  return {
    differs: [...differs, ...stay.map(({ name }) => name)].map(rawText).sort(),
    unproven: unproven.map(rawText).sort(),
  };
}

/**
 * Git takes a file for changed where its filters make of it something else than what is committed, right after its own
 * checkout of it (line endings that were never normalized). Such a file is as expected if its bytes are the blob's; if
 * they are neither but it is the very file git checked out, that is said.
 */
async function lookCloser(
  { git, repository }: { git: Plumbing; repository: Repository },
  moves: MovePlan,
  expected: readonly Pick<TreeChange, 'name' | 'to'>[],
  suspects: readonly string[],
): Promise<{ differs: string[]; unproven: string[] }> {
  if (suspects.length === 0) return { differs: [], unproven: [] };
  const wanted = new Map(expected.map(({ name, to }) => [name, to]));
  const items = suspects.flatMap((name) => {
    const entry = wanted.get(name);
    return entry === undefined ? [] : [{ name, id: entry.id }];
  });
  const held = await findHeld(git, repository.root, items);
  const staged = new Map(moves.puts.map(({ name, is }) => [name, is]));
  const found: { differs: string[]; unproven: string[] } = { differs: [], unproven: [] };
  for (const name of suspects) {
    const stat = rawStat(rawPath(repository.root, name));
    const entry = wanted.get(name);
    const is = staged.get(name);
    if (stat === undefined || !entry || !isSameKind(entry, stat)) found.differs.push(name);
    else if (held.has(name)) continue;
    else if (is !== undefined && isSeen(stat, is) && stat.ino === is.ino) found.unproven.push(name);
    else found.differs.push(name);
  }
  return found;
}
