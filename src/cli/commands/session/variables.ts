import type { Command } from 'commander';
import { HooksError } from '../../../errors.ts';
import { visible } from '../../../platform/terminal.ts';
import type { Cli } from '../../cli.ts';
import { variableLine } from '../../render/snapshot.ts';
import { openPlace } from '../checkpoint/shared.ts';
import { sessionPlace, targetOf } from './shared.ts';

interface Options {
  session?: string;
  json?: boolean;
}

export function defineVariables(session: Command, cli: Cli): void {
  withOptions(
    session.command('set').argument('<key>', 'letters, digits and _').argument('<value>', 'any text'),
  )
    .description('Keep a variable of a session; steps get it as CLAUDE_SESSION_VAR_<KEY>.')
    .addHelpText('after', '\nExample:\n  claude-hooks session set phase review\n')
    .action((key: string, value: string, options: Options) => set(cli, key, value, options));
  withOptions(session.command('get').argument('[key]', 'all unless told'))
    .description('A variable of a session, or all of them.')
    .addHelpText('after', '\nExample:\n  claude-hooks session get phase\n')
    .action((key: string | undefined, options: Options) => get(cli, key, options));
  withOptions(session.command('unset').argument('<key>'))
    .description('Remove a variable of a session.')
    .addHelpText('after', '\nExample:\n  claude-hooks session unset phase\n')
    .action((key: string, options: Options) => unset(cli, key, options));
}

function withOptions(command: Command): Command {
  return command
    .option('--session <work>', 'the session; the current one unless told')
    .option('--json', 'one JSON document on standard output');
}

async function set(cli: Cli, key: string, value: string, options: Options): Promise<void> {
  const { setVariable } = await import('../../../flows/sessions/variables.ts');
  const place = await openPlace(cli);
  const { id } = await targetOf(cli, options.session);
  setVariable(place, id, key, value);
  if (options.json === true) return cli.json({ id, key, value });
  cli.print(`${variableLine(key, value).trim()} (${id})`);
}

async function get(cli: Cli, key: string | undefined, options: Options): Promise<void> {
  const { readSession, readUntold } = await import('../../../flows/sessions/read.ts');
  const { id } = await targetOf(cli, options.session);
  const { state } = sessionPlace(cli);
  const { variables } = readSession(state, id, readUntold(state)).session;
  if (key !== undefined && !Object.hasOwn(variables, key)) throw noVariable(id, key, Object.keys(variables));
  if (options.json === true)
    return cli.json(key === undefined ? { id, variables } : { id, key, value: variables[key] });
  if (key !== undefined) return cli.print(visible(variables[key] ?? ''));
  for (const [name, value] of Object.entries(variables)) cli.print(variableLine(name, value).trim());
  if (Object.keys(variables).length === 0) cli.say(`${id} has no variables.`);
}

async function unset(cli: Cli, key: string, options: Options): Promise<void> {
  const { unsetVariable } = await import('../../../flows/sessions/variables.ts');
  const place = await openPlace(cli);
  const { id } = await targetOf(cli, options.session);
  const removed = unsetVariable(place, id, key);
  if (options.json === true) return cli.json({ id, key, removed });
  cli.print(removed ? `Removed ${key} (${id})` : `${id} has no variable ${key}; nothing was changed.`);
}

function noVariable(id: string, key: string, known: readonly string[]): HooksError {
  return new HooksError({
    code: 'no-variable',
    kind: 'failed',
    message: `The session ${id} has no variable ${visible(key.slice(0, 80))}.`,
    hint:
      known.length === 0 ? `Set one with: claude-hooks session set KEY VALUE` : `It has: ${known.join(', ')}`,
  });
}
