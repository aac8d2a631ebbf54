import * as path from 'node:path';
import { runBackgroundCheckpoint } from '../src/flows/checkpoint.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { systemClock } from '../src/platform/clock.ts';

// Started by the background loop of a session when a checkpoint is due, and at its start: checkpoint.cjs <state directory>
// <project folder> <session> [session-start]. Never prints.
const [, script = '.', , folder, session, at] = process.argv;
if (folder !== undefined && session !== undefined && process.env.CLAUDE_HOOKS !== '0') {
  const runtime = path.dirname(path.dirname(path.resolve(script)));
  const reason = at === 'session-start' ? at : 'interval';
  openWorkplace({ cwd: folder, env: process.env, runtime, now: systemClock })
    .then((place) => runBackgroundCheckpoint(place, session, reason))
    .catch(() => {
      process.exitCode = 1;
    });
}
