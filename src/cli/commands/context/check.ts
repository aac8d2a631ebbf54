import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { openPlace } from '../checkpoint/shared.ts';

export function defineCheck(context: Command, cli: Cli): void {
  context
    .command('check')
    .description('Look for what is damaged, missing, stale or too large in the context file; exits 0 or 1.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks context check\n')
    .action((options: { json?: boolean }) => check(cli, options.json === true));
}

async function check(cli: Cli, asJson: boolean): Promise<void> {
  const { checkContext } = await import('../../../flows/context/check.ts');
  const { visible } = await import('../../../platform/terminal.ts');
  const findings = await checkContext(await openPlace(cli));
  if (findings.length > 0) cli.exit(1);
  if (asJson) return cli.json({ findings });
  if (findings.length === 0) return cli.print('Nothing is wrong with the context file.');
  for (const { file, line, text, cure } of findings) {
    cli.print(`${visible(file)}${line === undefined ? '' : `:${line}`}: ${visible(text)}`);
    cli.print(`  ${visible(cure)}`);
  }
}
