import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { refusalFor, refusalFromGit } from '../../../src/checkpoints/refusal.ts';

const HOME = process.env.HOME;
let base: string;
beforeAll(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-refusal-')));
  for (const folder of ['home/project', 'other']) fs.mkdirSync(path.join(base, folder), { recursive: true });
  fs.symlinkSync('home', path.join(base, 'link'));
  process.env.HOME = path.join(base, 'home');
});
afterAll(() => {
  process.env.HOME = HOME;
  fs.rmSync(base, { recursive: true, force: true });
});

const refuse = (root: string) =>
  refusalFor({ root, gitDir: path.join(root, '.git'), commonDir: path.join(root, '.git') });

it('refuses a home directory and the root of the file system, by whatever name, and nothing below them', () => {
  expect(refuse(path.join(base, 'home'))?.reason).toContain('home directory');
  expect(refuse(path.join(base, 'link'))?.reason).toContain('home directory');
  expect(refuse(path.join(base, 'home/project/..'))?.reason).toContain('home directory');
  expect(refuse('/')?.reason).toContain('root of the file system');
  expect(refuse(`${base}/${'../'.repeat(30)}`)?.reason).toContain('root of the file system');
  for (const place of ['home/project', 'link/project', 'other'])
    expect(refuse(path.join(base, place))).toBeUndefined();
});

it.each([
  ['fatal: this operation must be run in a work tree', 'bare repository'],
  ["fatal: detected dubious ownership in repository at '/r'", 'belongs to another user'],
  ["error: external filter 'x' failed\nfatal: a.bin: clean filter 'crypt' failed", 'filter "crypt"'],
  ['fatal: unable to write new index file: No space left on device', 'the disk is full'],
  ['fatal: something new', 'fatal: something new'],
])('says of %j: %s', (words, reason) => {
  const refusal = refusalFromGit({ root: '/r', gitDir: '/r/.git', commonDir: '/r/.git' }, words);
  expect(refusal.reason).toContain(reason);
  expect(refusal.hint).not.toBe('');
});
