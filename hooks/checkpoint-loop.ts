import * as path from 'node:path';
import { runLoopProcess } from '../src/flows/checkpoint-loop.ts';
import { systemClock } from '../src/platform/clock.ts';
import { statePaths } from '../src/store/paths.ts';

// The background loop of one session, started detached at its start: checkpoint-loop.cjs <state directory> <project
// folder> <session> <client's process id> <its start time, or nothing> [session-start]. Never prints.
const [, script = '.', root, cwd, session, pid, start, at] = process.argv;
if (root !== undefined && cwd !== undefined && session !== undefined && process.env.CLAUDE_HOOKS !== '0') {
  runLoopProcess({
    runtime: path.dirname(path.dirname(path.resolve(script))),
    state: statePaths(root),
    session,
    clientPid: Number(pid),
    clientStart: start || undefined,
    saveFirst: at === 'session-start',
    cwd,
    now: systemClock,
  }).catch(() => {
    process.exitCode = 1;
  });
}
