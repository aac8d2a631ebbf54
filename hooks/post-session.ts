import { handleNow } from '../src/flows/handle-now.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { runHook } from '../src/hook.ts';
import { systemClock } from '../src/platform/clock.ts';

// SessionEnd, in the foreground: summary, context file and what else is configured. The doorbell lets the worker do it.
void runHook('post-session', 600_000, async ({ payload, cwd, env, runtime }) => {
  const place = await openWorkplace({ cwd, env, runtime, now: systemClock });
  await handleNow(place, 'end', payload);
  return undefined;
});
