import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { fileLines } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { MAX_LINES } from './shared.ts';

export function defineShow(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('show')
    .argument('<name>', 'id, name, the beginning of one, latest or latest~1')
    .description('The document of a checkpoint and the files it changed against its commit.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint show "Feature X works"\n')
    .action((name: string, options: { json?: boolean }) => show(cli, name, options.json === true));
}

async function show(cli: Cli, name: string, asJson: boolean): Promise<void> {
  const { documentOf, readableDocument } = await import('../../render/checkpoint-document.ts');
  const { findCheckpoint } = await import('../../../checkpoints/list.ts');
  const { emptyTreeOf, filesOf } = await import('../../../checkpoints/changes.ts');
  const { diffSummary } = await import('../../../platform/simple-git.ts');
  const checkpoint = await findCheckpoint(cli.repository, name);
  const from = checkpoint.head ?? emptyTreeOf(checkpoint.tree);
  const [files, summary] = await Promise.all([
    filesOf(cli.repository, checkpoint),
    diffSummary(cli.repository.root, cli.env, from, checkpoint.tree),
  ]);
  const text = documentOf(cli, { ...checkpoint, files });
  const { insertions, deletions, changed } = summary;
  const total = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  if (asJson) return cli.json({ ...checkpoint, files, stat: { changed, insertions, deletions }, text });
  cli.print(`${readableDocument(text)}\n\n`);
  cli.print(paint(cli, 'bold', `Against ${checkpoint.head?.slice(0, 12) ?? 'nothing'}: ${total}`));
  for (const line of fileLines(cli, files, MAX_LINES)) cli.print(line);
  cli.print(`  ${insertions} insertions, ${deletions} deletions`);
}
