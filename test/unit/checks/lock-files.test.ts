import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLockFiles, type LockFile, planInstall } from '../../../src/checks/lock-files.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'locks-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

describe('findLockFiles', () => {
  it.each([
    ['package-lock.json', '{}', 'npm ci'],
    ['pnpm-lock.yaml', '', 'pnpm install --frozen-lockfile'],
    ['yarn.lock', '# yarn lockfile v1', 'yarn install --frozen-lockfile'],
    ['yarn.lock', '# x\n\n__metadata:\n  version: 8\n', 'yarn install --immutable'],
    ['bun.lock', '{}', 'bun install --frozen-lockfile'],
    ['uv.lock', '', 'uv sync --frozen'],
    ['poetry.lock', '', 'poetry install --no-interaction'],
    ['go.sum', '', 'go mod download'],
    ['Cargo.lock', '', 'cargo fetch --locked'],
  ])('%s (%j) means %s', (file, content, command) => {
    fs.writeFileSync(path.join(root, file), content);
    expect(findLockFiles(root)).toMatchObject([{ file, command }]);
  });

  it('takes one lock file an ecosystem, and requirements.txt only with a virtual environment', () => {
    for (const file of ['package-lock.json', 'pnpm-lock.yaml', 'go.sum', 'requirements.txt'])
      fs.writeFileSync(path.join(root, file), file);
    expect(findLockFiles(root).map(({ file }) => file)).toEqual(['pnpm-lock.yaml', 'go.sum']);
    fs.mkdirSync(path.join(root, '.venv/bin'), { recursive: true });
    fs.writeFileSync(path.join(root, '.venv/bin/python'), '');
    expect(findLockFiles(root).map(({ file }) => file)).toContain('requirements.txt');
    expect(findLockFiles(path.join(root, 'nowhere'))).toEqual([]);
  });
});

describe('planInstall', () => {
  const file = (hash: string, installed: boolean | undefined): LockFile => ({
    file: 'f',
    command: 'c',
    hash,
    installed,
  });
  it.each([
    ['same content, installed', file('a', true), 'a', 'nothing'],
    ['same content, folder gone', file('a', false), 'a', 'install'],
    ['other content', file('b', true), 'a', 'install'],
    ['first seen, installed', file('a', true), undefined, 'adopt'],
    ['first seen, not installed', file('a', false), undefined, 'install'],
    ['first seen, no folder to look at', file('a', undefined), undefined, 'adopt'],
  ])('%s', (_, lock, before, outcome) => {
    const { changed, adopt } = planInstall([lock], () => before);
    expect(changed.length > 0 ? 'install' : adopt.length > 0 ? 'adopt' : 'nothing').toBe(outcome);
  });

  it('has nothing left to do once everything is recorded and installed', () => {
    const lock = fc.record({
      file: fc.string(),
      command: fc.string(),
      hash: fc.string(),
      installed: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(lock), (locks) => {
        const { changed, adopt } = planInstall(locks, () => undefined);
        expect(changed.length + adopt.length).toBe(locks.length);
        const done = locks.map((one) => ({
          ...one,
          installed: one.installed === undefined ? undefined : true,
        }));
        for (const one of done)
          expect(planInstall([one], () => one.hash)).toEqual({ changed: [], adopt: [] });
      }),
    );
  });
});
