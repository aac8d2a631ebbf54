import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecords } from '../../src/store/journal.ts';
import { type StatePaths, statePaths } from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { bundleScript } from '../support/bundle.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

// Fifty sessions at once in one repository, 1,000 events each, while workers drain the spool under their feet.

const SESSIONS = 50;
const EVENTS = 1_000;
/** Of each session, through the real doorbell: a process each, so only a few. */
const RUNG = 4;

let sandbox: Sandbox;
let state: StatePaths;

beforeAll(() => {
  sandbox = makeSandbox();
  state = statePaths(path.join(sandbox.repo, '.git/claude-hooks'));
  openSpool(state);
});

afterAll(() => {
  sandbox.cleanup();
});

test('none of 50,000 events is lost, torn or recorded twice', { timeout: 600_000 }, async () => {
  const writer = bundleScript(
    `import { statePaths } from './src/store/paths.ts';
     import { recordEvent } from './src/store/spool.ts';
     const [, , root, session] = process.argv;
     const state = statePaths(root);
     for (let number = 0; number < ${EVENTS - RUNG}; number += 1) {
       const prompt = session + ':' + number + ':' + 'ü'.repeat(number % 97);
       recordEvent(state, 'prompt', 'project', JSON.stringify({ hook_event_name: 'UserPromptSubmit', session_id: session, prompt }));
     }`,
    path.join(sandbox.root, 'writer.cjs'),
  );
  const sessions = Array.from(
    { length: SESSIONS },
    (_, index) => `session-${String(index).padStart(2, '0')}`,
  );
  let writing = true;
  const workers = [drainWhile(() => writing), drainWhile(() => writing)];
  await Promise.all(
    sessions.map(async (session) => {
      await ended(process.execPath, [writer, state.root, session]);
      for (let number = EVENTS - RUNG; number < EVENTS; number += 1) await ring(session, number);
    }),
  );
  writing = false;
  await Promise.all(workers);
  await drainOnce();

  for (const session of sessions) {
    const { records, damaged } = readRecords(path.join(state.sessions, `${session}.jsonl`));
    const numbers = records
      .filter(({ type }) => type === 'prompt')
      .map(({ prompt }) => String(prompt).split(':')[1]);
    expect({ session, damaged, length: numbers.length }).toEqual({ session, damaged: 0, length: EVENTS });
    expect(new Set(numbers).size).toBe(EVENTS);
  }
  expect(fs.readdirSync(state.spool)).toEqual(['tmp']);
  expect(fs.readdirSync(path.join(state.spool, 'tmp'))).toEqual([]);
  expect(fs.readdirSync(state.work)).toEqual([]);
});

async function drainWhile(condition: () => boolean): Promise<void> {
  while (condition()) await drainOnce();
}

function drainOnce(): Promise<void> {
  return ended(process.execPath, [
    path.join(PROJECT_ROOT, 'dist/hooks/worker.cjs'),
    state.root,
    sandbox.repo,
  ]);
}

/** One event through the shell script that Claude Code runs. */
function ring(session: string, number: number): Promise<void> {
  const payload = {
    hook_event_name: 'UserPromptSubmit',
    session_id: session,
    prompt: `${session}:${number}:`,
  };
  const command = `claude_hooks=prompt:project; h='${path.join(PROJECT_ROOT, 'dist')}'; . "$h/bell.sh"`;
  return ended('/bin/sh', ['-c', command], `${JSON.stringify(payload)}\n`, {
    CLAUDE_PROJECT_DIR: sandbox.repo,
    CLAUDE_CODE_SESSION_ID: session,
  });
}

function ended(file: string, args: string[], input = '', env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: sandbox.repo,
      env: { ...sandbox.env, ...env },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${file} ended with ${code}`))));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
