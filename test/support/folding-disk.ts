import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A disk that takes names differing only in case for one name. */
export interface FoldingDisk {
  root: string;
  unmount(): void;
}

const run = (file: string, args: string[]): unknown => execFileSync(file, args, { stdio: 'ignore' });

/** In this order; each needs root, and most kernels have only one of them. */
const KINDS: Record<string, (image: string, place: string) => void> = {
  'the system itself': () => {},
  'tmpfs with case folding': (_image, place) => {
    run('mount', ['-t', 'tmpfs', '-o', 'casefold', 'tmpfs', place]);
    run('chattr', ['+F', place]);
  },
  'ext4 with case folding': (image, place) => {
    run('mkfs.ext4', ['-q', '-F', '-O', 'casefold', '-E', 'encoding=utf8', image]);
    run('mount', ['-o', 'loop', image, place]);
    run('chattr', ['+F', place]);
  },
  vfat: (image, place) => {
    run('mkfs.vfat', [image]);
    run('mount', ['-o', 'loop', image, place]);
  },
  'XFS with ASCII folding': (image, place) => {
    fs.truncateSync(image, 400 * 1024 * 1024);
    run('mkfs.xfs', ['-q', '-f', '-n', 'version=ci', image]);
    run('mount', ['-o', 'loop', image, place]);
  },
};

/** @returns why there is none, where this machine cannot mount one. */
export function mountFoldingDisk(): FoldingDisk | string {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-folding-'));
  const image = path.join(base, 'image');
  const place = path.join(base, 'disk');
  fs.mkdirSync(place);
  for (const [kind, mount] of Object.entries(KINDS)) {
    const unmount = (): void => {
      if (kind !== 'the system itself') spawnQuietly('umount', [place]);
      fs.rmSync(base, { recursive: true, force: true });
    };
    try {
      fs.writeFileSync(image, '');
      fs.truncateSync(image, 24 * 1024 * 1024);
      mount(image, place);
      const root = fs.mkdtempSync(path.join(place, 'work-'));
      fs.writeFileSync(path.join(root, 'a'), '');
      if (fs.existsSync(path.join(root, 'A'))) return { root, unmount };
      fs.rmSync(root, { recursive: true });
    } catch {
      // Not here; the next kind may be.
    }
    spawnQuietly('umount', [place]);
  }
  fs.rmSync(base, { recursive: true, force: true });
  return `no disk that folds case can be mounted here (tried: ${Object.keys(KINDS).join(', ')})`;
}

function spawnQuietly(file: string, args: string[]): void {
  try {
    run(file, args);
  } catch {
    // It was not mounted.
  }
}
