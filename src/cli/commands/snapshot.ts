import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { defineDiff } from './snapshot/diff.ts';
import { defineList } from './snapshot/list.ts';
import { defineLoad } from './snapshot/load.ts';
import { defineSave } from './snapshot/save.ts';
import { defineShow } from './snapshot/show.ts';

/** One line a subcommand, in the order of the help. */
const SUBCOMMANDS = [defineSave, defineList, defineShow, defineLoad, defineDiff];

export function define(program: Command, cli: Cli): void {
  const snapshot = program
    .command('snapshot')
    .description('Save, show and compare what a session is doing: files, context, todos, notes.')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks snapshot save "search works" --note "ranking is next"\n  claude-hooks snapshot load "search works"\n',
    );
  for (const add of SUBCOMMANDS) add(snapshot, cli);
}
