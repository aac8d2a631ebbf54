import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { at, type BuiltRepository } from './repositories.ts';

/** A file system of its own that is soon full. */
export interface SmallDisk {
  folder: string;
  /** False where nobody here may mount one; that was said on the console. */
  mounted: boolean;
  remove(): void;
}

/**
 * Mounts a tmpfs of the given size (`1m`, `64k`).
 * @param what is not tested where it cannot be mounted.
 */
export function mountSmallDisk(size: string, what: string): SmallDisk {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-disk-'));
  let mounted = true;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    mounted = false;
    console.warn(`No right to mount a small disk here: not tested: ${what}.`);
  }
  return {
    folder,
    mounted,
    remove: () => {
      if (mounted) execFileSync('umount', [folder]);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Mounts one (see `mountSmallDisk`) for all tests of the file that calls this at its top. */
export function useSmallDisk(size: string, what: string): Pick<SmallDisk, 'folder' | 'mounted'> {
  let small: SmallDisk;
  beforeAll(() => {
    small = mountSmallDisk(size, what);
  });
  afterAll(() => small.remove());
  return {
    get folder() {
      return small.folder;
    },
    get mounted() {
      return small.mounted;
    },
  };
}

/** Fills a disk but for so many bytes. @returns what makes room again. */
export function fillDisk(folder: string, left: number): () => void {
  const ballast = path.join(folder, 'ballast');
  const { bavail, bsize } = fs.statfsSync(folder);
  fs.writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)));
  return () => fs.rmSync(ballast);
}

/** A repository on a disk, with one commit of one small file. */
export function repositoryOn(folder: string): BuiltRepository {
  const root = path.join(folder, 'repo');
  fs.mkdirSync(root);
  const built = at(folder, root);
  built.git('init', '-q', '-b', 'main');
  built.write('a.txt', 'a\n');
  built.git('add', '-A');
  built.git('commit', '-q', '-m', 'First');
  return built;
}
