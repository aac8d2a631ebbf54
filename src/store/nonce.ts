import { createHash, randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { createFileExclusive, readTextIfExists } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/**
 * A delimiter nobody who writes files into the repository can guess, the same for the same session, so that a
 * resume repeats the same text. Where the state cannot be written it is random each time.
 */
export function sessionNonce(state: StatePaths, session: string): string {
  const file = path.join(state.root, 'nonce-key');
  try {
    createFileExclusive(file, randomBytes(32).toString('hex'));
  } catch {
    return randomBytes(8).toString('hex');
  }
  return createHash('sha256')
    .update(`${readTextIfExists(file)} ${session}`)
    .digest('hex')
    .slice(0, 16);
}
