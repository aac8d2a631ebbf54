#!/usr/bin/env node
import * as path from 'node:path';
import { Command, CommanderError } from 'commander';
import { EXIT_CODES, HooksError, messageOf } from '../errors.ts';
import { recoverInterrupted } from '../flows/recover.ts';
import { systemClock } from '../platform/clock.ts';
import { realPath } from '../platform/fs.ts';
import { workingFolder } from '../platform/process.ts';
import { visible } from '../platform/terminal.ts';
import { VERSION } from '../version.ts';
import { type Cli, createCli } from './cli.ts';
import { COMMANDS } from './commands.ts';

/** How the shell's completion asks; not in the help, and no step of anything else. */
const COMPLETE = '__complete';

async function main(argv: string[]): Promise<void> {
  // `claude-hooks doctor | head -1`: who reads has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const cwd = workingFolder();
  if (cwd === undefined) return sayGone(argv);
  const cli = createCli({
    cwd,
    env: process.env,
    // npm starts the program by a link in node_modules/.bin; the scripts lie beside what it leads to.
    runtime: path.dirname(realPath(process.argv[1] ?? '.')),
    stdinTty: process.stdin.isTTY === true,
    stdoutTty: process.stdout.isTTY === true,
    columns: process.stdout.columns,
    write: (text) => void process.stdout.write(text),
    warn: (text) => void process.stderr.write(text),
    drained: () =>
      process.stdout.writableNeedDrain
        ? new Promise((resolve) => process.stdout.once('drain', () => resolve()))
        : undefined,
    exit: (code) => {
      process.exitCode = code;
    },
  });
  try {
    if (argv[0] === COMPLETE) {
      const { complete } = await import('./complete.ts');
      for (const line of await complete(cli, argv.slice(1))) cli.print(line);
      return;
    }
    // What an earlier command was killed in comes before anything else.
    for (const sentence of await recoverInterrupted({ ...cli, now: systemClock })) {
      cli.say(`claude-hooks: ${visible(sentence)}`);
    }
    const program = await buildProgram(argv, cli);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, cli, argv.includes('--json'));
  }
}

/** Nothing can be done in a folder that was removed while a shell stood in it. */
function sayGone(argv: readonly string[]): void {
  const [message, hint] = [
    'this folder is gone: it was removed or put elsewhere.',
    'Go to one that is there: cd ..',
  ];
  process.exitCode = EXIT_CODES.failed;
  if (argv[0] === COMPLETE) return;
  const error = { code: 'folder-gone', message, hint };
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ version: 1, error }, null, 2)}\n`);
  process.stderr.write(`claude-hooks: ${message}\n  ${hint}\n`);
}

async function buildProgram(argv: string[], cli: Cli): Promise<Command> {
  const program = new Command('claude-hooks')
    .description('Git hooks and automation for Claude Code sessions')
    .version(VERSION)
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(cli.width, 100) })
    .addHelpText(
      'after',
      '\nExamples:\n  npx claude-hooks install\n  claude-hooks checkpoint save "before the big refactoring"\n  claude-hooks doctor\n',
    );
  const [verb, subcommand] = argv.filter((word) => !word.startsWith('-'));
  const entry = COMMANDS.find((candidate) => candidate.name === verb);
  if (entry !== undefined) {
    await (await entry.load()).define(program, cli, subcommand);
    return program;
  }
  for (const { name, summary } of COMMANDS) program.command(name).summary(summary).description(summary);
  if (verb === undefined && !argv.some((word) => ['--help', '-h', '--version', '-V'].includes(word))) {
    program.action(() => program.outputHelp());
  }
  return program;
}

/** Prints what was thrown and tells the exit code it means. */
function report(error: unknown, cli: Cli, asJson: boolean): number {
  if (error instanceof CommanderError) {
    // What is wrong with the words of the command has been printed by the parser.
    if (error.exitCode !== 0 && asJson && error.code !== 'commander.help')
      cli.json({ error: { code: 'usage', message: error.message.replace(/^error: /, '') } });
    return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
  }
  const known = error instanceof HooksError ? error : undefined;
  const place = placeOf(known);
  if (asJson) {
    cli.json({
      error: {
        code: known?.code ?? 'internal',
        message: messageOf(error),
        hint: known?.hint,
        file: known?.file,
        line: known?.line,
        column: known?.column,
      },
    });
  }
  cli.say(`claude-hooks: ${messageOf(error)}${place}`);
  if (known?.hint !== undefined) cli.say(`  ${known.hint}`);
  if (known === undefined && cli.env.DEBUG) cli.say(String((error as Error).stack));
  return known === undefined ? EXIT_CODES.failed : EXIT_CODES[known.kind];
}

/** ` (file:line:column)`; without the file where the message has named it already. */
function placeOf(error: HooksError | undefined): string {
  if (error?.file === undefined) return '';
  const isNamed = error.message.includes(error.file);
  const parts = [isNamed ? undefined : error.file, error.line, error.column];
  const place = parts.filter((part) => part !== undefined).join(':');
  return place === '' ? '' : ` (${isNamed ? 'line ' : ''}${place})`;
}

void main(process.argv.slice(2));
