import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { defineList } from './session/list.ts';
import { defineMoves } from './session/moves.ts';
import { defineRename } from './session/rename.ts';
import { defineResume } from './session/resume.ts';
import { defineSearch } from './session/search.ts';
import { defineShow } from './session/show.ts';
import { defineStart } from './session/start.ts';
import { defineVariables } from './session/variables.ts';

/** One line a subcommand, in the order of the help. */
const SUBCOMMANDS = [
  defineList,
  defineShow,
  defineStart,
  defineResume,
  defineMoves,
  defineVariables,
  defineRename,
  defineSearch,
];

export function define(program: Command, cli: Cli): void {
  const session = program
    .command('session')
    .description('Pieces of work: each is one or more conversations of Claude Code.')
    .addHelpText(
      'after',
      '\nAn ID is an id, a name, the beginning of one, or the id of a conversation.\n\nExamples:\n  claude-hooks session list\n  claude-hooks session resume "search fast" --run\n  claude-hooks session set phase review\n',
    );
  for (const add of SUBCOMMANDS) add(session, cli);
}
