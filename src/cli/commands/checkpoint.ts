import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

interface Subcommand {
  name: string;
  load(): Promise<(checkpoint: Command, cli: Cli) => void>;
}

/** One line a subcommand, in the order of the help. Only the one that runs is loaded. */
const SUBCOMMANDS: readonly Subcommand[] = [
  { name: 'save', load: async () => (await import('./checkpoint/save.ts')).defineSave },
  { name: 'list', load: async () => (await import('./checkpoint/list.ts')).defineList },
  { name: 'show', load: async () => (await import('./checkpoint/show.ts')).defineShow },
  { name: 'load', load: async () => (await import('./checkpoint/load.ts')).defineLoad },
  { name: 'diff', load: async () => (await import('./checkpoint/diff.ts')).defineDiff },
  { name: 'search', load: async () => (await import('./checkpoint/search.ts')).defineSearch },
  { name: 'restore', load: async () => (await import('./checkpoint/restore.ts')).defineRestore },
  { name: 'squash', load: async () => (await import('./checkpoint/squash.ts')).defineSquash },
  { name: 'prune', load: async () => (await import('./checkpoint/prune.ts')).definePrune },
  { name: 'push', load: async () => (await import('./checkpoint/push.ts')).definePush },
  { name: 'fetch', load: async () => (await import('./checkpoint/fetch.ts')).defineFetch },
  { name: 'loop', load: async () => (await import('./checkpoint/loop.ts')).defineLoop },
];

export async function define(program: Command, cli: Cli, subcommand?: string): Promise<void> {
  const checkpoint = program
    .command('checkpoint')
    .description(
      'Save, list, show and load states of the working tree, which changes nothing of yours; and restore them.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint save "before the big refactoring"\n  claude-hooks checkpoint list\n',
    );
  const one = SUBCOMMANDS.filter(({ name }) => name === subcommand);
  for (const { load } of one.length > 0 ? one : SUBCOMMANDS) (await load())(checkpoint, cli);
}
