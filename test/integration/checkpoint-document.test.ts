import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readMachinePart } from '../../src/checkpoints/machine-part.ts';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { runCheckpoint, saveOnRequest } from '../../src/flows/checkpoint.ts';
import { tellSession } from '../../src/flows/narrative.ts';
import { openWorkplace, type Workplace } from '../../src/flows/workplace.ts';
import { processStartTime } from '../../src/platform/process.ts';
import { markLive } from '../../src/store/live.ts';
import { openSpool } from '../../src/store/spool.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, plainRepository } from '../support/repositories.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const SESSION = '1abb7591-3552-410d-a4aa-430b0d31776c';
const FIXTURE = path.resolve(
  import.meta.dirname,
  '../fixtures/claude-code/transcripts/tools-tasks-subagent.jsonl',
);

let built: BuiltRepository;
let clock = NOW;
useIsolatedProcess();
afterEach(() => built.cleanup());

async function openPlace(): Promise<Workplace> {
  clock += 1000;
  const now = clock;
  const place = await openWorkplace({
    cwd: built.root,
    env: process.env,
    runtime: path.resolve('dist'),
    now: () => now,
  });
  openSpool(place.state);
  return place;
}

/** A session of this process that is open in the repository. */
function openSession(place: Workplace, transcript: string): void {
  const { pid } = process;
  markLive(place.state, {
    session: SESSION,
    pid,
    start: processStartTime(pid),
    scope: 'local',
    cwd: built.root,
    transcript,
  });
}

async function saveByHand(asked: Parameters<typeof saveOnRequest>[1] = {}): Promise<Checkpoint> {
  const result = await saveOnRequest(await openPlace(), asked);
  if (!result.saved) throw new Error(`not saved: ${JSON.stringify(result)}`);
  return result.checkpoint;
}

const documentOf = (one: Checkpoint): string => fs.readFileSync(path.join(built.root, one.document), 'utf8');

/** The lines of one section. */
function section(text: string, title: string): string[] {
  const body = text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return body.split('\n').filter((line) => line !== '');
}

it('is filled from a real session, in every section', async () => {
  built = plainRepository();
  built.write('package.json', '{"scripts":{"test":"vitest"},"packageManager":"pnpm@9.1.0"}');
  built.write(
    '.claude/context.md',
    '## Known Issues\n- [ ] Deep trees are slow\n## Next Session\n1. From the file\n',
  );
  fs.rmSync(path.join(built.root, 'src/b.txt'));
  const transcript = path.join(built.base, 'transcript.jsonl');
  const more = [
    { type: 'user', uuid: 'u-1', message: { content: 'Write the parser and test it' } },
    {
      type: 'assistant',
      uuid: 'a-1',
      message: {
        content: [
          { type: 'text', text: 'I decided to write it by hand.' },
          { type: 'tool_use', id: 'c1', name: 'Bash', input: { command: 'pnpm test' } },
        ],
      },
    },
    {
      type: 'user',
      uuid: 'u-2',
      message: {
        content: [
          { type: 'tool_result', tool_use_id: 'c1', is_error: true, content: 'Exit code 1\n2 tests failed' },
        ],
      },
    },
    {
      type: 'assistant',
      uuid: 'a-2',
      timestamp: '2026-11-22T09:58:00.000Z',
      message: {
        content: [
          { type: 'text', text: 'The lexer works now. Next steps:\n\nNext steps:\n- Fix the two tests\n' },
        ],
      },
    },
  ];
  fs.writeFileSync(transcript, fs.readFileSync(FIXTURE));
  fs.appendFileSync(transcript, more.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const place = await openPlace();
  openSession(place, transcript);
  const checkpoint = await saveByHand({ name: 'Parser', note: 'Before lunch' });
  const text = documentOf(checkpoint);
  expect(checkpoint.session).toBe(SESSION);
  expect(section(text, 'Context')).toEqual([
    '- Working on: Write the parser and test it',
    '- Asked before: do things',
    '- Branch: `main`',
    '- Last completed: First task',
    `- Saved: ${checkpoint.createdAt} (manual)`,
    `- Conversation: session \`${SESSION}\`, up to message \`a-2\` of 2026-11-22T09:58:00.000Z`,
  ]);
  expect(section(text, 'Files Modified')).toEqual(
    expect.arrayContaining(['- `package.json` (new)', '- `src/b.txt` (deleted)']),
  );
  expect(section(text, 'Next Steps')).toEqual(['1. Fix the two tests']);
  expect(section(text, 'Important Notes')).toEqual([
    '- Before lunch',
    '- Decision: I decided to write it by hand.',
    '- Not resolved: exit 3: Exit code 3',
    '- Tests fail: pnpm test: 2 tests failed',
    '- Known issue: Deep trees are slow',
  ]);
  expect(section(text, 'Git State')).toContain(`- Commit: ${checkpoint.head}`);
  expect(section(text, 'Environment')).toContain('- Package manager: pnpm 9.1.0');
  expect(section(text, 'Commands to Resume').slice(0, 6)).toEqual([
    '```sh',
    `cd ${built.root}`,
    'git checkout main',
    `claude-hooks checkpoint restore ${checkpoint.id}`,
    'pnpm test',
    `claude --resume ${SESSION} --fork-session`,
  ]);
  expect(checkpoint.todos).toEqual([{ text: 'First task', status: 'completed' }]);
  expect(checkpoint.conversation).toEqual({
    transcript,
    offset: fs.statSync(transcript).size,
    message: 'a-2',
    at: '2026-11-22T09:58:00.000Z',
  });
});

it('says less where no session tells, and only what is so', async () => {
  built = plainRepository();
  const text = documentOf(await saveByHand());
  expect(section(text, 'Context').slice(0, 3)).toEqual([
    '- Working on: not noted',
    '- Branch: `main`',
    '- Last completed: not noted',
  ]);
  for (const title of ['Next Steps', 'Important Notes'])
    expect(section(text, title)).toEqual(['None noted.']);
  expect(text).not.toContain('claude --resume');
  expect(text).not.toContain('Package manager');

  built.write(
    '.claude/context.md',
    '## Current Work\n- Feature: The parser\n## Next Session\n1. Write the printer\n',
  );
  const file = documentOf(await saveByHand());
  expect(section(file, 'Context')[0]).toBe('- Working on: The parser');
  expect(section(file, 'Next Steps')).toEqual(['1. Write the printer']);
});

it('does not read a context file through a link that leads out of the repository', async () => {
  built = plainRepository();
  fs.writeFileSync(path.join(built.base, 'private.md'), '## Known Issues\n- PRIVATE\n');
  fs.mkdirSync(path.join(built.root, '.claude'));
  fs.symlinkSync('../../private.md', path.join(built.root, '.claude/context.md'));
  expect(documentOf(await saveByHand())).not.toContain('PRIVATE');
});

it('stays as people edited it while further checkpoints are saved, and its machine part is read', async () => {
  built = plainRepository();
  const first = await saveByHand({ name: 'First' });
  const file = path.join(built.root, first.document);
  const edited = `My own words\n${documentOf(first).replace('None noted.', '1. Mine')}\nMore of mine\n`;
  fs.writeFileSync(file, edited);
  await saveByHand({ name: 'First' });
  built.write('README.md', 'edited\n');
  await saveByHand();
  expect(fs.readFileSync(file, 'utf8')).toBe(edited);
  expect(readMachinePart(edited, first.id)).toMatchObject({
    commit: first.commit,
    tree: first.tree,
    named: true,
  });
});

it('tells the session at each moment that saves without being asked', async () => {
  built = plainRepository();
  const place = await openPlace();
  const { config } = place.resolved;
  for (const reason of ['stop', 'compact', 'session-end'] as const) {
    built.write('README.md', `${reason}\n`);
    clock += 3_600_000;
    const checkpoint = await runCheckpoint({
      reason,
      session: SESSION,
      config,
      repository: place.repository,
      state: place.state,
      now: clock,
      narrative: () => tellSession({ root: built.root, config, state: place.state }, FIXTURE),
    });
    if (checkpoint === undefined) throw new Error('not saved');
    expect(documentOf(checkpoint)).toContain('- Working on: do things');
    expect(checkpoint.named).toBeUndefined();
  }
});

it('holds the ignored files the configuration names', async () => {
  built = plainRepository();
  built.write('.claude-sessionrc.json', '{"checkpoints":{"include":["ignored/*"]}}');
  const checkpoint = await saveByHand();
  expect(checkpoint.included).toEqual(['ignored/secret']);
  built.write('.claude-sessionrc.json', '{}');
  expect((await saveByHand()).included).toBeUndefined();
});
