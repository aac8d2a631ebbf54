import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { HooksError } from '../../errors.ts';
import { previewChecks } from '../../flows/pre-session.ts';
import { buildSessionContext, type StartSource } from '../../flows/session-context.ts';
import { previewPartition } from '../../flows/session-partition.ts';
import { openWorkplace } from '../../flows/workplace.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Cli } from '../cli.ts';
import { defineCompress } from './context/compress.ts';
import { definePartition } from './context/partition.ts';
import { defineSummarize } from './context/summarize.ts';

const STARTS: readonly StartSource[] = ['startup', 'resume', 'clear', 'compact'];

interface Options {
  source: StartSource;
  json?: boolean;
  dryRun?: boolean;
}

export function define(program: Command, cli: Cli): void {
  const context = program
    .command('context')
    .summary('See what the next session would be given')
    .description('What a session is given at its start: checkpoint, summary, context file, git, README.');
  definePartition(context, cli);
  withOptions(context.command('show'))
    .description('Print exactly what the next session would get, with the size of each source.')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context show\n  claude-hooks context show --source compact --json\n',
    )
    .action((options: Options) => show(cli, options));
  withOptions(context.command('inject'))
    .option('--dry-run', 'show it, change nothing')
    .description('Try the injection out: print exactly what a session start would give to the model.')
    .addHelpText('after', '\nExample:\n  claude-hooks context inject --dry-run --source resume\n')
    .action((options: Options) => {
      if (options.dryRun === true) return show(cli, options);
      throw new HooksError({
        code: 'context-inject-needs-dry-run',
        kind: 'usage',
        message: 'Context is injected when a session starts; by hand it can only be looked at.',
        hint: 'Run: claude-hooks context inject --dry-run',
      });
    });
  defineSummarize(context, cli);
  defineCompress(context, cli);
}

function withOptions(command: Command): Command {
  return command
    .addOption(new Option('--source <kind>', 'the kind of session start').choices(STARTS).default('startup'))
    .option('--json', 'one JSON document on standard output');
}

/** Runs no command and connects nowhere: checks that would are only named. */
async function show(cli: Cli, options: Options): Promise<void> {
  const place = await openWorkplace({ cwd: cli.cwd, env: cli.env, runtime: cli.runtime, now: systemClock });
  const { config, commandsTrusted, problems } = place.resolved;
  const checks = await previewChecks({ ...place, config, commandsTrusted, now: place.now() });
  const wanted = checks.findings.filter(({ level }) => level !== 'ok');
  const context = await buildSessionContext({
    repository: place.repository,
    cwd: cli.cwd,
    config,
    source: options.source,
    state: place.state,
    findings: [...problems.map(({ message }) => message), ...wanted.map(({ text }) => text)],
    now: place.now(),
    partition: previewPartition(place, options.source),
    nonce: randomBytes(8).toString('hex'),
  });
  const { budget } = config.context;
  if (options.json === true) {
    const { text, parts, leftOut } = context;
    cli.json({
      source: options.source,
      budget,
      characters: text.length,
      parts,
      leftOut,
      wouldRun: checks.wouldRun,
      text,
    });
    return;
  }
  cli.print(context.text === '' ? 'Nothing: this project has no text to give to a session.' : context.text);
  cli.say('');
  for (const part of context.parts) {
    cli.say(
      `${String(part.characters).padStart(6)}  ${part.source}${part.file === undefined ? '' : ` ${part.file}`}${part.cut ? ' (cut)' : ''}`,
    );
  }
  cli.say(`${String(context.text.length).padStart(6)}  of ${budget} characters`);
  if (checks.wouldRun.length > 0) cli.say(`At a real start also: ${checks.wouldRun.join(', ')}`);
}
