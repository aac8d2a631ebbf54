import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { type UninstallResult, uninstall } from '../../flows/uninstall.ts';
import type { Scope } from '../../install/hook-catalog.ts';
import { locateRepository, statePaths, stateRoot } from '../../store/paths.ts';
import { agree } from '../ask.ts';
import { type Cli, cannotAsk } from '../cli.ts';
import { actionDocument, planLines, shortPath } from '../plan-view.ts';

interface Options {
  scope?: Scope;
  dir?: string;
  purge?: boolean;
  everywhere?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function define(program: Command, cli: Cli): void {
  program
    .command('uninstall')
    .summary('Take them out again, without a trace')
    .description(
      'Take the hooks out again. A file that nobody changed since install gets its former bytes back; any other loses exactly the entries of claude-hooks. What the hooks wrote stays, unless --purge.',
    )
    .addOption(
      new Option('--scope <scope>', 'only this scope (default: every scope installed here)').choices([
        'local',
        'project',
        'user',
      ]),
    )
    .option('--dir <folder>', 'only the install for this folder')
    .option('--purge', 'also remove checkpoints, session records and documents')
    .option('--everywhere', 'every install of this person, in all repositories')
    .option('--dry-run', 'show what would change, change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks uninstall\n  claude-hooks uninstall --scope local --purge --yes\n  claude-hooks uninstall --everywhere --dry-run\n',
    )
    .action((options: Options) => run(options, cli));
}

async function run(options: Options, cli: Cli): Promise<void> {
  const dir = options.dir === undefined ? undefined : path.resolve(cli.cwd, options.dir);
  const repository = dir === undefined ? cli.repository : locateRepository(dir);
  const result = await uninstall({
    repository,
    dir,
    scope: options.scope,
    everywhere: options.everywhere === true,
    purge: options.purge === true,
    dryRun: options.dryRun === true,
    node: process.execPath,
    user: cli.user,
    state: statePaths(stateRoot(repository, cli.user)),
    env: cli.env,
    confirm: options.yes === true ? undefined : (preview) => confirm(preview, options, cli),
  });
  if (options.json === true) cli.json(documentOf(result));
  else show(result, options, cli);
  if (!result.applied && options.dryRun !== true) cli.exit(1);
}

async function confirm(preview: UninstallResult, options: Options, cli: Cli): Promise<boolean> {
  if (!cli.interactive || options.json === true)
    throw cannotAsk('take claude-hooks out?', '--yes (or look first with --dry-run)');
  cli.say(['This would change:', ...lines(preview, cli, false)].join('\n'));
  sayRest(preview, cli);
  return options.purge === true
    ? agree('Do this? What is purged cannot be brought back.', false)
    : agree('Do this?');
}

function show(result: UninstallResult, options: Options, cli: Cli): void {
  if (options.dryRun === true) {
    cli.print(['This would change:', ...lines(result, cli, false)].join('\n'));
    sayRest(result, cli);
    return;
  }
  if (!result.applied) {
    cli.print('Nothing was changed.');
    return;
  }
  const places = result.installs.map(({ scope, dir }) => `${shortPath(dir, cli)} (${scope} scope)`);
  const title = places.length === 0 ? 'Removed what was left' : `Taken out of ${places.join(', ')}`;
  cli.print([`${title}:`, ...lines(result, cli, true)].join('\n'));
  if (options.yes === true) sayRest(result, cli);
}

function lines(result: UninstallResult, cli: Cli, done: boolean): string[] {
  const removed = result.removed.map((name) => `  ${done ? 'removed' : 'remove'}  ${shortPath(name, cli)}`);
  const all = [...planLines(result.actions, cli, done), ...removed];
  return all.length === 0 ? ['  no file'] : all;
}

function sayRest(result: UninstallResult, cli: Cli): void {
  for (const line of result.notes) cli.say(`Note: ${line}`);
  for (const line of result.warnings) cli.say(`Warning: ${line}`);
}

function documentOf(result: UninstallResult): Record<string, unknown> {
  const { id, installs, applied, actions, removed, warnings, notes } = result;
  return {
    id,
    installs,
    applied,
    changed: applied && actions.length + removed.length > 0,
    actions: actions.map(actionDocument),
    removed,
    warnings,
    notes,
  };
}
