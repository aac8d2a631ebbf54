import type { Command } from 'commander';
import { readStatus, type Status } from '../../flows/status.ts';
import { openWorkplace } from '../../flows/workplace.ts';
import { systemClock } from '../../platform/clock.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { paint } from '../render/paint.ts';

export function define(program: Command, cli: Cli): void {
  program
    .command('status')
    .description(
      'The live sessions, the last checkpoint, the size of the context, what is queued, recent errors.',
    )
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', '\nExample:\n  claude-hooks status --json\n')
    .action(async (options: { json?: boolean }) => {
      const place = await openWorkplace({
        cwd: cli.cwd,
        env: cli.env,
        runtime: cli.runtime,
        now: systemClock,
      });
      const status = await readStatus(place);
      if (options.json === true) {
        cli.json({
          id: place.repository.root,
          ...status,
          sessions: status.sessions.map((session) => ({
            ...session,
            name: session.branch ?? session.id,
            createdAt: iso(session.createdAt),
            updatedAt: iso(session.updatedAt),
          })),
        });
      } else print(cli, status, place.now());
    });
}

function print(cli: Cli, status: Status, now: number): void {
  const title = (text: string): string => paint(cli, 'bold', text.padEnd(12));
  if (status.sessions.length === 0) cli.print(`${title('Session')} none is live`);
  for (const session of status.sessions) {
    const counts = ['prompt', 'stop', 'failure', 'tool-failure'].flatMap((kind) =>
      session.counts[kind] ? [`${session.counts[kind]} ${kind}`] : [],
    );
    cli.print(
      `${title('Session')} ${session.id} ${session.alive ? session.state : 'lost (its client is gone)'}, started ${ago(now - session.createdAt)}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`,
    );
  }
  const { checkpoint } = status;
  cli.print(
    checkpoint === undefined
      ? `${title('Checkpoint')} none yet; save one with: claude-hooks checkpoint save`
      : `${title('Checkpoint')} ${visible(checkpoint.name)} (${checkpoint.id}), ${ago(now - Date.parse(checkpoint.createdAt))}; ${status.checkpoints} in all`,
  );
  cli.print(
    `${title('Context')} ${status.context.characters} of ${status.context.budget} characters at the next start`,
  );
  const { queue } = status;
  cli.print(
    `${title('Queue')} ${queue.events} events, ${queue.jobs} jobs, ${queue.notices} notices${queue.deadJobs > 0 ? `, ${queue.deadJobs} jobs given up` : ''}`,
  );
  const { bytes, limit } = status.archive;
  cli.print(`${title('Transcripts')} copies of ${sizeText(bytes)}, at most ${sizeText(limit)}`);
  if (status.errors.length === 0) cli.print(`${title('Errors')} none`);
  for (const error of status.errors)
    cli.print(
      `${title('Error')} ${visible(error.name)} (${visible(error.id)}), ${ago(now - Date.parse(error.createdAt))}`,
    );
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** `5 min ago`, in the largest unit that fits. */
function ago(ms: number): string {
  const units: [name: string, length: number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ];
  const unit = units.find(([, length]) => ms >= length);
  return unit === undefined ? 'just now' : `${Math.floor(ms / unit[1])} ${unit[0]} ago`;
}

/** `12.3 MB`, in the largest unit of which there is one. */
function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${units[power]}`;
}
