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

/** Nearly every name: shown as it is. */
const SIMPLE = /^(?:[\x21-\x7e]| (?! ))*$/;

/** Text of unknown origin on one line, cut to a width in columns. */
export function cell(text: string, width: number): string {
  if (text.length <= width && SIMPLE.test(text)) return text;
  return cutTo(visible(text).replace(/\s+/g, ' '), width);
}

/** `2026-11-22 18:40`, local time. */
export function when(createdAt: string): string {
  const stamp = minuteStamp(Date.parse(createdAt));
  return `${stamp.slice(0, 10)} ${stamp.slice(11, 13)}:${stamp.slice(14)}`;
}

/** A name narrower than this says too little; then other columns give way. */
const NAME_WIDTH = 18;
/** An id longer than this has a long name in it, which its row then does without. */
const ID_WIDTH = 32;
const COUNTS_WIDTH = 10;
/** Less of a name than this is left out. */
const LEAST_NAME = 5;

/** How a list of checkpoints is laid out: the same for all its rows. */
export interface TableLayout {
  /** Columns of a row. */
  width: number;
  idWidth: number;
  /** What of the time is shown: all of it, all but the year, nothing. */
  time: 'long' | 'short' | 'none';
  counts: boolean;
  /** Whether it is told why one was saved. */
  reason: boolean;
  /** The working tree that is not named. */
  worktree: string;
}

/** A layout in which no row is wider than the terminal, as long as that has room for an id. */
export function layOut(
  cli: Cli,
  list: readonly { id: string }[],
  worktree: string,
  wanted: { width?: number; counts?: boolean; reason?: boolean } = {},
): TableLayout {
  const { width = cli.width, counts = true, reason = false } = wanted;
  const longestId = list.reduce((longest, { id }) => Math.max(longest, id.length), 0);
  const base = { width, reason, worktree, idWidth: Math.min(longestId, ID_WIDTH) };
  const choices = [
    { ...base, time: 'long', counts },
    { ...base, time: 'short', counts },
    { ...base, time: 'short', counts: false },
  ] as const;
  const roomy = choices.find((one) => width - headWidth(one, one.idWidth) - 2 >= NAME_WIDTH);
  if (roomy !== undefined) return roomy;
  const bare = { ...choices[2], idWidth: 0 };
  return headWidth(bare, longestId) <= width ? bare : { ...bare, time: 'none' };
}

const TIME_WIDTH = { long: 18, short: 13, none: 0 };

/** Columns of all that stands before the name. */
function headWidth(layout: TableLayout, idWidth: number): number {
  return idWidth + TIME_WIDTH[layout.time] + (layout.counts ? COUNTS_WIDTH + 2 : 0);
}

/** One line for a checkpoint. */
export function checkpointRow(cli: Cli, one: CheckpointBrief, layout: TableLayout): string {
  const id = one.id.padEnd(layout.idWidth);
  const stamp = when(one.createdAt).slice(layout.time === 'long' ? 0 : 5);
  const time = layout.time === 'none' ? '' : `  ${stamp}`;
  const counts = layout.counts ? `  ${countsOf(one).padEnd(COUNTS_WIDTH)}` : '';
  const title = titleOf(cli, one, layout.width - headWidth(layout, id.length) - 2, layout);
  return `${paint(cli, 'cyan', id)}${time}${counts}${title === '' ? '' : `  ${title}`}`.trimEnd();
}

/** `+1 ~2 -3`: new, modified and deleted files against the commit. */
function countsOf({ counts }: CheckpointBrief): string {
  return `+${counts.new} ~${counts.modified} -${counts.deleted}`;
}

/** The name, then where and why it was saved as far as there is room. */
function titleOf(cli: Cli, one: CheckpointBrief, room: number, layout: TableLayout): string {
  if (room < LEAST_NAME) return '';
  const places = [
    one.branch ?? '',
    one.worktree === layout.worktree ? '' : `in ${one.worktree}`,
    layout.reason && one.reason !== 'manual' ? one.reason : '',
  ];
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
