import * as path from 'node:path';
import { createFileExclusive, randomHex, readTextIfExists } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/**
 * A delimiter nobody who writes files into the repository can guess, the same for the same session, so that a
 * resume repeats the same text. Where the state cannot be written it is random each time.
 */
export async function sessionNonce(state: StatePaths, session: string): Promise<string> {
  const file = path.join(state.due, `${session}.nonce`);
  const fresh = await randomHex(8);
  try {
    if (createFileExclusive(file, fresh)) return fresh;
  } catch {
    return fresh;
  }
  const known = readTextIfExists(file) ?? '';
  return /^[0-9a-f]{16}$/.test(known) ? known : fresh;
}
