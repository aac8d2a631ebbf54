import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HooksError } from '../../src/errors.ts';
import { isEnabledForUser } from '../../src/install/enabled.ts';
import { locateRepository } from '../../src/store/paths.ts';
import { type InstallPlace, makeDist, makeInstallPlace } from '../support/install-place.ts';
import { installedCommands } from '../support/installed.ts';
import { snapshot } from '../support/snapshot.ts';

let place: InstallPlace;
beforeEach(() => {
  // Everything a shell could trip over, in every path.
  place = makeInstallPlace({ prefix: 'cl $HOME `id` "q" \'é\' ' });
});
afterEach(() => {
  place.cleanup();
});

const LOCAL = '.claude/settings.local.json';
const PROJECT = '.claude/settings.json';
const userSettings = (): string => path.join(place.home, '.claude/settings.json');
const gitPart = (repo = place.repo): Record<string, string> =>
  snapshot(...['config', 'hooks', 'info'].map((name) => path.join(repo, '.git', name)));

/** Runs an installed command as the client does. @returns what the doorbell was given. */
function ring(command: string, env: Record<string, string> = {}): { out: string[]; err: string } {
  const child = path.join(place.root, 'elsewhere');
  fs.mkdirSync(child, { recursive: true });
  const err = path.join(place.root, 'stderr');
  const out = execFileSync('/bin/sh', ['-c', `${'exec 2>"$ERR"; '}${command}`], {
    cwd: child,
    env: {
      HOME: place.home,
      PATH: '/usr/bin:/bin',
      CLAUDE_PROJECT_DIR: place.repo,
      ERR: err,
      n: 'from-outside',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  return { out: out.split('|').slice(0, -1), err: fs.readFileSync(err, 'utf8') };
}

const commandOf = (file: string, event = 'Stop'): string => {
  const [command] = installedCommands(place, file).get(event) ?? [];
  if (command === undefined) throw new Error(`no command for ${event} in ${file}`);
  return command;
};

describe('the installed command', () => {
  it('local: reaches the doorbell with its variables, from any folder, through any path', async () => {
    await place.install();
    const { out, err } = ring(commandOf(LOCAL));
    expect(out).toEqual(['stop:local', path.join(place.user.data, 'runtime/current'), process.execPath]);
    expect(err).toBe('');
  });

  it('project: names no path of this machine and finds the package in node_modules', async () => {
    makeDist(path.join(place.repo, 'node_modules/claude-hooks/dist'));
    place.write('package.json', '{"devDependencies": {"claude-hooks": "^0.1.0"}}');
    await place.install({
      scope: 'project',
      source: path.join(place.repo, 'node_modules/claude-hooks/dist'),
    });
    expect(place.read(PROJECT)).not.toContain(place.root);
    const { out, err } = ring(commandOf(PROJECT));
    expect(out).toEqual(['stop:project', path.join(place.repo, 'node_modules/claude-hooks/dist'), '']);
    expect(err).toBe('');
    expect(fs.existsSync(path.join(place.user.data, 'runtime'))).toBe(false);
    expect(fs.readFileSync(path.join(place.user.data, 'node'), 'utf8')).toBe(`${process.execPath}\n`);
  });

  it('project: without the package in node_modules it takes the runtime copy of the person', async () => {
    await place.install({ scope: 'project' });
    expect(place.read(PROJECT)).not.toContain(place.root);
    expect(ring(commandOf(PROJECT), place.env).out[1]).toBe(path.join(place.user.data, 'runtime/current'));
    const { XDG_DATA_HOME: _gone, ...env } = place.env;
    expect(ring(commandOf(PROJECT), env).out[1]).toBe(path.join(place.user.data, 'runtime/current'));
  });

  it('is silent and ends with 0 where nothing is installed any more', async () => {
    await place.install();
    await place.install({ scope: 'project' });
    const commands = [commandOf(LOCAL), commandOf(PROJECT)];
    fs.rmSync(place.user.data, { recursive: true });
    for (const command of commands) expect(ring(command)).toEqual({ out: [], err: '' });
  });

  it('is one of each event, with its timeout', async () => {
    await place.install();
    const { hooks } = JSON.parse(place.read(LOCAL)) as {
      hooks: Record<string, { hooks: { timeout: number }[] }[]>;
    };
    const timeouts = Object.entries(hooks).map(([event, groups]) => [event, groups[0]?.hooks[0]?.timeout]);
    expect(Object.fromEntries(timeouts)).toEqual({
      SessionStart: 30,
      UserPromptSubmit: 10,
      PreToolUse: 30,
      Stop: 10,
      PreCompact: 10,
      StopFailure: 10,
      PostToolUseFailure: 10,
      SessionEnd: 10,
    });
  });
});

describe('several scopes', () => {
  it('each is taken out by itself, in any order, and what they share goes with the last', async () => {
    place.write(PROJECT, '{"a": 1}');
    for (const order of [
      ['local', 'project'],
      ['project', 'local'],
    ] as const) {
      const before = { ...snapshot(path.join(place.repo, '.claude')), ...gitPart() };
      await place.install({ scope: 'local', gitHooks: 'auto' });
      await place.install({ scope: 'project', gitHooks: 'auto' });
      await place.uninstall({ scope: order[0], purge: true });
      expect(place.read('.git/info/exclude')).toContain('claude-hooks');
      expect(place.exists('.git/hooks/post-commit')).toBe(true);
      expect(place.exists('.git/claude-hooks')).toBe(true);
      await place.uninstall({ purge: true });
      expect({ ...snapshot(path.join(place.repo, '.claude')), ...gitPart() }).toEqual(before);
      expect(fs.existsSync(place.user.data)).toBe(false);
    }
  });

  it('uninstall without --scope takes all of them', async () => {
    await place.install({ scope: 'local' });
    await place.install({ scope: 'project' });
    await place.install({ scope: 'user' });
    const done = await place.uninstall();
    expect(done.installs.map(({ scope }) => scope).sort()).toEqual(['local', 'project', 'user']);
    expect(place.list('.claude')).toEqual([]);
    expect(fs.existsSync(userSettings())).toBe(false);
  });

  it('where it is not installed, uninstall says so', async () => {
    await place.install({ scope: 'local' });
    await expect(place.uninstall({ scope: 'user' })).rejects.toMatchObject({ kind: 'not-installed' });
    await place.uninstall();
    await expect(place.uninstall()).rejects.toBeInstanceOf(HooksError);
  });
});

describe('user scope', () => {
  function second(): string {
    const repo = path.join(place.root, 'second');
    execFileSync('git', ['init', '-q', repo], { env: place.env });
    return repo;
  }

  it('acts only where it was enabled; the entries go with the last repository', async () => {
    const other = second();
    const text = '{\n\t"model": "opus"\n}\n';
    fs.mkdirSync(path.dirname(userSettings()));
    fs.writeFileSync(userSettings(), text, { mode: 0o600 });
    await place.install({ scope: 'user' });
    const enabled = (repo: string): boolean => isEnabledForUser(locateRepository(repo), place.user);
    expect([enabled(place.repo), enabled(other)]).toEqual([true, false]);
    const settings = fs.readFileSync(userSettings(), 'utf8');
    const done = await place.install({ scope: 'user', dir: other });
    expect(done.actions.map(({ id }) => id)).toEqual(['exclude', 'enable']);
    expect(fs.readFileSync(userSettings(), 'utf8')).toBe(settings);
    await place.uninstall({ scope: 'user' });
    expect([enabled(place.repo), enabled(other)]).toEqual([false, true]);
    expect(fs.readFileSync(userSettings(), 'utf8')).toBe(settings);
    await place.uninstall({ scope: 'user', dir: other });
    expect(fs.readFileSync(userSettings(), 'utf8')).toBe(text);
    expect(fs.statSync(userSettings()).mode & 0o777).toBe(0o600);
  });

  it('a repository that was deleted does not keep the entries', async () => {
    const other = second();
    await place.install({ scope: 'user', dir: other });
    await place.install({ scope: 'user' });
    fs.rmSync(other, { recursive: true });
    await place.uninstall();
    expect(fs.existsSync(userSettings())).toBe(false);
  });

  it('--everywhere takes all of them', async () => {
    const other = second();
    await place.install({ scope: 'user', dir: other });
    await place.install({ scope: 'user' });
    await place.install({ scope: 'local', dir: other });
    const done = await place.uninstall({ everywhere: true });
    expect(done.installs).toHaveLength(3);
    expect(fs.existsSync(userSettings())).toBe(false);
    expect(fs.existsSync(path.join(other, LOCAL))).toBe(false);
  });

  it('honours CLAUDE_CONFIG_DIR', async () => {
    const config = path.join(place.root, 'claude config');
    await place.install({ scope: 'user', env: { ...place.env, CLAUDE_CONFIG_DIR: config } });
    expect(fs.readFileSync(path.join(config, 'settings.json'), 'utf8')).toContain('stop:user');
    expect(fs.existsSync(userSettings())).toBe(false);
  });
});

describe('the runtime copy', () => {
  const runtime = (...more: string[]): string => path.join(place.user.data, 'runtime', ...more);

  it('outlives the cache it came from, is replaced by an upgrade and goes with the last uninstall', async () => {
    await place.install();
    fs.rmSync(place.dist, { recursive: true });
    expect(ring(commandOf(LOCAL)).out[0]).toBe('stop:local');
    const first = fs.readlinkSync(runtime('current'));
    const settings = place.read(LOCAL);
    for (const mark of ['# two', '# three']) {
      await place.install({ source: makeDist(path.join(place.root, mark), mark) });
      expect(fs.readFileSync(runtime('current', 'bell.sh'), 'utf8')).toContain(mark);
    }
    expect(place.read(LOCAL)).toBe(settings);
    expect(fs.readdirSync(runtime())).toHaveLength(3);
    expect(fs.readdirSync(runtime())).not.toContain(first);
    await place.uninstall();
    expect(fs.existsSync(runtime())).toBe(false);
  });

  it('is made anew where someone changed it', async () => {
    await place.install();
    fs.appendFileSync(runtime('current', 'bell.sh'), 'rm -rf /nonexistent\n');
    const done = await place.install();
    expect(done.actions.map(({ id }) => id)).toEqual(['runtime']);
    expect(fs.readFileSync(runtime('current', 'bell.sh'), 'utf8')).not.toContain('rm -rf');
  });

  it('is refused where the package is not whole', async () => {
    fs.rmSync(path.join(place.dist, 'bell.sh'));
    fs.rmSync(path.join(place.dist, 'bell.cjs'));
    await expect(place.install()).rejects.toMatchObject({ code: 'runtime-incomplete' });
    expect(place.exists(LOCAL)).toBe(false);
  });
});

describe('monorepos and worktrees', () => {
  it('installs for a folder below the top, and says what that means', async () => {
    const dir = path.join(place.repo, 'pkg/a');
    fs.mkdirSync(dir, { recursive: true });
    makeDist(path.join(place.repo, 'node_modules/claude-hooks/dist'));
    place.write('package.json', '{"devDependencies": {"claude-hooks": "*"}}');
    const repository = locateRepository(place.repo);
    const source = path.join(place.repo, 'node_modules/claude-hooks/dist');
    const done = await place.install({ dir, repository, scope: 'project', source });
    expect(done.warnings.join('\n')).toContain('Installed for sessions started in');
    const command = commandOf(`pkg/a/${PROJECT}`);
    expect(command).toContain('"$CLAUDE_PROJECT_DIR/../../node_modules/claude-hooks/dist"');
    expect(ring(command, { CLAUDE_PROJECT_DIR: dir }).out[0]).toBe('stop:project');
    await place.install({ dir, repository, scope: 'local', source });
    expect(place.git('status', '--porcelain')).not.toContain('settings.local.json');
    await place.uninstall();
    expect(place.list('pkg/a')).toEqual([]);
  });

  it('says from a subfolder that the top is meant', async () => {
    fs.mkdirSync(path.join(place.repo, 'src'));
    const done = await place.install({ cwd: path.join(place.repo, 'src') });
    expect(done.warnings.join('\n')).toContain('run install with --dir . as well');
  });

  it('a linked worktree has its own settings and shares the rest', async () => {
    const tree = path.join(place.root, 'tree');
    place.git('worktree', 'add', '-q', tree);
    const before = gitPart();
    const done = await place.install({ dir: tree, gitHooks: 'auto' });
    expect(done.warnings.join('\n')).toContain('linked worktree');
    await place.install({ gitHooks: 'auto' });
    await place.uninstall({ dir: tree, repository: locateRepository(tree), purge: true });
    expect(place.exists('.git/hooks/post-commit')).toBe(true);
    expect(place.exists(LOCAL)).toBe(true);
    await place.uninstall({ purge: true });
    expect(gitPart()).toEqual(before);
  });
});
