import type { Command } from 'commander';
import { systemClock } from '../../../platform/clock.ts';
import type { Cli } from '../../cli.ts';
import { positive, sessionId } from './shared.ts';

export function defineLoop(checkpoint: Command, cli: Cli): void {
  checkpoint
    .command('loop')
    .description('Save checkpoints of a live session until it ends. Started for you at its start.')
    .requiredOption('--session <id>', 'the session', sessionId)
    .requiredOption('--pid <n>', "the client's process id", positive)
    .option('--start <time>', 'when that process was started, as /proc tells it')
    .addHelpText('after', '\nExample:\n  claude-hooks checkpoint loop --session 0c4e… --pid 4711\n')
    .action((options: { session: string; pid: number; start?: string }) => loop(cli, options));
}

async function loop(cli: Cli, options: { session: string; pid: number; start?: string }): Promise<void> {
  const { runLoopProcess } = await import('../../../flows/checkpoint-loop.ts');
  const end = await runLoopProcess({
    runtime: cli.runtime,
    state: cli.state,
    session: options.session,
    clientPid: options.pid,
    clientStart: options.start,
    cwd: cli.cwd,
    now: systemClock,
  });
  cli.say(`claude-hooks: the loop of ${options.session} ended: ${end}`);
}
