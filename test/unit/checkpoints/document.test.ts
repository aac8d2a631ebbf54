import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDocument } from '../../../src/checkpoints/document.ts';
import { readMachinePart, withoutMachinePart } from '../../../src/checkpoints/machine-part.ts';
import { code, fenced, line, shellWord } from '../../../src/checkpoints/markdown.ts';
import type { Checkpoint } from '../../../src/checkpoints/types.ts';

const CHECKPOINT: Checkpoint = {
  id: 'feature-x-1',
  name: 'Feature X',
  createdAt: '2026-11-22T10:00:00.000Z',
  commit: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  indexTree: 'e'.repeat(40),
  head: 'f'.repeat(40),
  branch: "fix/it's",
  operation: 'rebase',
  session: '0c4e-1',
  reason: 'manual',
  note: 'A note.',
  worktree: 'main',
  counts: { new: 1, modified: 0, deleted: 1 },
  leftOut: [{ path: 'big.iso', bytes: 7, why: 'size' }],
  leftOutCount: 1,
  remarks: ['A remark.'],
  document: '.claude/checkpoints/feature-x-1.md',
  named: true,
  previous: 'before-it-1',
  conversation: { transcript: '/t.jsonl', offset: 9, message: 'm-1', at: '2026-11-22T09:59:00.000Z' },
  todos: [
    { text: 'Two passes', status: 'completed' },
    { text: 'A printer', status: 'pending' },
  ],
  files: [
    { path: '.env', status: 'new' },
    { path: 'a`b\n.txt', status: 'new' },
    { path: 'gone.txt', status: 'deleted' },
  ],
  included: ['.env'],
};
const FACTS = { node: 'v20.20.2', lines: ['Package manager: npm'], testCommand: 'npm test' };
const NARRATIVE = {
  workingOn: 'The parser\n## Not a heading',
  askedBefore: ['A lexer'],
  lastCompleted: 'Tests',
  nextSteps: ['One', 'Two'],
  notes: ['Decision: two passes'],
};
const SECTIONS = [
  'Context',
  'Files Modified',
  'Next Steps',
  'Important Notes',
  'Git State',
  'Environment',
  'Commands to Resume',
];

describe('the document of a checkpoint', () => {
  const text = renderDocument(CHECKPOINT, '/tmp/my project', FACTS, NARRATIVE);

  it('has its title and sections in order, filled', () => {
    expect(text.split('\n')[0]).toBe('# Session Checkpoint: Feature X');
    expect(text.match(/^## .*$/gm)).toEqual(SECTIONS.map((title) => `## ${title}`));
    for (const part of [
      '- Working on: The parser ## Not a heading\n- Asked before: A lexer\n',
      '- Conversation: session `0c4e-1`, up to message `m-1` of 2026-11-22T09:59:00.000Z',
      '- `.env` (new, ignored by git and held by checkpoints.include)',
      '- Last completed: Tests',
      '- `` a`b\\n.txt `` (new)',
      '- `gone.txt` (deleted)',
      '- `big.iso` (not held: too large, 7 bytes)',
      '1. One\n2. Two',
      '- A note.\n- Decision: two passes\n- A remark.',
      '- In the middle of: rebase',
      '- Node: v20.20.2',
      '- Package manager: npm',
      '- Checkpoint before it: before-it-1',
      "cd '/tmp/my project'\ngit checkout 'fix/it'\\''s'\nclaude-hooks checkpoint restore feature-x-1\nnpm test\n",
      '\nclaude --resume 0c4e-1 --fork-session\n',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('holds for programs what the commit holds', () => {
    const {
      files: _files,
      included: _included,
      leftOutCount: _count,
      document: _document,
      ...held
    } = CHECKPOINT;
    expect(readMachinePart(text)).toEqual({ version: 1, ...held });
    expect(withoutMachinePart(text)).not.toContain('"version"');
    expect(withoutMachinePart(text)).toContain('claude --resume');
    expect(readMachinePart('nothing')).toBeUndefined();
  });

  it('keeps its machine part through every edit outside its fence', () => {
    const from = text.indexOf('```json claude-hooks');
    const [before, fence] = [text.slice(0, from), text.slice(from).trimEnd()];
    const other = fence.replace('feature-x-1', 'other-1');
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '```json claude-hooks\n',
        '````json claude-hooks',
        '```',
        '```sh\n',
        '~~~\n',
        '\n',
        '{',
        '}',
        '\r\n',
      ),
      fc.constantFrom('```json claude-hooks\n{"version":1}\n```\n', `\n${other}\n`, before, '<!--', '\ufeff'),
    );
    const edit = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(edit, edit, fc.nat(before.length), fc.boolean(), (first, last, cut, windows) => {
        const edited = `${before.slice(0, cut)}${first}${fence}${last}`;
        const stored = windows ? edited.replace(/\r?\n/g, '\r\n') : edited;
        expect(readMachinePart(stored, 'feature-x-1')).toEqual(readMachinePart(text));
        expect(withoutMachinePart(stored)).not.toContain('"feature-x-1"');
      }),
      { numRuns: 100 },
    );
  });

  it('says what the checkpoint itself records where no session tells more, and nothing that is not so', () => {
    const told = renderDocument(CHECKPOINT, '/tmp/x', FACTS);
    expect(told).toContain('- Working on: A note.');
    expect(told).toContain('- Last completed: Two passes');
    expect(told).toContain('## Next Steps\n\n1. A printer\n');
    const {
      note: _note,
      named: _named,
      todos: _todos,
      session: _session,
      previous: _previous,
      ...bare
    } = CHECKPOINT;
    const less = renderDocument({ ...bare, remarks: [], name: 'Checkpoint' }, '/tmp/x', {
      ...FACTS,
      lines: [],
    });
    expect(less).toContain('- Working on: not noted');
    expect(less).toContain('- Last completed: not noted');
    expect(less).toContain('## Next Steps\n\nNone noted.\n\n## Important Notes\n\nNone noted.\n');
    expect(less).not.toMatch(/Conversation|claude --resume|before it/);
  });

  it('cannot be broken by any name, note, path or story', () => {
    const any = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(any, any, any, any, (name, note, path, story) => {
        const nasty = {
          ...CHECKPOINT,
          name,
          note,
          files: [{ path, status: 'new' as const }],
          remarks: [story],
        };
        const narrative = { workingOn: story, lastCompleted: note, nextSteps: [name], notes: [path] };
        const made = renderDocument(nasty, '/tmp/x', FACTS, narrative);
        expect(made.match(/^## .*$/gm)).toEqual(SECTIONS.map((title) => `## ${title}`));
        expect(readMachinePart(made)).toMatchObject({ id: CHECKPOINT.id, commit: CHECKPOINT.commit });
        expect(made.match(/^# /gm)).toHaveLength(1);
      }),
    );
  });
});

it('quotes a word so that a shell gives it back', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('\0')),
      (text) => {
        if (text === '') return;
        const said = execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
        expect(said).toBe(text);
      },
    ),
    { numRuns: 60 },
  );
});

it('fences what holds fences, and shows what would hide', () => {
  expect(fenced('sh', 'a\n````\nb')).toBe('`````sh\na\n````\nb\n`````');
  expect(line('a\u001b[31m\n b')).toBe('a\\x1b[31m b');
  expect(code('``')).toBe('``` `` ```');
});
