import * as path from 'node:path';
import { runWorker } from '../src/flows/worker.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { systemClock } from '../src/platform/clock.ts';

// Started by the doorbell, detached: worker.cjs <state directory> <project folder>. Never prints.
const folder = process.argv[3];
if (folder !== undefined && process.env.CLAUDE_HOOKS !== '0') {
  const runtime = path.dirname(path.dirname(path.resolve(process.argv[1] ?? '.')));
  openWorkplace({ cwd: folder, env: process.env, runtime, now: systemClock })
    .then(runWorker)
    .catch(() => {
      process.exitCode = 1;
    });
}
