/**
 * Gets Chromium by apt where it is missing, for the tests of the page that `replay --html` writes. Where there is no apt
 * or no right to use it, says so and ends well: those tests then say why they are skipped.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { findBrowser } from '../test/support/browser.ts';

const found = findBrowser();
const root = process.getuid?.() === 0;
if (found !== undefined) console.log(`Chromium: ${found}`);
else if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
  console.log('No Chromium, and no apt-get to get it with: the tests of the replay page will be skipped.');
else if (!root && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)
  console.log('No Chromium, and no right to install it: the tests of the replay page will be skipped.');
else {
  const apt = (...args: string[]): void => {
    const [program, ...rest] = [...(root ? [] : ['sudo', '-n']), 'apt-get', '-qq', ...args];
    execFileSync(program ?? 'apt-get', rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  const now = findBrowser();
  if (now === undefined) throw new Error('apt-get installed chromium, but no such program is there');
  console.log(`Chromium: ${now}`);
}
