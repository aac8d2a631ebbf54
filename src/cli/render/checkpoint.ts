import type { ChangedFile, CheckpointSummary } from '../../checkpoints/types.ts';
import { minuteStamp } from '../../platform/clock.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { paint } from './paint.ts';

const SIGNS: Record<ChangedFile['status'], [sign: string, color: 'green' | 'yellow' | 'red']> = {
  new: ['A', 'green'],
  modified: ['M', 'yellow'],
  deleted: ['D', 'red'],
};

/** Text of unknown origin on one line, cut to a width in characters. */
export function cell(text: string, width: number): string {
  const letters = [...visible(text).replace(/\s+/g, ' ')];
  return letters.length <= width ? letters.join('') : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** `2026-11-22 18:40`, local time. */
export function when(createdAt: string): string {
  const stamp = minuteStamp(Date.parse(createdAt));
  return `${stamp.slice(0, 10)} ${stamp.slice(11, 13)}:${stamp.slice(14)}`;
}

/** One line for each checkpoint, none wider than the terminal. */
export function checkpointTable(cli: Cli, list: readonly CheckpointSummary[]): string {
  const idWidth = Math.max(...list.map((one) => one.id.length));
  return list
    .map((one) => {
      const { counts } = one;
      const changes = `+${counts.new} ~${counts.modified} -${counts.deleted}`;
      const rest = `${when(one.createdAt)}  ${changes.padEnd(12)}  `;
      const room = Math.max(12, cli.width - idWidth - rest.length - 2);
      const place = one.branch === undefined ? '' : ` [${one.branch}]`;
      return `${paint(cli, 'cyan', one.id.padEnd(idWidth))}  ${rest}${cell(`${one.name}${place}`, room)}`;
    })
    .join('\n');
}

/** One line a file, at most `limit`, then how many more there are. */
export function fileLines(cli: Cli, files: readonly ChangedFile[], limit: number): string[] {
  const shown = files.slice(0, limit).map((file) => {
    const [sign, color] = SIGNS[file.status];
    return `  ${paint(cli, color, sign)} ${visible(file.path).replaceAll('\n', '\\n')}`;
  });
  return files.length > limit ? [...shown, `  and ${files.length - limit} more (all with --json)`] : shown;
}
