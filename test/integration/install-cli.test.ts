import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';
import { snapshot } from '../support/snapshot.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => {
  sandbox.cleanup();
});

const all = (): Record<string, string> => snapshot(sandbox.repo, sandbox.home);

describe('claude-hooks install and uninstall', () => {
  it('a whole round: dry run, install, again, uninstall', async () => {
    const git = ['config', 'hooks', 'info'].map((name) => path.join(sandbox.repo, '.git', name));
    const before = snapshot(...git, path.join(sandbox.repo, '.claude'));
    const untouched = all();
    const dry = await sandbox.cli(['install', '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(all()).toEqual(untouched);
    const planned = JSON.parse(dry.stdout);
    expect(planned).toMatchObject({
      version: 1,
      scope: 'local',
      dir: sandbox.repo,
      applied: false,
      changed: false,
    });
    const done = await sandbox.cli(['install', '--yes', '--json']);
    const document = JSON.parse(done.stdout);
    expect(document).toMatchObject({
      version: 1,
      id: planned.id,
      applied: true,
      changed: true,
      actions: planned.actions,
    });
    expect(document.next).toHaveLength(3);
    const again = await sandbox.cli(['install', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ applied: true, changed: false, actions: [] });
    const undone = await sandbox.cli(['uninstall', '--purge', '--yes']);
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('.claude/settings.local.json');
    expect(snapshot(...git, path.join(sandbox.repo, '.claude'))).toEqual(before);
    expect(fs.existsSync(path.join(sandbox.env.XDG_DATA_HOME ?? '', 'claude-hooks'))).toBe(false);
  });

  it('says file by file what it changed, and three next commands', async () => {
    const { stdout, code } = await sandbox.cli(['install', '--yes', '--git-hooks', 'none']);
    expect(code).toBe(0);
    for (const text of [
      '.claude/settings.local.json',
      '.git/info/exclude',
      'claude-hooks status',
      'claude-hooks doctor',
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toContain('\u001b');
  });

  it('off a terminal a question is an error that names the flag', async () => {
    const before = all();
    for (const verb of ['install', 'uninstall']) {
      if (verb === 'uninstall') await sandbox.cli(['install', '--yes']);
      const { code, stdout, stderr } = await sandbox.cli([verb]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('--yes');
      if (verb === 'install') expect(all()).toEqual(before);
    }
  });

  it('uninstall, then uninstall --purge removes the rest; after that it is 4', async () => {
    await sandbox.cli(['install', '--yes']);
    await sandbox.cli(['uninstall', '--yes']);
    const rest = await sandbox.cli(['uninstall', '--purge', '--yes']);
    expect(rest).toMatchObject({ code: 0, stderr: '' });
    expect(rest.stdout).toContain('Removed what was left:');
    expect((await sandbox.cli(['uninstall', '--purge', '--yes'])).code).toBe(4);
  });

  it('not installed is 4, bad usage 2, a file in the way 5', async () => {
    expect((await sandbox.cli(['uninstall', '--yes'])).code).toBe(4);
    expect((await sandbox.cli(['install', '--scope', 'zork'])).code).toBe(2);
    const preset = await sandbox.cli(['install', '--preset', 'zork', '--yes']);
    expect(preset.code).toBe(2);
    expect(preset.stderr).toContain('minimal');
    sandbox.write('.claude/settings.json', '{\n  "a": 1,\n}');
    const before = all();
    const refused = await sandbox.cli(['install', '--scope', 'project', '--yes', '--json']);
    expect(refused.code).toBe(5);
    expect(JSON.parse(refused.stdout).error).toMatchObject({
      code: 'settings-trailing-comma',
      file: path.join(sandbox.repo, '.claude/settings.json'),
      line: 2,
      column: 9,
    });
    expect(refused.stderr).toContain('Claude Code drops the whole file');
    expect(all()).toEqual(before);
  });

  it('chooses project scope where the repository names the package, and keeps to what is installed', async () => {
    sandbox.write('package.json', '{"devDependencies": {"claude-hooks": "^0.1.0"}}');
    const first = await sandbox.cli(['install', '--yes', '--json', '--git-hooks', 'none']);
    expect(JSON.parse(first.stdout).scope).toBe('project');
    expect(sandbox.read('.claude/settings.json')).not.toContain(sandbox.root);
    sandbox.write('package.json', '{}');
    const second = await sandbox.cli(['install', '--yes', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({ scope: 'project', changed: false });
  });

  it('does not take the home folder for a project', async () => {
    const { code, stderr } = await sandbox.cli(['install', '--scope', 'project', '--yes'], {
      cwd: sandbox.home,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('--scope user');
  });

  it('--dir chooses the folder Claude Code is started in', async () => {
    sandbox.write('pkg/a/x', '');
    const { stderr } = await sandbox.cli(['install', '--dir', 'pkg/a', '--yes']);
    expect(stderr).toContain('Installed for sessions started in');
    expect(sandbox.list('pkg/a/.claude')).toEqual(['settings.local.json']);
    expect((await sandbox.cli(['install', '--dir', 'nowhere', '--yes'])).code).toBe(2);
  });
});
