import type { Partition } from './types.ts';

const WHAT: Record<Partition['outside'], string> = {
  allow: 'Files outside it may be edited.',
  note: 'Edits outside it are pointed out.',
  block: 'Edits outside it are refused.',
};

/** What a session is told of the partition in work, a few lines. All of it is quoted text of the configuration. */
export function describePartition(partition: Partition): string[] {
  const { name, description, owner, globs, outside } = partition;
  return [
    `Working on partition: ${name}${description === undefined ? '' : ` - ${description}`}`,
    ...(owner === undefined ? [] : [`Owner: ${owner}`]),
    `Files: ${globs.join(', ')}`,
    `${WHAT[outside]} Status and commits are limited to it.`,
  ];
}
