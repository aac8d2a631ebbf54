import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spellingOnDisk, truePath } from '../../../src/platform/true-path.ts';

let root: string;
beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'true-path-')));
  fs.mkdirSync(path.join(root, 'src/Ui'), { recursive: true });
  fs.mkdirSync(path.join(root, '.git'));
  fs.symlinkSync('src', path.join(root, 'link'));
  fs.symlinkSync('link/Ui/none/there', path.join(root, 'dangling'));
  fs.symlinkSync('two', path.join(root, 'one'));
  fs.symlinkSync('one', path.join(root, 'two'));
});
afterAll(() => fs.rmSync(root, { recursive: true }));

describe('truePath', () => {
  it.each([
    ['link/Ui', 'src/Ui'],
    ['link/Ui/new/file', 'src/Ui/new/file'],
    ['dangling', 'src/Ui/none/there'],
    ['dangling/below', 'src/Ui/none/there/below'],
    ['nowhere', 'nowhere'],
  ])('of %s is %s', (given, expected) => {
    expect(truePath(path.join(root, given))).toBe(path.join(root, expected));
  });

  it('of links in a circle is one of them', () => {
    expect(truePath(path.join(root, 'one/x'))).toMatch(/\/(?:one|two)\/x$/);
  });
});

describe('spellingOnDisk', () => {
  it('is the path as given where names that differ in case are different files', () => {
    expect(spellingOnDisk(root, 'SRC/ui/x')).toBe('SRC/ui/x');
  });

  it('is that of the disk where it folds case, as far as there is something', () => {
    // To whoever looks, `.GIT` is `.git` then, as it is on a disk that folds case.
    fs.symlinkSync('.git', path.join(root, '.GIT'));
    expect(spellingOnDisk(root, 'SRC/uI/New/X')).toBe('src/Ui/New/X');
    expect(spellingOnDisk(root, 'src/Ui')).toBe('src/Ui');
    fs.rmSync(path.join(root, '.GIT'));
  });
});
