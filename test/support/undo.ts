import * as path from 'node:path';
import { HooksError } from '../../src/errors.ts';
import { type UndoRequest, type UndoResult, undo } from '../../src/flows/undo.ts';
import { openWorkplace, type Workplace } from '../../src/flows/workplace.ts';
import { doneOperations, type StoredOperation } from '../../src/store/operations.ts';

let clock = Date.parse('2026-11-24T10:00:00Z');

/** The workplace of a folder in this process' environment, with a clock that moves one second a look. */
export function workplaceAt(root: string, runtime = path.join(root, 'dist')): Promise<Workplace> {
  const now = (): number => {
    clock += 1000;
    return clock;
  };
  return openWorkplace({ cwd: root, env: process.env, runtime, now });
}

/** Takes the last operation back, or the given one. */
export async function undoAt(
  root: string,
  request: Partial<UndoRequest> = {},
  runtime?: string,
): Promise<UndoResult> {
  return undo(await workplaceAt(root, runtime), { dryRun: false, ...request });
}

/** The error a call ends in. */
export async function errorOf(work: () => Promise<unknown>): Promise<HooksError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof HooksError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** What is done in a repository, the newest first. */
export async function operationsAt(root: string): Promise<StoredOperation[]> {
  return doneOperations((await workplaceAt(root)).state);
}
