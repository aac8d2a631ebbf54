import { saveBeforeCommand } from '../src/flows/before-command.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { runHook } from '../src/hook.ts';
import { systemClock } from '../src/platform/clock.ts';

// PreToolUse, for the commands that install named to the client: a checkpoint, complete before the command runs.
runHook('before-command', 20_000, async ({ event, cwd, env, runtime }) => {
  const place = await openWorkplace({ cwd, env, runtime, now: systemClock });
  return saveBeforeCommand(place, event);
}).finally(() => {
  // A save that took too long may still be at it; the command waits no longer.
  process.exit(0);
});
