import type { CheckpointBrief } from '../../checkpoints/choose.ts';
import { drawLanes } from '../../checkpoints/graph.ts';
import type { Cli } from '../cli.ts';
import { cell, checkpointRow, layOut } from './checkpoint.ts';
import { paint } from './paint.ts';

const MOST_LANES = 10;
/** Columns that are left to the text whatever the drawing takes. */
const TEXT_WIDTH = 44;

/** The checkpoints as a drawing of which was saved after which, none of its lines wider than the terminal. */
export function drawGraph(cli: Cli, list: readonly CheckpointBrief[], worktree: string): string[] {
  const lanes = Math.max(2, Math.min(MOST_LANES, Math.floor((cli.width - TEXT_WIDTH) / 2)));
  const rows = drawLanes(list, { lanes, ascii: !speaksUnicode(cli) });
  const artWidth = rows.reduce((widest, { art }) => Math.max(widest, art.length), 0);
  const width = cli.width - artWidth - 2;
  const layout = layOut(cli, list, worktree, { width, counts: false, reason: true });
  const shown = new Set(list.map(({ id }) => id));
  return rows.map(({ art, node, openTo }) => {
    const drawing = paint(cli, 'yellow', art.padEnd(artWidth));
    if (node !== undefined) return `${drawing}  ${checkpointRow(cli, node, layout)}`;
    if (openTo === undefined) return paint(cli, 'yellow', art);
    const gone = shown.has(openTo) ? '' : ', which is not in this list';
    return `${drawing}  ${paint(cli, 'dim', cell(`saved after ${openTo}${gone}`, width))}`;
  });
}

/** Whether the person's locale says that the terminal shows more than ASCII. */
function speaksUnicode({ env }: Cli): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale) || process.platform === 'win32';
}
