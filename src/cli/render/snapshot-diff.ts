import type { DiffLine } from '../../platform/line-diff.ts';
import { visible } from '../../platform/terminal.ts';
import type { ListDifference, SnapshotDifference } from '../../snapshots/diff.ts';
import type { Snapshot, SnapshotTodo } from '../../snapshots/types.ts';
import type { Cli } from '../cli.ts';
import { cell, when } from './checkpoint.ts';
import { paint } from './paint.ts';
import { section, snapshotFileLines, todoLine, variableLine } from './snapshot.ts';

/** What has changed from one snapshot to the other. */
export function differenceLines(
  cli: Cli,
  from: Snapshot,
  to: Snapshot,
  difference: SnapshotDifference,
): string[] {
  const { branch, files, filesFrom, todos, state, context, notes } = difference;
  const head = (sign: string, one: Snapshot): string =>
    `${sign} ${paint(cli, 'cyan', one.id)}  ${when(one.timestamp)}  ${cell(one.name, 60)}`;
  const body = [
    ...(branch === null ? [] : ['', `Branch: ${branchName(branch.from)} -> ${branchName(branch.to)}`]),
    ...(files === null
      ? ['', 'Files: not to be told; the commits differ and a checkpoint is not here.']
      : []),
    ...section(cli, FILES[filesFrom], snapshotFileLines(cli, files ?? [])),
    ...section(cli, 'Todos', todoLines(cli, todos)),
    ...section(cli, 'Variables', stateLines(cli, state)),
    ...section(cli, 'Context', diffLinesOf(cli, context)),
    ...section(cli, 'Notes', diffLinesOf(cli, notes)),
  ];
  return [head('-', from), head('+', to), ...(body.length > 0 ? body : ['', 'Nothing differs.'])];
}

const FILES: Record<SnapshotDifference['filesFrom'], string> = {
  checkpoints: 'Files',
  documents: 'Files (as the documents tell; a checkpoint is not here)',
  unknown: 'Files',
};

function branchName(branch: string | null): string {
  return branch === null ? '(detached)' : visible(branch);
}

function todoLines(cli: Cli, { added, removed, changed }: ListDifference<SnapshotTodo>): string[] {
  return [
    ...removed.map((todo) => paint(cli, 'red', `-${todoLine(todo)}`)),
    ...added.map((todo) => paint(cli, 'green', `+${todoLine(todo)}`)),
    ...changed.map(({ from, to }) => `~${todoLine(to)} (was ${cell(from.status, 20)})`),
  ];
}

function stateLines(cli: Cli, { added, removed, changed }: SnapshotDifference['state']): string[] {
  return [
    ...removed.map(({ name, value }) => paint(cli, 'red', `-${variableLine(name, value)}`)),
    ...added.map(({ name, value }) => paint(cli, 'green', `+${variableLine(name, value)}`)),
    ...changed.map(({ from, to }) => `~${variableLine(to.name, to.value)} (was ${cell(from.value, 200)})`),
  ];
}

function diffLinesOf(cli: Cli, lines: readonly DiffLine[]): string[] {
  const colors = { '+': 'green', '-': 'red', ' ': 'dim', '…': 'dim' } as const;
  return lines.map(({ sign, text }) => paint(cli, colors[sign], `  ${sign}${text}`));
}
