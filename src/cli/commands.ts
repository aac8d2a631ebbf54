import type { Command } from 'commander';
import type { Cli } from './cli.ts';

export interface CommandModule {
  /**
   * Adds the command with its options, help and example to the program.
   * @param subcommand the second word of the command line: others need not be defined where there is one.
   */
  define(program: Command, cli: Cli, subcommand?: string): void | Promise<void>;
}

export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<CommandModule>;
}

/** One line a command. Only the one that runs is loaded. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'install',
    summary: 'Put the hooks into Claude Code and git',
    load: () => import('./commands/install.ts'),
  },
  {
    name: 'uninstall',
    summary: 'Take them out again, without a trace',
    load: () => import('./commands/uninstall.ts'),
  },
  {
    name: 'status',
    summary: 'The live session, last checkpoint, queue and errors',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'doctor',
    summary: 'Find what is wrong and say the cure',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'session',
    summary: 'List, resume, complete and search pieces of work',
    load: () => import('./commands/session.ts'),
  },
  {
    name: 'checkpoint',
    summary: 'Save, compare, restore, prune and share checkpoints',
    load: () => import('./commands/checkpoint.ts'),
  },
  {
    name: 'snapshot',
    summary: 'Save, show, load and compare what a session is doing',
    load: () => import('./commands/snapshot.ts'),
  },
  {
    name: 'template',
    summary: 'Plans to work by: list, start, tick their steps',
    load: () => import('./commands/template.ts'),
  },
  {
    name: 'undo',
    summary: 'Take back a restore, install, prune, squash or branch',
    load: () => import('./commands/undo.ts'),
  },
  {
    name: 'replay',
    summary: 'Watch a session again; find the edit that broke something',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'completion',
    summary: 'Let the shell complete commands and ids',
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'context',
    summary: 'Keep the context file; see what a session is given',
    load: () => import('./commands/context.ts'),
  },
  {
    name: 'config',
    summary: 'Show, validate and create the configuration',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'trust',
    summary: "Allow this repository's commands to run here",
    load: () => import('./commands/trust.ts'),
  },
  {
    name: 'notify',
    summary: 'Send a test notification; show the outbox',
    load: () => import('./commands/notify.ts'),
  },
];
