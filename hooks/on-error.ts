import { handleNow } from '../src/flows/handle-now.ts';
import { openWorkplace } from '../src/flows/workplace.ts';
import { runHook } from '../src/hook.ts';
import { systemClock } from '../src/platform/clock.ts';

// StopFailure and PostToolUseFailure, in the foreground: log, Slack, desktop. The doorbell lets the worker do it.
void runHook('on-error', 25_000, async ({ event, payload, cwd, env, runtime }) => {
  const place = await openWorkplace({ cwd, env, runtime, now: systemClock });
  await handleNow(place, event.name === 'StopFailure' ? 'failure' : 'tool-failure', payload);
  return undefined;
});
