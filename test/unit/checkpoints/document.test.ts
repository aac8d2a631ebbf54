import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMachinePart, renderDocument, withoutMachinePart } from '../../../src/checkpoints/document.ts';
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
  files: [
    { path: 'a`b\n.txt', status: 'new' },
    { path: 'gone.txt', status: 'deleted' },
  ],
};
const FACTS = { node: 'v20.20.2', lines: ['Package manager: npm'], testCommand: 'npm test' };
const NARRATIVE = {
  workingOn: 'The parser\n## Not a heading',
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
      '- Working on: The parser ## Not a heading',
      '- Last completed: Tests',
      '- `` a`b\\n.txt `` (new)',
      '- `gone.txt` (deleted)',
      '- `big.iso` (not held: too large, 7 bytes)',
      '1. One\n2. Two',
      '- A note.\n- Decision: two passes\n- A remark.',
      '- In the middle of: rebase',
      '- Node: v20.20.2',
      '- Package manager: npm',
      "cd '/tmp/my project'\ngit checkout 'fix/it'\\''s'\nnpm test\n",
      'claude --resume 0c4e-1',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('keeps its machine part through edits of everything else', () => {
    const part = readMachinePart(text);
    expect(part).toMatchObject({
      version: 1,
      id: 'feature-x-1',
      commit: CHECKPOINT.commit,
      tree: CHECKPOINT.tree,
    });
    const edited = text
      .replace('1. One', '1. One, done\n\n```json claude-hooks\nnot json\n```')
      .replaceAll('\n', '\r\n');
    expect(readMachinePart(`Mine.\r\n${edited}\r\nMore.`)).toEqual(part);
    expect(withoutMachinePart(text)).not.toContain('"version"');
    expect(withoutMachinePart(text)).toContain('claude --resume');
    expect(readMachinePart('nothing')).toBeUndefined();
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
