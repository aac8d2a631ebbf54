import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleScript } from '../support/bundle.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 3;

let sandbox: Sandbox;
let script: string;
let preload: string;
beforeAll(() => {
  sandbox = makeSandbox();
  Object.assign(process.env, { HOME: sandbox.env.HOME, XDG_STATE_HOME: sandbox.env.XDG_STATE_HOME });
  const folder = path.join(sandbox.root, 'tmp');
  preload = writeKillPreload(folder);
  script = bundleScript(
    `import { updateContextFile } from './src/flows/context-file.ts';
     import { addToContext } from './src/flows/context/add.ts';
     import { factsOf, updatePlace } from './test/support/context-file.ts';
     const [root, verb, word] = process.argv.slice(2);
     const place = updatePlace(root, process.env);
     const facts = factsOf({ decisions: [{ value: 'We will use ' + word + '.', line: 3 }] });
     const work = verb === 'add' ? addToContext(place, 'decision', word) : updateContextFile(place, { id: 'abc', transcript: '', facts });
     work.then(() => console.log(place.logged.join()));`,
    path.join(folder, 'context.cjs'),
  );
});
afterAll(() => sandbox.cleanup());

it.each(['add', 'update'])(
  '%s, killed at any point, leaves the old file or the new one; the next goes on',
  async (verb) => {
    const folder = path.join(sandbox.repo, '.claude');
    const file = path.join(folder, 'context.md');
    fs.rmSync(folder, { recursive: true, force: true });
    const run = (word: string, point?: Parameters<typeof runKilledAt>[3]) =>
      runKilledAt(preload, script, [sandbox.repo, verb, word], point);
    expect((await run('first')).code).toBe(0);
    fs.appendFileSync(file, 'mine\r\nlast');
    const whole = await run('second');
    expect(whole.code).toBe(0);
    let killed = 0;
    for (const [at, point] of killPoints(whole.calls, STEP).entries()) {
      const before = fs.readFileSync(file, 'utf8');
      const done = await run(`word${at}`, point);
      if (done.code === null) killed += 1;
      const after = fs.readFileSync(file, 'utf8');
      expect(after.endsWith('mine\r\nlast')).toBe(true);
      if (after !== before) expect(after).toMatch(new RegExp(`word${at}\\b`));
      for (const name of ['work', 'updated', 'next']) {
        expect(after.split(`begin ${name} -->`)).toHaveLength(2);
        expect(after.split(`end ${name} -->`)).toHaveLength(2);
      }
    }
    expect(killed).toBeGreaterThan(5);
    const last = await run('finally');
    expect(last).toMatchObject({ code: 0, stdout: '\n' });
    expect(fs.readFileSync(file, 'utf8')).toContain('finally');
    expect(fs.readdirSync(folder)).toEqual(['context.md']);
  },
  300_000,
);

it('killed while a first file is made, leaves none or a whole one', async () => {
  const folder = path.join(sandbox.repo, '.claude');
  const file = path.join(folder, 'context.md');
  const fresh = async (point?: Parameters<typeof runKilledAt>[3]) => {
    fs.rmSync(folder, { recursive: true, force: true });
    return runKilledAt(preload, script, [sandbox.repo, 'update', 'x'], point);
  };
  const whole = await fresh();
  const text = fs.readFileSync(file, 'utf8').replace(/^- .*proposed.*\n/gm, '');
  for (const point of killPoints(whole.calls, STEP * 2)) {
    await fresh(point);
    if (fs.existsSync(file))
      expect(fs.readFileSync(file, 'utf8').replace(/^- .*proposed.*\n/gm, '')).toBe(text);
  }
}, 300_000);
