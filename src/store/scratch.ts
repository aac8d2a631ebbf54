import * as path from 'node:path';
import { randomHex } from '../platform/digest.ts';
import {
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  removeTree,
  writeFileAtomic,
} from '../platform/fs.ts';
import { isSameProcessAlive, processStartTime } from '../platform/process.ts';
import type { UserPaths } from './paths.ts';

/** A folder for files that are needed while one command runs, in the person's own state directory. */
export interface Scratch {
  id: string;
  /** Where the files go; it is not made yet. */
  tree: string;
}

/** One whose command was killed, and the git directory of the repository it is a working tree of. */
export interface AbandonedScratch extends Scratch {
  commonDir: string | undefined;
}

/** Reserves a folder for this process. It is noted before anything is made, so that what a kill leaves is found. */
export function openScratch(user: UserPaths, commonDir: string | undefined): Scratch {
  const id = randomHex(8);
  ensureDirectory(rootOf(user));
  const owner = { pid: process.pid, start: processStartTime(process.pid), commonDir };
  writeFileAtomic(path.join(rootOf(user), `${id}.json`), JSON.stringify(owner), { mode: 0o600, sync: false });
  ensureDirectory(path.join(rootOf(user), id));
  return scratchAt(user, id);
}

/** Those of processes that are gone. */
export function abandonedScratches(user: UserPaths): AbandonedScratch[] {
  return listDirectory(rootOf(user)).flatMap((name) => {
    const id = /^([0-9a-f]{8,32})\.json$/.exec(name)?.[1];
    if (id === undefined) return [];
    const owner = parseOwner(readTextIfExists(path.join(rootOf(user), name)));
    if (owner.pid !== undefined && isSameProcessAlive(owner.pid, owner.start)) return [];
    return [{ ...scratchAt(user, id), commonDir: owner.commonDir }];
  });
}

/** Removes it with all that is in it, the note of it last. */
export function removeScratch(user: UserPaths, { id }: Scratch): void {
  removeTree(path.join(rootOf(user), id));
  removeFile(path.join(rootOf(user), `${id}.json`));
}

function rootOf(user: UserPaths): string {
  return path.join(user.state, 'scratch');
}

function scratchAt(user: UserPaths, id: string): Scratch {
  return { id, tree: path.join(rootOf(user), id, 'claude-hooks-scratch') };
}

/** A note that was torn belongs to nobody. */
function parseOwner(text: string | undefined): { pid?: number; start?: string; commonDir?: string } {
  try {
    const { pid, start, commonDir } = JSON.parse(text ?? '') as Record<string, unknown>;
    return {
      ...(typeof pid === 'number' ? { pid } : {}),
      ...(typeof start === 'string' ? { start } : {}),
      ...(typeof commonDir === 'string' ? { commonDir } : {}),
    };
  } catch {
    return {};
  }
}
