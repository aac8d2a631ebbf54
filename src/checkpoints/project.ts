import * as path from 'node:path';
import { exists, readHead } from '../platform/fs.ts';

/** What a document says of the project's tools. */
export interface ProjectFacts {
  /** Version of the Node that runs this. */
  node: string;
  lines: string[];
  testCommand: string | undefined;
}

interface Manager {
  name: string;
  /** As the project asks for it. */
  version?: string;
  /** Of the lock file, where the project does not say which version it wants. */
  lockVersion?: string;
}

const MANIFEST_LIMIT = 256 * 1024;
const HEAD_LIMIT = 8 * 1024;

/** In this order: what a project has beside package.json tells who manages it. */
const LOCK_FILES: readonly [file: string, manager: string, version: RegExp | undefined][] = [
  ['pnpm-lock.yaml', 'pnpm', /^lockfileVersion:\s*['"]?([\d.]+)/m],
  ['yarn.lock', 'yarn', /^(?:# yarn lockfile v|__metadata:\s*\n\s+version:\s*)(\d+)/m],
  ['bun.lock', 'bun', /"lockfileVersion":\s*(\d+)/],
  ['bun.lockb', 'bun', undefined],
  ['package-lock.json', 'npm', /"lockfileVersion":\s*(\d+)/],
  ['npm-shrinkwrap.json', 'npm', /"lockfileVersion":\s*(\d+)/],
];

const PYTHON_FILES: readonly [file: string, tool: string | undefined][] = [
  ['uv.lock', 'uv'],
  ['poetry.lock', 'poetry'],
  ['Pipfile.lock', 'pipenv'],
  ['Pipfile', 'pipenv'],
  ['pyproject.toml', undefined],
  ['requirements.txt', undefined],
  ['setup.py', undefined],
  ['setup.cfg', undefined],
  ['environment.yml', 'conda'],
];

interface Manifest {
  scripts?: { test?: unknown };
  packageManager?: unknown;
  devEngines?: { packageManager?: { name?: unknown; version?: unknown } };
}

/** Looks at the top of a working tree; starts no process. */
export function projectFacts(root: string): ProjectFacts {
  const head = (name: string, limit = HEAD_LIMIT): string => readHead(path.join(root, name), limit) ?? '';
  const has = (name: string): boolean => exists(path.join(root, name));
  const manifest = parseManifest(head('package.json', MANIFEST_LIMIT));
  const manager = managerOf(manifest, has, head);
  const python = pythonOf(has, head);
  return {
    node: process.version,
    lines: [
      ...(manager === undefined ? [] : [`Package manager: ${wordsOf(manager)}`]),
      ...(python === undefined ? [] : [`Python: ${python}`]),
    ],
    testCommand: testCommandOf(manifest, manager, has, head),
  };
}

function managerOf(
  manifest: Manifest | undefined,
  has: (name: string) => boolean,
  head: (name: string) => string,
): Manager | undefined {
  const lock = LOCK_FILES.find(([file]) => has(file));
  const lockVersion = lock?.[2]?.exec(head(lock[0]))?.[1];
  const asked = askedManager(manifest);
  if (asked !== undefined) return asked;
  if (lock !== undefined) return { name: lock[1], ...(lockVersion === undefined ? {} : { lockVersion }) };
  return has('package.json') ? { name: 'npm' } : undefined;
}

/** What package.json names: `packageManager` ("pnpm@9.1.0+sha512.abc") or `devEngines.packageManager`. */
function askedManager(manifest: Manifest | undefined): Manager | undefined {
  const { packageManager, devEngines } = manifest ?? {};
  if (typeof packageManager === 'string') {
    const [, name, version] = /^(npm|pnpm|yarn|bun)@(\d[\w.-]{0,40})/.exec(packageManager) ?? [];
    if (name !== undefined && version !== undefined) return { name, version };
  }
  const engine = devEngines?.packageManager;
  // The name comes to stand in a command.
  if (typeof engine?.name !== 'string' || !/^(?:npm|pnpm|yarn|bun)$/.test(engine.name)) return undefined;
  const version = typeof engine.version === 'string' ? engine.version.slice(0, 40) : '';
  return { name: engine.name, ...(version === '' ? {} : { version }) };
}

function wordsOf({ name, version, lockVersion }: Manager): string {
  if (version !== undefined) return `${name} ${version}`;
  return lockVersion === undefined ? name : `${name} (lock file version ${lockVersion})`;
}

function pythonOf(has: (name: string) => boolean, head: (name: string) => string): string | undefined {
  const found = PYTHON_FILES.find(([file]) => has(file));
  if (found === undefined) return undefined;
  const [file, tool] = found;
  const pinned = head('.python-version').split('\n')[0]?.trim().slice(0, 40);
  const required = /^requires-python\s*=\s*["']([^"']{1,40})["']/m.exec(head('pyproject.toml'))?.[1];
  return `${pinned || required || 'used'} (${tool === undefined ? file : `${tool}, ${file}`})`;
}

function testCommandOf(
  manifest: Manifest | undefined,
  manager: Manager | undefined,
  has: (name: string) => boolean,
  head: (name: string) => string,
): string | undefined {
  if (manager !== undefined && typeof manifest?.scripts?.test === 'string')
    return manager.name === 'bun' ? 'bun run test' : `${manager.name} test`;
  const pytest = has('pytest.ini') || has('conftest.py') || /^\[tool\.pytest\b/m.test(head('pyproject.toml'));
  if (pytest) return has('uv.lock') ? 'uv run pytest' : has('poetry.lock') ? 'poetry run pytest' : 'pytest';
  if (has('go.mod')) return 'go test ./...';
  return has('Cargo.toml') ? 'cargo test' : undefined;
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const manifest: unknown = JSON.parse(text);
    return typeof manifest === 'object' && manifest !== null ? manifest : undefined;
  } catch {
    return undefined;
  }
}
