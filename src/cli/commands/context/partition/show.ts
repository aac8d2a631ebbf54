import { HooksError } from '../../../../errors.ts';
import { namedPartition, partitionInWork } from '../../../../flows/partition.ts';
import { viewPartition } from '../../../../flows/partition-files.ts';
import { visible } from '../../../../platform/terminal.ts';
import { counted } from '../../../../platform/words.ts';
import type { Cli } from '../../../cli.ts';
import { openPlace, sessionAt } from './shared.ts';

const MOST = 40;

export async function show(
  cli: Cli,
  name: string | undefined,
  options: { session?: string; json?: boolean },
): Promise<void> {
  const place = await openPlace(cli);
  const inWork = partitionInWork(place, sessionAt(cli, options.session))?.partition;
  const partition = name === undefined ? inWork : namedPartition(place.resolved.config.partitions, name);
  if (partition === undefined) {
    throw new HooksError({
      code: 'no-partition-in-work',
      kind: 'usage',
      message: 'No partition is in work.',
      hint: 'Name one: claude-hooks context partition show NAME. See them all: claude-hooks context partition list',
    });
  }
  const view = await viewPartition(place, partition);
  const isInWork = partition === inWork;
  if (options.json === true) {
    const { name: own, description, owner, outside } = partition;
    const head = {
      name: own,
      description: description ?? null,
      owner: owner ?? null,
      outside,
      inWork: isInWork,
    };
    cli.json({ ...head, ...view, context: { ...view.context, note: view.context.note ?? null } });
    return;
  }
  const { context, globs, files } = view;
  const rows = [
    `${partition.name}${isInWork ? ' (in work)' : ''}`,
    ...(partition.description === undefined ? [] : [partition.description]),
    ...(partition.owner === undefined ? [] : [`Owner: ${partition.owner}`]),
    `Edits outside it: ${partition.outside}`,
    `Context file: ${context.file}${context.exists ? '' : ' (not there yet)'}${context.note === undefined ? '' : ` (${context.note})`}`,
    '',
    'Globs:',
    ...globs.map(
      ({ glob, files: count }) => `  ${glob}  ${count === 0 ? 'matches no file' : counted(count, 'file')}`,
    ),
    '',
    `Files: ${files.length}`,
    ...some(files),
    '',
    'Recent commits:',
    ...(view.commits.length === 0 ? ['  none'] : view.commits.map((line) => `  ${line}`)),
    '',
    ...view.status,
  ];
  cli.print(visible(rows.join('\n')));
  for (const problem of view.problems) cli.say(visible(problem));
}

function some(files: readonly string[]): string[] {
  const shown = files.slice(0, MOST).map((file) => `  ${file}`);
  return files.length > MOST ? [...shown, `  and ${files.length - MOST} more`] : shown;
}
