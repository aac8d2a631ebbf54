import { Command } from 'commander';
import { createCli } from '../../src/cli/cli.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { PROJECT_ROOT } from './sandbox.ts';

/** Runs a command of the command line in this process, as on a terminal of so many columns. @returns what it printed. */
export async function runOnTerminal(
  args: readonly string[],
  options: { cwd: string; columns?: number; env?: NodeJS.ProcessEnv; color?: boolean },
): Promise<{ stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const cli = createCli({
    cwd: options.cwd,
    env: {
      LANG: 'C.UTF-8',
      ...(options.color === true ? {} : { NO_COLOR: '1' }),
      ...process.env,
      ...options.env,
    },
    runtime: PROJECT_ROOT,
    stdinTty: false,
    stdoutTty: true,
    columns: options.columns ?? 80,
    write: (text) => {
      printed.stdout += text;
    },
    warn: (text) => {
      printed.stderr += text;
    },
    exit: () => {},
  });
  const program = new Command('claude-hooks').exitOverride();
  const entry = COMMANDS.find(({ name }) => name === args[0]);
  await (await entry?.load())?.define(program, cli);
  await program.parseAsync([...args], { from: 'user' });
  return printed;
}
