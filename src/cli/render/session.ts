import type { WorkFacts } from '../../flows/sessions/facts.ts';
import { visible } from '../../platform/terminal.ts';
import type { Session } from '../../sessions/session.ts';
import type { Cli } from '../cli.ts';
import { cell, when } from './checkpoint.ts';
import { paint } from './paint.ts';
import { section, todoLine, variableLine } from './snapshot.ts';

const MOST_FILES = 30;
const MOST_MOVES = 20;
const MOST_TASKS = 20;

/** All that is kept of a session, for a person to read. */
export function sessionLines(
  cli: Cli,
  session: Session,
  facts: WorkFacts,
  lost: readonly string[],
): string[] {
  const { files, tools, tasks, todos } = facts;
  const stamp = (time: number): string => when(new Date(time).toISOString());
  return [
    paint(cli, 'bold', `Session: ${cell(session.name, 200)}`),
    `  ${session.id}`,
    `  ${session.state}${lost.length > 0 ? ' (its client is gone)' : ''}, begun ${stamp(session.createdAt)}, last ${stamp(session.updatedAt)}`,
    `  ${[session.branch, session.root]
      .map((text) => (text === undefined ? '' : cell(text, 200)))
      .filter((text) => text !== '')
      .join(', ')}`,
    ...(session.partition === undefined ? [] : [`  partition ${cell(session.partition, 60)}`]),
    ...(session.done && session.state !== 'Complete'
      ? [`  The work is done. Complete it with: claude-hooks session complete ${session.id}`]
      : []),
    ...section(
      cli,
      'Conversations',
      session.conversations.map(
        ({ id, status, how, parent, lastAt }) =>
          `  ${id}  ${status}, ${how}${parent === undefined ? '' : ` of ${parent.slice(0, 8)}`}, last ${stamp(lastAt)}`,
      ),
    ),
    ...section(
      cli,
      'Variables',
      Object.entries(session.variables).map(([key, value]) => variableLine(key, value)),
    ),
    ...section(cli, 'Todos', todos.map(todoLine)),
    ...section(cli, 'Files', limited(files.map(fileLine), MOST_FILES)),
    ...section(cli, 'Tools', tools.map(toolLine)),
    ...section(
      cli,
      'Tasks in the background',
      limited(
        tasks.map(
          ({ id, what, endedAt }) =>
            `  ${cell(id, 40)} ${endedAt === undefined ? 'not known to have ended' : 'ended'}: ${cell(what, 100)}`,
        ),
        MOST_TASKS,
      ),
    ),
    ...section(
      cli,
      'Moves',
      session.history
        .slice(-MOST_MOVES)
        .map(({ at, from, by, to, cause }) => `  ${stamp(at)}  ${from} -${by}-> ${to}  ${cell(cause, 80)}`),
    ),
  ];
}

function fileLine({ file, read, written }: WorkFacts['files'][number]): string {
  return `  ${visible(file).replaceAll('\n', '\\n')}  read ${read}, written ${written}`;
}

function toolLine({ name, calls, failed, ms }: WorkFacts['tools'][number]): string {
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  return `  ${cell(name, 60)}  ${calls} ${calls === 1 ? 'call' : 'calls'}${failures}, ${(ms / 1_000).toFixed(1)} s`;
}

function limited(lines: readonly string[], most: number): string[] {
  return lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most), `  and ${lines.length - most} more (all with --json)`];
}
