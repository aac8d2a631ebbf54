/**
 * Gets by apt what tests need and the machine lacks: Chromium, for the page that `replay --html` writes, and tmux, for what
 * happens at a terminal. Where there is no apt or no right to use it, says so and ends well: those tests then say why they
 * are skipped.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { findBrowser } from '../test/support/browser.ts';
import { hasTmux } from '../test/support/terminal.ts';

const programs = [
  {
    name: 'Chromium',
    found: () => findBrowser() !== undefined,
    packages: ['chromium', 'fonts-dejavu-core'],
    tests: 'of the replay page',
  },
  { name: 'tmux', found: hasTmux, packages: ['tmux'], tests: 'at a terminal' },
];

const missing = programs.filter(({ found }) => !found());
const root = process.getuid?.() === 0;
const without = (why: string): void => {
  for (const { name, tests } of missing)
    console.log(`No ${name}, and ${why}: the tests ${tests} will be skipped.`);
};
if (missing.length === 0) console.log('Chromium and tmux are there.');
else if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
  without('no apt-get to get it with');
else if (!root && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)
  without('no right to install it');
else {
  const apt = (...args: string[]): void => {
    const [program, ...rest] = [...(root ? [] : ['sudo', '-n']), 'apt-get', '-qq', ...args];
    execFileSync(program ?? 'apt-get', rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...missing.flatMap(({ packages }) => packages));
  for (const { name, found } of missing) {
    if (!found()) throw new Error(`apt-get installed ${name}, but no such program is there`);
    console.log(`${name} is there now.`);
  }
}
