import * as path from 'node:path';
import { exists, freeBytes, realPath } from '../platform/fs.ts';
import { homeDirectory } from '../platform/raw-paths.ts';
import type { Repository } from '../store/paths.ts';

/** With less room than this a write can fail for want of it. */
const ROOM_BYTES = 64 * 1024;

export interface Refusal {
  reason: string;
  hint: string;
}

/** Why there can be no checkpoint of this place; undefined where nothing speaks against one so far. */
export function refusalFor(repository: Repository): Refusal | undefined {
  const { root } = repository;
  const place = realPath(root);
  if (place === path.parse(place).root) {
    return {
      reason: `${root} is the root of the file system, which is too much to save`,
      hint: 'Start in the folder of a project.',
    };
  }
  if (place === realPath(homeDirectory())) {
    return {
      reason: `${root} is a home directory, which is too much to save`,
      hint: 'Start in the folder of a project; a home directory kept in git is not checkpointed.',
    };
  }
  if (repository.gitDir === undefined) {
    if (isBareRepository(root)) return bareRefusal(root);
    return {
      reason: `${root} is not in a git repository`,
      hint: 'Run git init there first: checkpoints are kept as git objects.',
    };
  }
  return undefined;
}

/** Why git could not do it, as a person should read it. */
export function refusalFromGit(repository: Repository, words: string): Refusal {
  if (/must be run in a work tree|cannot use bare repository/.test(words))
    return bareRefusal(repository.root);
  if (/dubious ownership/.test(words)) {
    return {
      reason: `${repository.root} belongs to another user, so git does not read it`,
      hint: `If you trust it: git config --global --add safe.directory '${repository.root}'`,
    };
  }
  const filter = /(?:clean|smudge) filter '([^'\n]*)' failed/.exec(words)?.[1];
  if (filter !== undefined) {
    return {
      reason: `the filter "${filter}" that this repository's attributes ask for fails: ${words}`,
      hint: `Install the program of the filter or set filter.${filter}.required to false; nothing was changed.`,
    };
  }
  // Git does not always say why it could not write.
  const wroteNothing = /(?:couldn't|unable to|cannot|failed to) write/.test(words) && !hasRoom(repository);
  if (
    wroteNothing ||
    /No space left on device|Disk quota exceeded|Out of diskspace|ENOSPC|EDQUOT/.test(words)
  ) {
    return { reason: 'the disk is full', hint: 'Make room and save again; nothing was changed.' };
  }
  return {
    reason: words,
    hint: `See what git says there: git -C '${repository.root}' status. Nothing was changed.`,
  };
}

function hasRoom(repository: Repository): boolean {
  return (freeBytes(repository.commonDir ?? repository.root) ?? ROOM_BYTES) >= ROOM_BYTES;
}

function isBareRepository(folder: string): boolean {
  return ['HEAD', 'objects', 'refs'].every((name) => exists(path.join(folder, name)));
}

function bareRefusal(root: string): Refusal {
  return {
    reason: `${root} is a bare repository: it has no working tree to save`,
    hint: 'Start in a working tree of it: git worktree add PATH',
  };
}
