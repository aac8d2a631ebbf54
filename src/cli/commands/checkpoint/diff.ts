import type { Command } from 'commander';
import type { Comparison, DiffFile } from '../../../checkpoints/diff.ts';
import type { CheckpointSummary } from '../../../checkpoints/types.ts';
import { counted } from '../../../platform/words.ts';
import type { Cli } from '../../cli.ts';
import { openPlace, withProgress } from './shared.ts';

interface Options {
  stat?: boolean;
  only?: string[];
  json?: boolean;
}

/** Lines of a patch a terminal gets. */
const MOST_LINES = 500;

export function defineDiff(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('diff')
    .argument('<a>', 'a checkpoint: id, name, the beginning of one, latest or latest~1')
    .argument('[b]', 'another one; without it the working tree as it is now')
    .description('What changed from one checkpoint to another, or since it.')
    .option('--stat', 'only which files changed, and by how many lines')
    .option('--only <path...>', 'only these files, or everything below these folders')
    .option('--json', 'one JSON document on standard output: the files and their numbers of lines')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint diff latest~1 latest --stat\n  claude-hooks checkpoint diff "Feature X works" --only src | less\n',
    )
    .action((a: string, b: string | undefined, options: Options) => diff(cli, a, b, options));
}

async function diff(cli: Cli, a: string, b: string | undefined, options: Options): Promise<void> {
  const { findCheckpoint } = await import('../../../checkpoints/list.ts');
  const { diffFiles } = await import('../../../checkpoints/diff.ts');
  const { scopeOf } = await import('../../../checkpoints/restore/changes.ts');
  const { repository } = cli;
  const scope = scopeOf(repository.root, cli.cwd, options.only ?? []);
  const from = await findCheckpoint(repository, a);
  const other = b === undefined ? undefined : await findCheckpoint(repository, b);
  const comparison: Comparison = {
    repository,
    from: from.tree,
    to: other?.tree ?? (await treeNow(cli)),
    scope,
  };
  const files = await diffFiles(comparison);
  if (options.json === true) return cli.json({ from, to: other ?? null, tree: comparison.to, files });
  const { statLines, sumLine } = await import('../../render/diff.ts');
  if (files.length === 0) return cli.print(`Nothing differs between ${from.id} and ${nameOf(other)}.`);
  cli.print(`From ${from.id} to ${nameOf(other)}: ${sumLine(files)}`);
  if (options.stat === true) return cli.print(statLines(cli, files).join('\n'));
  await printPatch(cli, comparison, files);
}

async function treeNow(cli: Cli): Promise<string> {
  const { presentTree } = await import('../../../checkpoints/changes.ts');
  const { captureRulesOf } = await import('../../../flows/checkpoint.ts');
  const place = await openPlace(cli);
  const rules = captureRulesOf(place.resolved.config);
  return withProgress(cli, 'Reading the working tree …', () =>
    presentTree({ ...place, ...rules, now: place.now() }),
  );
}

async function printPatch(cli: Cli, comparison: Comparison, files: readonly DiffFile[]): Promise<void> {
  const { diffLines } = await import('../../../checkpoints/diff.ts');
  const { openDiffPainter } = await import('../../render/diff.ts');
  const painted = openDiffPainter(cli);
  let count = 0;
  for await (const line of diffLines(comparison)) {
    count += 1;
    if (cli.terminal && count > MOST_LINES) {
      const hint = 'see it all with the same command and | less, or file by file with --only PATH';
      return cli.print(`… only the first ${MOST_LINES} lines of ${counted(files.length, 'file')}: ${hint}`);
    }
    cli.print(painted(line));
    await cli.drained();
  }
}

function nameOf(checkpoint: CheckpointSummary | undefined): string {
  return checkpoint?.id ?? 'the working tree';
}
