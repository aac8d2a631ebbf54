import * as path from 'node:path';
import type { Command } from 'commander';
import type { UndoResult } from '../../flows/undo.ts';
import type { UndoPreview, UndoStep } from '../../flows/undo-kind.ts';
import { visible } from '../../platform/terminal.ts';
import type { StoredOperation } from '../../store/operations.ts';
import type { Cli } from '../cli.ts';
import { shortPath } from '../plan-view.ts';
import { cell, when } from '../render/checkpoint.ts';
import { paint } from '../render/paint.ts';
import { openPlace } from './checkpoint/shared.ts';

interface Options {
  list?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

const MAX_STEPS = 40;
const MAX_NOTES = 20;

export function define(program: Command, cli: Cli): void {
  program
    .command('undo')
    .argument('[id]', 'which operation, or the beginning of its id (default: the last one here)')
    .description(
      'Take back what claude-hooks did: a restore, an install, a prune, a WIP commit, a squash, a branch or a return of a session. An undo can be undone.',
    )
    .option('--list', 'what was done, the newest first')
    .option('--dry-run', 'show what would be done and change nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks undo\n  claude-hooks undo --list\n  claude-hooks undo 0mib5x --dry-run\n',
    )
    .action((id: string | undefined, options: Options) =>
      options.list === true ? list(cli, options) : run(cli, id, options),
    );
}

async function run(cli: Cli, id: string | undefined, options: Options): Promise<void> {
  const { undo } = await import('../../flows/undo.ts');
  const place = await openPlace(cli);
  const asks = cli.interactive && options.yes !== true && options.json !== true;
  const result = await undo(place, {
    ...(id === undefined ? {} : { id }),
    dryRun: options.dryRun === true,
    ...(asks
      ? {
          confirm: async (stored: StoredOperation, preview: UndoPreview) => {
            const { agree } = await import('../ask.ts');
            for (const line of planLines(cli, stored, preview)) cli.print(line);
            return agree('Take it back?');
          },
        }
      : {}),
  });
  if (options.json === true) return cli.json(documentOf(result, options.dryRun === true));
  // On a terminal it was shown before the question.
  if (!asks || options.dryRun === true)
    for (const line of planLines(cli, result.stored, result.done)) cli.print(line);
  cli.print(ending(cli, result, options.dryRun === true));
}

function planLines(cli: Cli, { operation }: StoredOperation, { steps, notes }: UndoPreview): string[] {
  const name = ({ name: text }: UndoStep): string =>
    visible(path.isAbsolute(text) ? shortPath(text, cli) : text).replaceAll('\n', '\\n');
  const width = Math.max(0, ...steps.slice(0, MAX_STEPS).map(({ verb }) => verb.length));
  return [
    paint(cli, 'bold', `Take back: ${cell(operation.title, 200)} (${when(iso(operation))})`),
    ...steps.slice(0, MAX_STEPS).map((step) => `  ${step.verb.padEnd(width)}  ${name(step)}`),
    ...(steps.length > MAX_STEPS ? [`  and ${steps.length - MAX_STEPS} more (all with --json)`] : []),
    ...notes.slice(0, MAX_NOTES).map((note) => `  ${visible(note).replace(/\s+/g, ' ')}`),
    ...(notes.length > MAX_NOTES ? [`  and ${notes.length - MAX_NOTES} more (all with --json)`] : []),
  ];
}

function ending(cli: Cli, { applied, done }: UndoResult, dryRun: boolean): string {
  if (dryRun) return 'Nothing was changed: this was a dry run.';
  if (!applied) return 'Nothing was changed.';
  if (done.operation === undefined) return 'There was nothing left to take back.';
  return `${paint(cli, 'green', 'Taken back')}. To do it again: claude-hooks undo ${done.operation}`;
}

function documentOf({ stored, applied, done }: UndoResult, dryRun: boolean): Record<string, unknown> {
  return {
    ...operationDocument({ ...stored, undoneBy: done.operation ?? stored.undoneBy }),
    undone: applied,
    dryRun,
    operation: done.operation ?? null,
    steps: done.steps,
    notes: done.notes,
  };
}

async function list(cli: Cli, options: Options): Promise<void> {
  const { listOperations, wordsFor } = await import('../../flows/undo.ts');
  const { operations, problems } = listOperations(cli);
  for (const problem of problems) cli.say(`claude-hooks: ${visible(problem)}`);
  if (options.json === true) return cli.json({ items: operations.map(operationDocument) });
  if (operations.length === 0) return cli.print('Nothing was done here that could be undone.');
  const known = new Set(operations.map(({ operation }) => operation.id));
  for (const { operation, undoneBy } of operations) {
    const { id, kind, title, root } = operation;
    const place = root === cli.repository.root ? '' : ` in ${shortPath(root, cli)}`;
    const head = `${paint(cli, 'cyan', id)}  ${when(iso(operation))}  ${cell(kind, 8).padEnd(8)}  `;
    const undone =
      undoneBy === undefined
        ? ''
        : ` [taken back${known.has(undoneBy) ? ` by ${undoneBy}` : wordsFor(undoneBy)}]`;
    cli.print(`${head}${cell(title, 100)}${visible(place)}${undone}`);
  }
}

function operationDocument({ operation, undoneBy }: StoredOperation): Record<string, unknown> {
  const { id, kind, title, root, session, undoes } = operation;
  return {
    id,
    name: title,
    kind,
    createdAt: iso(operation),
    root,
    session: session ?? null,
    undoes: undoes ?? null,
    undoneBy: undoneBy ?? null,
  };
}

function iso({ at }: { at: number }): string {
  return Number.isFinite(new Date(at).getTime()) ? new Date(at).toISOString() : '1970-01-01T00:00:00.000Z';
}
