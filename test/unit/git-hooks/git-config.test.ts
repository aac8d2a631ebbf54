import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addHooksPath, removeHooksPath } from '../../../src/install/git-hooks/git-config.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-config-'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

function read(text: string): string[] {
  const file = path.join(folder, 'config');
  fs.writeFileSync(file, text);
  const result = spawnSync('git', ['config', '--file', file, '-z', '--get-all', 'core.hooksPath'], {
    encoding: 'utf8',
  });
  return result.stdout.split('\0').slice(0, -1);
}

const START = '[core]\n\tbare = false\n[remote "core"]\n\thooksPath = not this\n';

it('what is written is what git reads, and taking it out gives the same bytes', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', '/', ' ', '"', '\\', '#', ';', "'", '\t', '~', '=', ']', '.'),
        minLength: 1,
        maxLength: 10,
      }),
      fc.constantFrom('', START, '[core]\n\thooksPath = old # why\n', '[CORE] bare = true\n[core]\n'),
      (value, before) => {
        const after = addHooksPath(before, value);
        expect(read(after).at(-1)).toBe(value);
        expect(addHooksPath(after, value)).toBe(after);
        expect(removeHooksPath(after, value)).toBe(before);
      },
    ),
    { numRuns: 150 },
  );
});

it('takes our value out of a file that git has changed since, and only ours', () => {
  const file = path.join(folder, 'changed');
  fs.writeFileSync(file, addHooksPath('[core]\n\thooksPath = theirs\n', '/our dir'));
  execFileSync('git', ['config', '--file', file, 'core.autocrlf', 'false']);
  execFileSync('git', ['config', '--file', file, 'user.name', 'x']);
  const rest = removeHooksPath(fs.readFileSync(file, 'utf8'), '/our dir');
  expect(read(rest)).toEqual(['theirs']);
  expect(rest).toContain('autocrlf = false');
  expect(removeHooksPath(START, '/our dir')).toBe(START);
  expect(removeHooksPath('[core]\n\thooksPath = other\n', '/our dir')).toBe('[core]\n\thooksPath = other\n');
});

it('sets the value once more where a later one hides it', () => {
  const hidden = `${addHooksPath('', 'ours')}[core]\n\thooksPath = later\n`;
  expect(read(addHooksPath(hidden, 'ours')).at(-1)).toBe('ours');
});
