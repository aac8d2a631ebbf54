import { partitionInWork } from '../../../../flows/partition.ts';
import { mapPartitions } from '../../../../flows/partition-files.ts';
import { refusedLine } from '../../../../flows/session-partition.ts';
import { visible } from '../../../../platform/terminal.ts';
import { counted } from '../../../../platform/words.ts';
import type { Cli } from '../../../cli.ts';
import { openPlace, sessionAt } from './shared.ts';

const MOST = 10;

export async function list(cli: Cli, options: { session?: string; json?: boolean }): Promise<void> {
  const place = await openPlace(cli);
  const session = sessionAt(cli, options.session);
  const { partitions, overlaps, unassigned, refused } = await mapPartitions(place);
  const inWork = partitionInWork(place, session);
  if (options.json === true) {
    cli.json({
      session: session ?? null,
      inWork: inWork?.partition.name ?? null,
      by: inWork?.choice.by ?? null,
      partitions: partitions.map(({ partition: { name, owner, description, outside, globs }, files }) => ({
        name,
        owner: owner ?? null,
        description: description ?? null,
        outside,
        globs,
        files,
        inWork: name === inWork?.partition.name,
      })),
      overlaps,
      unassigned: { count: unassigned.length, files: unassigned.slice(0, 1_000) },
      refused,
    });
    return;
  }
  if (partitions.length === 0) {
    cli.print(
      'There are no partitions. Name them in .claude-sessionrc: "partitions": [{ "name": ..., "globs": [...] }]',
    );
    return;
  }
  const longest = Math.max(...partitions.map(({ partition }) => partition.name.length));
  for (const { partition, files } of partitions) {
    const mark = partition === inWork?.partition ? '*' : ' ';
    const owner = partition.owner === undefined ? '' : `  ${partition.owner}`;
    cli.print(
      visible(
        `${mark} ${partition.name.padEnd(longest)}  ${String(files).padStart(6)} ${files === 1 ? 'file ' : 'files'}  ${partition.outside.padEnd(5)}${owner}`,
      ).trimEnd(),
    );
  }
  if (overlaps.length > 0) {
    cli.print(`\n${counted(overlaps.length, 'file')} in several partitions; each belongs to the first:`);
    for (const { file, partitions: names } of overlaps.slice(0, MOST))
      cli.print(visible(`  ${file}: ${names.join(', ')}`));
    if (overlaps.length > MOST) cli.print(`  and ${overlaps.length - MOST} more`);
  }
  if (unassigned.length > 0) {
    cli.print(`\n${counted(unassigned.length, 'file')} in no partition:`);
    for (const file of unassigned.slice(0, MOST)) cli.print(visible(`  ${file}`));
    if (unassigned.length > MOST) cli.print(`  and ${unassigned.length - MOST} more`);
  }
  for (const one of refused) cli.say(visible(refusedLine(one)));
  if (inWork !== undefined)
    cli.say(`* in work ${session === undefined ? 'for sessions that begin here' : 'in this session'}`);
}
