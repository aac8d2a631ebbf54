import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { isolateProcess } from './repositories.ts';

// What many test files have their hooks for, registered where it is called: at the top of the file.

/** Isolates this process (see `isolateProcess`) before the hooks that follow; its home goes after all tests. */
export function useIsolatedProcess(): void {
  let home: string;
  beforeAll(() => {
    home = isolateProcess();
  });
  afterAll(() => fs.rmSync(home, { recursive: true, force: true }));
}

/** @returns what keeps a place until the end of the test that made it, then has it removed, and gives it back. */
export function useCleanup(): <T extends { cleanup(): void }>(made: T) => T {
  const open: { cleanup(): void }[] = [];
  afterEach(() => {
    for (const made of open.splice(0)) made.cleanup();
  });
  return (made) => {
    open.push(made);
    return made;
  };
}

/** @returns what makes temporary folders that go after all tests. */
export function useFolders(prefix: string): () => string {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
    folders.push(folder);
    return folder;
  };
}
