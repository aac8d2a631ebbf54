import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiffFile, diffFiles, diffLines } from '../../src/checkpoints/diff.ts';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { placeOf, saved } from '../support/checkpoints.ts';
import { madeUp, plantCheckpoints } from '../support/plant-checkpoints.ts';
import { waitForProcesses } from '../support/processes.ts';
import { type BuiltRepository, isolateProcess, plainRepository } from '../support/repositories.ts';
import { runOnTerminal } from '../support/run-cli.ts';

isolateProcess();
let built: BuiltRepository;
beforeEach(() => {
  built = plainRepository();
});
afterEach(() => built.cleanup());

/** Two checkpoints with these files; runs the command on them. */
async function diffOf(
  before: Record<string, string>,
  after: Record<string, string>,
  args: string[] = [],
  more: Partial<Parameters<typeof runOnTerminal>[1]> = {},
): Promise<string> {
  plantCheckpoints(built.root, [
    { metadata: madeUp('before-1'), files: before },
    { metadata: madeUp('after-2'), files: after },
  ]);
  const words = ['checkpoint', 'diff', 'before-1', 'after-2', ...args];
  return (await runOnTerminal(words, { cwd: built.root, ...more })).stdout;
}

describe('checkpoint diff', () => {
  it('shows what changed, and nothing of it acts on the terminal', async () => {
    const text = await diffOf(
      {
        'a.txt': '\u001b[7mone\ntwo\n-- three\n',
        'old name.txt': 'x\n'.repeat(20),
        'bin.dat': 'a\0b',
        gone: 'g\n',
      },
      {
        'a.txt': '\u001b[7mone\n\u001b[31mtwo\n',
        'new name.txt': 'x\n'.repeat(20),
        'bin.dat': 'a\0c',
        'ü\n.txt': 'no end',
      },
    );
    expect(text.split('\n')[0]).toBe('From before-1 to after-2: 5 files, 2 lines added, 3 removed, 1 binary');
    expect(text).toContain('-two\n--- three\n+\\x1b[31mtwo\n');
    expect(text).toContain('rename from old name.txt\nrename to new name.txt');
    expect(text).toContain('Binary files a/bin.dat and b/bin.dat differ');
    expect(text).toContain('+++ "b/ü\\n.txt"\n@@ -0,0 +1 @@\n+no end\n\\ No newline at end of file');
    expect(text).not.toContain('\u001b');
  });

  it('colours by what a line is, not by how it looks', async () => {
    const text = await diffOf({ a: '-- x\n++ y\n@@ -1 +1 @@\n' }, { a: '@@ -1 +1 @@\n+++ y\n' }, [], {
      env: { NO_COLOR: '', FORCE_COLOR: '1' },
    });
    const painted = JSON.stringify(text);
    expect(painted).toContain('\\u001b[31m--- x\\u001b[39m');
    expect(painted).toContain('\\u001b[31m-++ y\\u001b[39m');
    expect(painted).toContain('\\u001b[32m++++ y\\u001b[39m');
    expect(painted).toContain('\\u001b[1m--- a/a\\u001b[22m');
    expect(painted).toContain('\\n @@ -1 +1 @@\\n');
  });

  it('runs no program that the repository or a setting names, and has one form whatever is configured', async () => {
    const canary = path.join(built.base, 'canary');
    const program = path.join(built.base, 'program.sh');
    fs.writeFileSync(program, `#!/bin/sh\necho ran >'${canary}'\necho EXTERNAL\n`, { mode: 0o755 });
    const plain = await diffOf(
      { 'a.txt': 'one\n\nthree\n', 'b.txt': 'x\n' },
      { 'a.txt': 'two\n\nthree\n', 'b.txt': 'y\n' },
    );
    built.write('.gitattributes', '*.txt diff=evil\n');
    built.git('add', '-A');
    built.git('commit', '-qm', 'Attributes');
    fs.writeFileSync(path.join(built.base, 'order'), 'b.txt\n');
    for (const [key, value] of Object.entries({
      'diff.external': program,
      'diff.evil.command': program,
      'diff.evil.textconv': program,
      'core.pager': program,
      'pager.diff-tree': program,
      'interactive.diffFilter': program,
      'color.ui': 'always',
      'color.diff': 'always',
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.orderFile': path.join(built.base, 'order'),
      'diff.context': '0',
      'diff.submodule': 'log',
      'diff.renames': 'false',
      'diff.relative': 'true',
      'diff.wordRegex': '.',
      'diff.suppressBlankEmpty': 'true',
    }))
      built.git('config', key, value);
    process.env.GIT_EXTERNAL_DIFF = program;
    process.env.GIT_DIFF_OPTS = '--unified=0';
    try {
      const text = await runOnTerminal(['checkpoint', 'diff', 'before-1', 'after-2'], { cwd: built.root });
      expect(text.stdout).toBe(plain);
    } finally {
      delete process.env.GIT_EXTERNAL_DIFF;
      delete process.env.GIT_DIFF_OPTS;
    }
    expect(fs.existsSync(canary)).toBe(false);
  });

  it('compares with the working tree as it is now, and leaves what is the person’s alone', async () => {
    await saved(built.root, { name: 'Then' });
    built.write('src/a.txt', 'changed\n');
    built.write('src/new.txt', 'new\n');
    built.write('ignored/more', 'not seen\n');
    const index = fs.readFileSync(path.join(built.root, '.git/index'));
    const run = (args: string[], cwd = built.root): Promise<{ stdout: string }> =>
      runOnTerminal(['checkpoint', 'diff', 'latest', ...args], { cwd });
    const text = (await run(['--stat'])).stdout;
    expect(text.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^From then-\w+ to the working tree: 2 files, 2 lines added, 4 removed$/),
      ' M src/a.txt   | 5 +----',
      ' A src/new.txt | 1 +',
    ]);
    const document = JSON.parse((await run(['--json'])).stdout) as { to: unknown; files: DiffFile[] };
    expect(document.to).toBeNull();
    expect(document.files).toEqual([
      { path: 'src/a.txt', status: 'modified', insertions: 1, deletions: 4, binary: false },
      { path: 'src/new.txt', status: 'new', insertions: 1, deletions: 0, binary: false },
    ]);
    const below = await run(['--stat', '--only', 'new.txt'], path.join(built.root, 'src'));
    expect(below.stdout).toContain('1 file, 1 line added');
    expect((await run(['--only', 'docs'])).stdout).toContain('Nothing differs');
    await expect(run(['--only', 'dosc'])).rejects.toMatchObject({ code: 'path-unknown' });
    await expect(run(['--only', '../x'])).rejects.toMatchObject({ code: 'path-outside' });
    expect(fs.readFileSync(path.join(built.root, '.git/index'))).toEqual(index);
  });

  it('stops at a terminal after a while and says how to see the rest', async () => {
    const long = Array.from({ length: 2_000 }, (_none, at) => `${at}\n`).join('');
    const text = await diffOf({}, { 'a.txt': long, 'min.js': `${'x'.repeat(50_000)}\n` });
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(502);
    expect(lines.at(-1)).toMatch(/^… only the first 500 lines of 2 files: .*\| less.*--only/);
    const wide = await diffOf({}, { 'min.js': `${'x'.repeat(50_000)}\n` }, ['--only', 'min.js']);
    expect(wide).toMatch(/\+x{9999} … and 40001 bytes more\n$/);
  });

  it('fits its table into a narrow terminal, whatever the names', async () => {
    const names = ['a', 'src/'.repeat(40), '漢字'.repeat(30), 'emoji-🎉'.repeat(9)].map(
      (name) => `${name}.txt`,
    );
    const files = Object.fromEntries(names.map((name, at) => [name, 'x\n'.repeat(at * 900 + 1)]));
    for (const columns of [40, 80, 200]) {
      const text = await diffOf({}, { ...files, binary: '\0' }, ['--stat'], { columns });
      const rows = text.trimEnd().split('\n').slice(1);
      expect(rows).toHaveLength(5);
      for (const row of rows) {
        const wide = [...row].filter((letter) => /[漢字🎉]/u.test(letter)).length;
        expect([...row].length + wide).toBeLessThanOrEqual(columns);
      }
      expect(text).toContain('binary');
    }
  });

  it('lets go of git when nobody wants more', async () => {
    await diffOf({}, { 'a.txt': 'line of text\n'.repeat(500_000) }, ['--stat']);
    const [to, from] = await listCheckpoints(placeOf(built.root).repository);
    const { repository } = placeOf(built.root);
    let count = 0;
    for await (const line of diffLines({
      repository,
      from: to?.tree ?? '',
      to: from?.tree ?? '',
      scope: [],
    })) {
      expect(line.cut).toBe(0);
      count += 1;
      if (count === 3) break;
    }
    expect(count).toBe(3);
    expect(await waitForProcesses(built.base, 10_000)).toEqual([]);
  });

  it('names each file that differs, with the numbers git has, for any two trees', async () => {
    const names = [
      'a',
      'b c',
      'd/e',
      'd/ü',
      'tab\there',
      'new\nline',
      '"q"',
      ':x',
      '-dash',
      'R100',
      '3\t1\tx',
    ];
    const content = fc.oneof(
      fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 6 }).map((lines) => lines.join('\n')),
      fc.constant('\0binary'),
    );
    const tree = fc.dictionary(fc.constantFrom(...names), content);
    await fc.assert(
      fc.asyncProperty(tree, tree, async (before, after) => {
        plantCheckpoints(built.root, [
          { metadata: madeUp('before-1'), files: before },
          { metadata: madeUp('after-2'), files: after },
        ]);
        const [from = '', to = ''] = ['before-1', 'after-2'].map((id) =>
          built.git('rev-parse', `refs/claude-hooks/checkpoints/${id}^{tree}`).trim(),
        );
        const files = await diffFiles({ repository: placeOf(built.root).repository, from, to, scope: [] });
        const gone = new Set(Object.keys(before).filter((name) => after[name] === undefined));
        const came = new Set(Object.keys(after).filter((name) => before[name] === undefined));
        const changed = Object.keys(after).filter(
          (name) => before[name] !== undefined && before[name] !== after[name],
        );
        expect(
          files
            .filter(({ status }) => status === 'modified')
            .map((file) => file.path)
            .sort(),
        ).toEqual(changed.sort());
        const sources = files.flatMap((file) =>
          file.status === 'deleted' ? [file.path] : (file.from ?? []),
        );
        expect(sources.sort()).toEqual([...gone].sort());
        const targets = files
          .filter(({ status }) => status === 'new' || status === 'renamed')
          .map((file) => file.path);
        expect(targets.sort()).toEqual([...came].sort());
        for (const file of files) {
          const old = before[file.from ?? file.path];
          const fresh = after[file.path];
          expect(file.binary).toBe([old, fresh].some((text) => text?.includes('\0')));
          if (file.status === 'new' && !file.binary) expect(file.insertions).toBe(linesOf(fresh ?? ''));
          if (file.status === 'deleted' && !file.binary) expect(file.deletions).toBe(linesOf(old ?? ''));
        }
      }),
      { numRuns: process.env.CLAUDE_HOOKS_FULL === '1' ? 300 : 25 },
    );
  });
});

function linesOf(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
