import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

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
