import { readDocument } from '../../context/file.ts';
import { type ActPlace, type ActResult, shown } from './act.ts';

/** Gives the turn what a partition is about. */
export function workOnPartition(at: ActPlace, { name }: { name: string }): Promise<ActResult> {
  const { place, nonce, budget } = at;
  const { partitions } = place.resolved.config;
  const one = shown(name, nonce);
  const found = partitions.find((partition) => partition.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    const known = partitions.map((partition) => partition.name).join(', ');
    const why =
      partitions.length === 0
        ? 'the configuration has no partitions; add them to .claude-sessionrc: claude-hooks config validate'
        : `there is no partition ${one}; there are: ${known}`;
    return Promise.resolve({
      done: false,
      said: why,
      told: `Working on partition ${one}: there is none of that name.`,
    });
  }
  const file = found.context ?? `.claude/partitions/${found.name}.md`;
  const context = readDocument(place.repository.root, file, budget * 4);
  const lines = [
    `Partition ${found.name}: ${found.globs.join(', ')}`,
    ...(found.description === undefined ? [] : [found.description]),
    ...(found.owner === undefined ? [] : [`Owner: ${found.owner}`]),
    ...(context.kind === 'text' ? ['', context.text] : []),
  ];
  return Promise.resolve({
    done: true,
    said: `this turn is about the partition ${found.name}`,
    told: `Working on partition ${one}: keep to its files; what is known of it is below.`,
    quotes: [{ source: 'partition', text: lines.join('\n'), command: 'claude-hooks config show' }],
  });
}
