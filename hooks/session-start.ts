import { startSession } from '../src/flows/session-start.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { runHook } from '../src/hook.ts';
import { systemClock } from '../src/platform/clock.ts';

// SessionStart: the checks before the session, then its context. The client waits for this one.
void runHook('session-start', 25_000, async ({ event, cwd, env, runtime, scope }) => {
  const place = await openWorkplace({ cwd, env, runtime, now: systemClock });
  return startSession(place, event, scope, process.ppid);
});
