import * as path from 'node:path';
import { createFileExclusive, exists, listDirectory, removeFile, statIfExists } from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

const FORGOTTEN_MS = 10 * 60_000;

/** One empty file a tool call that is being looked at: the entry that made it is the one that acts. */
export function callsDirectory(state: StatePaths): string {
  return path.join(state.root, 'calls');
}

/**
 * Whether this process is to act for the tool call of an event. Several entries may be asked about one call, at once;
 * one of them is told yes. Where the call has no usable id, or the mark cannot be made, all of them are.
 */
export function claimCall(state: StatePaths, event: string): boolean {
  const id = /"tool_use_id":"([A-Za-z0-9_-]+)"/.exec(event.slice(event.lastIndexOf('"tool_use_id":"')))?.[1];
  if (id === undefined) return true;
  const file = path.join(callsDirectory(state), id);
  try {
    return createFileExclusive(file, '');
  } catch {
    return !exists(file);
  }
}

/** Removes the marks of calls that are long over. */
export function sweepCalls(state: StatePaths, now: number): void {
  for (const name of listDirectory(callsDirectory(state))) {
    const file = path.join(callsDirectory(state), name);
    if (now - (statIfExists(file)?.mtimeMs ?? now) > FORGOTTEN_MS) removeFile(file);
  }
}

/** Whether what a tool was given holds a shell pattern of `*` and `[!...]`, as `hooks/bell.sh` looks for it. */
export function holdsPattern(event: string, pattern: string): boolean {
  const given = event.slice(event.indexOf('"tool_input":'));
  const source = pattern
    .split(/(\[![a-z-]+\]|\*)/)
    .map((part) => (part === '*' ? '[^]*' : part.replace(/^\[!/, '[^').replace(/[.+]/g, '\\$&')));
  return new RegExp(source.join('')).test(given);
}
