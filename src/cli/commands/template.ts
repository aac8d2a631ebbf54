import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { defineCheck } from './template/check.ts';
import { defineLint } from './template/lint.ts';
import { defineList } from './template/list.ts';
import { defineNew } from './template/new.ts';
import { defineShow } from './template/show.ts';
import { defineStart } from './template/start.ts';

/** One line a subcommand, in the order of the help. */
const SUBCOMMANDS = [defineList, defineShow, defineNew, defineLint, defineStart, defineCheck];

export function define(program: Command, cli: Cli): void {
  const template = program
    .command('template')
    .description('Plans to work by: phases with steps that are ticked as the work goes on.')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks template start feature-development --var Feature="User notifications"\n  claude-hooks template check\n',
    );
  for (const add of SUBCOMMANDS) add(template, cli);
}
