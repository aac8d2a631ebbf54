import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addToContext } from '../../src/flows/context/add.ts';
import { updateContextFile } from '../../src/flows/context-file.ts';
import { factsOf, updatePlace } from '../support/context-file.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let file: string;
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
  file = path.join(sandbox.repo, '.claude/context.md');
  fs.mkdirSync(path.dirname(file));
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.chmodSync(path.dirname(file), 0o755);
  sandbox.cleanup();
});

const WORK =
  '## Current Work\n<!-- claude-hooks:begin work -->\n- Branch: old\n<!-- claude-hooks:end work -->\n';
const ended = { id: 's', transcript: '', facts: factsOf() };

/** What lies there, followed nowhere. */
function shape(): string {
  const stat = fs.lstatSync(file);
  const content = stat.isFile()
    ? fs.readFileSync(file).toString('base64')
    : stat.isSymbolicLink()
      ? fs.readlinkSync(file)
      : '';
  return `${stat.mode} ${stat.ino} ${content}`;
}

describe('a context file that must not be written', () => {
  const cases: [string, RegExp, (outside: string) => void][] = [
    [
      '10 MB',
      /is 10\.\d MB/,
      () => fs.writeFileSync(file, WORK.repeat(Math.ceil((10.2 * 1024 * 1024) / WORK.length))),
    ],
    ['binary', /is binary or not UTF-8/, () => fs.writeFileSync(file, `${WORK}\0`)],
    [
      'in another encoding',
      /is binary or not UTF-8/,
      () => fs.writeFileSync(file, Buffer.from(`${WORK}caf\xe9`, 'latin1')),
    ],
    [
      'in conflict',
      /holds unresolved merge conflicts \(line 5\)/,
      () => fs.writeFileSync(file, `${WORK}<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n`),
    ],
    [
      'read-only',
      /is read-only/,
      () => {
        fs.writeFileSync(file, WORK);
        fs.chmodSync(file, 0o444);
      },
    ],
    [
      'in a read-only folder',
      /lies in a read-only folder/,
      () => {
        fs.writeFileSync(file, WORK);
        fs.chmodSync(path.dirname(file), 0o555);
      },
    ],
    ['a folder', /is no regular file/, () => fs.mkdirSync(file)],
    ['a pipe', /is no regular file/, () => execFileSync('mkfifo', [file])],
    [
      'a link out of the repository',
      /is a link/,
      (outside) => {
        fs.writeFileSync(outside, WORK);
        fs.symlinkSync(outside, file);
      },
    ],
    [
      'a link inside the repository',
      /is a link/,
      () => {
        sandbox.write('notes.md', WORK);
        fs.symlinkSync('../notes.md', file);
      },
    ],
    ['a link to nothing', /is a link/, () => fs.symlinkSync('nowhere', file)],
    [
      'in a folder that is a link out of the repository',
      /lies outside the repository/,
      (outside) => {
        fs.rmdirSync(path.dirname(file));
        fs.mkdirSync(outside);
        fs.writeFileSync(path.join(outside, 'context.md'), WORK);
        fs.symlinkSync(outside, path.dirname(file));
      },
    ],
  ];

  it.each(cases)(
    'because it is %s, is left alone, told of once, and the session goes on',
    async (name, why, make) => {
      const outside = path.join(sandbox.root, 'outside');
      make(outside);
      const before = shape();
      const place = updatePlace(sandbox.repo, sandbox.env);
      await updateContextFile(place, ended);
      expect(place.logged).toHaveLength(1);
      expect(place.logged[0]).toMatch(why);
      await expect(addToContext(place, 'decision', 'anything')).rejects.toMatchObject({ kind: 'conflict' });
      expect(shape()).toBe(before);
      const check = await sandbox.cli(['context', 'check']);
      expect(check.code).toBe(1);
      expect(check.stdout).toMatch(new RegExp(why.source.replace(/ \\\(.*$/, '')));
      expect((await sandbox.cli(['context', 'init', '--force'])).code).toBe(5);
      expect(shape()).toBe(before);
      if (!name.includes('conflict')) return;
      const doctor = await sandbox.cli(['doctor', '--json']);
      expect(doctor.stdout).toContain('is not kept up to date');
    },
  );

  it('while half a region is missing, has its other regions updated', async () => {
    const text = `${WORK}\n## Next Session\n<!-- claude-hooks:begin next -->\n1. mine\n`;
    fs.writeFileSync(file, text);
    const place = updatePlace(sandbox.repo, sandbox.env);
    await updateContextFile(place, ended);
    expect(fs.readFileSync(file, 'utf8')).toBe(
      text.replace('- Branch: old', '- Feature: Build the search\n- Branch: main'),
    );
    expect(place.logged).toEqual([
      `context: ${file}:8: the region next is not updated: it begins and does not end`,
    ]);
    const check = await sandbox.cli(['context', 'check', '--json']);
    const { findings } = JSON.parse(check.stdout) as { findings: { code: string; line?: number }[] };
    expect(findings.filter(({ code }) => code === 'region-damaged')).toMatchObject([{ line: 8 }]);
  });

  it('because it is empty, gets nothing by itself, and what is added by hand', async () => {
    fs.writeFileSync(file, '');
    const place = updatePlace(sandbox.repo, sandbox.env);
    await updateContextFile(place, ended);
    expect(fs.readFileSync(file, 'utf8')).toBe('');
    await addToContext(place, 'decision', 'first');
    expect(fs.readFileSync(file, 'utf8')).toBe('## Recent Decisions\n\n- 2026-11-28: first\n');
  });

  it('because the disk refuses, is left as it was, and no other file stays behind', async () => {
    fs.writeFileSync(file, WORK);
    const place = updatePlace(sandbox.repo, sandbox.env);
    vi.spyOn(process.getBuiltinModule('node:fs'), 'fsyncSync').mockImplementation(() => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    });
    // The lock needs no sync; only the document is synced.
    await updateContextFile(place, ended);
    vi.restoreAllMocks();
    expect(place.logged.join('\n')).toContain('could not be written (ENOSPC)');
    expect(fs.readFileSync(file, 'utf8')).toBe(WORK);
    expect(fs.readdirSync(path.dirname(file))).toEqual(['context.md']);
  });
});
