import { type Command, Option } from 'commander';
import { type InstallResult, install } from '../../flows/install.ts';
import { systemClock } from '../../platform/clock.ts';
import { agree } from '../ask.ts';
import { type Cli, cannotAsk } from '../cli.ts';
import { completeAnswers, type InstallAnswers, type InstallOptions } from '../install-answers.ts';
import { actionDocument, planLines, shortPath } from '../plan-view.ts';

const NEXT = [
  ['npx claude-hooks status', 'see what is going on'],
  ['npx claude-hooks doctor', 'check that everything works'],
  ['claude', 'start a session: it gets its context'],
] as const;

export function define(program: Command, cli: Cli): void {
  program
    .command('install')
    .summary('Put the hooks into Claude Code and git')
    .description(
      'Put the hooks into Claude Code and git. Every file is changed in place and remembered, so that uninstall gives back what was there. Run again, it changes nothing; with a newer version, it replaces its own entries.',
    )
    .addOption(
      new Option(
        '--scope <scope>',
        'local: this folder, only you; project: committed, for everyone; user: all your repositories, where enabled',
      ).choices(['local', 'project', 'user']),
    )
    .option('--dir <folder>', 'the folder Claude Code is started in (default: the top of the working tree)')
    .option('--preset <name>', 'start the configuration from a preset, where there is none yet')
    .addOption(
      new Option('--git-hooks <how>', 'how git hooks are joined').choices(['auto', 'husky', 'plain', 'none']),
    )
    .option('--dry-run', 'show what would change, change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claude-hooks install\n  claude-hooks install --scope project --preset team --yes\n  claude-hooks install --dry-run --json\n',
    )
    .action((options: InstallOptions) => run(options, cli));
}

async function run(options: InstallOptions, cli: Cli): Promise<void> {
  const answers = await completeAnswers(options, cli);
  const result = await install({
    ...answers,
    cwd: cli.cwd,
    source: cli.runtime,
    node: process.execPath,
    user: cli.user,
    env: cli.env,
    platform: process.platform,
    dryRun: options.dryRun === true,
    now: systemClock,
    confirm: options.yes === true ? undefined : (preview) => confirm(preview, answers, options, cli),
  });
  if (options.json === true) cli.json(documentOf(result));
  else show(result, options, cli);
  if (!result.applied && options.dryRun !== true) cli.exit(1);
}

async function confirm(
  preview: InstallResult,
  answers: InstallAnswers,
  options: InstallOptions,
  cli: Cli,
): Promise<boolean> {
  const question = `change ${preview.actions.length} file${preview.actions.length === 1 ? '' : 's'} for claude-hooks in ${answers.dir}?`;
  if (!cli.interactive || options.json === true)
    throw cannotAsk(question, '--yes (or look first with --dry-run)');
  cli.say(['This would change:', ...planLines(preview.actions, cli, false)].join('\n'));
  sayRest(preview, cli);
  return agree('Do this?');
}

function show(result: InstallResult, options: InstallOptions, cli: Cli): void {
  const place = `${shortPath(result.dir, cli)} (${result.scope} scope)`;
  if (options.dryRun === true || !result.applied) {
    if (options.dryRun !== true) cli.print('Nothing was changed.');
    else if (result.actions.length === 0) cli.print(`Nothing to change in ${place}.`);
    else cli.print([`This would change in ${place}:`, ...planLines(result.actions, cli, false)].join('\n'));
    if (options.dryRun === true) sayRest(result, cli);
    return;
  }
  if (result.actions.length === 0) cli.print(`Nothing to change: claude-hooks is installed in ${place}.`);
  else cli.print([`Installed in ${place}:`, ...planLines(result.actions, cli, true)].join('\n'));
  // At a terminal without --yes they stood above the question already.
  if (options.yes === true || result.actions.length === 0) sayRest(result, cli);
  const width = Math.max(...NEXT.map(([command]) => command.length));
  cli.print(['Next:', ...NEXT.map(([command, why]) => `  ${command.padEnd(width)}  ${why}`)].join('\n'));
}

function sayRest(result: InstallResult, cli: Cli): void {
  if (result.manager !== 'none') cli.say(`Git hooks: ${result.manager}`);
  for (const line of result.allowed) cli.say(`May run on this machine: ${line}`);
  for (const line of result.notes) cli.say(`Note: ${line}`);
  for (const line of result.warnings) cli.say(`Warning: ${line}`);
}

function documentOf(result: InstallResult): Record<string, unknown> {
  const { id, scope, dir, applied, manager, warnings, notes, allowed, actions } = result;
  return {
    id,
    scope,
    dir,
    applied,
    changed: applied && actions.length > 0,
    gitHooks: manager,
    actions: actions.map(actionDocument),
    warnings,
    notes,
    allowed,
    next: NEXT.map(([command]) => command),
  };
}
