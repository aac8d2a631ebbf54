import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runMoment } from '../../src/flows/moments.ts';
import { noteStart } from '../../src/flows/note-start.ts';
import { conversationOf } from '../../src/flows/sessions/begin.ts';
import { openWorkplace, type Workplace } from '../../src/flows/workplace.ts';
import { parseEvent, type SessionEvent } from '../../src/sessions/event.ts';
import { openSpool, recordEvent } from '../../src/store/spool.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// What a person does with sessions on the command line, with the journals clients would have left.

let sandbox: Sandbox;
let place: Workplace;

beforeEach(async () => {
  sandbox = makeSandbox();
  place = await openWorkplace({
    cwd: sandbox.repo,
    env: sandbox.env,
    runtime: sandbox.repo,
    now: () => Date.now(),
  });
  openSpool(place.state);
});
afterEach(() => {
  sandbox.cleanup();
});

async function session(...args: string[]) {
  const run = await sandbox.cli(['session', ...args]);
  return { ...run, all: run.stdout + run.stderr };
}
async function json<T>(...args: string[]): Promise<T> {
  const run = await session(...args, '--json');
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as T;
}

function eventOf(fields: Record<string, unknown>): SessionEvent {
  const event = parseEvent(Buffer.from(JSON.stringify({ cwd: sandbox.repo, ...fields })));
  if (event === undefined) throw new Error('no event');
  return event;
}

/** A conversation whose client is this process. */
function begin(conversation: string, source = 'startup', pid = process.pid): void {
  const event = eventOf({ hook_event_name: 'SessionStart', session_id: conversation, source });
  noteStart(place, event, conversationOf(event, {}), 'local', pid);
}

function tell(name: string, conversation: string, more: Record<string, unknown> = {}): void {
  const bell = { UserPromptSubmit: 'prompt', Stop: 'stop', SessionEnd: 'end' }[name] ?? 'g';
  recordEvent(
    place.state,
    bell,
    'local',
    JSON.stringify({ hook_event_name: name, session_id: conversation, cwd: sandbox.repo, ...more }),
  );
}

interface Items {
  items: { id: string; name: string; state: string; conversations: string[]; branch?: string }[];
  total: number;
  archived: number;
}

describe('the list', () => {
  test('shows what is true now, also what no worker has handled yet', async () => {
    begin('conversation-a');
    expect((await json<Items>('list')).items).toMatchObject([{ state: 'Active', branch: 'main' }]);
    tell('UserPromptSubmit', 'conversation-a', { prompt: 'Make the search fast\nand small' });
    expect((await json<Items>('list')).items).toMatchObject([
      { state: 'Working', name: 'Make the search fast' },
    ]);
    tell('Stop', 'conversation-a');
    expect((await json<Items>('list')).items).toMatchObject([{ state: 'Active' }]);
    expect((await session('list')).stdout).toMatch(/Active .*Make the search fast \[main\]/);
  });

  test('gives conversations from before there were sessions one each', async () => {
    const t = Date.now() - 5_000;
    fs.mkdirSync(place.state.sessions, { recursive: true });
    for (const [name, prompt] of [
      ['old-1', 'Fix the login'],
      ['old-2', 'Draw a chart'],
    ] as const) {
      const records = [
        { t, type: 'start', source: 'startup', cwd: sandbox.repo },
        { t: t + 1, type: 'prompt', eid: `${name}-1`, prompt },
        { t: t + 2, type: 'end', eid: `${name}-2`, reason: 'other' },
      ];
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
      fs.writeFileSync(path.join(place.state.sessions, `${name}.jsonl`), lines);
    }
    const { items } = await json<Items>('list');
    expect(items.map(({ name, state, conversations }) => [name, state, ...conversations]).sort()).toEqual([
      ['Draw a chart', 'Paused', 'old-2'],
      ['Fix the login', 'Paused', 'old-1'],
    ]);
    expect(items.map(({ id }) => id.slice(11, -5)).sort()).toEqual(['draw-a-chart', 'fix-the-login']);
    fs.rmSync(place.state.sessionList);
    expect((await json<Items>('list')).items).toEqual(items);
  });

  test('folds what is good of a damaged journal and puts the rest aside', async () => {
    begin('conversation-a');
    tell('UserPromptSubmit', 'conversation-a', { prompt: 'go' });
    const [one] = (await json<Items>('list')).items;
    const journal = path.join(place.state.pieces, `${one?.id}.jsonl`);
    const good = fs.readFileSync(journal, 'utf8');
    fs.writeFileSync(journal, `\u0000\u0000garbage\n${good}{"t":1,"type"\n`);
    const run = await session('list');
    expect(run.stderr).toContain('2 lines of the journal of');
    expect(run.stdout).toContain('Working');
    expect(fs.readFileSync(journal, 'utf8')).toBe(good);
    expect(fs.readFileSync(`${journal}.corrupt-1`, 'utf8')).toContain('garbage');
    expect((await session('list')).stderr).toBe('');
  });

  test('says each time that a journal has lost its beginning', async () => {
    begin('conversation-a');
    const [one] = (await json<Items>('list')).items;
    fs.truncateSync(path.join(place.state.pieces, `${one?.id}.jsonl`), 20);
    for (const _time of ['first', 'second']) {
      const run = await session('list');
      expect(run.stderr).toContain(`The journal of ${one?.id} has lost its beginning`);
      expect(run.stdout).toContain(one?.id);
    }
  });

  test('says when a client is gone, and lists its session as it will be', async () => {
    begin('conversation-a', 'startup', 4_194_000);
    const run = await session('list');
    expect(run.stdout).toMatch(/Paused .*its client is gone/);
  });
});

describe('moves', () => {
  test('are made, or refused with those that are possible', async () => {
    const started = await json<{ id: string; to: string }>('start', 'search fast');
    expect(started.id).toMatch(/^\d{4}-\d\d-\d\d-search-fast-[0-9a-f]{4}$/);
    expect(started.to).toBe('Active');
    const refused = await session('resume', started.id);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('is Active: "resume" is not possible from there');
    expect(refused.stderr).toContain('cancel, work (by a prompt), pause, complete');
    for (const [by, to] of [
      ['pause', 'Paused'],
      ['resume', 'Active'],
      ['cancel', 'New'],
    ] as const)
      expect(await json(by, started.id)).toMatchObject({ to });
    expect(await json('start', started.id)).toMatchObject({ from: 'New', to: 'Active' });
    expect(await json('complete', started.id)).toMatchObject({ to: 'Complete' });
    expect(await json('archive', started.id)).toMatchObject({ to: 'Archived' });
    expect((await session('list')).stderr).toContain('1 archived session is not shown');
    const { history } = await json<{ history: { by: string; cause: string; at: string }[] }>(
      'show',
      started.id,
    );
    expect(history.map(({ by }) => by)).toEqual([
      'start',
      'pause',
      'resume',
      'cancel',
      'start',
      'complete',
      'archive',
    ]);
    expect(history[1]).toMatchObject({ cause: 'command pause', at: expect.stringMatching(/^\d{4}-/) });
  });

  test('a session that was started gets the next conversation of this working tree', async () => {
    const { id } = await json<{ id: string }>('start', 'search fast');
    begin('conversation-a');
    begin('conversation-b');
    const { items } = await json<Items>('list');
    expect(items.find((one) => one.id === id)?.conversations).toEqual(['conversation-a']);
    expect(items).toHaveLength(2);
  });

  test('resume prints the command of the client, from the folder of the conversation', async () => {
    begin('conversation-a');
    tell('SessionEnd', 'conversation-a', { reason: 'other' });
    const { items } = await json<Items>('list');
    const here = await session('resume', items[0]?.id ?? '');
    expect(here.stdout).toContain('claude --resume conversation-a');
    await json('pause', items[0]?.id ?? '');
    const there = await sandbox.cli(['session', 'resume', items[0]?.id ?? ''], {
      cwd: path.join(sandbox.repo, '.git/..'),
    });
    expect(there.code).toBe(0);
  });

  test('resume names no folder that is gone, as that of a repository that was moved', async () => {
    begin('conversation-a');
    tell('SessionEnd', 'conversation-a', { reason: 'other' });
    const moved = path.join(sandbox.root, 'moved');
    fs.renameSync(sandbox.repo, moved);
    const run = await sandbox.cli(['session', 'resume', '--json'], { cwd: path.join(moved, '.git') });
    fs.renameSync(moved, sandbox.repo);
    expect(run.stderr).toContain(`${sandbox.repo} is gone`);
    expect(JSON.parse(run.stdout)).toMatchObject({
      command: expect.stringMatching(/^cd .*\/moved' && claude --resume conversation-a$/),
    });
  });

  test('without an id go on with work that is not done, and archive the last one alone', async () => {
    const { id: paused } = await json<{ id: string }>('start', 'first');
    await json('pause', paused);
    const { id: done } = await json<{ id: string }>('start', 'second');
    await json('complete', done);
    expect(await json('resume')).toMatchObject({ id: paused });
    await json('pause', paused);
    await json('resume', done);
    await json('complete');
    expect(await json('archive')).toMatchObject({ id: done });
    const again = await session('archive');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`${done}, is archived already`)]);
    const open = await json<{ id: string }>('show', paused);
    expect(open).toMatchObject({ state: 'Paused' });
  });

  test('resume --run runs the client with the variables of the session', async () => {
    begin('conversation-a');
    await json('set', 'phase', 'review');
    tell('SessionEnd', 'conversation-a', { reason: 'other' });
    const folder = path.join(sandbox.root, 'programs');
    sandbox.write(
      path.join(folder, 'claude'),
      '#!/bin/sh\necho "ran: $* $CLAUDE_SESSION_VAR_phase"\nexit 7\n',
    );
    fs.chmodSync(path.join(folder, 'claude'), 0o755);
    const run = await sandbox.cli(['session', 'resume', '--run'], {
      env: { PATH: `${folder}${path.delimiter}${sandbox.env.PATH}` },
    });
    expect(run.stdout).toContain('ran: --resume conversation-a review');
    expect(run.code).toBe(7);
    await json('pause');
    const missing = await sandbox.cli(['session', 'resume', '--run'], { env: { PATH: '/nonexistent' } });
    expect(missing).toMatchObject({ code: 4, stderr: expect.stringContaining('no program "claude"') });
  });
});

describe('variables', () => {
  test('are kept, given to steps, and no secret is taken', async () => {
    begin('conversation-a');
    expect((await session('set', 'phase', 'review')).code).toBe(0);
    expect((await session('get', 'phase')).stdout).toBe('review\n');
    expect((await session('set', '1x', 'y')).code).toBe(2);
    const secret = await session('set', 'token', `ghp_${'a1B2'.repeat(9)}`);
    expect(secret.code).toBe(2);
    expect(secret.stderr).toContain('looks like a secret');
    expect((await session('get', 'token')).stderr).toContain('It has: phase');
    expect((await session('search', ' ')).code).toBe(2);
    const seen = path.join(sandbox.repo, 'seen');
    place.resolved.commandsTrusted = true;
    place.resolved.config.hooks.prompt.steps = [
      {
        name: 'look',
        run: `echo "$CLAUDE_SESSION_VAR_phase $CLAUDE_SESSION" > '${seen.replaceAll("'", "'\\''")}'`,
        timeout: '10s',
        enabled: true,
      },
    ];
    await runMoment(
      place,
      'prompt',
      eventOf({ hook_event_name: 'UserPromptSubmit', session_id: 'conversation-a' }),
    );
    expect(fs.readFileSync(seen, 'utf8')).toMatch(/^review \d{4}-/);
    expect((await session('unset', 'phase')).code).toBe(0);
    expect(await json('get')).toMatchObject({ variables: {} });
  });

  test('can be empty', async () => {
    begin('conversation-a');
    await session('set', 'phase', 'review');
    expect((await session('set', 'phase', '')).code).toBe(0);
    expect(await session('get', 'phase')).toMatchObject({ code: 0, stdout: '\n' });
    expect(await json('get', 'phase')).toMatchObject({ value: '' });
  });
});

describe('finding', () => {
  test('names those near an unknown one, and asks where several are meant', async () => {
    await json('start', 'search fast');
    await json('start', 'search wide');
    const unknown = await session('show', 'serch-fast');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/Near it and the latest are: \S+-search-fast-/);
    const many = await session('show', 'search');
    expect(many.code).toBe(2);
    expect(many.stderr).toContain('2 sessions are meant');
    expect((await json<{ name: string }>('show', 'search f')).name).toBe('search fast');
    await json('rename', 'search wide', 'ranking');
    expect((await json<{ name: string }>('show', 'RANKING')).name).toBe('ranking');
  });

  test('searches names, prompts and variables, and shows no terminal sequence', async () => {
    begin('conversation-a');
    tell('UserPromptSubmit', 'conversation-a', { prompt: 'Look at the \u001b[31mbloom filter' });
    await sandbox.run(process.execPath, [
      path.join(import.meta.dirname, '../../dist/hooks/worker.cjs'),
      place.state.root,
      sandbox.repo,
    ]);
    await json('set', 'phase', 'bloom time');
    const found = await json<{ items: { hits: { where: string }[] }[] }>('search', 'BLOOM');
    expect(found.items[0]?.hits.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['variable', 'prompt']),
    );
    expect((await session('search', 'bloom')).stdout).not.toContain('\u001b');
    expect((await session('show')).all).not.toContain('\u001b');
    expect((await session('search', 'nothing like it')).stderr).toContain('No session has');
  });
});

describe('a clear in another working tree', () => {
  test('begins a session of its own', async () => {
    begin('conversation-a');
    begin('conversation-b', 'clear');
    const other = { ...place, repository: { ...place.repository, root: `${sandbox.repo}-other` } };
    const event = eventOf({ hook_event_name: 'SessionStart', session_id: 'conversation-c', source: 'clear' });
    noteStart(other, event, conversationOf(event, {}), 'local', process.pid);
    const { items } = await json<Items>('list');
    expect(items.map(({ conversations }) => conversations.join(' ')).sort()).toEqual([
      'conversation-a conversation-b',
      'conversation-c',
    ]);
  });
});
