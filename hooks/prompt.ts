import { writeSync } from 'node:fs';
import { takeLateFindings } from '../src/flows/late-findings.ts';
import { runHook } from '../src/hook.ts';
import { systemClock } from '../src/platform/clock.ts';
import { statePaths } from '../src/store/paths.ts';

const ACTS_MS = 7_500;

// Started by the doorbell: prompt.cjs <state directory> <session>, when findings came too late for the session's start.
// With `act` behind it the prompt may hold a form, and the event is on standard input.
const [, , root, session, act] = process.argv;
if (act === 'act') {
  runHook('prompt', 9_000, async ({ event, cwd, env, runtime }) => {
    // What most prompts do not need is not compiled for findings.
    const { answerPromptIn } = await import('../src/flows/prompt-acts/answer.ts');
    return answerPromptIn({ cwd, env, runtime, now: systemClock }, event, ACTS_MS);
  }).finally(() => {
    // What took too long may still be at it; the prompt waits no longer.
    process.exit(0);
  });
} else if (root !== undefined && session !== undefined) {
  try {
    const reply = takeLateFindings(statePaths(root), session, process.env);
    if (reply !== undefined) writeSync(1, reply);
  } catch (error) {
    writeSync(
      2,
      `claude-hooks prompt: late findings could not be read: ${String(error)}. See: claude-hooks doctor\n`,
    );
  }
}
