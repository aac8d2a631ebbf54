import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { PROJECT_ROOT, type Sandbox } from './sandbox.ts';

/** Set by the first caller of a run, so that the package is packed once for all test files. */
const TARBALL_VARIABLE = 'CLAUDE_HOOKS_TEST_TARBALL';

/** `npm pack` of the built package. @returns the tarball's path. */
export function packedTarball(): string {
  const known = process.env[TARBALL_VARIABLE];
  if (known !== undefined && fs.existsSync(known)) return known;
  ensureBuilt();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-pack-'));
  const output = npm(['pack', '--json', '--pack-destination', folder, '--ignore-scripts'], PROJECT_ROOT);
  const described = JSON.parse(output) as { filename: string }[] | Record<string, { filename: string }>;
  const name = Object.values(described)[0]?.filename ?? '';
  const tarball = path.join(folder, path.basename(name));
  if (name === '' || !fs.existsSync(tarball))
    throw new Error(`npm pack left no tarball in ${folder}: ${output}`);
  process.env[TARBALL_VARIABLE] = tarball;
  return tarball;
}

/** Removes what `packedTarball` made in this run. */
export function removeTarball(): void {
  const known = process.env[TARBALL_VARIABLE];
  if (known !== undefined) fs.rmSync(path.dirname(known), { recursive: true, force: true });
}

/** Builds `dist/` where it is missing or older than a source file. */
export function ensureBuilt(): void {
  const built = fs.statSync(path.join(PROJECT_ROOT, 'dist/cli.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(...['src', 'hooks', 'presets', 'scripts/build.ts'].map((name) => newestTime(name)));
  if (built < newest)
    execFileSync(process.execPath, ['scripts/run.mjs', 'scripts/build.ts'], {
      cwd: PROJECT_ROOT,
      stdio: 'pipe',
    });
}

function newestTime(name: string): number {
  const file = path.join(PROJECT_ROOT, name);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...fs.readdirSync(file).map((entry) => newestTime(path.join(name, entry))));
}

/** Makes the package a development dependency of the sandbox's repository, from the tarball, as a person would. */
export function installTarball(sandbox: Sandbox): void {
  if (!sandbox.exists('package.json')) {
    sandbox.write('package.json', '{\n  "name": "demo",\n  "version": "1.0.0",\n  "private": true\n}\n');
  }
  npm(
    [
      'install',
      '--save-dev',
      '--prefix',
      sandbox.repo,
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      packedTarball(),
    ],
    sandbox.repo,
  );
}

/** npm with the registry settings of this machine, but none of the variables of an `npm run` around it. */
function npm(args: readonly string[], cwd: string): string {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    const inherited = name.toLowerCase().startsWith('npm_') && !/registry|cafile|proxy|_ca$/i.test(name);
    if (!inherited && name !== 'INIT_CWD' && name !== 'NODE_ENV') env[name] = value;
  }
  // The cache of this project, so that no test writes to the person's own.
  env.npm_config_cache = path.join(PROJECT_ROOT, 'node_modules/.cache/npm');
  env.npm_config_update_notifier = 'false';
  return execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    timeout: 300_000,
  });
}
