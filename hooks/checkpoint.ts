import * as path from 'node:path';
import { runIntervalCheckpoint } from '../src/flows/checkpoint.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { systemClock } from '../src/platform/clock.ts';

// Started by the background loop of a session when a checkpoint is due: checkpoint.cjs <state directory> <project
// folder> <session>. Never prints.
const [, script = '.', , folder, session] = process.argv;
if (folder !== undefined && session !== undefined && process.env.CLAUDE_HOOKS !== '0') {
  const runtime = path.dirname(path.dirname(path.resolve(script)));
  openWorkplace({ cwd: folder, env: process.env, runtime, now: systemClock })
    .then((place) => runIntervalCheckpoint(place, session))
    .catch(() => {
      process.exitCode = 1;
    });
}
