import { type Command, Option } from 'commander';
import type { Cli } from '../../cli.ts';
import { positive } from './shared.ts';

interface Options {
  limit: number;
  all?: boolean;
  session?: string;
  branch?: string;
  graph?: boolean;
  json?: boolean;
}

export function defineList(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('list')
    .description('The checkpoints of all working trees of this repository, the newest first.')
    .option('--limit <n>', 'how many', positive, 20)
    .addOption(new Option('--all', 'every one').conflicts('limit'))
    .option('--session <id>', 'only those of this session; the beginning of its id is enough')
    .option('--branch <name>', 'only those saved on this branch')
    .option('--graph', 'draw which was saved after which')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint list --limit 5\n  claude-hooks checkpoint list --graph --branch main\n',
    )
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, options: Options): Promise<void> {
  const { pageCheckpoints } = await import('../../../checkpoints/list.ts');
  const { all, limit, session, branch } = options;
  const page = await pageCheckpoints(cli.repository, {
    limit: all === true ? undefined : limit,
    session,
    branch,
  });
  if (options.json === true) return cli.json({ total: page.total, items: await page.whole() });
  if (page.items.length === 0) return cli.print(nothing(options));
  const { checkpointRow, layOut } = await import('../../render/checkpoint.ts');
  const { worktreeName } = await import('../../../store/paths.ts');
  const worktree = worktreeName(cli.repository);
  if (options.graph === true) {
    const { drawGraph } = await import('../../render/graph.ts');
    cli.print(drawGraph(cli, page.items, worktree).join('\n'));
  } else {
    const layout = layOut(cli, page.items, worktree);
    cli.print(page.items.map((one) => checkpointRow(cli, one, layout)).join('\n'));
  }
  if (page.items.length < page.total) cli.say(`${page.items.length} of ${page.total}; the rest with --all`);
}

function nothing({ session, branch }: Options): string {
  if (session === undefined && branch === undefined)
    return 'There are no checkpoints yet. Save one: claude-hooks checkpoint save NAME';
  return 'No checkpoint matches. See them all: claude-hooks checkpoint list --all';
}
