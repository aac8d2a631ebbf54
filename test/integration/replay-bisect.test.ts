import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, moment, sessionIn } from '../support/replay.ts';
import { makeSandbox, PROJECT_ROOT, type RunResult, type Sandbox } from '../support/sandbox.ts';
import type { FakeSession } from '../support/session.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

interface Document {
  outcome: string;
  first: { kind: string; file?: string; number?: number; id?: string } | null;
  candidates: { file: string }[];
  steps: number;
  probes: { verdict: string }[];
}

function run(command: string, ...more: string[]): Promise<RunResult> {
  return sandbox.cli(['replay', 'bisect', 'latest', '--run', command, ...more]);
}

async function bisected(command: string): Promise<Document> {
  return JSON.parse((await run(command, '--json')).stdout) as Document;
}

async function save(session: FakeSession, name: string): Promise<void> {
  await moment();
  await sandbox.cli(['checkpoint', 'save', name], { env: { CLAUDE_CODE_SESSION_ID: session.id } });
  await moment();
}

/** Nothing is left of a search: no folder, no note, no working tree. */
function expectClean(): void {
  const scratch = path.join(sandbox.home, '.local/state/claude-hooks/scratch');
  expect(fs.existsSync(scratch) ? fs.readdirSync(scratch) : []).toEqual([]);
  expect(sandbox.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
}

/** Edits of ten files by turns; the one that is planted breaks `sum.sh`. */
function work(session: FakeSession, count: number, planted: number): void {
  for (let at = 1; at <= count; at += 1) {
    const name = `f${at % 10}.txt`;
    if (at === planted) session.edit('sum.sh', '[ 1 = 1 ]', '[ 1 = 2 ]');
    else session.write(name, `${at}\n`);
  }
}

async function prepared(): Promise<FakeSession> {
  sandbox.write('sum.sh', '[ 1 = 1 ]\n');
  for (let at = 0; at < 10; at += 1) sandbox.write(`f${at}.txt`, 'begin\n');
  const session = sessionIn(sandbox);
  await save(session, 'Begin');
  return session;
}

describe('a fault that was planted', () => {
  it('is found among 200 steps, and nothing of the search stays', async () => {
    work(await prepared(), 200, 137);
    const before = filesBelow(sandbox.repo);
    const found = await bisected('test -f new-file && exit 1; touch new-file; sh sum.sh');
    expect(found).toMatchObject({ outcome: 'found', first: { kind: 'edit', file: 'sum.sh' }, steps: 200 });
    // The prompt, the checkpoint, and two steps an edit.
    expect(found.first?.number).toBe(2 + 2 * 137);
    expect(found.probes.length).toBeLessThanOrEqual(10);
    expect(filesBelow(sandbox.repo)).toEqual(before);
    expectClean();
  }, 120_000);

  it('is shown with its change', async () => {
    work(await prepared(), 6, 3);
    const told = await run('sh sum.sh');
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(
      /fails since #8 sum\.sh[\s\S]*edit: modified sum\.sh[\s\S]*-\[ 1 = 1 \]\n +\+\[ 1 = 2 \]/,
    );
    expect(told.stderr).toMatch(/^good at the start[\s\S]*bad after #14/);
  });

  it('by something no edit tells of is found at the checkpoint that shows it', async () => {
    const session = await prepared();
    work(session, 5, 0);
    session.bash('make broken', () => sandbox.write('sum.sh', 'exit 3\n'));
    await save(session, 'Broken');
    work(session, 5, 0);
    expect(await bisected('sh sum.sh')).toMatchObject({ outcome: 'found', first: { kind: 'checkpoint' } });
    expect((await run('sh sum.sh')).stdout).toMatch(/a command or a person changed\n {2}sum\.sh\n$/);
  });

  it('beside steps that cannot be told is narrowed down', async () => {
    const session = await prepared();
    for (let at = 1; at <= 12; at += 1) {
      session.write('n.txt', `${at}\n`);
      await moment();
    }
    const { outcome, candidates } = await bisected(
      'n=$(cat n.txt 2>/dev/null || echo 0); [ $n -ge 5 ] && [ $n -le 7 ] && exit 125; [ $n -lt 6 ]',
    );
    expect(outcome).toBe('unsure');
    expect(candidates).toHaveLength(4);
    expectClean();
  });
});

describe('it is said', () => {
  it('that the command fails at the start, or passes at the end', async () => {
    work(await prepared(), 3, 0);
    const start = await run('exit 1');
    expect(start).toMatchObject({ code: 1 });
    expect(start.stdout).toContain('fails at the start already');
    expect((await run('true')).stdout).toContain('passes at the end');
    expect((await bisected('exit 125')).outcome).toBe('cannot-tell');
    expectClean();
  });

  it.each([
    ['is not there', 'no-such-program-here'],
    ['says neither', 'exit 200'],
    ['ends by a signal', 'kill -9 $$'],
  ])('that the command %s', async (_name, command) => {
    work(await prepared(), 3, 0);
    const answer = await run(command);
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('says neither good nor bad');
    expectClean();
  });
});

it('needs a command', async () => {
  const answer = await run(' ');
  expect([answer.code, answer.stderr]).toEqual([
    2,
    expect.stringMatching(/--run needs a command.*\n.*npm test/),
  ]);
});

describe('a search that is ended', () => {
  async function begun(): Promise<{ child: ReturnType<typeof spawn>; ended: Promise<string> }> {
    work(await prepared(), 6, 3);
    const mark = path.join(sandbox.root, 'mark');
    const cli = path.join(PROJECT_ROOT, 'dist/cli.cjs');
    const args = [cli, 'replay', 'bisect', 'latest', '--run', 'touch "$MARK"; sleep 300'];
    const child = spawn(process.execPath, args, {
      cwd: sandbox.repo,
      env: { ...sandbox.env, MARK: mark },
      stdio: 'ignore',
    });
    const ended = new Promise<string>((resolve) =>
      child.on('close', (code, signal) => resolve(signal ?? String(code))),
    );
    while (!fs.existsSync(mark)) await new Promise((resolve) => setTimeout(resolve, 30));
    return { child, ended };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s cleans up first', async (signal) => {
    const { child, ended } = await begun();
    child.kill(signal);
    expect(await ended).toBe(signal);
    expectClean();
    expect(await sandbox.settle(5_000)).toEqual([]);
  });

  it('by SIGKILL is cleaned up after by the next one', async () => {
    const { child, ended } = await begun();
    child.kill('SIGKILL');
    await ended;
    expect(sandbox.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(2);
    expect((await bisected('sh sum.sh')).outcome).toBe('found');
    expectClean();
  });
});
