import { createHash } from 'node:crypto';
import * as path from 'node:path';
import {
  createFileExclusive,
  ensureDirectory,
  exists,
  listDirectory,
  readTextIfExists,
  removeFile,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { Notice } from './notice.ts';

/** A message to be sent. It holds redacted text and never the webhook's address. */
export interface OutboxItem {
  version: 1;
  notice: Notice;
  /** How often the same happened since the last message of this group. */
  repeats: number;
  /** Tries so far; written before each try, so that a crash counts as one. */
  attempts: number;
  /** Not before this time, milliseconds since 1970. */
  nextAttempt: number;
  /** Why the last try failed. */
  problem?: string;
}

/**
 * The outbox is a directory: `waiting/` (one file a message), `dead/` (given up, with the reason), `seen/` (an empty
 * file for each id that is done or counted), `groups/`, `webhooks/` (when each was used last) and `locks/`. Files are
 * named after hashes, so that no id can name a path.
 */
export type Shelf = 'waiting' | 'dead' | 'seen' | 'groups' | 'webhooks';

const DAY_MS = 86_400_000;
const KEEP: Partial<Record<Shelf, { days: number; most: number }>> = {
  seen: { days: 14, most: 2_000 },
  groups: { days: 14, most: 500 },
  dead: { days: 60, most: 200 },
  webhooks: { days: 60, most: 50 },
};

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

export function fileOn(outbox: string, shelf: Shelf, hash: string): string {
  return path.join(outbox, shelf, `${hash}.json`);
}

export function isOn(outbox: string, shelf: Shelf, hash: string): boolean {
  return exists(fileOn(outbox, shelf, hash));
}

/** @returns false where a file of that name is there already. */
export function createOn(outbox: string, shelf: Shelf, hash: string, value: unknown): boolean {
  ensureDirectory(path.join(outbox, shelf));
  return createFileExclusive(fileOn(outbox, shelf, hash), JSON.stringify(value));
}

export function writeOn(outbox: string, shelf: Shelf, hash: string, value: unknown): void {
  ensureDirectory(path.join(outbox, shelf));
  writeFileAtomic(fileOn(outbox, shelf, hash), JSON.stringify(value), { mode: 0o600 });
}

export function removeFrom(outbox: string, shelf: Shelf, hash: string): void {
  removeFile(fileOn(outbox, shelf, hash));
}

/** Names (hashes) on a shelf. */
export function listOn(outbox: string, shelf: Shelf): string[] {
  return listDirectory(path.join(outbox, shelf))
    .filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
    .map((name) => name.slice(0, 32));
}

export function readOn(outbox: string, shelf: Shelf, hash: string): Record<string, unknown> | undefined {
  const text = readTextIfExists(fileOn(outbox, shelf, hash));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A message as it lies on a shelf; `damaged` where it cannot be read as one, undefined where it is gone. */
export function readItem(
  outbox: string,
  shelf: 'waiting' | 'dead',
  hash: string,
): OutboxItem | 'damaged' | undefined {
  const value = readOn(outbox, shelf, hash);
  if (value === undefined) return undefined;
  const { notice, attempts, nextAttempt, repeats } = value as Partial<OutboxItem>;
  const whole =
    typeof attempts === 'number' &&
    typeof nextAttempt === 'number' &&
    typeof repeats === 'number' &&
    (['id', 'title', 'text', 'project', 'host', 'group'] as const).every(
      (key) => typeof notice?.[key] === 'string',
    ) &&
    typeof notice?.time === 'number';
  return whole ? (value as unknown as OutboxItem) : 'damaged';
}

/** Removes what is too old or too much; called under the lock of the sender. */
export function tidyOutbox(outbox: string, now: number): void {
  for (const [shelf, { days, most }] of Object.entries(KEEP) as [Shelf, { days: number; most: number }][]) {
    const files = listOn(outbox, shelf)
      .map((hash) => ({ hash, time: statIfExists(fileOn(outbox, shelf, hash))?.mtimeMs ?? now }))
      .sort((a, b) => b.time - a.time);
    for (const [index, { hash, time }] of files.entries()) {
      if (index >= most || now - time > days * DAY_MS) removeFrom(outbox, shelf, hash);
    }
  }
}
