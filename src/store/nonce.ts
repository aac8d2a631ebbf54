import * as path from 'node:path';
import { randomHex } from '../platform/digest.ts';
import { createFileExclusive, readTextIfExists } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/**
 * A delimiter nobody who writes files into the repository can guess, the same for the same session, so that a
 * resume repeats the same text. Where the state cannot be written it is random each time.
 */
export function sessionNonce(state: StatePaths, session: string): string {
  const file = path.join(state.due, `${session}.nonce`);
  const known = readTextIfExists(file) ?? '';
  if (/^[0-9a-f]{16}$/.test(known)) return known;
  const fresh = randomHex(8);
  try {
    return createFileExclusive(file, fresh) ? fresh : (readTextIfExists(file) ?? fresh);
  } catch {
    return fresh;
  }
}
