import * as path from 'node:path';
import { randomHex } from '../../platform/digest.ts';
import { ensureDirectory, removeTree } from '../../platform/fs.ts';
import { rawBytes, rawPath, rawWrite } from '../../platform/raw-files.ts';
import { operationPaths } from '../../store/operations.ts';
import type { Repository, StatePaths } from '../../store/paths.ts';
import type { Plumbing } from '../plumbing.ts';
import type { TreeChange } from './changes.ts';
import { foldersAbove } from './disk.ts';

/**
 * Which of these names git ignores, whether or not it tracks them: by the rules in the working tree as they are now, or
 * by those it would have after the changes. Rules outside the tree (`info/exclude`, the person's own) count as they are
 * now. Each name must exist in the working tree, with real folders above it.
 */
export async function findIgnored(
  place: { git: Plumbing; repository: Repository; state: StatePaths },
  names: readonly string[],
  changes: readonly TreeChange[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const ignored = await checkIgnore(place.git, names, {});
  const rules = new Map(changes.flatMap((one) => (isRuleFile(one.name) ? [[one.name, one] as const] : [])));
  if (rules.size === 0) return ignored;
  for (const name of await ignoredThen(place, names, rules)) ignored.add(name);
  return ignored;
}

/** Which of these names git would ignore after the changes; those of now alone do not count. As `findIgnored` otherwise. */
export async function findIgnoredThen(
  place: { git: Plumbing; repository: Repository; state: StatePaths },
  names: readonly string[],
  changes: readonly TreeChange[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rules = new Map(changes.flatMap((one) => (isRuleFile(one.name) ? [[one.name, one] as const] : [])));
  return rules.size === 0 ? checkIgnore(place.git, names, {}) : ignoredThen(place, names, rules);
}

function isRuleFile(name: string): boolean {
  return name === '.gitignore' || name.endsWith('/.gitignore');
}

/** The rule files as they will be are laid out in a folder of our own, which git then takes for the working tree. */
async function ignoredThen(
  place: { git: Plumbing; repository: Repository; state: StatePaths },
  names: readonly string[],
  rules: ReadonlyMap<string, TreeChange>,
): Promise<Set<string>> {
  const { git, repository, state } = place;
  const scratch = path.join(operationPaths(state).root, `new-rules-${randomHex(6)}`);
  ensureDirectory(scratch);
  try {
    for (const folder of ['', ...foldersAbove(names)]) {
      const name = folder === '' ? '.gitignore' : `${folder}/.gitignore`;
      const change = rules.get(name);
      const bytes =
        change === undefined ? rawBytes(rawPath(repository.root, name)) : await blobOf(git, change);
      if (bytes !== undefined) rawWrite(scratch, name, bytes);
    }
    return await checkIgnore(git, names, { GIT_DIR: repository.gitDir ?? '', GIT_WORK_TREE: scratch });
  } finally {
    removeTree(scratch);
  }
}

/** Git does not follow a link that is named `.gitignore`. */
async function blobOf(git: Plumbing, { to }: TreeChange): Promise<Buffer | undefined> {
  return to?.mode.startsWith('100') === true ? git.run(['cat-file', 'blob', to.id]) : undefined;
}

async function checkIgnore(
  git: Plumbing,
  names: readonly string[],
  env: Record<string, string>,
): Promise<Set<string>> {
  // The command reads pathspecs and knows no literal ones; a name that begins with `./` holds no magic.
  const output = await git.run(['check-ignore', '--no-index', '-z', '--stdin'], {
    input: Buffer.from(names.map((name) => `./${name}\0`).join(''), 'latin1'),
    env: { ...env, GIT_LITERAL_PATHSPECS: '0' },
    accept: [1],
  });
  const found = output.toString('latin1').split('\0');
  return new Set(found.filter((name) => name !== '').map((name) => name.replace(/^\.\//, '')));
}
