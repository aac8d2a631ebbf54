import * as path from 'node:path';
import { systemCode } from '../errors.ts';

// A bundled namespace import copies every property, which makes newer Nodes load what the lazy ones stand for.
const fs = process.getBuiltinModule('node:fs');

/**
 * When what stands at `root/name` was last written, and when it was last renamed or given another mode; milliseconds
 * since 1970 by the clock of its file system. A link is not followed. Undefined where nothing is there or it cannot
 * be seen.
 */
export function writeTimesOf(
  root: string,
  name: Uint8Array,
): { writtenAt: number; changedAt: number } | undefined {
  try {
    const file = Buffer.concat([Buffer.from(`${root}${path.sep}`), name]);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    return stat === undefined ? undefined : { writtenAt: stat.mtimeMs, changedAt: stat.ctimeMs };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES') return undefined;
    throw error;
  }
}
