import * as path from 'node:path';
import { listDirectory, removeFile, statIfExists } from '../platform/fs.ts';
import { documentPaths, type Repository } from './paths.ts';

/** What a process that is at work may still need is younger. */
const STALE_MS = 3_600_000;
const REFS = ['checkpoints', 'operations'].map((name) => path.join('refs', 'claude-hooks', name));
const TEMPORARY = /^\..+\.\d+-[0-9a-z]+-\d+\.tmp$/;

/**
 * Removes what killed processes left beside refs of ours (git's lock files) and beside documents of ours (files that
 * were not renamed yet), once it is older than an hour.
 */
export function sweepStaleFiles(repository: Repository, now: number): void {
  const { commonDir, root } = repository;
  const { checkpoints, sessions, errors, snapshots } = documentPaths(root);
  for (const folder of [checkpoints, sessions, errors, snapshots]) sweep(folder, TEMPORARY, now);
  if (commonDir !== undefined) for (const folder of REFS) sweep(path.join(commonDir, folder), /\.lock$/, now);
}

function sweep(folder: string, names: RegExp, now: number): void {
  for (const name of listDirectory(folder)) {
    if (!names.test(name)) continue;
    const file = path.join(folder, name);
    if (now - (statIfExists(file)?.mtimeMs ?? now) > STALE_MS) removeFile(file);
  }
}
