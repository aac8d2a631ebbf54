import * as path from 'node:path';
import { exists, readHead } from '../platform/fs.ts';

/** What a document says of the project's tools. */
export interface ProjectFacts {
  /** Version of the Node that runs this. */
  node: string;
  lines: string[];
  testCommand: string | undefined;
}

const LOCK_FILES: readonly [file: string, manager: string][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['package.json', 'npm'],
];
const PYTHON_FILES = ['pyproject.toml', 'requirements.txt', 'setup.py', 'Pipfile'];
const MANIFEST_LIMIT = 256 * 1024;

/** Looks at the top of a working tree; starts no process. */
export function projectFacts(root: string): ProjectFacts {
  const at = (name: string): string => path.join(root, name);
  const manager = LOCK_FILES.find(([file]) => exists(at(file)))?.[1];
  const python = PYTHON_FILES.find((file) => exists(at(file)));
  const pythonVersion = readHead(at('.python-version'), 40)?.split('\n')[0]?.trim();
  return {
    node: process.version,
    lines: [
      ...(manager === undefined ? [] : [`Package manager: ${manager}`]),
      ...(python === undefined ? [] : [`Python: ${pythonVersion || 'used'} (${python})`]),
    ],
    testCommand: manager !== undefined && hasTestScript(at('package.json')) ? `${manager} test` : undefined,
  };
}

function hasTestScript(file: string): boolean {
  try {
    const manifest = JSON.parse(readHead(file, MANIFEST_LIMIT) ?? '') as {
      scripts?: { test?: unknown };
    } | null;
    return typeof manifest?.scripts?.test === 'string';
  } catch {
    return false;
  }
}
