import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { expect, test } from 'vitest';
import { readRecords } from '../../src/store/journal.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { openSpool, recordEvent } from '../../src/store/spool.ts';
import { makeSandbox, PROJECT_ROOT } from '../support/sandbox.ts';

const KILLS = process.env.CLAUDE_HOOKS_FULL === '1' ? 300 : 40;
const EVENTS = 80;

// A worker that is killed anywhere leaves claimed events and half-done effects behind; the next one goes on. Each
// event is recorded once and each failure logged once, whatever happens to the workers.
test(`a spool of ${EVENTS} events is handled once though ${KILLS} workers are killed over it`, {
  timeout: 300_000,
}, async () => {
  const sandbox = makeSandbox();
  try {
    const state = statePaths(stateRoot(locateRepository(sandbox.repo), userPaths(sandbox.env)));
    openSpool(state);
    const prompts: string[] = [];
    let failures = 0;
    const put = (number: number): void => {
      const session_id = `s${number % 3}`;
      if (number % 10 === 9) {
        failures += 1;
        recordEvent(
          state,
          'failure',
          'local',
          JSON.stringify({
            hook_event_name: 'StopFailure',
            session_id,
            error: 'server_error',
            last_assistant_message: `failure ${number}`,
          }),
        );
      } else {
        prompts.push(`prompt ${number}`);
        recordEvent(
          state,
          'prompt',
          'local',
          JSON.stringify({ hook_event_name: 'UserPromptSubmit', session_id, prompt: `prompt ${number}` }),
        );
      }
    };
    for (let number = 0; number < EVENTS / 2; number += 1) put(number);
    let next = EVENTS / 2;
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (next < EVENTS) put(next++);
      await runWorker(sandbox.repo, sandbox.env, state.root, 45 + ((kill * 37) % 160));
    }
    while (next < EVENTS) put(next++);
    await runWorker(sandbox.repo, sandbox.env, state.root, undefined);

    const records = readdirSync(state.sessions).flatMap(
      (name) => readRecords(path.join(state.sessions, name)).records,
    );
    expect(
      records
        .filter((record) => record.type === 'prompt')
        .map((record) => record.prompt)
        .sort(),
    ).toEqual([...prompts].sort());
    expect(records.filter((record) => record.type === 'failure')).toHaveLength(failures);
    expect(sandbox.list('.claude/errors')).toHaveLength(failures);
    expect(readdirSync(state.work)).toEqual([]);
    expect(readdirSync(state.spool)).toEqual(['tmp']);
  } finally {
    sandbox.cleanup();
  }
});

function runWorker(
  repo: string,
  env: Record<string, string>,
  state: string,
  killAfterMs: number | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(PROJECT_ROOT, 'dist/hooks/worker.cjs'), state, repo], {
      env,
      stdio: 'ignore',
    });
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
