import * as path from 'node:path';
import { visible } from '../../platform/terminal.ts';
import type { SkippedSnapshot, Snapshot, SnapshotFile, SnapshotTodo } from '../../snapshots/types.ts';
import { documentPaths } from '../../store/paths.ts';
import type { Cli } from '../cli.ts';
import { shortPath } from '../plan-view.ts';
import { cell, when } from './checkpoint.ts';
import { paint } from './paint.ts';

/** Lines of files a command shows at most. */
const MAX_FILES = 60;

const SIGNS: Record<SnapshotFile['status'], [sign: string, color: 'green' | 'yellow' | 'red' | 'cyan']> = {
  added: ['A', 'green'],
  modified: ['M', 'yellow'],
  deleted: ['D', 'red'],
  renamed: ['R', 'cyan'],
};

/** The document, relative to the top of the working tree. */
export function documentName({ id }: { id: string }): string {
  return path.join(path.relative('/', documentPaths('/').snapshots), `${id}.json`);
}

/** `3 files against the last commit, 2 of 5 todos open, 120 characters of context` */
export function countsLine({ files, todos, context }: Snapshot): string {
  const open = todos.filter((todo) => todo.status !== 'completed').length;
  return [
    `${files.length} ${files.length === 1 ? 'file' : 'files'} against the last commit`,
    todos.length === 0 ? 'no todos' : `${open} of ${todos.length} todos open`,
    context === '' ? 'no context file' : `${context.length} characters of context`,
  ].join(', ');
}

/** One line for each snapshot, none wider than the terminal. */
export function snapshotTable(cli: Cli, list: readonly Snapshot[]): string {
  const idWidth = Math.max(...list.map((one) => one.id.length));
  return list
    .map((one) => {
      const rest = `${when(one.timestamp)}  ${String(one.files.length).padStart(4)} ${one.files.length === 1 ? 'file ' : 'files'}  `;
      const room = Math.max(12, cli.width - idWidth - rest.length - 2);
      const place = one.branch === null ? '' : ` [${one.branch}]`;
      return `${paint(cli, 'cyan', one.id.padEnd(idWidth))}  ${rest}${cell(`${one.name}${place}`, room)}`;
    })
    .join('\n');
}

/** A document that is not read, with the place where that was seen. */
export function skippedLine(cli: Cli, { file, reason, line, column }: SkippedSnapshot): string {
  const place = [line, column].filter((part) => part !== undefined).map((part) => `:${part}`);
  return `${visible(shortPath(file, cli))}${place.join('')}: ${visible(reason)}`;
}

/** All that a snapshot holds, for a person or a session to read. */
export function snapshotLines(cli: Cli, snapshot: Snapshot): string[] {
  const { name, timestamp, branch, head, operation, session, conversation, checkpoint } = snapshot;
  const commit = head === undefined ? 'without a commit' : `at ${head.slice(0, 12)}`;
  const { notes, todos, context, files, remarks } = snapshot;
  return [
    paint(cli, 'bold', `Snapshot: ${cell(name, 200)}`),
    `  ${when(timestamp)}, ${branch === null ? 'detached HEAD' : visible(branch)} ${commit}${operation === undefined ? '' : `, in the middle of a ${cell(operation, 20)}`}`,
    `  checkpoint ${checkpoint}`,
    ...(session === undefined ? [] : [`  session ${session}${messageOf(conversation)}`]),
    ...remarks.map((remark) => `  ${visible(remark)}`),
    ...section(cli, 'Notes', textLines(notes)),
    ...section(cli, 'Todos', todos.map(todoLine)),
    ...section(
      cli,
      'Variables',
      Object.entries(snapshot.state).map(([key, value]) => variableLine(key, value)),
    ),
    ...section(cli, 'Context', textLines(context)),
    ...section(cli, 'Files against the last commit', snapshotFileLines(cli, files)),
  ];
}

/** A heading and its lines, with an empty line before; nothing where there are none. */
export function section(cli: Cli, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', paint(cli, 'bold', title), ...lines];
}

export function todoLine({ text, status }: SnapshotTodo): string {
  const box = status === 'completed' ? '[x]' : status === 'in_progress' ? '[~]' : '[ ]';
  return `  ${box} ${cell(text, 500)}`;
}

export function variableLine(name: string, value: string): string {
  return `  ${cell(name, 100)} = ${cell(value, 500)}`;
}

/** One line a file, then how many more there are. */
export function snapshotFileLines(
  cli: Cli,
  files: readonly Pick<SnapshotFile, 'path' | 'status' | 'from'>[],
): string[] {
  const lines = files.slice(0, MAX_FILES).map(({ path: name, status, from }) => {
    const [sign, color] = SIGNS[status];
    const was = from === undefined ? '' : ` (was ${oneLine(from)})`;
    return `  ${paint(cli, color, sign)} ${oneLine(name)}${was}`;
  });
  return files.length > MAX_FILES
    ? [...lines, `  and ${files.length - MAX_FILES} more (all with --json)`]
    : lines;
}

function messageOf(conversation: Snapshot['conversation']): string {
  if (conversation?.message === undefined) return '';
  const at = conversation.at === undefined ? '' : ` of ${cell(conversation.at, 40)}`;
  return `, at message ${cell(conversation.message, 60)}${at}`;
}

/** A free text, each of its lines set in. */
function textLines(text: string): string[] {
  return text.trim() === ''
    ? []
    : visible(text.trimEnd())
        .split('\n')
        .map((line) => `  ${line}`.trimEnd());
}

function oneLine(name: string): string {
  return visible(name).replaceAll('\n', '\\n');
}
