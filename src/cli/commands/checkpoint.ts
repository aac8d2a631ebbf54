import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { defineDiff } from './checkpoint/diff.ts';
import { defineFetch } from './checkpoint/fetch.ts';
import { defineList } from './checkpoint/list.ts';
import { defineLoad } from './checkpoint/load.ts';
import { defineLoop } from './checkpoint/loop.ts';
import { definePrune } from './checkpoint/prune.ts';
import { definePush } from './checkpoint/push.ts';
import { defineRestore } from './checkpoint/restore.ts';
import { defineSave } from './checkpoint/save.ts';
import { defineSearch } from './checkpoint/search.ts';
import { defineShow } from './checkpoint/show.ts';
import { defineSquash } from './checkpoint/squash.ts';

/** One line a subcommand, in the order of the help. */
const SUBCOMMANDS = [
  defineSave,
  defineList,
  defineShow,
  defineLoad,
  defineDiff,
  defineSearch,
  defineRestore,
  defineSquash,
  definePrune,
  definePush,
  defineFetch,
  defineLoop,
];

export function define(program: Command, cli: Cli): void {
  const checkpoint = program
    .command('checkpoint')
    .description(
      'Save, list, show and load states of the working tree, which changes nothing of yours; and restore them.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks checkpoint save "before the big refactoring"\n  claude-hooks checkpoint list\n',
    );
  for (const add of SUBCOMMANDS) add(checkpoint, cli);
}
