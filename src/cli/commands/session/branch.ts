import type { Command } from 'commander';
import { shellWord } from '../../../checkpoints/markdown.ts';
import type { BranchResult } from '../../../flows/branching/branch.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { paint } from '../../render/paint.ts';
import { planText } from '../../render/restore.ts';
import { callingSession, openPlace, withProgress } from '../checkpoint/shared.ts';

interface Options {
  task: string;
  worktree?: boolean;
  session?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function defineBranch(session: Command, cli: Cli): void {
  session
    .command('branch')
    .argument('<name>', 'of the new session and of its git branch')
    .description(
      'Interrupt the session for an urgent task: park its files and begin another on its own git branch.',
    )
    .requiredOption('--task <text>', 'what it is for')
    .option('--worktree', 'in a working tree of its own beside the repository; this one is not touched')
    .option('--session <id>', 'the session that is interrupted (default: the one whose work lies here)')
    .option('--dry-run', 'show what would be done and change nothing')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks session branch fix/login --task "login fails on Safari"\n  claude-hooks session branch review-42 --task "review 42" --worktree\n',
    )
    .action((name: string, options: Options) => branch(cli, name, options));
}

async function branch(cli: Cli, name: string, options: Options): Promise<void> {
  const { branchSession } = await import('../../../flows/branching/branch.ts');
  const place = await openPlace(cli);
  const conversation = callingSession(cli);
  const result = await withProgress(cli, 'Saving the session …', () =>
    branchSession(place, {
      name,
      task: options.task,
      worktree: options.worktree === true,
      dryRun: options.dryRun === true,
      ...(conversation === undefined ? {} : { conversation }),
      ...(options.session === undefined ? {} : { session: options.session }),
    }),
  );
  const command = commandFor(cli, result, options.task);
  if (options.json === true) {
    const { checkpoint, ...rest } = result;
    return cli.json({ ...rest, checkpoint: checkpoint?.id ?? null, task: options.task, command });
  }
  if (!result.done) {
    if (result.plan !== undefined) cli.print(planText(cli, result.plan));
    cli.print(
      `The session "${visible(name)}" would begin at ${result.head.slice(0, 12)} in ${visible(result.root)}.`,
    );
    return cli.print('Nothing was changed: this was a dry run.');
  }
  for (const line of doneLines(cli, result)) cli.print(line);
  cli.print(command);
}

function doneLines(
  cli: Cli,
  { child, parent, branch: name, head, root, linked, checkpoint, notes }: BranchResult,
): string[] {
  return [
    `${paint(cli, 'green', 'Branched')}: ${paint(cli, 'cyan', child ?? '')} on the git branch ${visible(name)} (from ${head.slice(0, 12)})`,
    linked
      ? `  It works in ${visible(root)}; nothing here was touched.`
      : `  The files of ${parent} are parked in the checkpoint ${checkpoint?.id}; the working tree is clean.`,
    '  When it is done: claude-hooks session return',
    ...notes.map((note) => `  ${paint(cli, 'yellow', '!')} ${visible(note)}`),
    '',
    'Start it:',
  ];
}

/** For a POSIX shell. */
function commandFor(cli: Cli, { root }: BranchResult, task: string): string {
  const there = root === cli.cwd ? '' : `cd ${shellWord(root)} && `;
  const text = visible(task).replace(/\s+/g, ' ').trim();
  // The client would take it for an option, or one word for a command of its own.
  const isPlain = !text.startsWith('-') && text.includes(' ');
  return `${there}claude ${shellWord(isPlain ? text : `Task: ${text}`)}`;
}
