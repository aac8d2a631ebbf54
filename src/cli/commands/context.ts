import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

interface Subcommand {
  name: string;
  load(): Promise<(context: Command, cli: Cli) => void>;
}

/** One line a subcommand, in the order of the help. Only the one that runs is loaded. */
const SUBCOMMANDS: readonly Subcommand[] = [
  { name: 'init', load: async () => (await import('./context/init.ts')).defineInit },
  { name: 'show', load: async () => (await import('./context/show.ts')).defineShow },
  { name: 'edit', load: async () => (await import('./context/edit.ts')).defineEdit },
  { name: 'update', load: async () => (await import('./context/update.ts')).defineUpdate },
  { name: 'check', load: async () => (await import('./context/check.ts')).defineCheck },
  { name: 'add', load: async () => (await import('./context/add.ts')).defineAdd },
  { name: 'done', load: async () => (await import('./context/done.ts')).defineDone },
  { name: 'summarize', load: async () => (await import('./context/summarize.ts')).defineSummarize },
  { name: 'compress', load: async () => (await import('./context/compress.ts')).defineCompress },
  { name: 'partition', load: async () => (await import('./context/partition.ts')).definePartition },
  { name: 'inject', load: async () => (await import('./context/inject.ts')).defineInject },
];

export async function define(program: Command, cli: Cli, subcommand?: string): Promise<void> {
  const context = program
    .command('context')
    .summary('Keep the context file; see what a session is given')
    .description(
      'The context file .claude/context.md: what is being worked on, decided, known and next. And what a session is given at its start.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks context init\n  claude-hooks context add decision "Postgres, not SQLite: two writers"\n  claude-hooks context inject --dry-run\n',
    );
  const one = SUBCOMMANDS.filter(({ name }) => name === subcommand);
  for (const { load } of one.length > 0 ? one : SUBCOMMANDS) (await load())(context, cli);
}
