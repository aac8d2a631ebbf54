import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { commandSpan, mayWrite, namerOf } from '../../../src/transcript/commands.ts';
import { type EditPlace, readActivity } from '../../../src/transcript/edits.ts';
import { type FileEdit, readEdit } from '../../../src/transcript/file-edit.ts';
import { applyHunks, expandTabs, parseHunks, revertHunks } from '../../../src/transcript/patch.ts';
import { replaceBack, replaceIn } from '../../../src/transcript/replacement.ts';
import { FakeSession, patchOf } from '../../support/session.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/claude-code/transcripts');
const scratch = mkdtempSync(path.join(tmpdir(), 'claude-hooks-edits-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let folders = 0;
function session(): FakeSession {
  folders += 1;
  const folder = path.join(scratch, String(folders));
  mkdirSync(path.join(folder, 'repo'), { recursive: true });
  return new FakeSession(folder, path.join(folder, 'repo'));
}

function readAll(transcript: string, since?: number): { place: EditPlace; edit: FileEdit | undefined }[] {
  return readActivity(transcript, since).edits.map((place) => ({ place, edit: readEdit(place) }));
}

/** A folder of the recorded session as the client shows its files. */
function recorded(side: 'before' | 'after'): Map<string, string> {
  const text = readFileSync(path.join(fixtures, 'file-edits', `${side}.json`), 'utf8');
  const files = JSON.parse(text) as Record<string, string>;
  return new Map(
    Object.entries(files).map(([name, base64]) => {
      const bytes = Buffer.from(base64, 'base64');
      const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
      return [`/repo/${name}`, bytes.toString(wide ? 'utf16le' : 'utf8').replaceAll('\r\n', '\n')];
    }),
  );
}

describe('edits of a recorded session', () => {
  const transcript = path.join(fixtures, 'file-edits.jsonl');
  const activity = readActivity(transcript);

  it('finds every edit that worked, those of the sub-agent too, in the order of time', () => {
    expect(activity).toMatchObject({ found: true, damaged: 0 });
    const names = activity.edits.map(({ file }) => path.relative('/repo', file));
    expect(names.filter((name) => name === 'a.txt')).toHaveLength(3);
    expect(names.filter((name) => name === 'nonl.txt')).toHaveLength(2);
    expect(names).toContain('bysub.txt');
    expect(names).not.toContain('lnk');
    const times = activity.edits.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    for (const { startedAt, at } of activity.edits) expect(startedAt).toBeLessThanOrEqual(at);
  });

  it('makes of the files before what the client made of them', () => {
    const files: Map<string, string | null> = recorded('before');
    let known = 0;
    let derived = 0;
    for (const { place, edit } of readAll(transcript)) {
      const from = files.get(place.file) ?? null;
      if (edit?.before === undefined) derived += 1;
      else {
        known += 1;
        // A command of the session added a line to this one in between.
        if (place.file !== '/repo/a.txt')
          expect([place.file, edit.before || null]).toEqual([place.file, from || null]);
      }
      const after = edit?.after ?? edit?.apply(edit.before ?? from);
      expect([place.file, typeof after]).toEqual([place.file, 'string']);
      files.set(place.file, after ?? null);
    }
    const after = recorded('after');
    for (const name of ['bg.txt', 'subbash.txt']) after.delete(`/repo/${name}`);
    expect(Object.fromEntries(files)).toEqual(Object.fromEntries(after));
    expect(known).toBeGreaterThan(15);
    expect(derived).toBeGreaterThan(3);
  });

  it('takes edits back whose content before is not noted', () => {
    const before = recorded('before');
    const files: Map<string, string | null> = recorded('after');
    for (const { place, edit } of readAll(transcript).reverse()) {
      const to = files.get(place.file);
      if (edit === undefined || typeof to !== 'string') continue;
      const from = edit.before === undefined ? edit.revert(to, before.get(place.file) ?? null) : edit.before;
      expect([place.file, from]).not.toEqual([place.file, undefined]);
      files.set(place.file, from === '' && !before.has(place.file) ? null : (from ?? null));
    }
    for (const [name, text] of before) expect([name, files.get(name)]).toEqual([name, text]);
  });

  it('notes the commands that may have written, a background one to its end', () => {
    expect(activity.commands.map(({ text }) => text)).toEqual([
      'echo person >> a.txt',
      'sleep 0.4; echo bg > bg.txt',
      'echo x > subbash.txt',
    ]);
    const background = activity.commands[1];
    expect((background?.to ?? 0) - (background?.from ?? 0)).toBeGreaterThan(350);
  });

  it('leaves out what came before', () => {
    const last = activity.edits.at(-1)?.at ?? 0;
    const late = readActivity(transcript, last);
    expect(late.edits.map(({ id }) => id)).toEqual([activity.edits.at(-1)?.id]);
    expect(readActivity(path.join(scratch, 'missing.jsonl'))).toEqual({
      found: false,
      edits: [],
      commands: [],
      damaged: 0,
    });
  });
});

describe('edits in transcripts of other shapes', () => {
  it('reads failed calls, notebooks, torn lines and unknown records', () => {
    const one = session();
    one.write('a', 'one\n');
    one.edit('a', 'absent', 'x');
    one.garbage(
      '{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_x","type":"tool_res\n',
    );
    one.garbage('{"type":"from-the-future","toolUseResult":{"filePath":"/x"}}\n[1]\n\n');
    one.edit('a', 'one', 'two');
    writeFileSync(path.join(one.root, 'n.ipynb'), '{"cells":[]}\n');
    one.notebook('n.ipynb', () => '{"cells":[1]}\n');
    appendFileSync(one.transcript, '{"type":"assistant","mess');
    const edits = readAll(one.transcript);
    expect(edits.map(({ edit }) => [edit?.before, edit?.after])).toEqual([
      [null, 'one\n'],
      ['one\n', 'two\n'],
      ['{"cells":[]}\n', '{"cells":[1]}\n'],
    ]);
    // The last line is still being written.
    expect(readActivity(one.transcript).damaged).toBe(2);
  });

  it('reads MultiEdit and results of older clients, which note the whole file', () => {
    const one = session();
    const file = path.join(one.root, 'a');
    const edits = [
      { old_string: 'a', new_string: 'b', replace_all: true },
      { old_string: 'b c', new_string: 'd', replace_all: false },
    ];
    const id = one.use('MultiEdit', { file_path: file, edits });
    one.answer(id, 'done', {
      toolUseResult: {
        filePath: file,
        edits,
        originalFileContents: 'a c a\n',
        structuredPatch: patchOf('a c a\n', 'd b\n'),
      },
    });
    const older = one.use('Write', { file_path: file, content: 'x\n' });
    one.answer(older, 'done', {
      toolUseResult: {
        type: 'update',
        filePath: file,
        content: 'x\n',
        structuredPatch: patchOf('d b\n', 'x\n'),
      },
    });
    const [multi, write] = readAll(one.transcript).map(({ edit }) => edit);
    expect(multi).toMatchObject({ before: 'a c a\n', after: 'd b\n' });
    expect(write).toMatchObject({ before: undefined, after: 'x\n' });
    expect(write?.apply('d b\n')).toBe('x\n');
    expect(write?.apply('other\n')).toBeUndefined();
    expect(write?.revert('x\n', null)).toBe('d b\n');
  });

  it("takes the content before a sub-agent's write from what the agent read", () => {
    const one = session();
    writeFileSync(path.join(one.root, 'a'), 'one\ntwo\n');
    const agent = one.agent();
    agent.read('a');
    agent.write('a', 'new\n');
    agent.write('b', 'b\n');
    agent.write('a', 'newer\n');
    agent.edit('a', 'newer', 'newest');
    agent.edit('a', 'absent', 'x');
    const edits = readAll(one.transcript).map(({ edit }) => edit);
    expect(edits.map((edit) => [edit?.before, edit?.after])).toEqual([
      ['one\ntwo\n', 'new\n'],
      [null, 'b\n'],
      [undefined, 'newer\n'],
      [undefined, undefined],
    ]);
    expect(edits[3]?.apply('newer\n')).toBe('newest\n');
    expect(edits[3]?.revert('newest\n', 'newer\n')).toBe('newer\n');
  });

  it('passes over damage wherever it stands, and finds every whole edit', () => {
    const one = session();
    for (let at = 0; at < 12; at += 1) one.write(`f${at}`, `${at}\n`);
    const lines = readFileSync(one.transcript, 'utf8').trimEnd().split('\n');
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.nat(lines.length), fc.constantFrom('{"a":', '\0\0', '[1]', 'null', '{"type":"x"}')),
          { maxLength: 8 },
        ),
        fc.nat(lines.length),
        (damage, cut) => {
          const made = [...lines];
          for (const [at, text] of damage) made.splice(at, 0, text);
          const file = path.join(scratch, 'damaged.jsonl');
          writeFileSync(file, [...made.slice(0, cut), made[cut]?.slice(0, 40) ?? ''].join('\n'));
          const whole = made.slice(0, cut).filter((line) => line.includes('"toolUseResult"')).length;
          const activity = readActivity(file);
          expect(activity.edits).toHaveLength(whole);
          for (const place of activity.edits) expect(readEdit(place)?.after).toMatch(/^\d+\n$/);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('answers nothing for an edit whose line is gone', () => {
    const one = session();
    one.write('a', 'a\n');
    const [place] = readActivity(one.transcript).edits;
    writeFileSync(one.transcript, 'something else entirely\n');
    expect(place === undefined ? 'none' : readEdit(place)).toBeUndefined();
  });
});

const line = fc.constantFrom('a\n', 'b\n', '\tx\n', '\t\ty\n', '  x\n', '\n', '{\n', 'last');
const text = fc
  .array(line, { maxLength: 14 })
  .map((lines) => lines.join('').replace(/last(?=.)/gs, 'last\n'));

describe('patches', () => {
  it('put on and taken back, give the other text as it is shown', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = parseHunks(patchOf(before, after));
        expect(expandTabs(applyHunks(before, hunks) ?? 'none')).toBe(expandTabs(after));
        expect(expandTabs(revertHunks(after, hunks, before) ?? 'none')).toBe(expandTabs(before));
      }),
      { numRuns: 60 },
    );
  });

  it('do not fit a text without their lines', () => {
    const hunks = parseHunks(patchOf('a\nb\nc\n', 'a\nB\nc\n'));
    expect(applyHunks('a\nx\nc\n', hunks)).toBeUndefined();
    expect(applyHunks('0\na\nb\nc\n', hunks)).toBe('0\na\nB\nc\n');
    expect(applyHunks('0\na\nb\nc\na\nb\nc\n', hunks)).toBeUndefined();
    expect(revertHunks('a\nb\nc\n', hunks, '')).toBeUndefined();
    expect(parseHunks([{ oldStart: 1 }, null, { oldStart: 1, newStart: 1, lines: [1] }, 'x'])).toEqual([]);
  });
});

describe('replacements', () => {
  const change = (old: string, words: string, all = false) => [{ old, new: words, all }];

  it('take the place the patch names, keep tabs, and are taken back', () => {
    const before = '\tx\n\ty\n\tx\n';
    const after = '\tx\n\ty\n\t\tz\n';
    const hunks = parseHunks(patchOf(before, after));
    expect(replaceIn(before, change('x', '\tz'), [])).toBe('\t\tz\n\ty\n\tx\n');
    expect(replaceIn(before, change('x', '\tz'), hunks)).toBe(after);
    expect(replaceBack(after, change('x', '\tz'), hunks, before)).toBe(before);
  });

  it('know what the client does to quotes and to lines of which nothing stays', () => {
    const before = 'say “hi” you\nother\n';
    const hunks = parseHunks(patchOf(before, 'say “bye” you\nother\n'));
    expect(replaceIn(before, change('say "hi"', 'say "bye"'), hunks)).toBe('say “bye” you\nother\n');
    expect(replaceIn('a\nb\nc\n', change('b', ''), [])).toBe('a\nc\n');
    expect(replaceIn('', change('', 'new\n'), [])).toBe('new\n');
    expect(replaceIn('full\n', change('', 'new\n'), [])).toBeUndefined();
    expect(replaceIn('$&\n', change('$&', '$1 $$'), [])).toBe('$1 $$\n');
  });

  it('are taken back only where it is sure', () => {
    expect(replaceBack('a new b\n', change('old', 'new'), [], '')).toBe('a old b\n');
    expect(replaceBack('new new\n', change('old', 'new'), [], '')).toBeUndefined();
    expect(replaceBack('new new\n', change('old', 'new', true), [], 'old old\n')).toBe('old old\n');
    expect(replaceBack('new new\n', change('old', 'new', true), [], 'new old\n')).toBeUndefined();
    expect(replaceBack('text\n', change('old', ''), [], '')).toBeUndefined();
  });
});

describe('commands', () => {
  it.each([
    'ls -la',
    'cat a.txt | grep x',
    'git status && git log -1',
    'npm test',
    'npm run test:unit -- --watch=false',
    'npx vitest run src',
    'CI=1 pytest -q',
    'go test ./...',
    'cd sub && ls 2>/dev/null',
    "grep 'a > b; rm x' f",
    'find . -name "*.ts"',
    'sleep 1; echo done',
    'git diff HEAD~1 -- a',
    'make check',
    'python3 -m pytest',
    'echo hi 2>&1',
    'cd a\nls',
  ])('%j only reads', (command) => {
    expect(mayWrite(command)).toBe(false);
  });

  it.each([
    'rm -rf src',
    'sed -i s/jest/vitest/ package.json',
    'echo x > f',
    'cat a >> b',
    'npm run build',
    'npx prettier --write .',
    'git checkout -- .',
    'git commit -m x',
    'find . -name x -delete',
    'find . | xargs rm',
    'ls; mv a b',
    'x=$(rm a)',
    'echo `rm a`',
    'vitest run -u',
    'npx jest --updateSnapshot',
    'make clean',
    'unknown-tool',
    'cat <<EOF',
    'curl -o f http://x',
    'npm install',
    'tee f',
    'node scripts/jest.js',
    'ls & rm x',
    'sort -o f f',
  ])('%j may write', (command) => {
    expect(mayWrite(command)).toBe(true);
  });

  it('counts a foreign tool as one that may write, with what it was given', () => {
    expect(commandSpan('mcp__files__write', { path: 'src/a' }, 1, 2)).toEqual({
      from: 1,
      to: 2,
      text: '{"path":"src/a"}',
    });
    expect(commandSpan('Bash', { command: 'ls' }, 1, 2)).toBeUndefined();
  });

  it.each([
    ['rm src/a.txt', 'src/a.txt', true],
    ['rm -rf src', 'src/deep/a.txt', true],
    ['rm -rf src/', 'src/a', true],
    ['rm ./src/a', 'src/a', true],
    ['sed -i s/x/y/ a.txt', 'src/a.txt', true],
    ['rm /repo/src/a', 'src/a', true],
    ['rm *.txt', 'src/a.txt', true],
    ['prettier --write src/*.ts', 'src/a.ts', true],
    ['rm "a b"', 'src/x', false],
    ['npm run build', 'src/a', false],
    ['prettier --write .', 'src/a', false],
    ['rm *', 'src/a', false],
    ['rm other/a.txt', 'src/a.txt', false],
    ['rm src2', 'src/a', false],
    ['rm deep/a', 'src/deep/a', true],
  ])('%j names %j: %j', (command, file, named) => {
    expect(namerOf(command)(file)).toBe(named);
  });

  it('never takes long over a pattern', () => {
    expect(namerOf(`rm ${'*a'.repeat(500)}*b`)(`x/${'a'.repeat(2000)}`)).toBe(false);
  });
});
