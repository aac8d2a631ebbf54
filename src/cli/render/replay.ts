import { visible } from '../../platform/terminal.ts';
import { counted } from '../../platform/words.ts';
import type { ReplayLane, ReplayStep } from '../../replay/types.ts';
import type { Cli } from '../cli.ts';
import { paint } from './paint.ts';

type Color = Parameters<typeof paint>[1];

const COLORS: Readonly<Record<ReplayLane, Color>> = {
  prompt: 'green',
  answer: 'bold',
  tool: 'cyan',
  edit: 'yellow',
  checkpoint: 'green',
  commit: 'green',
  error: 'red',
  agent: 'cyan',
  session: 'dim',
};

/** Lines of a text, a result or a change that are shown unless all is asked for. */
const MOST_LINES = 20;
/** Characters of a line. */
const LONGEST = 2_000;
const INDENT = '    ';
/** Tools whose arguments are the change that the next step shows. */
const EDITING = /^(?:Write|Edit|MultiEdit|NotebookEdit)$/;

/**
 * `[time] type: description`, and below it what there is to say: the words, a change, arguments and result. Whatever a session
 * recorded, nothing of it acts on a terminal: only our own colours do. Ends in a line end.
 * @param full every line, not only the first twenty of each part.
 */
export function renderStep(cli: Pick<Cli, 'color'>, step: ReplayStep, full = false): string {
  const agent = step.agent === undefined ? '' : ` (${oneLine(step.agent.slice(0, 8))})`;
  const head = `${paint(cli, step.failed === true ? 'red' : COLORS[step.lane], oneLine(step.type) + agent)}: ${oneLine(step.description)}`;
  const lines = [
    `${paint(cli, 'dim', `[${timeOf(step.at)}]`)} ${head} ${paint(cli, 'dim', `#${step.number}`)}`,
    ...bodyLines(cli, step, full),
  ];
  return `${lines.join('\n')}\n`;
}

function bodyLines(cli: Pick<Cli, 'color'>, step: ReplayStep, full: boolean): string[] {
  const changes = (step.hunks ?? []).flatMap((hunk) => [
    `@@ -${hunk.oldStart} +${hunk.newStart} @@`,
    ...hunk.lines,
  ]);
  const isEditing = EDITING.test(step.tool ?? '') && step.failed !== true;
  return [
    ...part(cli, step.text ?? '', full, undefined),
    ...cutLines(cli, changes, full, diffColor),
    ...(isEditing ? [] : inputLines(cli, step.input ?? {}, full)),
    ...(isEditing ? [] : part(cli, step.result ?? '', full, step.failed === true ? 'red' : 'dim')),
  ];
}

function inputLines(cli: Pick<Cli, 'color'>, input: Record<string, unknown>, full: boolean): string[] {
  return Object.entries(input).flatMap(([key, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    const [first = '', ...rest] = text.split('\n');
    return cutLines(cli, [`${key}: ${first}`, ...rest.map((line) => `  ${line}`)], full, () => undefined);
  });
}

function part(cli: Pick<Cli, 'color'>, text: string, full: boolean, color: Color | undefined): string[] {
  const trimmed = text.replace(/\s+$/, '');
  return trimmed === '' ? [] : cutLines(cli, trimmed.split('\n'), full, () => color);
}

function diffColor(line: string): Color | undefined {
  if (line.startsWith('+')) return 'green';
  if (line.startsWith('-')) return 'red';
  return line.startsWith('@@') ? 'cyan' : undefined;
}

function cutLines(
  cli: Pick<Cli, 'color'>,
  lines: readonly string[],
  full: boolean,
  colorOf: (line: string) => Color | undefined,
): string[] {
  const most = full || lines.length <= MOST_LINES + 1 ? lines.length : MOST_LINES;
  const shown = lines.slice(0, most).map((line) => {
    const text = line.length > LONGEST && !full ? `${line.slice(0, LONGEST)}…` : line;
    const color = colorOf(line);
    return INDENT + (color === undefined ? oneLine(text) : paint(cli, color, oneLine(text)));
  });
  if (most < lines.length)
    shown.push(INDENT + paint(cli, 'dim', `… ${counted(lines.length - most, 'line')} more`));
  return shown;
}

function oneLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n');
}

/** `2026-11-28 14:30:05`, local time. */
export function timeOf(at: number): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return 'no time';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
