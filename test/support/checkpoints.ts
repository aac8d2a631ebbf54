import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type SaveInput, saveCheckpoint } from '../../src/checkpoints/save.ts';
import type { Checkpoint, SaveResult } from '../../src/checkpoints/types.ts';
import {
  locateRepository,
  type Repository,
  type StatePaths,
  statePaths,
  stateRoot,
  userPaths,
} from '../../src/store/paths.ts';
import { runGit } from './repositories.ts';

/** A repository as the checkpoints see it. */
export function placeOf(root: string): { repository: Repository; state: StatePaths } {
  const repository = locateRepository(root);
  return { repository, state: statePaths(stateRoot(repository, userPaths(process.env))) };
}

let clock = Date.parse('2026-11-22T10:00:00Z');

/** Saves with a clock that moves one second a call. */
export function save(root: string, more: Partial<SaveInput> = {}): Promise<SaveResult> {
  clock += 1000;
  return saveCheckpoint({
    ...placeOf(root),
    reason: 'manual',
    maxFileBytes: 50_000_000,
    now: clock,
    ...more,
  });
}

/** As `save`, where anything but a new checkpoint is a failure. */
export async function saved(root: string, more: Partial<SaveInput> = {}): Promise<Checkpoint> {
  const result = await save(root, more);
  if (!result.saved) throw new Error(`not saved: ${JSON.stringify(result)}`);
  return result.checkpoint;
}

const OURS =
  /(?:^|\/)(?:\.claude\/checkpoints(?:\/|$)|claude-hooks(?:\/|$)|objects(?:\/|$)|refs\/claude-hooks(?:\/|$))/;

/**
 * Every file below a folder with its mode, modification time in nanoseconds, and content; without git's objects
 * and what claude-hooks keeps for itself. Two equal fingerprints: nothing was touched.
 */
export function fingerprint(folder: string, ignore = OURS): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (directory: Buffer, prefix: string): void => {
    for (const name of fs.readdirSync(directory, { encoding: 'buffer' })) {
      const file = Buffer.concat([directory, Buffer.from('/'), name]);
      const key = `${prefix}${name.toString('latin1')}`;
      if (ignore.test(key)) continue;
      const stat = fs.lstatSync(file, { bigint: true });
      if (stat.isDirectory()) {
        walk(file, `${key}/`);
        continue;
      }
      const content = stat.isSymbolicLink()
        ? fs.readlinkSync(file, { encoding: 'buffer' })
        : fs.readFileSync(file);
      const hash = createHash('sha1').update(content).digest('hex');
      // Every git that reads a split index marks its shared part as used.
      const timeless = stat.isSymbolicLink() || /\/sharedindex\./.test(key);
      found[key] = `${stat.mode.toString(8)} ${timeless ? '' : stat.mtimeNs} ${hash}`;
    }
  };
  walk(Buffer.from(folder), '');
  return found;
}

/** The tree `git add -A` makes of a copy of the person's index. */
export function treeOfAddAll(root: string, settings: string[] = [], exclude: string[] = []): string {
  return withIndexCopy(root, (env) => {
    const pathspec =
      exclude.length === 0 ? [] : ['--', '.', ...exclude.map((name) => `:(exclude,literal)${name}`)];
    const quiet = [
      '-c',
      'core.fsmonitor=false',
      '-c',
      'core.safecrlf=false',
      '-c',
      'core.hooksPath=/dev/null',
    ];
    runGit(root, [...quiet, ...settings, 'add', '-A', ...pathspec], env);
    return runGit(root, [...quiet, ...settings, 'write-tree'], env).trim();
  });
}

/** The tree of what is staged. */
export function stagedTree(root: string): string {
  return withIndexCopy(root, (env) => runGit(root, ['write-tree'], env).trim());
}

function withIndexCopy<T>(root: string, work: (env: Record<string, string>) => T): T {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-index-'));
  try {
    const copy = path.join(directory, 'index');
    const index = path.join(runGit(root, ['rev-parse', '--absolute-git-dir']).trim(), 'index');
    if (fs.existsSync(index)) {
      fs.copyFileSync(index, copy);
      const { mtimeMs } = fs.statSync(index);
      fs.utimesSync(copy, new Date(Math.floor(mtimeMs)), new Date(Math.floor(mtimeMs)));
    }
    return work({ GIT_INDEX_FILE: copy, GIT_OPTIONAL_LOCKS: '0' });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Writes a tree out into an empty folder, as a restore would. */
export function writeOut(root: string, tree: string, target: string): void {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-index-'));
  try {
    const env = { GIT_INDEX_FILE: path.join(directory, 'index') };
    fs.mkdirSync(target, { recursive: true });
    runGit(root, ['read-tree', tree], env);
    runGit(root, ['checkout-index', '-a', `--prefix=${target}/`], env);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
