import * as path from 'node:path';
import { expect, test } from 'vitest';
import { readRecords } from '../../src/store/journal.ts';
import { ringInstalled, startRing } from '../support/installed.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// The client kills the process group of a SessionEnd hook when it takes too long or the terminal is closed. Whatever
// the doorbell has acknowledged by then (exit 0) is done exactly once: by the worker that lives on, or at the next start.

const KILL_AT_MS = Array.from({ length: 15 }, (_, index) => (index + 1) * 100);
const AT_ONCE = 3;

test('SessionEnd killed every 100 ms from 0.1 to 1.5 s: the work is done once', {
  timeout: 300_000,
}, async () => {
  const waiting = [...KILL_AT_MS];
  const outcomes: Outcome[] = [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let ms = waiting.shift(); ms !== undefined; ms = waiting.shift())
        outcomes.push(await killedAt(ms));
    }),
  );
  outcomes.sort((a, b) => a.ms - b.ms);
  expect(outcomes.map(({ ms }) => ms)).toEqual(KILL_AT_MS);
  // On a busy machine the first kill may come before the doorbell was through: then nothing was promised.
  for (const outcome of outcomes.filter(({ ms, acknowledged }) => acknowledged || ms > 300))
    expect(outcome).toEqual({ ms: outcome.ms, acknowledged: true, ...ONCE });
});

interface Outcome {
  ms: number;
  acknowledged: boolean;
  summaries: number;
  errorLogs: number;
  commits: number;
  jobsDone: number;
  ends: number;
  /** What git status says: the index followed the commit. */
  status: string;
  left: string[];
}

const ONCE = { summaries: 1, errorLogs: 1, commits: 1, jobsDone: 1, ends: 1, status: '', left: [] };

async function killedAt(ms: number): Promise<Outcome> {
  const sandbox = makeSandbox();
  try {
    await prepare(sandbox);
    const session = `ending-${ms}`;
    await ringInstalled(sandbox, { event: 'SessionStart', session, fields: { source: 'startup' } });
    await ringInstalled(sandbox, {
      event: 'UserPromptSubmit',
      session,
      fields: { prompt: 'change the file' },
    });
    sandbox.write('changed.txt', 'by the session\n');
    const acknowledged = await endAndKill(sandbox, session, ms);
    await sandbox.settle();
    await ringInstalled(sandbox, { event: 'SessionStart', session: 'next', fields: { source: 'startup' } });
    expect(await sandbox.settle()).toEqual([]);
    return { ms, acknowledged, ...whatWasDone(sandbox, session) };
  } finally {
    sandbox.cleanup();
  }
}

/** Every kind of end-of-session work: a summary, tests that take their time and fail, a commit. */
async function prepare(sandbox: Sandbox): Promise<void> {
  const config = {
    checkpoints: { loop: false },
    postSession: {
      tests: { enabled: true, command: 'sleep 0.5; echo broken; exit 1' },
      commit: { enabled: true, message: 'wip: end of session' },
    },
  };
  sandbox.write('.claude-sessionrc.json', JSON.stringify(config));
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'Configure');
  const installed = await sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes']);
  expect(installed).toMatchObject({ code: 0 });
}

/** @returns whether the doorbell had said that it is done before its group was killed. */
async function endAndKill(sandbox: Sandbox, session: string, ms: number): Promise<boolean> {
  const bell = startRing(sandbox, { event: 'SessionEnd', session, fields: { reason: 'other' } });
  const exit = new Promise<boolean>((resolve) => bell.on('exit', (code) => resolve(code === 0)));
  await new Promise((resolve) => setTimeout(resolve, ms));
  try {
    process.kill(-(bell.pid ?? 0), 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
  return exit;
}

/** Finished documents: what a killed process was just writing aside is swept an hour later. */
function documents(sandbox: Sandbox, folder: string): number {
  return sandbox.list(folder).filter((name) => !name.startsWith('.')).length;
}

function whatWasDone(sandbox: Sandbox, session: string): Omit<Outcome, 'ms' | 'acknowledged'> {
  const state = path.join(sandbox.repo, '.git/claude-hooks');
  const { records } = readRecords(path.join(state, 'sessions', `${session}.jsonl`));
  const count = (type: string): number => records.filter((record) => record.type === type).length;
  return {
    summaries: documents(sandbox, '.claude/sessions'),
    errorLogs: documents(sandbox, '.claude/errors'),
    commits: sandbox
      .git('log', '--format=%s')
      .split('\n')
      .filter((subject) => subject.startsWith('wip:')).length,
    jobsDone: count('job-done'),
    ends: count('end'),
    status: sandbox.git('status', '--porcelain'),
    left: [
      ...sandbox.list('.git').filter((name) => name.endsWith('.lock')),
      ...sandbox.list(path.join(state, 'indexes')).filter((name) => name.startsWith('commit-')),
      ...sandbox.list(path.join(state, 'spool')).filter((name) => name !== 'tmp'),
      ...sandbox.list(path.join(state, 'spool/tmp')),
      ...sandbox.list(path.join(state, 'work')),
      ...sandbox.list(path.join(state, 'jobs')),
      // What a killed process was just writing is swept an hour later.
    ].filter((name) => !/^\..*\.tmp$/.test(name)),
  };
}
