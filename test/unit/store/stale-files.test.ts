import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { locateRepository } from '../../../src/store/paths.ts';
import { sweepStaleFiles } from '../../../src/store/stale-files.ts';
import { plainRepository } from '../../support/repositories.ts';

const built = plainRepository();
afterAll(() => built.cleanup());

it('removes old leftovers of ours, and nothing young, nothing of others', () => {
  const now = Date.now();
  const files = {
    '.git/refs/claude-hooks/checkpoints/a-1.lock': 'gone',
    '.git/refs/claude-hooks/operations/b-2.lock': 'gone',
    '.git/refs/claude-hooks/checkpoints/a-1': 'stays',
    '.git/refs/heads/main.lock': 'stays',
    '.git/index.lock': 'stays',
    '.claude/checkpoints/.a-1.md.123-abc-4.tmp': 'gone',
    '.claude/checkpoints/a-1.md': 'stays',
    '.claude/checkpoints/.mine.tmp': 'stays',
    'src/.a.md.123-abc-4.tmp': 'stays',
  };
  for (const file of Object.keys(files)) {
    built.write(file, '');
    const old = new Date(now - 2 * 3_600_000);
    fs.utimesSync(path.join(built.root, file), old, old);
  }
  built.write('.git/refs/claude-hooks/checkpoints/young.lock', '');
  sweepStaleFiles(locateRepository(built.root), now);
  for (const [file, fate] of Object.entries(files))
    expect(fs.existsSync(path.join(built.root, file)), file).toBe(fate === 'stays');
  expect(fs.existsSync(path.join(built.root, '.git/refs/claude-hooks/checkpoints/young.lock'))).toBe(true);
});
