import type { Command } from 'commander';
import type { SquashPlan, SquashResult } from '../../../flows/squash.ts';
import type { Cli } from '../../cli.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { MAX_LINES, openPlace } from './shared.ts';

interface Options {
  message?: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function defineSquash(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('squash')
    .description(
      'Fold the WIP commits at the tip of the branch: into one commit (-m), or back into the working tree. Files stay as they are.',
    )
    .option('-m, --message <text>', 'commit them as one; without it nothing is committed')
    .option('--dry-run', 'show what would change, change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint squash -m "Add search"\n  claude-hooks checkpoint squash --dry-run\n',
    )
    .action((options: Options) => squash(cli, options));
}

async function squash(cli: Cli, options: Options): Promise<void> {
  const { squashWip } = await import('../../../flows/squash.ts');
  const place = await openPlace(cli);
  const asks = cli.interactive && options.yes !== true && options.json !== true;
  const result = await squashWip(place, {
    ...(options.message === undefined ? {} : { message: options.message }),
    dryRun: options.dryRun === true,
    ...(asks ? { confirm: (plan: SquashPlan) => confirm(cli, plan) } : {}),
  });
  if (options.json === true) return cli.json({ ...result, dryRun: options.dryRun === true });
  cli.print(headline(result, options.dryRun === true));
  for (const line of commitLines(cli, result)) cli.print(line);
  for (const note of result.notes) cli.print(`  ${note}`);
  if (result.applied) cli.print('  Take it back: claude-hooks undo');
}

async function confirm(cli: Cli, plan: SquashPlan): Promise<boolean> {
  const { agree } = await import('../../ask.ts');
  cli.say(`This would fold ${count(plan)} at the tip of ${cell(plan.branch, 60)}:`);
  for (const line of [...commitLines(cli, plan), ...plan.notes.map((note) => `  ${note}`)]) cli.say(line);
  return agree('Do this?');
}

function headline(result: SquashResult, dryRun: boolean): string {
  const branch = cell(result.branch, 60);
  if (result.folded.length === 0) return `There is no WIP commit at the tip of ${branch}.`;
  if (dryRun) return `This would fold ${count(result)} at the tip of ${branch}:`;
  if (!result.applied) return 'Nothing was changed.';
  return result.commit === undefined
    ? `${branch} is back at ${result.base.slice(0, 12)}, before ${count(result)}:`
    : `${count(result)} on ${branch} became ${result.commit.slice(0, 12)}:`;
}

function count({ folded }: SquashPlan): string {
  return `${folded.length} WIP ${folded.length === 1 ? 'commit' : 'commits'}`;
}

function commitLines(cli: Cli, { folded }: SquashPlan): string[] {
  const shown = folded
    .slice(0, MAX_LINES)
    .map(
      ({ commit, subject }) =>
        `  ${paint(cli, 'cyan', commit.slice(0, 12))} ${cell(subject, cli.width - 15)}`,
    );
  return folded.length > MAX_LINES
    ? [...shown, `  and ${folded.length - MAX_LINES} more (all with --json)`]
    : shown;
}
