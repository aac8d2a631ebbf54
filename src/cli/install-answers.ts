import * as path from 'node:path';
import { isPresetName, PRESET_NAMES, PRESETS } from '../config/preset-catalog.ts';
import { HooksError } from '../errors.ts';
import { isDeclaredInProject } from '../install/find-package.ts';
import type { Scope } from '../install/hook-catalog.ts';
import { readManifests } from '../install/manifest.ts';
import { settingsFile } from '../install/scopes.ts';
import { lstatIfExists, realPath, statIfExists } from '../platform/fs.ts';
import { locateRepository, type Repository, type StatePaths, statePaths, stateRoot } from '../store/paths.ts';
import { choose } from './ask.ts';
import type { Cli } from './cli.ts';

export interface InstallOptions {
  scope?: Scope;
  dir?: string;
  preset?: string;
  gitHooks?: 'auto' | 'husky' | 'plain' | 'none';
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export interface InstallAnswers {
  repository: Repository;
  state: StatePaths;
  dir: string;
  scope: Scope;
  preset: string | undefined;
  gitHooks: InstallOptions['gitHooks'];
}

/**
 * What the command line leaves open: asked at a terminal, else decided. Scope: that of the one install that is
 * here; else project where the repository's package.json names claude-hooks (its people share it), else local.
 */
export async function completeAnswers(options: InstallOptions, cli: Cli): Promise<InstallAnswers> {
  if (options.preset !== undefined) checkPreset(options.preset);
  const asks = cli.interactive && options.yes !== true && options.dryRun !== true && options.json !== true;
  const repository =
    options.dir === undefined ? cli.repository : locateRepository(folderOf(options.dir, cli));
  const installed = installedHere(repository, cli);
  const suggested =
    installed ?? (isDeclaredInProject(repository.root, repository.root) ? 'project' : 'local');
  const scope = options.scope ?? (asks && installed === undefined ? await askScope(suggested) : suggested);
  const dir =
    options.dir === undefined ? await chooseDir(repository, scope, asks, cli) : folderOf(options.dir, cli);
  refuseHome(scope, dir, cli);
  const isFirst = asks && installed === undefined;
  const preset = options.preset ?? (isFirst && !hasConfig(repository.root) ? await askPreset() : undefined);
  const inGit = repository.gitDir !== undefined;
  const gitHooks = options.gitHooks ?? (isFirst && inGit ? await askGitHooks() : undefined);
  const state = statePaths(stateRoot(repository, cli.user));
  return { repository, state, dir, scope, preset: preset === 'none' ? undefined : preset, gitHooks };
}

function installedHere(repository: Repository, cli: Cli): Scope | undefined {
  const here = readManifests(cli.user).filter(
    (manifest) => realPath(manifest.root) === realPath(repository.root),
  );
  return here.length === 1 ? here[0]?.scope : undefined;
}

function folderOf(dir: string, cli: Cli): string {
  const folder = path.resolve(cli.cwd, dir);
  if (statIfExists(folder)?.isDirectory() === true) return folder;
  throw new HooksError({
    code: 'no-such-folder',
    kind: 'usage',
    message: `${folder} is not a folder.`,
    hint: 'Give --dir the folder that Claude Code is started in.',
  });
}

async function chooseDir(repository: Repository, scope: Scope, asks: boolean, cli: Cli): Promise<string> {
  const isBelow = realPath(cli.cwd) !== realPath(repository.root);
  if (scope === 'user' || !asks || !isBelow) return repository.root;
  const answer = await choose(
    'Claude Code reads these settings only from the folder it is started in. Where do you start it?',
    [
      { value: 'root', label: repository.root, hint: 'the top of the working tree' },
      { value: 'here', label: cli.cwd, hint: 'this folder' },
    ],
    'root',
  );
  return answer === 'root' ? repository.root : cli.cwd;
}

/** In the home folder, project settings and the person's own are the same file. */
function refuseHome(scope: Scope, dir: string, cli: Cli): void {
  const own = settingsFile('user', dir, cli.user, cli.env);
  if (scope !== 'project' || realPath(settingsFile('project', dir, cli.user, cli.env)) !== realPath(own))
    return;
  throw new HooksError({
    code: 'home-is-no-project',
    kind: 'usage',
    message: `The project settings of ${dir} are your user settings (${own}).`,
    hint: 'Use --scope user, or run install in a repository.',
  });
}

function checkPreset(name: string): void {
  if (isPresetName(name) || name.startsWith('./') || name.startsWith('../')) return;
  throw new HooksError({
    code: 'unknown-preset',
    kind: 'usage',
    message: `There is no preset ${JSON.stringify(name)}.`,
    hint: `The presets are ${PRESET_NAMES.join(', ')}; a file in the repository starts with ./.`,
  });
}

function hasConfig(root: string): boolean {
  return ['', '.json', '.yaml', '.yml', '.local.json'].some(
    (ending) => lstatIfExists(path.join(root, `.claude-sessionrc${ending}`)) !== undefined,
  );
}

function askScope(suggested: Scope): Promise<Scope> {
  return choose(
    'For whom?',
    [
      { value: 'local', label: 'Only me, in this project', hint: '.claude/settings.local.json' },
      { value: 'project', label: 'Everyone in this project', hint: '.claude/settings.json, committed' },
      { value: 'user', label: 'Only me, in every repository I enable', hint: '~/.claude/settings.json' },
    ],
    suggested,
  );
}

function askPreset(): Promise<string> {
  return choose<string>(
    'Start from a preset?',
    [
      { value: 'none', label: 'No, the defaults' },
      ...PRESET_NAMES.map((name) => ({ value: name, label: name, hint: PRESETS[name] })),
    ],
    'none',
  );
}

function askGitHooks(): Promise<'auto' | 'none'> {
  return choose(
    'Join the git hooks?',
    [
      { value: 'auto', label: 'Yes', hint: 'beside what is there; nothing is replaced' },
      { value: 'none', label: 'No' },
    ],
    'auto',
  );
}
