import * as path from 'node:path';
import { hmacSha256, randomHex } from '../platform/digest.ts';
import { createFileExclusive, ensureDirectory, readTextIfExists } from '../platform/fs.ts';
import type { Operation } from './operations.ts';
import type { StatePaths, UserPaths } from './paths.ts';

const KEY = 'operations.key';

/**
 * Marks an operation as begun by this person on this machine, for this place. What may write outside of a working
 * tree is believed only with its seal: the journal lies in the git directory, which can come unpacked from an archive.
 * Sets `operation.data.seal`; whoever changes the operation afterwards seals it again.
 */
export function sealOperation(place: { state: StatePaths; user: UserPaths }, operation: Operation): void {
  operation.data.seal = sealOf(place, operation, personKey(place.user, KEY));
}

/** Whether the operation is as it was sealed. */
export function isSealed(place: { state: StatePaths; user: UserPaths }, operation: Operation): boolean {
  const key = readTextIfExists(keyFile(place.user, KEY));
  return key !== undefined && operation.data.seal === sealOf(place, operation, key);
}

function sealOf(place: { state: StatePaths }, operation: Operation, key: string): string {
  const { seal: _seal, ...data } = operation.data;
  return hmacSha256(key, JSON.stringify([place.state.root, { ...operation, data }]));
}

/** Random text that only this person at this machine knows, made when it is first asked for. @param name of its file. */
export function personKey(user: UserPaths, name: string): string {
  const file = keyFile(user, name);
  const known = readTextIfExists(file);
  if (known !== undefined) return known;
  ensureDirectory(user.state);
  createFileExclusive(file, randomHex(32));
  return readTextIfExists(file) ?? '';
}

function keyFile(user: UserPaths, name: string): string {
  return path.join(user.state, name);
}
