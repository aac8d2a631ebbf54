import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ringInstalled } from '../support/installed.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { FakeSession } from '../support/session.ts';

// What a session knew is given back by the installed hook when its conversation was compacted, resumed or cleared.

let sandbox: Sandbox;
let session: FakeSession;

beforeEach(async () => {
  sandbox = makeSandbox();
  sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "loop": false } }\n');
  const installed = await sandbox.cli(['install', '--scope', 'local', '--git-hooks', 'none', '--yes']);
  expect(installed.code, installed.stderr).toBe(0);
  session = new FakeSession(path.join(sandbox.home, '.claude/projects/demo'), sandbox.repo);
});
afterEach(async () => {
  await sandbox.settle();
  sandbox.cleanup();
});

function say(text: string): void {
  session.record({ type: 'assistant', message: { role: 'assistant', content: [{ type: 'text', text }] } });
}

function work(): void {
  session.record({ type: 'user', message: { role: 'user', content: 'Make the search fast' } });
  say('Looked at it. We decided to use a trigram index.');
  session.write('src/search.ts', 'export const index = 1;\n');
  const todo = session.use('TodoWrite', {
    todos: [
      { content: 'Rank the results', status: 'pending', activeForm: 'Ranking' },
      { content: 'Build the index', status: 'completed', activeForm: 'Building' },
    ],
  });
  session.answer(todo, 'Todos have been modified');
  const test = session.use('Bash', { command: 'npm test' });
  session.answer(test, 'Exit code 1\nranking.test.ts: expected 3 to be 4', { is_error: true });
}

async function start(source: string, id = session.id): Promise<string> {
  const ring = await ringInstalled(sandbox, {
    event: 'SessionStart',
    session: id,
    fields: { source, transcript_path: path.join(path.dirname(session.transcript), `${id}.jsonl`) },
  });
  expect([ring.code, ring.stderr]).toEqual([0, '']);
  await sandbox.settle();
  if (ring.stdout === '') return '';
  return (JSON.parse(ring.stdout) as { hookSpecificOutput: { additionalContext: string } }).hookSpecificOutput
    .additionalContext;
}

/** What stands in the block of that source. */
function block(context: string, source: string): string {
  return new RegExp(`\\[data \\w+ ${source}[^\\]]*\\]\\n([\\s\\S]*?)\\n\\[end `).exec(context)?.[1] ?? '';
}

const STATE = [
  '- Goal: Make the search fast (2)',
  '- Decision: We decided to use a trigram index. (3)',
  '- Todo: Rank the results (7)',
  '- Status: 1 of 2 todos done',
  '- Tests fail: npm test: ranking.test.ts: expected 3 to be 4 (8)',
  '- File in work: src/search.ts (5)',
];

describe('the state of a session', () => {
  it('is given back after a compaction, with where each line comes from', async () => {
    await start('startup');
    work();
    await ringInstalled(sandbox, {
      event: 'PreCompact',
      session: session.id,
      fields: { trigger: 'manual', transcript_path: session.transcript },
    });
    await sandbox.settle();
    expect(sandbox.exists(`.git/claude-hooks/facts/${session.id}.json`)).toBe(true);
    const context = await start('compact');
    for (const line of STATE) expect(context).toContain(line);
    expect(context).toContain(`(with @: byte offsets) of ${session.transcript}`);
  });

  it('is given back where nothing was saved before the compaction', async () => {
    await start('startup');
    work();
    const context = await start('compact');
    for (const line of STATE) expect(context).toContain(line);
  });

  it('goes on from what was read before, and no line is lost between', async () => {
    await start('startup');
    work();
    await ringInstalled(sandbox, {
      event: 'PreCompact',
      session: session.id,
      fields: { trigger: 'auto', transcript_path: session.transcript },
    });
    await sandbox.settle();
    say('After all we will use sqlite.');
    const test = session.use('Bash', { command: 'npm test' });
    session.answer(test, 'all passed');
    const context = await start('compact');
    expect(context).toContain('- Decision: We decided to use a trigram index. (3)');
    expect(context).toMatch(/- Decision: After all we will use sqlite\. \(\d+\)/);
    expect(block(context, 'state')).not.toContain('Tests fail');
  });

  it('is given at a resume, and only what is new the next time', async () => {
    await start('startup');
    work();
    const first = await start('resume');
    for (const line of STATE) expect(first).toContain(line);
    const second = await start('resume');
    for (const line of STATE.filter((one) => one.length > 30)) expect(second).not.toContain(line);
    say('We will use a bloom filter too.');
    const third = await start('resume');
    expect(third).toContain('We will use a bloom filter too.');
    expect(third).not.toContain('trigram');
  });

  it('of the last session is given to the one that follows a clear, until its summary is there', async () => {
    await start('startup');
    work();
    const next = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    const context = await start('clear', next);
    for (const line of STATE) expect(context).toContain(line);
    sandbox.write(
      `.claude/sessions/2026-11-28-12-00-${session.id.slice(0, 8)}.md`,
      '# Session\n\nSUMMARY-MARKER\n',
    );
    const later = await start('clear', next);
    expect(later).toContain('SUMMARY-MARKER');
    expect(block(later, 'state')).toBe('');
  });

  it('of a transcript of 40 MB is read from its end, and the context says so', async () => {
    await start('startup');
    const filler = JSON.stringify({ type: 'user', message: { role: 'user', content: 'x'.repeat(100_000) } });
    session.garbage(`${filler}\n`.repeat(400));
    work();
    const context = await start('compact');
    expect(context).toContain('- Decision: We decided to use a trigram index. (@');
    expect(context).toContain(
      `state: only the end of a long transcript was read, see: claude-hooks context summarize --session ${session.id}`,
    );
  });

  it('is left out where the transcript is missing, damaged or no file', async () => {
    session.garbage('{"type":"user","mess\n\0\0\0\n[1]\n');
    say('We will use it anyway.');
    expect(await start('compact')).toContain('We will use it anyway.');
    expect(await start('compact', 'ffffffff-bbbb-4ccc-8ddd-eeeeeeeeeeee')).not.toContain('Decision');
  });
});
