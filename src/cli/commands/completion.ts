import * as path from 'node:path';
import { type Command, Option } from 'commander';
import { HooksError } from '../../errors.ts';
import { ensureDirectory, readTextIfExists, removeFile, writeFileAtomic } from '../../platform/fs.ts';
import type { Cli } from '../cli.ts';
import { MARK, SCRIPTS, SHELLS, type Shell } from '../completion-scripts.ts';
import { shortPath } from '../plan-view.ts';

interface InstallOptions {
  shell?: Shell;
  write?: boolean;
  remove?: boolean;
  json?: boolean;
}

export function define(program: Command, cli: Cli): void {
  const completion = program
    .command('completion')
    .description('Let the shell complete commands, options and the ids of checkpoints and snapshots.')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks completion install\n  source <(claude-hooks completion bash)\n',
    );
  for (const shell of SHELLS) {
    completion
      .command(shell)
      .description(`Print the script for ${shell}.`)
      .addHelpText('after', `\nExample:\n  claude-hooks completion ${shell}\n`)
      .action(() => cli.print(SCRIPTS[shell]));
  }
  completion
    .command('install')
    .description('Say what to do so that your shell completes; with --write, do it.')
    .addOption(new Option('--shell <name>', 'for which shell (default: yours)').choices(SHELLS))
    .option('--write', 'write the script to its place')
    .addOption(new Option('--remove', 'take the script away again').conflicts('write'))
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks completion install --shell zsh --write\n')
    .action((options: InstallOptions) => install(cli, options));
}

function install(cli: Cli, options: InstallOptions): void {
  const shell = options.shell ?? shellOf(cli);
  const file = placeOf(cli, shell);
  const done = apply(shell, file, options);
  const next = options.remove === true ? [] : nextSteps(cli, shell, file);
  if (options.json === true) cli.json({ shell, file, done, next });
  else for (const line of [...report(shell, shortPath(file, cli), done), ...next]) cli.print(line);
}

type Done = 'written' | 'removed' | 'not-there' | 'nothing';

/** @throws HooksError `completion-foreign` where a file of someone else stands there. */
function apply(shell: Shell, file: string, options: InstallOptions): Done {
  if (options.write !== true && options.remove !== true) return 'nothing';
  const old = readTextIfExists(file);
  if (old !== undefined && !old.includes(MARK))
    throw new HooksError({
      code: 'completion-foreign',
      kind: 'conflict',
      message: `${file} is not from claude-hooks, so it stays as it is.`,
      hint: `Move it away, or put the script elsewhere: claude-hooks completion ${shell}`,
    });
  if (options.write === true) {
    ensureDirectory(path.dirname(file), 0o755);
    writeFileAtomic(file, SCRIPTS[shell], { mode: 0o644 });
    return 'written';
  }
  removeFile(file);
  return old === undefined ? 'not-there' : 'removed';
}

function report(shell: Shell, file: string, done: Done): string[] {
  if (done === 'written') return [`Wrote ${file}`];
  if (done === 'removed') return [`Removed ${file}`];
  if (done === 'not-there') return [`There is no ${file}`];
  return [
    `The script for ${shell} belongs into ${file}; this puts it there:`,
    `  claude-hooks completion install --shell ${shell} --write`,
  ];
}

function shellOf(cli: Cli): Shell {
  const name = path.basename(cli.env.SHELL ?? '');
  const known = SHELLS.find((shell) => shell === name);
  if (known !== undefined) return known;
  throw new HooksError({
    code: 'completion-shell',
    kind: 'usage',
    message:
      name === '' ? 'Your shell is not known ($SHELL is not set).' : `There is no completion for ${name}.`,
    hint: `Name the shell: claude-hooks completion install --shell ${SHELLS.join('|')}`,
  });
}

/** Where the shell looks by itself; zsh has no such place, so it is told of ours. */
function placeOf(cli: Cli, shell: Shell): string {
  const data = path.dirname(cli.user.data);
  const config = path.dirname(cli.user.config);
  if (shell === 'bash') return path.join(data, 'bash-completion', 'completions', 'claude-hooks');
  if (shell === 'fish') return path.join(config, 'fish', 'completions', 'claude-hooks.fish');
  return path.join(data, 'zsh', 'site-functions', '_claude-hooks');
}

/** What is left to the person: files like `.zshrc` are theirs. */
function nextSteps(cli: Cli, shell: Shell, file: string): string[] {
  if (shell === 'fish') return ['New shells complete then.'];
  if (shell === 'bash')
    return [
      'New shells complete then, where the package bash-completion is installed; elsewhere add to ~/.bashrc:',
      `  source ${shellPath(cli, file)}`,
    ];
  return [
    'Then add to ~/.zshrc, before compinit is called:',
    `  fpath=(${shellPath(cli, path.dirname(file))} $fpath)`,
  ];
}

/** A path as a word of a shell. */
function shellPath(cli: Cli, file: string): string {
  const short = shortPath(file, cli);
  if (/^~\/[\w./-]+$/.test(short)) return short;
  return `'${file.replaceAll("'", "'\\''")}'`;
}
