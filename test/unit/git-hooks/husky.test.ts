import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { composePrepare, isHuskyPath, removeFromPrepare } from '../../../src/install/git-hooks/husky.ts';
import { huskyInternalFiles } from '../../../src/install/git-hooks/husky-files.ts';
import { gitHookFilesInUse } from '../../../src/install/git-hooks/index.ts';

it('the files of .husky/_ are byte for byte those of the husky package', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-husky-'));
  try {
    const env = { PATH: process.env.PATH, HOME: folder };
    execFileSync('git', ['init', '-q', folder], { env });
    const husky = path.resolve(import.meta.dirname, '../../../node_modules/husky/bin.js');
    execFileSync(process.execPath, [husky], { cwd: folder, env });
    const internal = path.join(folder, '.husky/_');
    const written = fs
      .readdirSync(internal)
      .map((name) => [name, fs.readFileSync(path.join(internal, name), 'utf8')]);
    expect(Object.fromEntries(huskyInternalFiles().map(({ name, text }) => [name, text]))).toEqual(
      Object.fromEntries(written),
    );
    for (const { name, executable } of huskyInternalFiles())
      expect((fs.statSync(path.join(internal, name)).mode & 0o100) !== 0).toBe(executable);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

it('a prepare script keeps what it did and is taken apart again', () => {
  const command = 'husky || true';
  for (const [old, composed] of [
    [undefined, command],
    ['tsc -b', 'tsc -b && (husky || true)'],
    ['a; b', 'a; b && (husky || true)'],
  ] as const) {
    expect(composePrepare(old, command)).toBe(composed);
    expect(removeFromPrepare(composed, command)).toBe(old);
  }
  for (const script of ['husky', 'husky install', 'npm run x && husky', 'is-ci || husky']) {
    expect(composePrepare(script, command)).toBe(script);
    expect(removeFromPrepare(script, command)).toBe(script);
  }
  expect(composePrepare('node husky-like.js', command)).toBe('node husky-like.js && (husky || true)');
});

it('knows the directories of husky', () => {
  for (const value of ['.husky', '.husky/_', '.husky/_/', 'web/.husky/_', '.husky\\_'])
    expect(isHuskyPath(value)).toBe(true);
  for (const value of ['', 'husky', 'my.husky', '.husky/other', '.githooks'])
    expect(isHuskyPath(value)).toBe(false);
});

it('what husky needs stays at an uninstall once the project has hooks of its own', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-in-use-'));
  try {
    fs.mkdirSync(path.join(folder, '.husky/_'), { recursive: true });
    const claims = [
      'husky:h',
      'husky:claude-hooks',
      'husky:package.json',
      'git-config:hooksPath',
      'git-hook:post-commit',
    ].map((id) => ({ id, file: path.join(folder, '.husky/_/h') }));
    fs.writeFileSync(
      path.join(folder, '.husky/post-commit'),
      '# >>> claude-hooks >>>\nx\n# <<< claude-hooks <<<\n',
    );
    expect(gitHookFilesInUse(claims)).toEqual({ ids: [] });
    fs.writeFileSync(path.join(folder, '.husky/pre-commit'), 'npm test\n');
    const { ids, note } = gitHookFilesInUse(claims);
    expect(ids).toEqual(['husky:h', 'husky:package.json', 'git-config:hooksPath']);
    expect(note).toContain('.husky/pre-commit is a hook');
    expect(gitHookFilesInUse([])).toEqual({ ids: [] });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
