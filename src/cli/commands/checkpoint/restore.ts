import { type Command, Option } from 'commander';
import type { RestoreMode, RestorePlan, RestoreResult } from '../../../checkpoints/restore/types.ts';
import type { Cli } from '../../cli.ts';
import { planText, resultText } from '../../render/restore.ts';
import { callingSession, openPlace, withProgress } from './shared.ts';

interface Options {
  dryRun?: boolean;
  only?: string[];
  mode: RestoreMode;
  keepIndex?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function defineRestore(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('restore')
    .argument('<name>', 'id, name, or the beginning of one')
    .description(
      'Bring files and staging back to a checkpoint. What is there now is saved first; ignored files are never touched.',
    )
    .option('--dry-run', 'show the plan and change nothing')
    .option('--only <path...>', 'only these files, or everything below these folders')
    .addOption(
      new Option(
        '--mode <mode>',
        'exact: all as in the checkpoint; mine-kept: undo only what the session did',
      )
        .choices(['exact', 'mine-kept'])
        .default('exact'),
    )
    .option('--keep-index', 'leave what is staged as it is')
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint restore "Feature X works" --dry-run\n  claude-hooks checkpoint restore "Feature X works" --only src docs/guide.md\n',
    )
    .action((name: string, options: Options) => restore(cli, name, options));
}

async function restore(cli: Cli, name: string, options: Options): Promise<void> {
  const { restoreCheckpoint } = await import('../../../flows/restore.ts');
  const place = await openPlace(cli);
  const asks = cli.interactive && options.yes !== true && options.json !== true;
  const result = await withProgress(cli, 'Reading the working tree …', () =>
    restoreCheckpoint(place, {
      name,
      mode: options.mode,
      only: options.only ?? [],
      keepIndex: options.keepIndex === true,
      dryRun: options.dryRun === true,
      session: callingSession(cli),
      ...(asks ? { confirm: (plan: RestorePlan) => askRestore(cli, plan) } : {}),
    }),
  );
  if (options.json === true) return cli.json(restoreDocument(result));
  // On a terminal the plan was shown before the question.
  if (!asks || !result.restored) cli.print(planText(cli, result.plan));
  cli.print(resultText(cli, result));
}

/** Shows the plan and asks whether to go on. Only at a terminal. */
export async function askRestore(cli: Cli, plan: RestorePlan): Promise<boolean> {
  const { agree } = await import('../../ask.ts');
  cli.print(planText(cli, plan));
  return agree('Restore this? What is there now is saved first.');
}

/** The result for programs. */
export function restoreDocument(result: RestoreResult): Record<string, unknown> {
  if (!result.restored) return { restored: false, cause: result.cause, plan: result.plan };
  const { operation, plan, safety, tree } = result;
  return { restored: true, verified: tree, operation, safety: safety.id, plan };
}
