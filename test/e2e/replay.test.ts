import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReplayStep } from '../../src/replay/types.ts';
import { readTranscript } from '../../src/transcript/read.ts';
import { bash, type ClientDemo, openClientDemo } from '../support/client-demo.ts';
import type { MessagesApi, ScriptedTurn, Turn } from '../support/messages-api.ts';
import { filesBelow } from '../support/replay.ts';
import type { Sandbox } from '../support/sandbox.ts';

// A session of the real client whose files are made again from what it recorded. The tests build on one another.

let demo: ClientDemo;
let api: MessagesApi;
let sandbox: Sandbox;
let session: string;
/** The files right after the session's edits. */
let edited: Record<string, string>;
/** The files after commands and a sub-agent changed some as well. */
let last: Record<string, string>;

beforeAll(async () => {
  demo = await openClientDemo({
    files: {
      'src/app.js': `${Array.from({ length: 400 }, (_, at) => `line ${at}`).join('\n')}\n`,
      'crlf.txt': 'one\r\ntwo\r\nthree\r\n',
      'ä ö.txt': 'x x x\nno end',
      'run.sh': '#!/bin/sh\necho 1\n',
      'n.ipynb': JSON.stringify(NOTEBOOK, undefined, 1),
    },
    config: { checkpoints: { loop: false } },
    prepare: ({ repo }) => {
      fs.chmodSync(path.join(repo, 'run.sh'), 0o755);
      fs.writeFileSync(path.join(repo, 'wide.txt'), Buffer.from('\ufeffone\r\ntwo\r\n', 'utf16le'));
    },
    // Neither committed nor staged: the session begins with it.
    uncommitted: { 'draft.txt': 'mine\n' },
    install: ['--scope', 'local', '--git-hooks', 'none'],
  });
  ({ api, sandbox } = demo);
});

afterAll(async () => {
  expect(await demo.close()).toEqual([]);
});

const NOTEBOOK = {
  cells: [
    { cell_type: 'code', id: 'a1', metadata: {}, source: ['print(1)'], outputs: [], execution_count: null },
  ],
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
};

const at = (file: string): string => path.join(sandbox.repo, file);
const read = (file: string): Turn => ({ tools: [{ name: 'Read', input: { file_path: at(file) } }] });
const write = (file: string, content: string): ScriptedTurn => ({
  tools: [{ name: 'Write', input: { file_path: at(file), content } }],
});
const edit = (file: string, from: string, to: string, all = false): ScriptedTurn => ({
  tools: [
    { name: 'Edit', input: { file_path: at(file), old_string: from, new_string: to, replace_all: all } },
  ],
});

async function claude(prompt: string, turns: ScriptedTurn[], agent: ScriptedTurn[] = []): Promise<void> {
  api.reset();
  api.scriptSubagent(...agent);
  const args = ['--allowedTools=Bash,Write,Edit,Read,NotebookEdit,Task,Agent'];
  if (session !== undefined) args.push('--resume', session);
  const ends = { code: 0, result: { is_error: false } };
  const run = await demo.talk(prompt, [...turns, { text: 'Done.' }], { args, ends, settleMs: 60_000 });
  session = run.session;
}

/** What a person has: not what packages and claude-hooks keep beside it. */
function own(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).filter(([file]) => !/^(?:node_modules|\.claude)\//.test(file)),
  );
}

interface Applied {
  start: { kind: string; description: string };
  applied: number;
  differences: { kind: string; file: string }[];
  remarks: string[];
}

async function rebuilt(into: string, ...more: string[]): Promise<[Applied, Record<string, string>]> {
  const folder = path.join(sandbox.root, into);
  const run = await sandbox.cli(['replay', session, '--apply', '--into', folder, '--json', ...more]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return [JSON.parse(run.stdout) as Applied, own(filesBelow(folder))];
}

test('what was edited is made again byte for byte', async () => {
  await claude('Change things', [
    // What the session finds is saved in the background; no model answers at once.
    { ...read('src/app.js'), delayMs: 2_500 },
    edit('src/app.js', 'line 7\n', 'line seven\nand more\n'),
    write('src/new file.ts', "export const a = 'ü';\n"),
    read('crlf.txt'),
    edit('crlf.txt', 'two', 'TWO\nagain'),
    read('ä ö.txt'),
    edit('ä ö.txt', 'x', 'y', true),
    edit('ä ö.txt', 'no end', 'still none'),
    read('run.sh'),
    edit('run.sh', 'echo 1', 'echo 2'),
    read('wide.txt'),
    edit('wide.txt', 'two', 'TWO'),
    read('n.ipynb'),
    {
      tools: [
        {
          name: 'NotebookEdit',
          input: { notebook_path: at('n.ipynb'), cell_id: 'a1', new_source: 'print(2)' },
        },
      ],
    },
    edit('src/new file.ts', 'absent', 'never'),
    {
      tools: [
        { name: 'Edit', input: { file_path: at('src/app.js'), old_string: 'line 100\n', new_string: '' } },
        { name: 'Write', input: { file_path: at('docs/deep/one.md'), content: '# One\n' } },
      ],
    },
  ]);
  await claude('And more', [read('draft.txt'), edit('draft.txt', 'mine', 'ours')]);
  edited = own(filesBelow(sandbox.repo));
  const [result, files] = await rebuilt('edited');
  expect(result).toMatchObject({ start: { kind: 'checkpoint' }, differences: [], remarks: [] });
  expect(files).toEqual(edited);
  expect(fs.readFileSync(at('wide.txt')).includes(Buffer.from('TWO', 'utf16le'))).toBe(true);
});

test('what a command changed is taken from checkpoints and said, and what a sub-agent edited is made again', async () => {
  await claude(
    'Let others work',
    [
      {
        tools: [
          {
            name: 'Agent',
            input: {
              description: 'write it',
              prompt: 'write by-agent.txt',
              subagent_type: 'general-purpose',
            },
          },
        ],
      },
      bash("printf 'by a command\\n' > by-command.txt"),
      read('by-command.txt'),
      edit('by-command.txt', 'by', 'BY'),
    ],
    [write('by-agent.txt', 'made by it\n'), { text: 'Written.' }],
  );
  last = own(filesBelow(sandbox.repo));
  expect(Object.keys(last)).toEqual(expect.arrayContaining(['by-agent.txt', 'by-command.txt']));
  const [result, files] = await rebuilt('last');
  expect(files).toEqual(last);
  expect(result.differences).not.toEqual([]);
  for (const { file } of result.differences) expect(file).toBe('by-command.txt');
  // Up to an earlier moment: the files of then.
  const [, then] = await rebuilt('then', '--to', String(await lastStepOf('draft.txt')));
  expect(then).toEqual(edited);
});

test('every event of its transcript is in the replay once, in the terminal, as JSON and in the page', async () => {
  const { steps } = await replayed();
  const folder = path.join(sandbox.home, '.claude/projects');
  const [project = ''] = fs.readdirSync(folder);
  let told = 0;
  readTranscript(path.join(folder, project, `${session}.jsonl`), ({ kind }) => {
    if (kind !== 'usage') told += 1;
  });
  expect(steps.filter(({ cite }) => cite !== undefined)).toHaveLength(told);
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
  expect(steps.filter(({ type }) => type === 'prompt').map((one) => one.text ?? one.description)).toEqual([
    'Change things',
    'And more',
    'Let others work',
  ]);
  const text = (await sandbox.cli(['replay', 'latest'])).stdout;
  const heads = text.split('\n').filter((line) => /^\[[\d :-]{19}\]/.test(line));
  expect(heads.map((line) => Number(/#(\d+)$/.exec(line)?.[1]))).toEqual(steps.map(({ number }) => number));
  const page = path.join(sandbox.root, 'replay.html');
  expect(await sandbox.cli(['replay', 'latest', '--html', page])).toMatchObject({ code: 0 });
  const html = fs.readFileSync(page, 'utf8');
  expect(html).toContain('by-agent.txt');
  expect(html).not.toMatch(/(?:src|href)="https?:/);
});

test('the first edit after which a command fails is found', async () => {
  const run = await sandbox.cli([
    ...['replay', 'bisect', session, '--json', '--run'],
    "! grep -q 'line seven' src/app.js",
  ]);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stdout).toContain('src/app.js');
});

async function replayed(): Promise<{ steps: ReplayStep[] }> {
  const run = await sandbox.cli(['replay', session, '--json']);
  expect(run).toMatchObject({ code: 0 });
  const lines = run.stdout.trimEnd().split('\n');
  return { steps: lines.slice(1, -1).map((line) => JSON.parse(line) as ReplayStep) };
}

/** The number of the last step that has to do with a file. */
async function lastStepOf(file: string): Promise<number> {
  const { steps } = await replayed();
  return steps.findLast((step) => JSON.stringify(step).includes(file) && step.type === 'edit')?.number ?? 0;
}
