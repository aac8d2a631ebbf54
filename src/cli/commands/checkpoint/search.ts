import type { Command } from 'commander';
import type { Found, Searched, SearchHit, SearchResult } from '../../../checkpoints/search.ts';
import type { Cli } from '../../cli.ts';
import { positive, withProgress } from './shared.ts';

interface Options {
  content?: boolean;
  limit: number;
  seconds: number;
  json?: boolean;
}

export function defineSearch(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('search')
    .argument('<text>', 'one line of text; capitals do not matter')
    .description('Find checkpoints by their names, notes, todos, branches, documents and changed paths.')
    .option('--content', 'search the files of the checkpoints too, the newest first')
    .option('--limit <n>', 'how many checkpoints', positive, 20)
    .option('--seconds <n>', 'how long trees are looked through', positive, 10)
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint search login\n  claude-hooks checkpoint search "function parseAll" --content\n',
    )
    .action((text: string, options: Options) => search(cli, text, options));
}

async function search(cli: Cli, text: string, options: Options): Promise<void> {
  const { searchCheckpoints } = await import('../../../checkpoints/search.ts');
  const result = await withProgress(cli, 'Searching …', () =>
    searchCheckpoints({
      repository: cli.repository,
      text,
      content: options.content === true,
      limit: options.limit,
      budgetMs: options.seconds * 1000,
    }),
  );
  const { hits, total, paths, content } = result;
  if (options.json === true)
    return cli.json({
      total,
      paths,
      content,
      items: hits.map(({ checkpoint, found }) => ({ ...checkpoint, found })),
    });
  for (const line of await hitLines(cli, hits)) cli.print(line);
  if (hits.length === 0) cli.print('No checkpoint holds this text.');
  for (const line of remarks(result, options)) cli.say(line);
}

async function hitLines(cli: Cli, hits: readonly SearchHit[]): Promise<string[]> {
  const { checkpointRow, layOut, cell } = await import('../../render/checkpoint.ts');
  const { worktreeName } = await import('../../../store/paths.ts');
  const list = hits.map(({ checkpoint }) => checkpoint);
  const layout = layOut(cli, list, worktreeName(cli.repository), { counts: false });
  return hits.flatMap(({ checkpoint, found }) => [
    checkpointRow(cli, checkpoint, layout),
    ...found
      .filter(({ where }) => where !== 'name' && where !== 'id')
      .map((one) => `  ${cell(`${one.where}: ${placeOf(one)}${one.text}`, cli.width - 2)}`),
  ]);
}

function placeOf({ path, line }: Found): string {
  return path === undefined ? '' : `${path}:${line}: `;
}

function remarks({ hits, total, paths, content }: SearchResult, options: Options): string[] {
  const more = `--seconds ${options.seconds * 4}`;
  const stopped = (what: string, { done, of }: Searched): string[] =>
    done === of
      ? []
      : [`After ${options.seconds} s ${what} the newest ${done} of ${of} checkpoints; go on with ${more}`];
  return [
    ...(hits.length < total ? [`${hits.length} of ${total}; more with --limit ${total}`] : []),
    ...stopped('the changed paths were read of', paths),
    ...(content === undefined ? [] : stopped('the files were searched of', content)),
    ...(content === undefined && hits.length === 0
      ? ['The files themselves are searched with --content']
      : []),
  ];
}
