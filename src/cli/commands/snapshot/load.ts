import type { Command } from 'commander';
import type { RestorePlan, RestoreResult } from '../../../checkpoints/restore/types.ts';
import { HooksError } from '../../../errors.ts';
import type { SnapshotResume } from '../../../flows/snapshot-resume.ts';
import type { Workplace } from '../../../flows/workplace.ts';
import type { Cli } from '../../cli.ts';
import { planText, resultText } from '../../render/restore.ts';
import { documentName, snapshotLines } from '../../render/snapshot.ts';
import { resumeLines } from '../../render/snapshot-resume.ts';
import { askRestore, restoreDocument } from '../checkpoint/restore.ts';
import { callingSession, openPlace, withProgress } from '../checkpoint/shared.ts';

interface Options {
  restore?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function defineLoad(snapshot: Command, cli: Cli): void {
  snapshot
    .command('load')
    .argument('<name>', 'id, name, or the beginning of one')
    .description('What is needed to go on from a snapshot, and what has changed since.')
    .option('--restore', 'bring files and staging back too; what is there now is saved first')
    .option('--dry-run', 'with --restore: show the plan and change nothing')
    .option('--yes', 'with --restore: do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks snapshot load "search works"\n  claude-hooks snapshot load "search works" --restore --dry-run\n',
    )
    .action((name: string, options: Options) => load(cli, name, options));
}

async function load(cli: Cli, name: string, options: Options): Promise<void> {
  if (options.restore !== true && (options.dryRun === true || options.yes === true)) throw aloneWithout();
  const { loadSnapshot } = await import('../../../flows/snapshot.ts');
  const { resumeSnapshot } = await import('../../../flows/snapshot-resume.ts');
  const snapshot = loadSnapshot(cli, name);
  const asJson = options.json === true;
  // First: it can be read where git cannot be asked.
  if (!asJson) cli.print(snapshotLines(cli, snapshot).join('\n'));
  const place = await openPlace(cli);
  const resume = await withProgress(cli, 'Comparing with the working tree …', () =>
    resumeSnapshot(place, snapshot),
  );
  if (!asJson) cli.print(resumeLines(cli, resume).join('\n'));
  const result = options.restore === true ? await restore(cli, place, resume, options) : undefined;
  if (!asJson) return;
  const restored = result === undefined ? {} : { restore: restoreDocument(result) };
  cli.json({ ...snapshot, document: documentName(snapshot), resume, ...restored });
}

async function restore(
  cli: Cli,
  place: Workplace,
  { checkpoint }: SnapshotResume,
  options: Options,
): Promise<RestoreResult> {
  if (checkpoint === undefined) {
    throw new HooksError({
      code: 'snapshot-without-checkpoint',
      kind: 'failed',
      message: "The snapshot's checkpoint is not in this repository, so its files cannot be restored.",
      hint: 'Where it was shared, fetch it: claude-hooks checkpoint fetch',
    });
  }
  const { restoreCheckpoint } = await import('../../../flows/restore.ts');
  const asks = cli.interactive && options.yes !== true && options.json !== true;
  const result = await restoreCheckpoint(place, {
    name: checkpoint.id,
    mode: 'exact',
    only: [],
    keepIndex: false,
    dryRun: options.dryRun === true,
    session: callingSession(cli),
    ...(asks ? { confirm: (plan: RestorePlan) => askRestore(cli, plan) } : {}),
  });
  if (options.json === true) return result;
  cli.print('');
  // On a terminal the plan was shown before the question.
  if (!asks || !result.restored) cli.print(planText(cli, result.plan));
  cli.print(resultText(cli, result));
  return result;
}

function aloneWithout(): HooksError {
  return new HooksError({
    code: 'restore-missing',
    kind: 'usage',
    message: '--dry-run and --yes are about restoring, and --restore was not given.',
    hint: 'Add --restore, or leave them out.',
  });
}
