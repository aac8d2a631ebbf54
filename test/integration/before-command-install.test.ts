import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFile } from '../../src/config/load.ts';
import { COMMAND_RULES } from '../../src/install/command-rules.ts';
import { locateRepository, statePaths, stateRoot } from '../../src/store/paths.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { snapshot } from '../support/snapshot.ts';

// What install writes for the commands before which a checkpoint is saved, and what uninstall leaves of it.

let place: InstallPlace;
beforeEach(() => {
  place = makeInstallPlace();
});
afterEach(() => {
  place.cleanup();
});

const FILES = {
  project: '.claude/settings.json',
  local: '.claude/settings.local.json',
  user: '../home/.claude/settings.json',
};

interface Group {
  matcher?: string;
  hooks: { if?: string; command: string; timeout?: number }[];
}

function groupsOf(scope: keyof typeof FILES): Group[] {
  const { hooks } = JSON.parse(place.read(FILES[scope])) as { hooks: { PreToolUse?: Group[] } };
  return hooks.PreToolUse ?? [];
}

/** The rules beside the built-in ones that a scope's settings have entries for. */
const addedIn = (scope: keyof typeof FILES): string[] =>
  groupsOf(scope)
    .flatMap(({ hooks }) => hooks.map((hook) => hook.if ?? ''))
    .filter((rule) => !COMMAND_RULES.includes(rule.slice('Bash('.length, -1)));

const configure = (file: string, checkpoints: unknown): void =>
  place.write(file, JSON.stringify({ checkpoints }));

describe('install', () => {
  it.each(['local', 'project', 'user'] as const)('writes one group for Bash in %s scope', async (scope) => {
    const before = snapshot(path.join(place.repo, '.claude'), path.join(place.home, '.claude'));
    await place.install({ scope });
    const [group, ...more] = groupsOf(scope);
    expect(more).toEqual([]);
    expect(group?.matcher).toBe('Bash');
    expect(group?.hooks.map((hook) => hook.if)).toEqual(COMMAND_RULES.map((rule) => `Bash(${rule})`));
    for (const { command, timeout } of group?.hooks ?? []) {
      expect(command).toMatch(new RegExp(`^claude_hooks=command:${scope}; IFS= read -r e; case`));
      expect(timeout).toBe(30);
    }
    const text = place.read(FILES[scope]);
    await place.install({ scope });
    expect(place.read(FILES[scope])).toBe(text);
    await place.uninstall({ scope });
    expect(snapshot(path.join(place.repo, '.claude'), path.join(place.home, '.claude'))).toEqual(before);
  });

  it('adds to an older install, and takes the entries out where they are no longer wanted', async () => {
    const original = '{\n\t"hooks": {\n\t\t"PreToolUse": [{ "matcher": "Edit", "hooks": [] }]\n\t}\n}\n';
    place.write(FILES.local, original);
    configure('.claude-sessionrc.json', { beforeCommands: false });
    await place.install();
    expect(groupsOf('local')).toEqual([{ matcher: 'Edit', hooks: [] }]);
    const older = place.read(FILES.local);
    configure('.claude-sessionrc.json', { commands: ['Bash(make clean*)'] });
    await place.install();
    expect(groupsOf('local')).toHaveLength(2);
    expect(addedIn('local')).toEqual(['Bash(make clean*)']);
    configure('.claude-sessionrc.json', { enabled: false });
    await place.install();
    expect(place.read(FILES.local)).toBe(older);
    fs.rmSync(path.join(place.repo, '.claude-sessionrc.json'));
    await place.install();
    await place.uninstall();
    expect(place.read(FILES.local)).toBe(original);
  });

  it('brings its entries up to date in a file that others changed, and takes them all out of it', async () => {
    await place.install();
    const settings = JSON.parse(place.read(FILES.local)) as { hooks: { PreToolUse: Group[] } };
    const theirs = { command: 'theirs', type: 'command' };
    settings.hooks.PreToolUse[0]?.hooks.splice(3, 0, theirs);
    place.write(FILES.local, JSON.stringify(settings));
    configure('.claude-sessionrc.json', { commands: ['Bash(make clean*)'] });
    await place.install();
    expect(groupsOf('local').map(({ hooks }) => hooks.length)).toEqual([1, COMMAND_RULES.length + 1]);
    await place.uninstall();
    expect(JSON.parse(place.read(FILES.local))).toEqual({
      hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [theirs] }] },
    });
  });

  it('takes the rules a scope may hold: a committed file nothing personal, one’s own file no project’s', async () => {
    configure('.claude-sessionrc.json', { commands: ['Bash(of-project *)'] });
    configure('.claude-sessionrc.local.json', { commands: { $append: ['Bash(of-local *)'] } });
    configure('../home/.config/claude-session/config.json', { commands: ['Bash(of-user *)'] });
    for (const scope of ['local', 'project', 'user'] as const) await place.install({ scope });
    expect(addedIn('project')).toEqual(['Bash(of-project *)']);
    expect(addedIn('local')).toEqual(['Bash(of-project *)', 'Bash(of-local *)']);
    expect(addedIn('user')).toEqual(['Bash(of-user *)']);
  });

  it('goes by the configuration of the folder it installs for', async () => {
    const dir = path.join(place.repo, 'pkg');
    configure('pkg/.claude-sessionrc.json', { commands: ['Bash(of-pkg *)'] });
    await place.install({ dir, cwd: place.repo, repository: locateRepository(place.repo) });
    expect(place.read('pkg/.claude/settings.local.json')).toContain('Bash(of-pkg *)');
  });

  it('writes few entries where each is a Node process of its own, and knows them again', async () => {
    await place.install({ platform: 'win32' });
    const [group] = groupsOf('local');
    expect(group?.hooks.length).toBeLessThan(10);
    expect(group?.hooks[0]?.command).toMatch(/bell\.cjs" command:local "\[!a-mo-su-z\]rm"$/);
    const text = place.read(FILES.local);
    await place.install({ platform: 'win32' });
    expect(place.read(FILES.local)).toBe(text);
    await place.uninstall();
    expect(place.exists(FILES.local)).toBe(false);
  });
});

describe('a rule the client could not read', () => {
  it('is an error of the configuration with its place, and install goes on without that file', async () => {
    const text = '{\n  "checkpoints": {\n    "commands": ["Bash(a *)", "terraform destroy"]\n  }\n}\n';
    place.write('.claude-sessionrc.json', text);
    const repository = locateRepository(place.repo);
    const [problem, ...more] = checkFile(path.join(place.repo, '.claude-sessionrc.json'), {
      repository,
      cwd: place.repo,
      state: statePaths(stateRoot(repository, place.user)),
      user: place.user,
      env: place.env,
      presetsDirectory: path.join(place.dist, 'presets'),
    });
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ level: 'error', key: 'checkpoints.commands.1', line: 3, column: 31 });
    expect(problem?.message).toContain('Bash(terraform destroy *)');
    await place.install();
    expect(addedIn('local')).toEqual([]);
  });
});
