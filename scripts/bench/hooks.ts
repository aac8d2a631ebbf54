import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  dist,
  identity,
  install,
  NODE,
  quote,
  type Row,
  repository,
  ring,
  session,
  sessionEnv,
  timeInShell,
} from './harness.ts';

export function emptySpool(project: string): void {
  const spool = path.join(project, '.git/claude-hooks/spool');
  for (const name of readdirSync(spool)) if (name !== 'tmp') rmSync(path.join(spool, name));
}

function waitForWorker(project: string): void {
  for (let round = 0; round < 200; round += 1) {
    const state = path.join(project, '.git/claude-hooks');
    const busy =
      readdirSync(path.join(state, 'spool')).length > 1 ||
      readdirSync(path.join(state, 'work')).length > 0 ||
      readdirSync(path.join(state, 'jobs')).some((name) => name.endsWith('.json'));
    if (!busy) break;
    spawnSync('sleep', ['0.05']);
  }
  spawnSync('sleep', ['0.3']);
}

export function startOnce(project: string): void {
  ring(project, 'SessionStart', 1, { source: 'startup' });
  const due = path.join(project, '.git/claude-hooks/due', session);
  const future = new Date(Date.now() + 86_400_000);
  utimesSync(due, future, future);
}

function slowestGit(project: string): () => number {
  return () =>
    timeInShell(
      'exec git --no-optional-locks status --porcelain=v2 --branch -z --untracked-files=normal',
      2,
      { cwd: project },
    );
}

/** Journals of sessions as the worker leaves them, and the list made of them. */
function writeSessions(project: string, count: number): void {
  const state = path.join(project, '.git/claude-hooks');
  for (const name of ['pieces', 'conversations']) mkdirSync(path.join(state, name), { recursive: true });
  for (let number = 0; number < count; number += 1) {
    const id = `2026-11-${String(1 + (number % 28)).padStart(2, '0')}-work-${number}-${(4_096 + number).toString(16)}`;
    const conversation = `conversation-${number}`;
    const t = Date.now() - (number + 1) * 60_000;
    const records: Record<string, unknown>[] = [
      { t, type: 'created', root: project, branch: 'main' },
      { t, type: 'start', conversation, how: 'startup' },
    ];
    for (let turn = 1; turn <= 20; turn += 1)
      records.push(
        { t: t + turn * 10, type: 'prompt', conversation, prompt: `Do number ${number}, part ${turn}` },
        { t: t + turn * 10 + 5, type: 'stop', conversation },
      );
    records.push({ t: t + 1_000, type: 'end', conversation, reason: 'other' });
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    writeFileSync(path.join(state, 'pieces', `${id}.jsonl`), text);
    const belonging = JSON.stringify({ session: id, role: 'own', root: project });
    writeFileSync(path.join(state, 'conversations', conversation), `${belonging}\n`);
  }
  timeInShell(`exec ${NODE} ${quote(path.join(dist, 'cli.cjs'))} session list`, 1, { cwd: project });
}

/** Twice a Node start, and the git command it needs. */
const startOn = (place: string): { row: string; times: number }[] => [
  { row: 'node -e 0', times: 2 },
  { row: `git status, ${place}`, times: 1 },
];

/** What hooks cost: the doorbell, git hooks, the start of a session. `large` adds a history of 100,000 commits. */
export function hookRows(large: boolean): Row[] {
  const small = repository('small', 200, 10);
  startOnce(small);
  const tenThousand = repository('ten-thousand', 10_000, 10);
  const plainCommit = repository('plain-commit', 20, 2);
  const bareCommit = repository('bare-commit', 20, 2);
  const oneHook = repository('one-hook', 20, 2);
  const twoTrue = repository('two-true', 20, 2);
  for (const project of [plainCommit, oneHook]) {
    install(project, 'plain');
    mkdirSync(path.join(project, '.git/claude-hooks/spool/tmp'), { recursive: true });
  }
  rmSync(path.join(oneHook, '.git/hooks/prepare-commit-msg'));
  for (const name of ['post-commit', 'prepare-commit-msg']) {
    mkdirSync(path.join(twoTrue, '.git/hooks'), { recursive: true });
    writeFileSync(path.join(twoTrue, '.git/hooks', name), '#!/bin/sh\ntrue\n', { mode: 0o755 });
  }
  const worked = repository('worked', 20, 2);
  writeSessions(worked, 1_000);
  const COMMIT = `echo x >>README.md && exec git ${identity.map(quote).join(' ')} commit -q -a -m x`;
  const commit = (project: string): number => timeInShell(COMMIT, 5, { cwd: project });

  const rows: Row[] = [
    { name: 'sh -c :', against: 'node -e 0', run: () => timeInShell('exec /bin/sh -c :', 10) },
    {
      name: 'doorbell, prompt, nothing due',
      against: 'node -e 0',
      goal: 0.12,
      run: () => ring(small, 'UserPromptSubmit', 10, { prompt: 'x' }),
      after: () => emptySpool(small),
    },
    {
      name: 'doorbell, stop, nothing due',
      against: 'node -e 0',
      goal: 0.12,
      run: () => ring(small, 'Stop', 10),
      after: () => emptySpool(small),
    },
    {
      name: 'session end: recorded, worker started',
      against: 'node -e 0',
      goal: 0.2,
      run: () => ring(small, 'SessionEnd', 1, { reason: 'other' }),
      after: () => waitForWorker(small),
    },
    {
      name: 'doorbell without a shell (bell.cjs)',
      against: 'node -e 0',
      goal: 1.1,
      run: () =>
        timeInShell(`exec ${NODE} ${quote(path.join(dist, 'bell.cjs'))} prompt:local`, 3, {
          cwd: small,
          env: sessionEnv(small),
          input: '{"hook_event_name":"UserPromptSubmit"}\n',
        }),
      after: () => emptySpool(small),
    },
    { name: 'git commit, no hook', against: 'node -e 0', run: () => commit(bareCommit) },
    {
      name: 'git commit, one hook of claude-hooks',
      against: 'git commit, no hook',
      goal: 1.3,
      run: () => commit(oneHook),
      after: () => emptySpool(oneHook),
    },
    {
      name: 'git commit, all hooks of claude-hooks',
      against: 'git commit, no hook',
      run: () => commit(plainCommit),
      after: () => emptySpool(plainCommit),
    },
    {
      name: 'git commit, two hooks that only run `true`',
      against: 'git commit, no hook',
      run: () => commit(twoTrue),
    },
    { name: 'git status, 10,000 files', against: 'node -e 0', run: slowestGit(tenThousand) },
    { name: 'git status, 200 files', against: 'node -e 0', run: slowestGit(small) },
    {
      name: 'session start, 200 files',
      against: startOn('200 files'),
      goal: 1,
      run: () => ring(small, 'SessionStart', 2, { source: 'startup' }),
    },
    {
      name: 'session start, 10,000 files',
      against: startOn('10,000 files'),
      goal: 1,
      run: () => ring(tenThousand, 'SessionStart', 2, { source: 'startup' }),
    },
    {
      name: 'claude-hooks --help',
      against: 'node -e 0',
      run: () => timeInShell(`exec ${NODE} ${quote(path.join(dist, 'cli.cjs'))} --help`, 2),
    },
    {
      name: 'session list, 1,000 sessions',
      against: 'node -e 0',
      goal: 1.5,
      run: () =>
        timeInShell(`exec ${NODE} ${quote(path.join(dist, 'cli.cjs'))} session list`, 2, { cwd: worked }),
    },
  ];
  if (large) {
    const history = repository('large', 200, 100_000);
    rows.push(
      { name: 'git status, 100,000 commits', against: 'node -e 0', run: slowestGit(history) },
      {
        name: 'session start, 100,000 commits',
        against: startOn('100,000 commits'),
        goal: 1,
        run: () => ring(history, 'SessionStart', 2, { source: 'startup' }),
      },
    );
  }
  return rows;
}
