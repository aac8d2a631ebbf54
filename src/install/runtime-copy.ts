import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import {
  ensureDirectory,
  exists,
  listDirectory,
  lstatIfExists,
  readBytesIfExists,
  realPath,
  removeTree,
  renameFile,
  replaceSymlink,
  siblingTempName,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { UserPaths } from '../store/paths.ts';
import { VERSION } from '../version.ts';
import type { PlannedAction } from './plan.ts';

export function runtimeDirectory(user: UserPaths): string {
  return path.join(user.data, 'runtime');
}

/** The path that entries name; it leads to the newest copy. */
export function currentRuntime(user: UserPaths): string {
  return path.join(runtimeDirectory(user), 'current');
}

/** Names the node for hooks that find none on PATH. */
export function nodeFile(user: UserPaths): string {
  return path.join(user.data, 'node');
}

/** Every file below a directory, relative, sorted; links are followed. */
function filesBelow(directory: string, prefix = ''): string[] {
  return listDirectory(path.join(directory, prefix)).flatMap((name) => {
    const relative = path.join(prefix, name);
    return statIfExists(path.join(directory, relative))?.isDirectory() === true
      ? filesBelow(directory, relative)
      : [relative];
  });
}

function treeHash(directory: string): string {
  const hash = createHash('sha256');
  for (const file of filesBelow(directory)) {
    const bytes = readBytesIfExists(path.join(directory, file)) ?? Buffer.alloc(0);
    hash.update(`${file.split(path.sep).join('/')}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex').slice(0, 12);
}

/** Plans the copy of a runtime; undefined where the very same one is in place and `current` leads to it. */
export function planRuntime(source: string, user: UserPaths): PlannedAction | undefined {
  if (!exists(path.join(source, 'bell.sh')) && !exists(path.join(source, 'bell.cjs'))) {
    throw new HooksError({
      code: 'runtime-incomplete',
      kind: 'failed',
      message: `${source} does not hold the hook scripts.`,
      hint: 'Install the package again (npm install claude-hooks); from a checkout, run npm run build first.',
    });
  }
  const hash = treeHash(source);
  const file = path.join(runtimeDirectory(user), `${VERSION}-${hash}`);
  const isCurrent =
    exists(file) && realPath(currentRuntime(user)) === realPath(file) && treeHash(file) === hash;
  if (isCurrent) return undefined;
  return {
    id: 'runtime',
    unclaimed: true,
    kind: 'copy',
    file,
    summary: 'copy the hook scripts to a place of their own',
    before: undefined,
    after: undefined,
    surgical: 'own-file',
    source,
  };
}

/**
 * Copies the runtime aside, renames it into place and turns `current` to it: whoever runs a hook meanwhile meets
 * the old one or the new one, whole. The copy that was current before stays for processes that run from it.
 */
export function copyRuntime(action: PlannedAction, user: UserPaths): void {
  const { file: target, source = '' } = action;
  const base = runtimeDirectory(user);
  const link = currentRuntime(user);
  ensureDirectory(base);
  const previous = lstatIfExists(link) === undefined ? undefined : path.basename(realPath(link));
  const temp = siblingTempName(target);
  try {
    for (const file of filesBelow(source)) {
      const from = path.join(source, file);
      const to = path.join(temp, file);
      ensureDirectory(path.dirname(to));
      writeFileAtomic(to, readBytesIfExists(from) ?? Buffer.alloc(0), {
        mode: (statIfExists(from)?.mode ?? 0o644) & 0o755,
      });
    }
    if (!target.endsWith(treeHash(temp)))
      throw new HooksError({
        code: 'runtime-changed',
        kind: 'failed',
        message: `${source} changed while it was copied.`,
        hint: 'Wait until the build or update there is done, then run install again.',
      });
    if (exists(target)) renameFile(target, siblingTempName(target));
    renameFile(temp, target);
  } catch (error) {
    removeTree(temp);
    throw error;
  }
  replaceSymlink(path.basename(target), link);
  const kept = new Set([path.basename(target), previous, path.basename(link)]);
  for (const name of listDirectory(base)) if (!kept.has(name)) removeTree(path.join(base, name));
}

/** Plans the note of which node ran install last, for hooks that find none on PATH. */
export function planNode(node: string, user: UserPaths): PlannedAction {
  const file = nodeFile(user);
  const before = readBytesIfExists(file);
  const after = Buffer.from(`${node}\n`, 'utf8');
  return {
    id: 'node',
    kind: 'write',
    file,
    summary: 'note where node is, for clients that start without a PATH to it',
    before,
    after: before?.equals(after) === true ? before : after,
    mode: 0o600,
    surgical: 'own-file',
    unclaimed: true,
  };
}
