import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStartTime } from '../../src/platform/process.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
const SETTINGS = '.claude/settings.local.json';
const state = (...parts: string[]): string => path.join(sandbox.repo, '.git/claude-hooks', ...parts);
const HOUR = 3_600_000;

beforeEach(async () => {
  sandbox = makeSandbox();
  await sandbox.cli(['install', '--scope', 'local', '--yes']);
});

afterEach(() => void sandbox.cleanup());

interface Report {
  healthy: boolean;
  items: { id: string; level: string; text: string; cure?: string }[];
}

async function doctor(...args: string[]): Promise<{ code: number | null; ids: string[]; report: Report }> {
  const { code, stdout } = await sandbox.cli(['doctor', '--json', ...args]);
  const report = JSON.parse(stdout) as Report;
  for (const item of report.items) if (item.level !== 'ok') expect(item.cure, item.id).toBeTruthy();
  return { code, ids: report.items.map(({ id }) => id), report };
}

interface Hook {
  type: string;
  command: string;
  timeout?: number | string;
}

function edit(
  change: (hooks: Record<string, { hooks: Hook[] }[]>, settings: Record<string, unknown>) => void,
): void {
  const settings = JSON.parse(sandbox.read(SETTINGS)) as { hooks: Record<string, { hooks: Hook[] }[]> };
  change(settings.hooks, settings);
  sandbox.write(SETTINGS, JSON.stringify(settings, null, 2));
}

const own = (hooks: Record<string, { hooks: Hook[] }[]>, event: string): Hook =>
  hooks[event]?.[0]?.hooks[0] ?? { type: '', command: '' };
const other = (hook: Partial<Hook>): { hooks: Hook[] } => ({
  hooks: [{ type: 'command', command: 'true', ...hook }],
});

function age(file: string, ms: number): void {
  const time = new Date(Date.now() - ms);
  utimesSync(file, time, time);
}

function goLive(session: string, pid: number, transcript?: string): void {
  mkdirSync(state('live'), { recursive: true });
  const live = { session, pid, start: processStartTime(pid), scope: 'local', cwd: sandbox.repo, transcript };
  writeFileSync(state('live', session), `${pid}\n${JSON.stringify(live)}\n`);
}

/** What goes wrong, and the finding that has to name it. */
const TROUBLES: [id: string, cause: () => unknown][] = [
  ['not-installed', () => rmSync(path.join(sandbox.repo, SETTINGS))],
  ['entries-missing', () => edit((hooks) => void delete hooks.Stop)],
  ['entries-altered', () => edit((hooks) => Object.assign(own(hooks, 'SessionEnd'), { timeout: 1 }))],
  ['entries-doubled', () => edit((hooks) => hooks.Stop?.push(hooks.Stop[0] ?? { hooks: [] }))],
  ['entries-missing', () => edit((hooks) => void delete hooks.PreToolUse)],
  ['entries-doubled', () => edit((hooks) => hooks.PreToolUse?.[0]?.hooks.push(own(hooks, 'PreToolUse')))],
  ['command-rules-changed', () => edit((hooks) => void hooks.PreToolUse?.[0]?.hooks.pop())],
  [
    'command-rules-changed',
    () => sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "commands": ["Bash(make clean*)"] } }'),
  ],
  [
    'command-rules-changed',
    () => sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "beforeCommands": false } }'),
  ],
  ['settings-dropped', () => sandbox.write(SETTINGS, `// mine\n${sandbox.read(SETTINGS)}`)],
  ['hooks-disabled', () => edit((_hooks, settings) => Object.assign(settings, { disableAllHooks: true }))],
  [
    'runtime-missing',
    () => rmSync(path.join(sandbox.home, '.local/share/claude-hooks/runtime'), { recursive: true }),
  ],
  [
    'node-moved',
    () =>
      edit((hooks) =>
        Object.assign(own(hooks, 'SessionStart'), {
          command: own(hooks, 'SessionStart').command.replace(/n='[^']*'/, "n='/gone/node'"),
        }),
      ),
  ],
  ['installed-twice', () => sandbox.cli(['install', '--scope', 'user', '--git-hooks', 'none', '--yes'])],
  ['slow-hooks', () => edit((hooks) => hooks.Stop?.push(other({ command: 'npx some-tool hook' })))],
  ['session-end-budget', () => edit((hooks) => hooks.SessionEnd?.push(other({ command: 'slow-cleanup' })))],
  ['timeout-in-ms', () => edit((hooks) => hooks.Stop?.push(other({ timeout: 30_000 })))],
  ['config-unknown-key', () => sandbox.write('.claude-sessionrc.json', '{ "checkpoint": {} }')],
  [
    'config-untrusted',
    () =>
      sandbox.write(
        '.claude-sessionrc.json',
        '{ "preSession": { "dependencies": { "enabled": true, "command": "make deps" } } }',
      ),
  ],
  ['config-off', () => sandbox.write('.claude-sessionrc.json', '{ "enabled": false }')],
  ['git-hooks-not-firing', () => rmSync(path.join(sandbox.repo, '.git/hooks/post-commit'))],
  [
    'git-index-lock',
    () => {
      writeFileSync(path.join(sandbox.repo, '.git/index.lock'), '');
      age(path.join(sandbox.repo, '.git/index.lock'), HOUR);
    },
  ],
  [
    'events-waiting',
    () => {
      for (let number = 0; number < 30; number += 1) {
        writeFileSync(state('spool', `prompt-1-local-${number}`), '{}\n');
        age(state('spool', `prompt-1-local-${number}`), HOUR);
      }
    },
  ],
  [
    'worker-stuck',
    () => {
      mkdirSync(state('locks'), { recursive: true });
      writeFileSync(
        state('locks', 'drain.1'),
        JSON.stringify({
          pid: process.pid,
          start: processStartTime(process.pid),
          host: hostname(),
          token: 'x',
        }),
      );
      age(state('locks', 'drain.1'), HOUR);
    },
  ],
  [
    'jobs-dead',
    () => {
      mkdirSync(state('jobs/dead'), { recursive: true });
      writeFileSync(
        state('jobs/dead/end-s-1.json'),
        '{"id":"end-s-1","session":"s","kind":"end-session","createdAt":1,"attempts":3,"done":[],"data":{}}',
      );
    },
  ],
  ['sessions-lost', () => goLive('lost-1', 999_999)],
  ['loop-dead', () => goLive('live-1', process.pid)],
  [
    'capture-silent',
    () => {
      const transcript = path.join(sandbox.home, 't.jsonl');
      writeFileSync(transcript, '{}\n');
      goLive('live-2', process.pid, transcript);
      mkdirSync(state('sessions'), { recursive: true });
      writeFileSync(state('sessions', 'live-2.jsonl'), '{"t":1,"type":"start"}\n');
      age(state('sessions', 'live-2.jsonl'), 5 * HOUR);
    },
  ],
  [
    'transcripts-short-lived',
    () => {
      mkdirSync(path.join(sandbox.home, '.claude'), { recursive: true });
      writeFileSync(path.join(sandbox.home, '.claude/settings.json'), '{ "cleanupPeriodDays": 3 }');
    },
  ],
  [
    'client-old',
    () => {
      mkdirSync(path.join(sandbox.home, 'bin'));
      writeFileSync(path.join(sandbox.home, 'bin/claude'), '#!/bin/sh\necho "1.0.44 (Claude Code)"\n');
      chmodSync(path.join(sandbox.home, 'bin/claude'), 0o755);
      sandbox.env.PATH = `${path.join(sandbox.home, 'bin')}:${sandbox.env.PATH}`;
    },
  ],
  ['webhook-refused', () => Object.assign(sandbox.env, { SLACK_WEBHOOK: 'https://evil.example/hook' })],
];

describe('doctor', () => {
  it('finds nothing wrong right after an install, and says what is only a note', async () => {
    const { code, report } = await doctor();
    expect(report.items.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    expect(report.items.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['entries', 'config', 'git-hooks', 'no-webhook', 'no-desktop']),
    );
    expect([code, report.healthy]).toEqual([0, true]);
  });

  it('says what becomes of transcripts where no copies are kept, or more than may be', async () => {
    sandbox.write('.claude-sessionrc.local.json', '{ "transcripts": { "archive": false } }');
    const off = await doctor();
    expect(off.report.items.find(({ id }) => id === 'transcripts-not-archived')).toMatchObject({
      level: 'info',
      text: expect.stringContaining('after 30 days (cleanupPeriodDays)'),
    });
    sandbox.write('.claude-sessionrc.local.json', '{ "transcripts": { "maxSize": "1KB" } }');
    mkdirSync(state('archive/one'), { recursive: true });
    writeFileSync(state('archive/one/main-1-0-9-0123456789abcdef.jsonl.gz'), Buffer.alloc(2_000));
    const over = await doctor();
    expect(over.report.items.find(({ id }) => id === 'archive-over-limit')).toMatchObject({ level: 'info' });
    expect([off.code, over.code]).toEqual([0, 0]);
  });

  it.each(TROUBLES)('finds %s, says the cure and exits 1', async (id, cause) => {
    await cause();
    const { code, ids } = await doctor();
    expect(ids).toContain(id);
    expect(code).toBe(1);
  });

  it('repairs with --fix what can be repaired without losing anything', async () => {
    goLive('lost-1', 999_999);
    expect((await doctor()).ids).toContain('sessions-lost');
    const { ids, code } = await doctor('--fix');
    expect(ids).not.toContain('sessions-lost');
    expect(code).toBe(0);
  });

  it('prints errors first, each with its cure, for people', async () => {
    edit((hooks) => void delete hooks.Stop);
    const { stdout } = await sandbox.cli(['doctor']);
    expect(stdout.split('\n')[0]).toMatch(/^ERROR .*lacks our entry for Stop/);
    expect(stdout).toContain('-> claude-hooks install --scope local');
    expect(stdout).toContain('1 error, 0 warnings.');
  });
});
