import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HooksError } from '../../src/errors.ts';
import { COMMAND_RULES } from '../../src/install/command-rules.ts';
import { HOOK_CATALOG } from '../../src/install/hook-catalog.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { installedCommands } from '../support/installed.ts';
import { snapshot } from '../support/snapshot.ts';

const LOCAL = '.claude/settings.local.json';

let place: InstallPlace;
beforeEach(() => {
  place = makeInstallPlace();
});
afterEach(() => {
  place.cleanup();
});

const at = (file: string): string => path.join(place.repo, file);
const parse = (file: string): Record<string, unknown> => JSON.parse(place.read(file).replace(/^\uFEFF/, ''));

/** Everything there is, but for the number of the lock that was taken. */
function everything(): Record<string, string> {
  const all = snapshot(place.repo, place.home);
  for (const key of Object.keys(all)) if (key.includes('/claude-hooks/locks')) delete all[key];
  return all;
}

async function refusal(work: Promise<unknown>): Promise<HooksError> {
  return work.then(
    () => Promise.reject(new Error('was not refused')),
    (error: HooksError) => error,
  );
}

describe('a settings file nobody else writes to', () => {
  it('gets its bytes and its mode back', async () => {
    const text = '\uFEFF{\r\n\t"model" : "opus",\r\n\t"env": {},\t"big": 12345678901234567890\r\n}';
    place.write(LOCAL, text);
    fs.chmodSync(at(LOCAL), 0o640);
    await place.install();
    expect(parse(LOCAL)).toMatchObject({ model: 'opus', env: {} });
    expect(place.read(LOCAL)).toContain('"big": 12345678901234567890,\r\n\t"hooks" : {\r\n');
    expect(fs.statSync(at(LOCAL)).mode & 0o777).toBe(0o640);
    // One entry an event, before commands one a rule, and none about edits where no partition is configured.
    const entries = HOOK_CATALOG.length - 2 + COMMAND_RULES.length;
    expect(place.read(LOCAL).match(/claude_hooks=[a-z-]+:local;/g)).toHaveLength(entries);
    await place.uninstall();
    expect(place.read(LOCAL)).toBe(text);
    expect(fs.statSync(at(LOCAL)).mode & 0o777).toBe(0o640);
  });

  it('is created where there is none, and goes again with its folder', async () => {
    const before = snapshot(place.repo, place.user.data);
    const done = await place.install();
    expect(done.actions.map(({ id }) => id)).toEqual(['runtime', 'node', 'exclude', 'settings:local']);
    await place.uninstall({ purge: true });
    expect(snapshot(place.repo, place.user.data)).toEqual(before);
  });

  it('keeps a folder in which something else lies by now', async () => {
    await place.install();
    place.write('.claude/agents/x.md', 'x');
    await place.uninstall({ purge: true });
    expect(place.list('.claude')).toEqual(['agents']);
  });

  it('is not touched by a second install', async () => {
    await place.install();
    const before = everything();
    const again = await place.install();
    expect(again).toMatchObject({ applied: true, actions: [] });
    expect(everything()).toEqual(before);
  });

  it('is not touched by a dry run, which shows what the real run then does', async () => {
    place.write(LOCAL, '{}');
    const before = snapshot(place.repo, place.home);
    const plan = await place.install({ dryRun: true, preset: 'solo' });
    expect(snapshot(place.repo, place.home)).toEqual(before);
    const real = await place.install({ preset: 'solo' });
    const outline = (actions: typeof plan.actions): unknown[] =>
      actions.map(({ id, file, after }) => [id, file, after]);
    expect(outline(real.actions)).toEqual(outline(plan.actions));
    const planned = await place.uninstall({ dryRun: true });
    const undone = await place.uninstall();
    expect(outline(undone.actions)).toEqual(outline(planned.actions));
  });

  it('that is a symbolic link stays one', async () => {
    const real = path.join(place.root, 'dotfiles.json');
    fs.writeFileSync(real, '{"a": 1}\n');
    fs.mkdirSync(at('.claude'));
    fs.symlinkSync('../../dotfiles.json', at(LOCAL));
    await place.install();
    expect(fs.readlinkSync(at(LOCAL))).toBe('../../dotfiles.json');
    expect(fs.readFileSync(real, 'utf8')).toContain('claude_hooks=');
    await place.uninstall();
    expect(fs.readlinkSync(at(LOCAL))).toBe('../../dotfiles.json');
    expect(fs.readFileSync(real, 'utf8')).toBe('{"a": 1}\n');
  });

  it('gives back the bytes of before the first install after several upgrades', async () => {
    place.write(LOCAL, '{ "a":1, "hooks": {  } }');
    await place.install();
    await place.install({ node: '/opt/other/node' });
    await place.install({ node: '/opt/third/node' });
    expect(place.read(LOCAL)).toContain("n='/opt/third/node'");
    expect(place.read(LOCAL)).not.toContain('/opt/other/node');
    await place.uninstall();
    expect(place.read(LOCAL)).toBe('{ "a":1, "hooks": {  } }');
  });
});

describe('a settings file that others changed after install', () => {
  it('loses exactly our entries', async () => {
    place.write(LOCAL, '{"a": 1, "hooks": {"Stop": []}}');
    await place.install();
    const value = parse(LOCAL) as { hooks: Record<string, unknown[]> };
    const theirs = { matcher: 'Bash', hooks: [{ type: 'command', command: 'lint' }] };
    value.hooks.Stop?.unshift(theirs);
    value.hooks.PreToolUse = [theirs];
    const rewritten = JSON.stringify({ ...value, model: 'opus' }, null, 4);
    place.write(LOCAL, rewritten);
    await place.uninstall();
    const wanted = { a: 1, hooks: { Stop: [theirs], PreToolUse: [theirs] }, model: 'opus' };
    expect(place.read(LOCAL)).toBe(JSON.stringify(wanted, null, 4));
  });

  it('is only ever cleaned of our entries from then on, also after another install', async () => {
    place.write(LOCAL, '{"a": 1}');
    await place.install();
    place.write(LOCAL, place.read(LOCAL).replace('"a": 1', '"a": 2'));
    await place.install({ node: '/opt/other/node' });
    await place.uninstall();
    expect(place.read(LOCAL)).toBe('{"a": 2}');
  });

  it('stays, emptied, where it was there before, and goes where install had made it', async () => {
    await place.install();
    place.write(LOCAL, JSON.stringify(parse(LOCAL)));
    await place.uninstall();
    expect(place.exists(LOCAL)).toBe(false);
    place.write(LOCAL, '{"a": 1}');
    await place.install();
    const { a: _gone, ...rest } = parse(LOCAL);
    place.write(LOCAL, JSON.stringify(rest));
    await place.uninstall();
    expect(place.read(LOCAL)).toBe('{}');
  });

  it('is left alone where our entries are gone already', async () => {
    place.write(LOCAL, '{"a": 1}');
    await place.install();
    place.write(LOCAL, '{"b": 2}');
    await place.uninstall();
    expect(place.read(LOCAL)).toBe('{"b": 2}');
  });

  it('that is no JSON any more stops the uninstall before anything is changed', async () => {
    await place.install();
    place.write(LOCAL, `// mine\n${place.read(LOCAL)}`);
    const before = everything();
    const error = await refusal(place.uninstall());
    expect(error).toMatchObject({ kind: 'conflict', line: 1, column: 1 });
    expect(everything()).toEqual(before);
  });
});

describe('without its manifest', () => {
  it('uninstall takes out what is recognisably ours', async () => {
    place.write(LOCAL, '{"a": 1}');
    const git = snapshot(at('.git/config'), at('.git/hooks'), at('.git/info'));
    await place.install({ gitHooks: 'auto' });
    fs.rmSync(path.join(place.user.data, 'installs'), { recursive: true });
    await place.uninstall({ purge: true });
    expect(place.read(LOCAL)).toBe('{"a": 1}');
    expect(snapshot(at('.git/config'), at('.git/hooks'), at('.git/info'))).toEqual(git);
    expect(fs.existsSync(place.user.data)).toBe(false);
  });

  it('a damaged one counts as lost', async () => {
    place.write(LOCAL, '{"a": 1}');
    await place.install();
    const [name] = fs.readdirSync(path.join(place.user.data, 'installs'));
    fs.writeFileSync(path.join(place.user.data, 'installs', name ?? ''), '{"version": 1, "files": [{}]}');
    await place.uninstall();
    expect(place.read(LOCAL)).toBe('{"a": 1}');
  });

  it('an install over entries that are there does not take them for the original', async () => {
    place.write(LOCAL, '{"a": 1}');
    await place.install();
    fs.rmSync(path.join(place.user.data, 'installs'), { recursive: true });
    await place.install({ node: '/opt/other/node' });
    await place.uninstall();
    expect(place.read(LOCAL)).toBe('{"a": 1}');
  });
});

describe('what cannot be edited', () => {
  async function expectUntouched(before: Record<string, string>): Promise<HooksError> {
    const error = await refusal(place.install({ gitHooks: 'auto', preset: 'solo' }));
    expect(error).toMatchObject({ kind: 'conflict', file: expect.stringContaining('.claude') });
    expect(error.hint).toBeTruthy();
    expect(snapshot(place.repo, place.home)).toEqual(before);
    return error;
  }

  it.each([
    ['a comment', '{\n  // x\n}'],
    ['a trailing comma', '{"a": 1,}'],
    [
      'a zero timeout',
      '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x", "timeout": 0}]}]}}',
    ],
    ['hooks of the wrong shape', '{"hooks": []}'],
    ['hooks twice', '{"hooks": {}, "hooks": {}}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('%s: nothing at all is changed', async (_name, content) => {
    fs.mkdirSync(at('.claude'));
    fs.writeFileSync(at(LOCAL), content);
    const error = await expectUntouched(snapshot(place.repo, place.home));
    expect(error.line).toBeGreaterThan(0);
    expect(error.column).toBeGreaterThan(0);
  });

  it('a file without write permission, a dangling link, a folder in its place', async () => {
    place.write(LOCAL, '{}');
    fs.chmodSync(at(LOCAL), 0o444);
    await expectUntouched(snapshot(place.repo, place.home));
    fs.rmSync(at(LOCAL));
    fs.symlinkSync('nowhere', at(LOCAL));
    await expectUntouched(snapshot(place.repo, place.home));
    fs.rmSync(at(LOCAL));
    fs.mkdirSync(at(LOCAL));
    await expectUntouched(snapshot(place.repo, place.home));
    fs.rmSync(at('.claude'), { recursive: true });
    place.write('.claude', 'a file');
    await expectUntouched(snapshot(place.repo, place.home));
  });

  it('hooks that are switched off are installed with a warning', async () => {
    place.write(LOCAL, '{"disableAllHooks": true}');
    const done = await place.install();
    expect(done.warnings.join('\n')).toContain('disableAllHooks');
    expect(installedCommands(place, LOCAL).size).toBe(new Set(HOOK_CATALOG.map(({ event }) => event)).size);
  });
});
