import type { CheckpointBrief } from '../../checkpoints/choose.ts';
import type { ChangedFile } from '../../checkpoints/types.ts';
import { minuteStamp } from '../../platform/clock.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { paint } from './paint.ts';
import { cutTo, displayWidth } from './width.ts';

const SIGNS: Record<ChangedFile['status'], [sign: string, color: 'green' | 'yellow' | 'red']> = {
  new: ['A', 'green'],
  modified: ['M', 'yellow'],
  deleted: ['D', 'red'],
};

/** Text of unknown origin on one line, cut to a width in columns. */
export function cell(text: string, width: number): string {
  return cutTo(visible(text).replace(/\s+/g, ' '), width);
}

/** `2026-11-22 18:40`, local time. */
export function when(createdAt: string): string {
  const stamp = minuteStamp(Date.parse(createdAt));
  return `${stamp.slice(0, 10)} ${stamp.slice(11, 13)}:${stamp.slice(14)}`;
}

/** A name narrower than this says too little; then other columns give way. */
const NAME_WIDTH = 20;

/** How a list of checkpoints is laid out: the same for all its rows. */
export interface TableLayout {
  idWidth: number;
  /** What of the time is shown: all of it, or without the year. */
  time: 'long' | 'short';
  counts: boolean;
  /** Columns of the name and the branch. */
  room: number;
  /** The working tree that is not named. */
  worktree: string;
}

/** A layout in which no row is wider than the terminal, as long as that has room for the ids. */
export function layOut(cli: Cli, list: readonly { id: string }[], worktree: string): TableLayout {
  const longestId = list.reduce((longest, { id }) => Math.max(longest, id.length), 0);
  const base = { idWidth: longestId, worktree };
  const choices = [
    { time: 'long', counts: true, taken: 18 + 14 },
    { time: 'short', counts: true, taken: 13 + 14 },
    { time: 'short', counts: false, taken: 13 },
  ] as const;
  for (const { time, counts, taken } of choices) {
    const room = cli.width - longestId - taken - 2;
    if (room >= NAME_WIDTH) return { ...base, time, counts, room };
  }
  return { ...base, time: 'short', counts: false, room: Math.max(0, cli.width - longestId - 15) };
}

/** One line for a checkpoint. */
export function checkpointRow(cli: Cli, one: CheckpointBrief, layout: TableLayout): string {
  const { idWidth, time, room } = layout;
  const stamp = when(one.createdAt).slice(time === 'long' ? 0 : 5);
  const counts = layout.counts ? `  ${countsOf(one).padEnd(12)}` : '';
  const text = room === 0 ? '' : `  ${titleOf(cli, one, room, layout.worktree)}`;
  return `${paint(cli, 'cyan', one.id.padEnd(idWidth))}  ${stamp}${counts}${text}`;
}

/** `+1 ~2 -3`: new, modified and deleted files against the commit. */
export function countsOf({ counts }: CheckpointBrief): string {
  return `+${counts.new} ~${counts.modified} -${counts.deleted}`;
}

/** The name and where it was saved; where there is not room for both, the place is cut first. */
export function titleOf(cli: Cli, one: CheckpointBrief, room: number, worktree: string): string {
  const places = [one.branch ?? '', one.worktree === worktree ? '' : `in ${one.worktree}`];
  const place = places.filter((text) => text !== '').join(', ');
  const name = cell(one.name, room);
  const left = room - displayWidth(name) - 1;
  if (place === '' || left < 5) return name;
  return `${name} ${paint(cli, 'dim', `[${cell(place, left - 2)}]`)}`;
}

/** One line a file, at most `limit`, then how many more there are. */
export function fileLines(cli: Cli, files: readonly ChangedFile[], limit: number): string[] {
  const shown = files.slice(0, limit).map((file) => {
    const [sign, color] = SIGNS[file.status];
    return `  ${paint(cli, color, sign)} ${visible(file.path).replaceAll('\n', '\\n')}`;
  });
  return files.length > limit ? [...shown, `  and ${files.length - limit} more (all with --json)`] : shown;
}
