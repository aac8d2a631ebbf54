import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

interface Subcommand {
  names: readonly string[];
  load(): Promise<(session: Command, cli: Cli) => void>;
}

const MOVES = ['pause', 'cancel', 'complete', 'archive'];
const VARIABLES = ['set', 'get', 'unset'];

/** One line a module, in the order of the help. Only the one that runs is loaded. */
const SUBCOMMANDS: readonly Subcommand[] = [
  { names: ['list'], load: async () => (await import('./session/list.ts')).defineList },
  { names: ['show'], load: async () => (await import('./session/show.ts')).defineShow },
  { names: ['start'], load: async () => (await import('./session/start.ts')).defineStart },
  { names: ['resume'], load: async () => (await import('./session/resume.ts')).defineResume },
  { names: MOVES, load: async () => (await import('./session/moves.ts')).defineMoves },
  { names: ['branch'], load: async () => (await import('./session/branch.ts')).defineBranch },
  { names: ['return'], load: async () => (await import('./session/return.ts')).defineReturn },
  { names: ['tree'], load: async () => (await import('./session/tree.ts')).defineTree },
  { names: VARIABLES, load: async () => (await import('./session/variables.ts')).defineVariables },
  { names: ['rename'], load: async () => (await import('./session/rename.ts')).defineRename },
  { names: ['search'], load: async () => (await import('./session/search.ts')).defineSearch },
];

export async function define(program: Command, cli: Cli, subcommand?: string): Promise<void> {
  const session = program
    .command('session')
    .description('Pieces of work: each is one or more conversations of Claude Code.')
    .addHelpText(
      'after',
      '\nAn id is an id, a name, the beginning of one, or the id of a conversation.\n\nExamples:\n  claude-hooks session list\n  claude-hooks session resume "search fast" --run\n  claude-hooks session set phase review\n',
    );
  const one = SUBCOMMANDS.filter(({ names }) => subcommand !== undefined && names.includes(subcommand));
  for (const { load } of one.length > 0 ? one : SUBCOMMANDS) (await load())(session, cli);
}
