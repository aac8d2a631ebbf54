/**
 * Puts tools of the developers into `node_modules/.cache/tools`, once. They bring a native package for each platform,
 * and a lock file made where a registry lacks one of those does not install elsewhere: so they stay out of it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { TOOLS, toolsFolder } from '../test/support/tools.ts';

const folder = toolsFolder(process.cwd());
const manifest = `${JSON.stringify({ private: true, dependencies: TOOLS }, null, 2)}\n`;
const file = path.join(folder, 'package.json');
if (!existsSync(file) || readFileSync(file, 'utf8') !== manifest) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      ...Object.entries(TOOLS).map(([name, version]) => `${name}@${version}`),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
  // Written last: a folder without it is not finished.
  writeFileSync(file, manifest);
}
