import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyActions, ChangedMeanwhile, sweepTemporaries } from '../../../src/install/apply.ts';
import type { PlannedAction } from '../../../src/install/plan.ts';
import { userPaths } from '../../../src/store/paths.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-apply-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const user = (): ReturnType<typeof userPaths> => userPaths({ HOME: at('home') });
const text = (name: string): string => fs.readFileSync(at(name), 'utf8');

function action(
  name: string,
  before: string | undefined,
  after: string | undefined,
  more: Partial<PlannedAction> = {},
): PlannedAction {
  const bytes = (value: string | undefined): Buffer | undefined =>
    value === undefined ? undefined : Buffer.from(value);
  return {
    id: name,
    kind: after === undefined ? 'delete' : 'write',
    file: at(name),
    summary: '',
    before: bytes(before),
    after: bytes(after),
    surgical: 'own-file',
    ...more,
  };
}

describe('applyActions', () => {
  it('writes, creates with folders and mode, and deletes', () => {
    fs.writeFileSync(at('a'), 'old', { mode: 0o640 });
    fs.writeFileSync(at('b'), 'old');
    applyActions(
      [
        action('a', 'old', 'new'),
        action('x/y/c', undefined, 'c', { mode: 0o755 }),
        action('b', 'old', undefined),
      ],
      user(),
    );
    expect(text('a')).toBe('new');
    expect(fs.statSync(at('a')).mode & 0o777).toBe(0o640);
    expect(fs.statSync(at('x/y/c')).mode & 0o777).toBe(0o755);
    expect(fs.readdirSync(folder).sort()).toEqual(['a', 'x']);
  });

  it.each([
    ['changed', 'a', 'planned', 'other'],
    ['made meanwhile', 'a', undefined, 'other'],
    ['removed meanwhile', 'a', 'planned', undefined],
  ])(
    'a file that was %s is not touched, and the steps before it are taken back',
    (_name, file, planned, now) => {
      fs.writeFileSync(at('first'), '1');
      if (now !== undefined) fs.writeFileSync(at(file), now);
      const plan = [
        action('first', '1', '2'),
        action('new/er', undefined, 'x'),
        action(file, planned, 'ours'),
      ];
      expect(() => applyActions(plan, user())).toThrow(ChangedMeanwhile);
      expect(text('first')).toBe('1');
      expect(fs.existsSync(at('new'))).toBe(false);
      expect(fs.existsSync(at(file)) ? text(file) : undefined).toBe(now);
    },
  );

  it('does nothing where before and after are the same, whatever the file holds by now', () => {
    fs.writeFileSync(at('a'), 'other');
    applyActions([action('a', 'same', 'same')], user());
    expect(text('a')).toBe('other');
  });

  it('writes the git configuration under the lock of git', () => {
    fs.writeFileSync(at('config'), 'old');
    fs.writeFileSync(at('config.lock'), '');
    const plan = [action('config', 'old', 'new', { kind: 'git-config' })];
    expect(() => applyActions(plan, user())).toThrow(
      expect.objectContaining({ code: 'git-config-locked', kind: 'conflict' }),
    );
    expect(text('config')).toBe('old');
    const { pid } = spawnSync('true');
    fs.writeFileSync(at('config.lock'), `claude-hooks ${pid}`);
    applyActions(plan, user());
    expect(text('config')).toBe('new');
    expect(fs.readdirSync(folder)).toEqual(['config']);
  });

  it('names what could not be written and why', () => {
    fs.writeFileSync(at('file'), '');
    fs.writeFileSync(at('first'), '1');
    const plan = [action('first', '1', '2'), action('file/below', undefined, 'x')];
    expect(() => applyActions(plan, user())).toThrow(
      expect.objectContaining({
        code: 'write-failed',
        kind: 'failed',
        file: at('file/below'),
        hint: expect.any(String),
      }),
    );
    expect(text('first')).toBe('1');
  });
});

describe('sweepTemporaries', () => {
  it('removes what a dead process of ours left beside our files, and nothing else', () => {
    const { pid } = spawnSync('true');
    const keep = [`.a.${process.pid}-abc-1.tmp`, `.other.${pid}-abc-1.tmp`, 'a.tmp', '.a.tmp', 'a'];
    for (const name of [...keep, `.a.${pid}-abc-1.tmp`]) fs.writeFileSync(at(name), '');
    sweepTemporaries([at('a'), at('gone/b')]);
    expect(fs.readdirSync(folder).sort()).toEqual(keep.sort());
  });
});
