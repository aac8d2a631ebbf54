import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { saveBeforeCommand } from '../../src/flows/before-command.ts';
import { runBackgroundCheckpoint, runCheckpoint } from '../../src/flows/checkpoint.ts';
import { runWorker } from '../../src/flows/worker.ts';
import { openWorkplace, type Workplace } from '../../src/flows/workplace.ts';
import { parseEvent } from '../../src/sessions/event.ts';
import { readDue, setDue } from '../../src/store/due.ts';
import { readRecords } from '../../src/store/journal.ts';
import { markLive } from '../../src/store/live.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { conversationJournal } from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { fingerprint } from '../support/checkpoints.ts';
import { useCleanup, useIsolatedProcess } from '../support/for-the-file.ts';
import { ringInstalled } from '../support/installed.ts';
import { type BuiltRepository, emptyFolder, makeDirty, plainRepository } from '../support/repositories.ts';
import { makeSandbox, PROJECT_ROOT } from '../support/sandbox.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const MINUTE = 60_000;

useIsolatedProcess();
const forThisTest = useCleanup();

interface Started {
  built: BuiltRepository;
  place: Workplace;
  /** Asks before a command. @returns what the person is told. */
  ask(
    command: string,
    more?: { cwd?: string; limitMs?: number; transcript?: string },
  ): Promise<string | undefined>;
  records(): Record<string, unknown>[];
  refs(): string[];
  at(time: number): void;
}

async function start(
  settings: unknown = {},
  build: () => BuiltRepository = plainRepository,
): Promise<Started> {
  const built = forThisTest(build());
  built.write('.claude-sessionrc.json', JSON.stringify(settings));
  let now = NOW;
  const place = await openWorkplace({
    cwd: built.root,
    env: { HOME: process.env.HOME, PATH: process.env.PATH },
    runtime: path.join(PROJECT_ROOT, 'dist'),
    now: () => now,
  });
  openSpool(place.state);
  return {
    built,
    place,
    ask: async (command, more = {}) => {
      const payload = {
        hook_event_name: 'PreToolUse',
        session_id: 's-1',
        cwd: more.cwd ?? built.root,
        transcript_path: more.transcript,
        tool_name: 'Bash',
        tool_input: { command },
        tool_use_id: 'toolu_1',
      };
      const event = parseEvent(Buffer.from(JSON.stringify(payload)));
      if (event === undefined) throw new Error('no event');
      const reply = await saveBeforeCommand(place, event, more.limitMs);
      return reply === undefined ? undefined : (JSON.parse(reply) as { systemMessage: string }).systemMessage;
    },
    records: () => readRecords(conversationJournal(place.state, 's-1')).records,
    refs: () =>
      built
        .git('for-each-ref', '--format=%(refname)', 'refs/claude-hooks/checkpoints')
        .split('\n')
        .slice(0, -1),
    at: (time) => {
      now = time;
    },
  };
}

describe('a checkpoint before a command', () => {
  it('holds the tree and the staging as they are, and touches nothing of the person', async () => {
    const { built, ask, refs, records } = await start();
    makeDirty(built);
    built.write('src/a b.txt', 'untracked\n');
    const untouched = fingerprint(built.root);
    const expected = fs.readFileSync(path.join(built.root, 'README.md'), 'utf8');
    expect(await ask('rm -rf src')).toBeUndefined();
    const [ref = ''] = refs();
    expect(refs()).toHaveLength(1);
    expect(ref).toMatch(/\/before-rm-rf-src-[a-z0-9]+$/);
    expect(built.git('show', `${ref}:src/a b.txt`)).toBe('untracked\n');
    expect(built.git('show', `${ref}:README.md`)).toBe(expected);
    expect(fingerprint(built.root)).toEqual(untouched);
    expect(records()).toMatchObject([
      {
        t: NOW,
        type: 'checkpoint',
        reason: 'before-command',
        command: 'rm -rf src',
        id: ref.split('/').pop(),
      },
    ]);
    const document = fs.readFileSync(
      path.join(built.root, '.claude/checkpoints', `${ref.split('/').pop()}.md`),
      'utf8',
    );
    expect(document).toContain('Before: rm -rf src');
  });

  it('has a name of one line without secrets, and is no person’s', async () => {
    const { ask, refs, built, records } = await start();
    const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ456789';
    await ask(`rm a \\\n  b; curl -H "Authorization: token ${secret}" ${'x'.repeat(900)}`);
    const message = built.git('log', '-1', '--format=%B', refs()[0] ?? '');
    const { name, named } = JSON.parse(message.slice(message.indexOf('{'))) as {
      name: string;
      named?: boolean;
    };
    expect(name).toMatch(/^Before: rm a \\ b; curl -H "Authorization: /);
    expect([...name].length).toBeLessThan(80);
    expect(named ?? false).toBe(false);
    expect(JSON.stringify([message, records()])).not.toContain(secret);
    expect(JSON.stringify(records())).not.toContain('x'.repeat(500));
  });

  it('is not saved again while the tree is the same; the journal says which one stands before the command', async () => {
    const { ask, refs, records, built } = await start();
    await ask('rm a');
    expect(await ask('git reset --hard')).toBeUndefined();
    expect(refs()).toHaveLength(1);
    const [first, second] = records();
    expect(second).toMatchObject({ type: 'before-command', id: first?.id, command: 'git reset --hard' });
    built.write('new.txt', 'x');
    await ask('rm a');
    expect(refs()).toHaveLength(2);
  });

  it('is of the linked worktree too, where the command runs in one', async () => {
    const { built, ask, refs } = await start();
    const tree = path.join(built.base, 'side');
    built.git('worktree', 'add', '-q', '-b', 'side', tree);
    fs.mkdirSync(path.join(tree, 'deep'));
    fs.writeFileSync(path.join(tree, 'only-here.txt'), 'x');
    expect(await ask('rm *', { cwd: path.join(tree, 'deep') })).toBeUndefined();
    const held = refs().map((ref) => built.git('ls-tree', '--name-only', ref));
    expect(held.filter((names) => names.includes('only-here.txt'))).toHaveLength(1);
    expect(held).toHaveLength(2);
    const other = forThisTest(plainRepository('other'));
    await ask('rm *', { cwd: other.root });
    expect(other.git('for-each-ref', 'refs/claude-hooks')).toBe('');
  });

  it.each([
    { checkpoints: { beforeCommands: false } },
    { checkpoints: { enabled: false } },
    { hooks: { checkpoint: { enabled: false } } },
    { enabled: false },
  ])('is not saved where %j', async (settings) => {
    const { ask, refs, records, place } = await start(settings);
    expect(await ask('rm a')).toBeUndefined();
    expect([refs(), records(), readDue(place.state, 's-1').atStop]).toEqual([[], [], false]);
    const flags = fs.readdirSync(place.state.flags);
    expect(flags).toEqual(expect.arrayContaining([settings.enabled === false ? 'off' : 'no-before-command']));
  });

  it('is never a WIP commit', async () => {
    const { built, ask, refs } = await start({ checkpoints: { commit: 'branch' } });
    const head = built.git('rev-parse', 'HEAD');
    await ask('git reset --hard HEAD~1');
    expect(refs()).toHaveLength(1);
    expect(built.git('rev-parse', 'HEAD')).toBe(head);
  });

  it('is followed by the project’s own steps, which the worker runs', async () => {
    const { ask, place, built } = await start({
      hooks: { checkpoint: { steps: [{ name: 'mark', run: 'touch step-ran' }] } },
    });
    const ran = (): boolean => fs.existsSync(path.join(built.root, 'step-ran'));
    await ask('rm a');
    expect(ran()).toBe(false);
    await runWorker({ ...place, resolved: { ...place.resolved, commandsTrusted: true } });
    expect(ran()).toBe(true);
  });
});

describe('the end of the turn', () => {
  it('saves what the command left, although nothing is due, once', async () => {
    const { built, ask, place, at, refs } = await start();
    setDue(place.state, 's-1', NOW + 20 * MINUTE, 'clear');
    const stop = (now: number) =>
      runCheckpoint({ ...place, config: place.resolved.config, reason: 'stop', session: 's-1', now });
    expect(await stop(NOW)).toBeUndefined();
    await ask('rm README.md');
    const file = path.join(place.state.due, 's-1');
    expect(fs.statSync(file).mtimeMs).toBeLessThan(NOW - 24 * 60 * MINUTE);
    fs.rmSync(path.join(built.root, 'README.md'));
    at(NOW + MINUTE);
    await ask('rm other');
    const saved = await stop(NOW + 2 * MINUTE);
    expect(saved).toBeUndefined();
    expect(refs()).toHaveLength(2);
    await ask('mv a b');
    built.write('b', 'x');
    expect(await stop(NOW + 3 * MINUTE)).toMatchObject({ reason: 'stop' });
    built.write('b', 'y');
    expect(await stop(NOW + 4 * MINUTE)).toBeUndefined();
    expect(readDue(place.state, 's-1')).toEqual({ at: NOW + 33 * MINUTE, atStop: false });
  });

  it('is still asked to save after a compaction and an interval checkpoint, which keeps to its interval', async () => {
    const { built, ask, place, at } = await start();
    markLive(place.state, {
      session: 's-1',
      pid: process.pid,
      start: undefined,
      scope: 'local',
      cwd: built.root,
      transcript: undefined,
    });
    setDue(place.state, 's-1', NOW + 20 * MINUTE, 'clear');
    await ask('rm a');
    expect(readDue(place.state, 's-1')).toEqual({ at: NOW + 20 * MINUTE, atStop: true });
    const count = (): number =>
      built.git('for-each-ref', 'refs/claude-hooks/checkpoints').split('\n').length - 1;
    built.write('a', '1');
    at(NOW + 10 * MINUTE);
    await runBackgroundCheckpoint(place, 's-1', 'interval');
    expect(count()).toBe(1);
    at(NOW + 20 * MINUTE);
    await runBackgroundCheckpoint(place, 's-1', 'interval');
    expect(count()).toBe(2);
    expect(readDue(place.state, 's-1')).toEqual({ at: NOW + 50 * MINUTE, atStop: true });
    const look = (reason: 'compact' | 'stop', now: number) =>
      runCheckpoint({ ...place, config: place.resolved.config, reason, session: 's-1', now });
    built.write('a', '2');
    expect(await look('compact', NOW + 21 * MINUTE)).toBeDefined();
    expect(readDue(place.state, 's-1').atStop).toBe(true);
    built.write('a', '3');
    expect(await look('stop', NOW + 22 * MINUTE)).toBeDefined();
    expect(readDue(place.state, 's-1')).toEqual({ at: NOW + 52 * MINUTE, atStop: false });
  });

  it('is not asked where it saves nothing', async () => {
    const { ask, place } = await start({ checkpoints: { onStop: false } });
    await ask('rm a');
    expect(readDue(place.state, 's-1').atStop).toBe(false);
  });
});

describe('where no checkpoint can be saved', () => {
  it('the person is told why, once a session, and the log each time', async () => {
    const { built, ask, place } = await start();
    // A file in the place of the folder of the private indexes.
    fs.writeFileSync(place.state.indexes, '');
    const told = await ask('rm -rf src\u001b[31m; TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ456789 x');
    expect(told).toMatch(/^claude-hooks: no checkpoint was saved before "rm -rf src.*": .+\. .+/s);
    expect(told).not.toMatch(/\u001b|ghp_0123/);
    expect(await ask('rm -rf src')).toBeUndefined();
    const log = readRecords(place.state.log).records.map(({ message }) => String(message));
    expect(log.filter((line) => line.includes('no checkpoint before'))).toHaveLength(2);
    expect(built.git('for-each-ref', 'refs/claude-hooks')).toBe('');
    fs.rmSync(place.state.indexes);
    expect(await ask('rm -rf src')).toBeUndefined();
    expect(built.git('for-each-ref', 'refs/claude-hooks')).not.toBe('');
  });

  it('the command is not kept waiting for another save of the same tree', async () => {
    const { ask, place } = await start();
    const lock = acquireLock(place.state.locks, 'checkpoint-main');
    try {
      expect(await ask('rm a', { limitMs: 200 })).toContain('it took longer than 0.2 s');
    } finally {
      lock?.release();
    }
  });

  it('a folder without git is left alone, silently', async () => {
    const { ask, place } = await start({}, () => emptyFolder());
    expect(await ask('rm a')).toBeUndefined();
    expect(fs.existsSync(conversationJournal(place.state, 's-1'))).toBe(false);
  });
});

it('the installed hook saves before it ends, and says nothing', async () => {
  const sandbox = makeSandbox();
  try {
    sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "onStart": false, "loop": false } }');
    await sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes']);
    sandbox.write('src/a.txt', 'a\n');
    const ring = (event: string, fields: Record<string, unknown> = {}) =>
      ringInstalled(sandbox, { event, session: 'rung', fields });
    await ring('SessionStart', { source: 'startup' });
    const fields = { tool_name: 'Bash', tool_input: { command: 'rm -rf src' }, tool_use_id: 'toolu_9' };
    expect(await ring('PreToolUse', fields)).toEqual({ code: 0, stdout: '', stderr: '' });
    const ref = sandbox.git('for-each-ref', '--format=%(refname)', 'refs/claude-hooks/checkpoints').trim();
    expect(sandbox.git('show', `${ref}:src/a.txt`)).toBe('a\n');
    // Asked about the same call again, as other entries are.
    expect(await ring('PreToolUse', fields)).toEqual({ code: 0, stdout: '', stderr: '' });
    await ring('Stop');
    expect(await sandbox.settle()).toEqual([]);
    const types = readRecords(path.join(sandbox.repo, '.git/claude-hooks/sessions/rung.jsonl')).records.map(
      ({ type }) => type,
    );
    expect(types).toEqual(['start', 'checkpoint', 'stop']);
  } finally {
    sandbox.cleanup();
  }
});
