import type { Command } from 'commander';
import type { Verdict } from '../../../checkpoints/prune-plan.ts';
import type { PrunePlan, PruneResult } from '../../../flows/prune.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { cell, when } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { callingSession, MAX_LINES, openPlace, withProgress } from './shared.ts';

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

const REASONS: Record<Verdict['why'], string> = {
  age: 'too old',
  count: 'too many',
  size: 'too large',
  named: 'named',
  operation: 'needed to undo',
  snapshot: 'of a snapshot',
  rules: 'kept by the rules',
};

export function definePrune(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('prune')
    .description(
      'Remove automatic checkpoints beyond what checkpoints.keep says for each session. Named ones, and those an undo or a snapshot needs, stay.',
    )
    .option('--dry-run', 'show what would go and change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint prune --dry-run\n')
    .action((options: Options) => prune(cli, options));
}

async function prune(cli: Cli, options: Options): Promise<void> {
  const { pruneCheckpoints } = await import('../../../flows/prune.ts');
  const place = await openPlace(cli);
  const asks = cli.interactive && options.yes !== true && options.json !== true;
  const session = callingSession(cli);
  const result = await withProgress(cli, 'Measuring the checkpoints …', () =>
    pruneCheckpoints(place, {
      dryRun: options.dryRun === true,
      ...(session === undefined ? {} : { session }),
      ...(asks ? { confirm: (plan: PrunePlan) => confirm(cli, plan) } : {}),
    }),
  );
  if (options.json === true) return cli.json(documentOf(result, options.dryRun === true));
  if (!asks || options.dryRun === true) for (const line of planLines(cli, result.plan)) cli.print(line);
  for (const note of result.notes) cli.print(`  ${visible(note)}`);
  const { pruned, operation } = result;
  if (operation !== undefined) {
    cli.print(
      `${paint(cli, 'green', 'Pruned')} ${pruned.length}. Take it back: claude-hooks undo ${operation}`,
    );
  } else if (result.plan.verdicts.some(({ goes }) => goes)) cli.print('Nothing was changed.');
}

async function confirm(cli: Cli, plan: PrunePlan): Promise<boolean> {
  const { agree } = await import('../../ask.ts');
  for (const line of planLines(cli, plan)) cli.print(line);
  return agree('Remove these checkpoints?');
}

function planLines(cli: Cli, { verdicts, notes }: PrunePlan): string[] {
  const going = verdicts.filter(({ goes }) => goes);
  const said = notes.map((note) => `  ${visible(note)}`);
  const total = `${verdicts.length} ${verdicts.length === 1 ? 'checkpoint' : 'checkpoints'}`;
  if (verdicts.length === 0) return ['There are no checkpoints yet.', ...said];
  if (going.length === 0) return [`Nothing to prune: all of ${total} may stay.`, ...said];
  return [
    paint(cli, 'bold', `${going.length} of ${total} would go:`),
    ...going.slice(0, MAX_LINES).map(({ checkpoint, why }) => {
      const { id, createdAt, name } = checkpoint;
      return `  ${paint(cli, 'cyan', id)}  ${when(createdAt)}  ${REASONS[why].padEnd(9)}  ${cell(name, 60)}`;
    }),
    ...(going.length > MAX_LINES ? [`  and ${going.length - MAX_LINES} more (all with --json)`] : []),
    ...said,
  ];
}

function documentOf(
  { plan, pruned, operation, notes }: PruneResult,
  dryRun: boolean,
): Record<string, unknown> {
  return {
    operation: operation ?? null,
    dryRun,
    pruned: pruned.map(({ id }) => id),
    rules: plan.rules,
    items: plan.verdicts.map(({ checkpoint: { id, name, createdAt, session, commit }, goes, why }) => ({
      id,
      name,
      createdAt,
      session: session ?? null,
      commit,
      goes,
      why,
    })),
    notes: [...plan.notes, ...notes],
  };
}
