import { type Command, Option } from 'commander';
import { HooksError } from '../../../errors.ts';
import type { StartSource } from '../../../flows/session-context.ts';
import type { Cli } from '../../cli.ts';
import { openPlace } from '../checkpoint/shared.ts';

const STARTS: readonly StartSource[] = ['startup', 'resume', 'clear', 'compact'];

interface Options {
  source: StartSource;
  json?: boolean;
  dryRun?: boolean;
}

export function defineInject(context: Command, cli: Cli): void {
  context
    .command('inject')
    .option('--dry-run', 'show it, change nothing')
    .addOption(new Option('--source <kind>', 'the kind of session start').choices(STARTS).default('startup'))
    .option('--json', 'one JSON document on standard output')
    .description('Print exactly what the next session would get, with the size of each source.')
    .addHelpText('after', '\nExample:\n  claude-hooks context inject --dry-run --source resume\n')
    .action((options: Options) => {
      if (options.dryRun === true) return preview(cli, options);
      throw new HooksError({
        code: 'context-inject-needs-dry-run',
        kind: 'usage',
        message: 'Context is injected when a session starts; by hand it can only be looked at.',
        hint: 'Run: claude-hooks context inject --dry-run',
      });
    });
}

/** Runs no command and connects nowhere: checks that would are only named. */
async function preview(cli: Cli, options: Options): Promise<void> {
  const { randomHex } = await import('../../../platform/digest.ts');
  const { previewChecks } = await import('../../../flows/pre-session.ts');
  const { buildSessionContext } = await import('../../../flows/session-context.ts');
  const { previewPartition } = await import('../../../flows/session-partition.ts');
  const place = await openPlace(cli);
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
    nonce: randomHex(8),
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
