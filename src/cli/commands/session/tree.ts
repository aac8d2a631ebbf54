import type { Command } from 'commander';
import type { TreeNode } from '../../../flows/branching/tree.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { shortPath } from '../../plan-view.ts';
import { cell } from '../../render/checkpoint.ts';
import { paint } from '../../render/paint.ts';
import { callingSession } from '../checkpoint/shared.ts';
import { rowJson, sessionPlace } from './shared.ts';

interface Options {
  all?: boolean;
  json?: boolean;
}

const LONGEST_NAME = 50;

export function defineTree(session: Command, cli: Cli): void {
  session
    .command('tree')
    .description('Which session branched off which, with their git branches and working trees.')
    .option('--all', 'sessions without branches too')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session tree\n')
    .action((options: Options) => tree(cli, options));
}

async function tree(cli: Cli, options: Options): Promise<void> {
  const { sessionTree } = await import('../../../flows/branching/tree.ts');
  const conversation = callingSession(cli);
  const { roots, problems } = await sessionTree(sessionPlace(cli), {
    all: options.all === true,
    ...(conversation === undefined ? {} : { conversation }),
  });
  for (const problem of problems) cli.say(`claude-hooks: ${visible(problem)}`);
  if (options.json === true) return cli.json({ items: roots.map(nodeJson) });
  if (roots.length === 0) return cli.print('No session has branched off another.');
  for (const root of roots) draw(cli, root, '', '');
}

/** @param lead what stands before the node's own line, and @param below before those of its children. */
function draw(cli: Cli, node: TreeNode, lead: string, below: string): void {
  cli.print(`${lead}${lineOf(cli, node)}`);
  node.children.forEach((child, at) => {
    const isLast = at === node.children.length - 1;
    draw(cli, child, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
  });
}

function lineOf(cli: Cli, { session, branching, current }: TreeNode): string {
  const { id, name, state, branch, root } = session;
  const where = branching?.linked ?? (root === cli.repository.root ? undefined : root);
  const end =
    branching?.returned === undefined ? undefined : branching.returned.discarded ? 'given up' : 'returned';
  const parts = [
    `${current ? paint(cli, 'green', '* ') : ''}${paint(cli, 'cyan', id)}`,
    `"${cell(name, LONGEST_NAME)}"`,
    end ?? state,
    ...(branching === undefined
      ? branch === undefined
        ? []
        : [`on ${visible(branch)}`]
      : [`on ${visible(branching.branch)}`]),
    ...(where === undefined ? [] : [`in ${visible(shortPath(where, cli))}`]),
  ];
  return parts.join('  ');
}

function nodeJson({ session, branching, current, children }: TreeNode): Record<string, unknown> {
  return {
    ...rowJson(session),
    current,
    branching: branching === undefined ? null : { ...branching, at: new Date(branching.at).toISOString() },
    children: children.map(nodeJson),
  };
}
