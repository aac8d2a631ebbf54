import * as path from 'node:path';
import { expect, it } from 'vitest';
import { sleep } from '../../src/platform/clock.ts';
import { createRun, putResult, takeResults } from '../../src/store/check-run.ts';
import { takeLateLines } from '../../src/store/late.ts';
import { statePaths } from '../../src/store/paths.ts';
import { bundleScript } from '../support/bundle.ts';
import { useCleanup } from '../support/for-the-file.ts';
import { makeSandbox, runProcess } from '../support/sandbox.ts';

// Everyone who hands results of checks to a session, at the same time.

const forThisTest = useCleanup();

it('two takers and a late delivery at once: everyone together gets each result once', async () => {
  const sandbox = forThisTest(makeSandbox());
  const state = statePaths(path.join(sandbox.repo, '.git/claude-hooks'));
  const script = bundleScript(
    `import { takeResults } from './src/store/check-run.ts';
       import { deliverLate, takeLateLines } from './src/store/late.ts';
       import { statePaths } from './src/store/paths.ts';
       const [role, root, directory] = process.argv.slice(2);
       const state = statePaths(root);
       const got = [];
       const end = Date.now() + 1500;
       while (Date.now() < end) {
         if (role === 'start') got.push(...takeResults(directory).map(({ result }) => result.text));
         if (role === 'prompt') got.push(...takeLateLines(state, 'session-1'));
         if (role === 'worker') deliverLate(state, 'session-1', directory, (result) => result.text);
       }
       process.stdout.write(JSON.stringify(got));`,
    path.join(sandbox.root, 'taker.cjs'),
  );
  const { directory } = createRun(state, { names: [] });
  const roles = ['start', 'start', 'worker', 'worker', 'prompt', 'prompt'];
  const takers = roles.map((role) =>
    runProcess(process.execPath, [script, role, state.root, directory], { env: sandbox.env }),
  );
  const total = 150;
  for (let number = 0; number < total; number += 1) {
    putResult(directory, number, { check: 'c', level: 'error', text: `r${number}` });
    await sleep(3);
  }
  const got = (await Promise.all(takers)).flatMap(({ stdout, stderr }) => {
    expect(stderr).toBe('');
    return JSON.parse(stdout) as string[];
  });
  got.push(...takeLateLines(state, 'session-1'), ...takeResults(directory).map(({ result }) => result.text));
  expect(got.sort()).toEqual(Array.from({ length: total }, (_, number) => `r${number}`).sort());
});
