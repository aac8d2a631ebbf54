import type { Command } from 'commander';
import { shellWord } from '../../../checkpoints/markdown.ts';
import type { ReturnResult } from '../../../flows/branching/return.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { paint } from '../../render/paint.ts';
import { planText } from '../../render/restore.ts';
import { openPlace, withProgress } from '../checkpoint/shared.ts';

interface Options {
  discard?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

const MOST_LINES = 10;

export function defineReturn(session: Command, cli: Cli): void {
  session
    .command('return')
    .description(
      'End the session that was branched off here and go back to the interrupted one: files, staging, branch and conversation.',
    )
    .option('--discard', 'give up what it did; what is not committed is still kept as a checkpoint')
    .option('--dry-run', 'show what would be done and change nothing')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks session return\n')
    .action((options: Options) => goBack(cli, options));
}

async function goBack(cli: Cli, options: Options): Promise<void> {
  const { returnSession } = await import('../../../flows/branching/return.ts');
  const place = await openPlace(cli);
  const result = await withProgress(cli, 'Going back …', () =>
    returnSession(place, { discard: options.discard === true, dryRun: options.dryRun === true }),
  );
  const command = commandFor(cli, result);
  if (options.json === true) return cli.json({ ...result, command });
  if (!result.done) {
    if (result.plan !== undefined) cli.print(planText(cli, result.plan));
    for (const note of result.notes) cli.print(`  ${visible(note)}`);
    return cli.print('Nothing was changed: this was a dry run.');
  }
  for (const line of doneLines(cli, result)) cli.print(line);
  cli.print(command);
}

function doneLines(cli: Cli, result: ReturnResult): string[] {
  const { child, parent, parentBranch, root, commits, checkpoint, discarded, notes } = result;
  const shown = commits.slice(0, MOST_LINES).map((line) => `    ${visible(line)}`);
  const where = parentBranch === undefined ? 'a detached HEAD' : `the branch ${visible(parentBranch)}`;
  return [
    `${paint(cli, 'green', 'Returned')} to ${paint(cli, 'cyan', parent)} in ${visible(root)}, on ${where}.`,
    `  ${child} ${discarded ? 'is given up' : 'is complete'}${branchWords(result)}`,
    ...(shown.length === 0 ? ['  It committed nothing.'] : ['  It committed:', ...shown]),
    ...(commits.length > shown.length ? [`    and ${commits.length - shown.length} more`] : []),
    ...(checkpoint === undefined
      ? []
      : [`  What it had not committed is kept: claude-hooks checkpoint show ${checkpoint}`]),
    ...notes.map((note) => `  ${paint(cli, 'yellow', '!')} ${visible(note)}`),
    '',
    'Go on:',
  ];
}

function branchWords({ branch, branchGone }: ReturnResult): string {
  if (branch === undefined) return '';
  const name = visible(branch);
  return branchGone ? `; its branch ${name} held nothing and is gone` : `; its branch: ${name}`;
}

/** For a POSIX shell. */
function commandFor(cli: Cli, { root, conversation }: ReturnResult): string {
  const there = root === cli.cwd ? '' : `cd ${shellWord(root)} && `;
  return `${there}claude${conversation === undefined ? '' : ` --resume ${shellWord(conversation)}`}`;
}
