import * as path from 'node:path';
import { sha256 } from '../platform/digest.ts';
import { exists, readBytesIfExists, readHead } from '../platform/fs.ts';

/** A lock file and how its dependencies are installed. */
interface LockKind {
  file: string;
  /** Of several lock files of one ecosystem only the first counts. */
  ecosystem: string;
  command: string;
  /** The folder an install makes; where it is missing, nothing was installed yet. */
  installs?: string;
  /** The command of another generation of the tool, by the lock file's first bytes. */
  other?: { when: RegExp; command: string };
  /** Only where this exists: elsewhere an install would go into the whole machine. */
  needs?: string;
}

/** One line a tool. */
const LOCK_KINDS: readonly LockKind[] = [
  {
    file: 'pnpm-lock.yaml',
    ecosystem: 'node',
    command: 'pnpm install --frozen-lockfile',
    installs: 'node_modules',
  },
  { file: 'bun.lock', ecosystem: 'node', command: 'bun install --frozen-lockfile', installs: 'node_modules' },
  {
    file: 'bun.lockb',
    ecosystem: 'node',
    command: 'bun install --frozen-lockfile',
    installs: 'node_modules',
  },
  {
    file: 'yarn.lock',
    ecosystem: 'node',
    command: 'yarn install --frozen-lockfile',
    installs: 'node_modules',
    other: { when: /^__metadata:/m, command: 'yarn install --immutable' },
  },
  { file: 'npm-shrinkwrap.json', ecosystem: 'node', command: 'npm ci', installs: 'node_modules' },
  { file: 'package-lock.json', ecosystem: 'node', command: 'npm ci', installs: 'node_modules' },
  { file: 'uv.lock', ecosystem: 'python', command: 'uv sync --frozen', installs: '.venv' },
  { file: 'poetry.lock', ecosystem: 'python', command: 'poetry install --no-interaction' },
  { file: 'Pipfile.lock', ecosystem: 'python', command: 'pipenv sync' },
  {
    file: 'requirements.txt',
    ecosystem: 'python',
    command: '.venv/bin/python -m pip install --quiet -r requirements.txt',
    needs: '.venv/bin/python',
  },
  { file: 'go.sum', ecosystem: 'go', command: 'go mod download' },
  { file: 'Cargo.lock', ecosystem: 'rust', command: 'cargo fetch --locked' },
  { file: 'Gemfile.lock', ecosystem: 'ruby', command: 'bundle install' },
  { file: 'composer.lock', ecosystem: 'php', command: 'composer install --no-interaction' },
  { file: 'mix.lock', ecosystem: 'elixir', command: 'mix deps.get --check-locked' },
];

/** A lock file of the working tree. */
export interface LockFile {
  file: string;
  command: string;
  hash: string;
  /** Undefined where the tool installs into no folder of the project. */
  installed: boolean | undefined;
}

/** The lock files at the top of a working tree, one an ecosystem. */
export function findLockFiles(root: string): LockFile[] {
  const found = new Map<string, LockFile>();
  for (const kind of LOCK_KINDS) {
    if (found.has(kind.ecosystem)) continue;
    if (kind.needs !== undefined && !exists(path.join(root, kind.needs))) continue;
    const file = path.join(root, kind.file);
    const hash = hashOf(file);
    if (hash === undefined) continue;
    found.set(kind.ecosystem, {
      file: kind.file,
      hash,
      command:
        kind.other?.when.test(readHead(file, 2_000) ?? '') === true ? kind.other.command : kind.command,
      installed: kind.installs === undefined ? undefined : exists(path.join(root, kind.installs)),
    });
  }
  return [...found.values()];
}

function hashOf(file: string): string | undefined {
  try {
    const bytes = readBytesIfExists(file);
    return bytes === undefined ? undefined : sha256(bytes).slice(0, 32);
  } catch {
    return undefined;
  }
}

/**
 * Which of them have to be installed: those whose content differs from the recorded one, and those without a
 * record whose folder is missing. The rest without a record is taken as installed (`adopt`).
 */
export function planInstall(
  files: readonly LockFile[],
  recorded: (file: string) => string | undefined,
): { changed: LockFile[]; adopt: LockFile[] } {
  const changed: LockFile[] = [];
  const adopt: LockFile[] = [];
  for (const file of files) {
    const before = recorded(file.file);
    if (before === file.hash && file.installed !== false) continue;
    if (before === undefined && file.installed !== false) adopt.push(file);
    else changed.push(file);
  }
  return { changed, adopt };
}
