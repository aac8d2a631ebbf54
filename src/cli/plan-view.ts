import * as path from 'node:path';
import type { PlannedAction } from '../install/plan.ts';
import type { Cli } from './cli.ts';

/** What a person sees of a plan: one line a file, in the order in which it is applied. */
export function planLines(actions: readonly PlannedAction[], cli: Cli, done: boolean): string[] {
  const rows = actions.map((action) => ({
    verb: verbOf(action, done),
    file: shortPath(action.file, cli),
    action,
  }));
  const width = Math.max(0, ...rows.map(({ verb }) => verb.length));
  return rows.flatMap(({ verb, file, action }) => {
    const head = `  ${verb.padEnd(width)}  ${file}`;
    // Nothing new: the line says it already.
    if (action.summary === `${verbOf(action, false)} ${file}`) return [head];
    const line = `${head}  (${action.summary})`;
    return line.length <= cli.width ? [line] : [head, `  ${' '.repeat(width)}    ${action.summary}`];
  });
}

function verbOf(action: PlannedAction, done: boolean): string {
  const [plan, past] =
    action.kind === 'copy'
      ? ['copy', 'copied']
      : action.after === undefined
        ? ['remove', 'removed']
        : action.before === undefined
          ? ['create', 'created']
          : ['change', 'changed'];
  return done ? past : plan;
}

/** Relative to where the person is, or with `~`, where that is shorter to read. */
export function shortPath(file: string, cli: Pick<Cli, 'cwd' | 'user'>): string {
  const relative = path.relative(cli.cwd, file);
  if (relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative)) return relative;
  const home = path.relative(cli.user.home, file);
  return home !== '' && !home.startsWith('..') && !path.isAbsolute(home) ? path.join('~', home) : file;
}

/** An action in a JSON document: what, where, how; never the bytes. */
export function actionDocument(action: PlannedAction): Record<string, unknown> {
  return {
    id: action.id,
    kind: action.kind,
    file: action.file,
    change: verbOf(action, false),
    summary: action.summary,
  };
}
