import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ringInstalled } from '../support/installed.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';
import { FakeSession } from '../support/session.ts';

// `claude-hooks context summarize` and `context compress` on transcripts where the client keeps them, also from before
// claude-hooks was installed.

const FIXTURES = path.join(PROJECT_ROOT, 'test/fixtures/claude-code/transcripts');
let sandbox: Sandbox;
let folder: string;
beforeEach(() => {
  sandbox = makeSandbox();
  folder = path.join(sandbox.home, '.claude/projects', sandbox.repo.replace(/[^A-Za-z0-9]/g, '-'));
  fs.mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  sandbox.cleanup();
});

function say(session: FakeSession, text: string, at?: number): void {
  const time = at === undefined ? {} : { timestamp: new Date(at).toISOString() };
  session.record({
    ...time,
    type: 'assistant',
    message: { role: 'assistant', content: [{ type: 'text', text }] },
  });
}

function ask(session: FakeSession, text: string, at: number): void {
  const timestamp = new Date(at).toISOString();
  session.record({ timestamp, type: 'user', message: { role: 'user', content: text } });
}

async function context(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return sandbox.cli(['context', ...args]);
}

/** Puts a program called `claude` on the path that answers as told. */
function fakeClaude(script: string): { PATH: string } {
  const bin = path.join(sandbox.root, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(path.join(bin, 'claude'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}:${sandbox.env.PATH}` };
}

describe('a summary', () => {
  it('of a captured session says what happened, and each citation is the line that says it', async () => {
    fs.copyFileSync(path.join(FIXTURES, 'tools-tasks-subagent.jsonl'), path.join(folder, 'captured-1.jsonl'));
    const { code, stdout } = await context('summarize');
    expect(code).toBe(0);
    for (const heading of ['What was done', 'Decisions', 'Issues met', 'Current state', 'Open todos']) {
      expect(stdout).toContain(`## ${heading}`);
    }
    expect(stdout).toContain('- Asked: do things (3)');
    const lines = fs.readFileSync(path.join(folder, 'captured-1.jsonl'), 'utf8').split('\n');
    const cited = [...stdout.matchAll(/^- (?:Asked: |Created |Ran `)(.+?)`?(?:: failed)? \((\d+)\)$/gm)];
    expect(cited.length).toBeGreaterThan(3);
    for (const [, what, line] of cited) expect(lines[Number(line) - 1]).toContain(what);
  });

  it('of the last hours covers every session that worked in them, and nothing from before', async () => {
    const now = Date.now();
    const one = new FakeSession(folder, sandbox.repo);
    const two = new FakeSession(folder, sandbox.repo);
    fs.writeFileSync(one.transcript, '');
    fs.writeFileSync(two.transcript, '');
    ask(one, 'OLD-QUESTION', now - 3 * 3_600_000);
    ask(one, 'NEW-QUESTION', now - 1_800_000);
    ask(two, 'OTHER-QUESTION', now - 600_000);
    const { stdout } = await context('summarize', '--last', '2h');
    expect(stdout).toContain(`# Session ${one.id.slice(0, 8)}`);
    expect(stdout).toContain(`# Session ${two.id.slice(0, 8)}`);
    expect(stdout).toContain('NEW-QUESTION');
    expect(stdout).toContain('OTHER-QUESTION');
    expect(stdout).not.toContain('OLD-QUESTION');
    const none = await context('summarize', '--last', '1m');
    expect([none.code, none.stdout]).toEqual([0, '']);
    expect(none.stderr).toContain('No session did anything in that time.');
  });

  it('goes into a file, never over one that is there', async () => {
    new FakeSession(folder, sandbox.repo);
    expect(await context('summarize', '--out', 'notes.md')).toMatchObject({ code: 0, stdout: '' });
    const first = sandbox.read('notes.md');
    expect(first).toContain('- Asked: do it (1)');
    sandbox.write('notes.md', 'mine\n');
    const again = await context('summarize', '--out', 'notes.md');
    expect([again.code, sandbox.read('notes.md')]).toEqual([5, 'mine\n']);
    expect((await context('summarize', '--out', 'notes.md', '--force')).code).toBe(0);
    expect(sandbox.read('notes.md')).toContain('- Uncommitted: notes.md');
  });

  it('as JSON has totals and sources; unknown sessions list the latest; no secret is in it', async () => {
    const session = new FakeSession(folder, sandbox.repo);
    say(session, 'We will use the token ghp_0123456789abcdefghijklmnopqrstuvwxyzAB for it.');
    const { stdout } = await context('summarize', '--session', session.id.slice(0, 6), '--json');
    const [told] = (JSON.parse(stdout) as { sessions: Record<string, unknown>[] }).sessions;
    expect(told).toMatchObject({
      session: session.id,
      writtenBy: 'rule',
      totals: { prompts: 1, decisions: 1 },
      sections: { decisions: [{ sources: [{ place: { line: 2 } }] }] },
    });
    expect(stdout).not.toContain('ghp_0123456789');
    const unknown = await context('summarize', '--session', 'nope');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain(session.id);
    expect((await context('summarize', '--last', 'soon')).code).toBe(2);
  });

  it('of a session whose transcript the client deleted comes from the redacted copy, and says so', async () => {
    sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "loop": false } }\n');
    expect((await sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes'])).code).toBe(0);
    const session = new FakeSession(folder, sandbox.repo);
    const fields = { transcript_path: session.transcript, source: 'startup', reason: 'other' };
    await ringInstalled(sandbox, { event: 'SessionStart', session: session.id, fields });
    say(session, 'We decided to keep it.');
    await ringInstalled(sandbox, { event: 'SessionEnd', session: session.id, fields });
    expect(await sandbox.settle()).toEqual([]);
    const before = await context('summarize');
    fs.rmSync(session.transcript);
    const after = await context('summarize', '--session', session.id);
    expect(after.stdout).toBe(before.stdout);
    expect(after.stderr).toContain('is gone; this was read from the redacted copy.');
    fs.rmSync(path.join(sandbox.repo, '.git/claude-hooks/archive'), { recursive: true });
    const gone = await context('summarize', '--session', session.id);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('is gone')]);
  });

  it.each([
    ['is missing', undefined, 'claude was not found'],
    [
      'says that it is not logged in',
      `printf '{"is_error":true,"result":"Please run /login"}'; exit 1`,
      '/login',
    ],
    ['takes too long', 'sleep 30', 'no answer within 1 s'],
    ['prints no JSON', 'echo hello', 'no JSON'],
    ['gives no structured answer', `printf '{"is_error":false,"result":"x"}'`, 'form'],
    [
      'cites what is not there',
      `printf '{"structured_output":{"done":["Did it (99)."],"decisions":[],"issues":[],"state":[],"todos":[]}}'`,
      'cites 99',
    ],
  ])('by rule stands where claude %s', async (_, script, reason) => {
    new FakeSession(folder, sandbox.repo);
    const env = script === undefined ? {} : fakeClaude(script);
    const run = await sandbox.cli(['context', 'summarize', '--with', 'claude', '--timeout', '1s'], { env });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('- Asked: do it (1)');
    expect(run.stderr).toContain(reason);
  });

  it('by claude is asked for without tools, hooks and servers, and gets only the extract', async () => {
    new FakeSession(folder, sandbox.repo);
    const answer = { done: ['It was done (1).'], decisions: [], issues: [], state: ['Fine (1).'], todos: [] };
    const seen = path.join(sandbox.root, 'seen');
    const env = fakeClaude(
      `printf '%s\\n' "$@" > '${seen.replaceAll("'", "'\\''")}.args'; cat > '${seen.replaceAll("'", "'\\''")}.in'; pwd > '${seen.replaceAll("'", "'\\''")}.cwd'; printf '%s' '${JSON.stringify({ is_error: false, total_cost_usd: 0.01, structured_output: answer })}'`,
    );
    const run = await sandbox.cli(['context', 'summarize', '--with', 'claude', '--json'], { env });
    const [told] = (JSON.parse(run.stdout) as { sessions: { text: string; writtenBy: string }[] }).sessions;
    expect(told?.writtenBy).toBe('claude');
    expect(told?.text).toContain('## What was done\n- It was done (1).');
    const args = fs.readFileSync(`${seen}.args`, 'utf8').split('\n');
    for (const flag of [
      '--tools=',
      '--strict-mcp-config',
      '--settings={"disableAllHooks":true}',
      '--max-budget-usd=0.5',
    ]) {
      expect(args).toContain(flag);
    }
    expect(fs.readFileSync(`${seen}.in`, 'utf8')).toContain('- Asked: do it (1)');
    expect(fs.readFileSync(`${seen}.cwd`, 'utf8')).not.toContain(sandbox.repo);
  });
});

describe('layers', () => {
  it('tell the last hour in full, older things shorter, finished sessions in a line, within a budget', async () => {
    const now = Date.now();
    const live = new FakeSession(folder, sandbox.repo);
    fs.writeFileSync(live.transcript, '');
    ask(live, 'Make it fast', now - 6 * 3_600_000);
    say(live, 'We decided to use a cache.', now - 5 * 3_600_000);
    ask(live, 'And now the tests', now - 2 * 3_600_000);
    say(live, 'ANSWER-OF-BEFORE', now - 2 * 3_600_000);
    live.write('src/new.ts', 'x\n');
    say(live, 'ANSWER-OF-NOW. We will use vitest.');
    const old = new FakeSession(folder, sandbox.repo);
    fs.writeFileSync(old.transcript, '');
    ask(old, 'Yesterday', now - 30 * 3_600_000);
    const all = await context('compress');
    expect(all.code).toBe(0);
    const layer = (number: number): string =>
      all.stdout.split('## Layer ').find((part) => part.startsWith(`${number}`)) ?? '';
    expect(layer(1)).toContain('ANSWER-OF-NOW');
    expect(layer(1)).toContain('Write src/new.ts (+1 -0)');
    expect(layer(2)).toContain('Asked: And now the tests');
    expect(all.stdout).not.toContain('ANSWER-OF-BEFORE');
    expect(layer(3)).toContain('Decision: We decided to use a cache.');
    expect(layer(3)).not.toContain('Make it fast');
    expect(layer(4)).toContain('Yesterday');
    const small = await context('compress', '--budget', '160');
    expect(small.stdout).toContain('We decided to use a cache.');
    expect(small.stdout).toContain('Left out: ');
    expect(small.stdout).not.toContain('Said: ');
    expect(Math.ceil(Buffer.byteLength(small.stdout) / 4)).toBeLessThanOrEqual(160);
    const json = JSON.parse((await context('compress', '--budget', '160', '--json')).stdout) as {
      tokens: number;
    };
    expect(json.tokens).toBeLessThanOrEqual(160);
    expect((await context('compress', '--budget', 'much')).code).toBe(2);
  });

  it('say so where nothing happened yet', async () => {
    expect(await context('compress')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('Nothing happened'),
    });
  });
});
