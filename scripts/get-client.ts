/**
 * Puts the Claude Code client of the end-to-end tests into `node_modules/.cache`, once: a package of 240 MB that
 * only these tests need stays out of package.json. Prints where the binary is.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CLIENT_VERSION, clientFolder, findClient } from '../test/support/client-binary.ts';

const folder = clientFolder(process.cwd());
let binary = findClient(folder);
if (binary === undefined) {
  const staging = `${folder}.${process.pid}.tmp`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  writeFileSync(path.join(staging, 'package.json'), '{"private":true}\n');
  console.error(`Installing Claude Code ${CLIENT_VERSION} (about 240 MB) ...`);
  // The package's install script only copies the binary about; it is found where npm puts it.
  execFileSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    [
      'install',
      '--prefix',
      staging,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `@anthropic-ai/claude-code@${CLIENT_VERSION}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  renameSync(staging, folder);
  binary = findClient(folder);
}
if (binary === undefined) {
  console.error(
    `Claude Code ${CLIENT_VERSION} was installed to ${folder}, but no binary in it runs on this machine ` +
      `(${process.platform}-${process.arch}). Remove the folder and try again on a system the package supports.`,
  );
  process.exit(1);
}
console.log(binary);
