import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, test } from 'vitest';
import { startInSession } from '../../src/flows/template-start.ts';
import { readRecords } from '../../src/store/journal.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { takeWaiting, templateOf, waitForSession } from '../../src/store/template-progress.ts';
import { isRunFinished, type RunPlan } from '../../src/store/template-run.ts';
import { runKilled, writeShim } from '../support/kill-at.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';
import { FakeSession } from '../support/session.ts';

const EVERY = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 9;

const PLAN: RunPlan = {
  slug: 'x',
  title: 'X',
  origin: 'project',
  values: [],
  intro: [],
  phases: [
    { title: 'One', notes: [], steps: [{ text: 'Water the plants', notes: [] }] },
    {
      title: 'Two',
      notes: [],
      steps: [
        { text: 'Feed the cat', notes: [] },
        { text: 'Go home', notes: [] },
      ],
    },
  ],
};

function place(sandbox: Sandbox): { state: ReturnType<typeof statePaths>; now: () => number } {
  const state = statePaths(stateRoot(locateRepository(sandbox.repo), userPaths(sandbox.env)));
  return { state, now: Date.now };
}

/** A session that works by the plan, of which all of the first phase and one step of the second are said to be done. */
function begin(sandbox: Sandbox): { id: string; run: string } {
  const { state, now } = place(sandbox);
  fs.rmSync(state.root, { recursive: true, force: true });
  const session = new FakeSession(path.join(sandbox.home, 'transcripts'), sandbox.repo);
  const { run } = startInSession({ state, now }, PLAN, session.id);
  fs.mkdirSync(state.sessions, { recursive: true });
  fs.writeFileSync(
    path.join(state.sessions, `${session.id}.jsonl`),
    `${JSON.stringify({ t: 1, type: 'start', transcript: session.transcript })}\n`,
  );
  const todos = ['Water the plants', 'Feed the cat'].map((content) => ({ content, status: 'completed' }));
  session.answer(session.use('TodoWrite', { todos }), 'Todos have been modified', {
    toolUseResult: { oldTodos: [], newTodos: todos },
  });
  return { id: session.id, run: run.id };
}

test('a worker killed anywhere while it ticks leaves what the next one finishes: each box once, and the news told', {
  timeout: 600_000,
}, async () => {
  const sandbox = makeSandbox();
  try {
    const { state } = place(sandbox);
    const shim = writeShim(sandbox.root);
    const worker = path.join(PROJECT_ROOT, 'dist/hooks/worker.cjs');
    const run = (killAt?: number): ReturnType<typeof runKilled> =>
      runKilled(['--require', shim, worker, state.root, sandbox.repo], {
        cwd: sandbox.repo,
        env: {
          ...sandbox.env,
          COUNT_FILE: path.join(sandbox.root, 'count'),
          ...(killAt === undefined ? {} : { KILL_AT: String(killAt) }),
        },
      });
    begin(sandbox);
    await run();
    const calls = Number(fs.readFileSync(path.join(sandbox.root, 'count'), 'utf8'));
    expect(calls).toBeGreaterThan(50);
    let killed = 0;
    for (let at = 1 + Math.floor(calls / 4); at <= calls; at += EVERY) {
      const { id, run: journal } = begin(sandbox);
      if ((await run(at)).code === null) killed += 1;
      await run();
      const { records, damaged } = readRecords(path.join(state.templates, 'runs', `${journal}.jsonl`));
      const ticks = records.filter(({ type }) => type === 'tick').map(({ step }) => step);
      expect({ at, damaged, ticks }).toEqual({ at, damaged: 0, ticks: [0, 1] });
      // What was being written aside is swept after an hour.
      const told = fs.readdirSync(path.join(state.templates, 'news')).filter((name) => !name.startsWith('.'));
      expect({ at, told }).toEqual({ at, told: [id] });
      expect(fs.readFileSync(path.join(state.late, id), 'utf8')).toBe('news\n');
      expect(fs.readFileSync(path.join(state.templates, 'runs', `${journal}.md`), 'utf8')).toContain(
        '- [x] Feed the cat\n- [ ] Go home',
      );
    }
    expect(killed).toBeGreaterThan(5);
  } finally {
    sandbox.cleanup();
  }
});

test('a template that waits goes to one session, also where the one that took it was killed before it said so', () => {
  const sandbox = makeSandbox();
  try {
    const { state, now } = place(sandbox);
    const { run } = startInSession({ state, now }, PLAN, 'first');
    // Bound, and killed before the note was removed.
    waitForSession(state, 'main', run.id);
    takeWaiting(state, 'main', 'second', now());
    expect(templateOf(state, 'first')?.id).toBe(run.id);
    expect(templateOf(state, 'second')).toBeUndefined();
    expect(fs.readdirSync(path.join(state.templates, 'next'))).toEqual([]);
    expect(isRunFinished(run)).toBe(false);
  } finally {
    sandbox.cleanup();
  }
});
