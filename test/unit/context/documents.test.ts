import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/context/file.ts';
import { readKnownText, remember, withoutKnown } from '../../../src/context/known-lines.ts';
import { newestDocument } from '../../../src/context/newest.ts';
import { pickSections } from '../../../src/context/sections.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'context documents '));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), content);
}

describe('readDocument', () => {
  it('reads a document, without its byte order mark', () => {
    write('a.md', '\uFEFFhello\n');
    expect(readDocument(root, 'a.md', 1_000)).toEqual({ kind: 'text', text: 'hello\n', unread: false });
    expect(readDocument(root, 'missing.md', 1_000)).toEqual({ kind: 'missing' });
  });

  it('reads no more than the limit, and only whole lines', () => {
    write('a.md', `one\ntwo\n${'é'.repeat(500)}\n`);
    expect(readDocument(root, 'a.md', 101)).toEqual({ kind: 'text', text: 'one\ntwo', unread: true });
    write('b.md', 'x'.repeat(500));
    expect(readDocument(root, 'b.md', 100)).toEqual({ kind: 'note', note: 'is one long line' });
  });

  it.each([
    ['binary', Buffer.from([0x89, 0x50, 0, 1, 2]), 'is binary or not UTF-8'],
    ['broken', Buffer.alloc(200, 0xff), 'is binary or not UTF-8'],
    ['conflicted', 'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n', 'holds unresolved merge conflicts'],
    ['huge', 'line\n'.repeat(600_000), 'is 2.9 MB'],
  ])('gives one line for what is %s', (name, content, note) => {
    write(name, content);
    expect(readDocument(root, name, 60_000)).toEqual({ kind: 'note', note });
  });

  it('follows no link out of the repository and hangs on no pipe', () => {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'outside-'));
    fs.writeFileSync(path.join(outside, 'secret'), 'secret');
    fs.symlinkSync(path.join(outside, 'secret'), path.join(root, 'README.md'));
    fs.symlinkSync('nowhere', path.join(root, 'dangling'));
    fs.symlinkSync('loop', path.join(root, 'loop'));
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    expect(readDocument(root, 'README.md', 100)).toEqual({
      kind: 'note',
      note: 'lies outside the repository',
    });
    expect(readDocument(root, path.join('..', path.basename(outside), 'secret'), 100).kind).toBe('note');
    expect(readDocument(root, 'dangling', 100).kind).toBe('note');
    expect(readDocument(root, 'loop', 100).kind).toBe('note');
    expect(readDocument(root, 'pipe', 100)).toEqual({ kind: 'note', note: 'is no regular file' });
    fs.mkdirSync(path.join(root, 'folder'));
    expect(readDocument(root, 'folder', 100)).toEqual({ kind: 'missing' });
    fs.rmSync(outside, { recursive: true });
  });
});

describe('newestDocument', () => {
  it('believes the time in a name before the time of the file', () => {
    write('c/2026-11-22-18-40-a.md', '');
    write('c/2026-11-21-18-40-b.md', '');
    write('c/.hidden.md', '');
    write('c/z.txt', '');
    fs.utimesSync(path.join(root, 'c/2026-11-22-18-40-a.md'), 1, 1);
    expect(newestDocument(path.join(root, 'c'))?.name).toBe('2026-11-22-18-40-a.md');
    expect(newestDocument(path.join(root, 'none'))).toBeUndefined();
  });

  it('compares names without a time by their modification', () => {
    write('c/a.md', '');
    write('c/b.md', '');
    fs.utimesSync(path.join(root, 'c/a.md'), 2_000_000_000, 2_000_000_000);
    fs.utimesSync(path.join(root, 'c/b.md'), 1_000_000_000, 1_000_000_000);
    write('c/2030-01-01-00-00.md', '');
    expect(newestDocument(path.join(root, 'c'))?.name).toBe('a.md');
  });
});

describe('pickSections', () => {
  const document =
    '# Session Checkpoint: X\n\n## Context\nworking\n\n## Files Modified\n- a\n\n```\n## Context\nin code\n```\n## next steps\n1. do\n';
  it('takes the title and the named sections, and no heading inside code', () => {
    expect(pickSections(document, ['Context', 'Next Steps'])).toBe(
      '# Session Checkpoint: X\n## Context\nworking\n\n## next steps\n1. do\n',
    );
  });
  it('gives the whole document where it has none of them', () => {
    expect(pickSections('# Notes\nfree text', ['Context'])).toBe('# Notes\nfree text');
  });
});

describe('text the model has already', () => {
  const long = 'The build runs with npm run build and nothing else.';
  it('drops lines of CLAUDE.md, keeps short ones, and drops a text of which nothing else is left', () => {
    write('CLAUDE.md', `# Rules\n${long}\nSee @README.md for more.\n`);
    const known = readKnownText(root, [root]);
    expect(withoutKnown(known, ['# Title', `  ${long}`, 'Something that is new to the model.'])).toEqual([
      '# Title',
      'Something that is new to the model.',
    ]);
    expect(withoutKnown(known, ['# Title', long, '---'])).toEqual([]);
    expect(withoutKnown(known, ['# Title', 'short'])).toEqual(['# Title', 'short']);
    write('README.md', 'x');
    expect(readKnownText(root, [root]).files.has(fs.realpathSync(path.join(root, 'README.md')))).toBe(true);
  });
  it('does not say the same line twice', () => {
    const known = readKnownText(root, [root]);
    remember(known, [long]);
    expect(withoutKnown(known, [long])).toEqual([]);
  });
});
