import type { SessionRecord } from './session.ts';

/** Where a session branched off another, as its journal tells it. Times are milliseconds since 1970. */
export interface Branching {
  /** The session that was interrupted. */
  parent: string;
  /** 1 for a child of a session that is no child itself. */
  depth: number;
  /** What the child was begun for. */
  task: string;
  /** Short name of the child's git branch. */
  branch: string;
  /** The commit it began at. */
  head: string;
  /** The parent's branch, short; absent where HEAD was detached. */
  parentBranch?: string;
  /** The parent's conversation to go on with. */
  conversation?: string;
  /** Which of the repository's working trees the child works in, and the parent. */
  worktree: string;
  parentWorktree: string;
  /** Top of the parent's working tree, and of the child's linked one. */
  parentRoot: string;
  linked?: string;
  /** The parent's files and staging of that moment. */
  checkpoint: { id: string; commit: string };
  /** Permission bits of those files that git does not keep; names are bytes as latin1 text, of folders with `/` behind. */
  modes: Record<string, number>;
  /** The parent's variables of that moment. */
  variables: Record<string, string>;
  at: number;
  /** open: not gone back yet. undone: taken back as if it had not been. */
  state: 'open' | 'returned' | 'undone';
  returned?: Returned;
}

export interface Returned {
  at: number;
  discarded: boolean;
  /** Where the child's branch was. */
  branch?: string;
  head: string;
  /** The checkpoint of the child's files of that moment. */
  checkpoint?: string;
}

/** Undefined where the session branched off no other. Records that are damaged do not count. */
export function foldBranching(records: readonly SessionRecord[]): Branching | undefined {
  let branching: Branching | undefined;
  for (const record of records) {
    if (record.type === 'branched') {
      if (record.on === false) {
        if (branching !== undefined) branching = { ...branching, state: 'undone' };
      } else branching = readBranched(record) ?? branching;
    } else if (record.type === 'returned' && branching !== undefined) {
      const { returned: _before, ...rest } = branching;
      const returned = readReturned(record);
      if (record.on === false) branching = { ...rest, state: 'open' };
      else if (returned !== undefined) branching = { ...rest, state: 'returned', returned };
    }
  }
  return branching;
}

function readBranched(record: SessionRecord): Branching | undefined {
  const text = (key: string): string | undefined =>
    typeof record[key] === 'string' ? (record[key] as string) : undefined;
  const checkpoint = record.checkpoint as { id?: unknown; commit?: unknown } | undefined;
  const [parent, task, branch, head] = [text('parent'), text('task'), text('branch'), text('head')];
  const [worktree, parentWorktree, parentRoot] = [
    text('worktree'),
    text('parentWorktree'),
    text('parentRoot'),
  ];
  if (
    parent === undefined ||
    task === undefined ||
    branch === undefined ||
    head === undefined ||
    worktree === undefined ||
    parentWorktree === undefined ||
    parentRoot === undefined ||
    typeof record.depth !== 'number' ||
    typeof checkpoint?.id !== 'string' ||
    typeof checkpoint.commit !== 'string'
  )
    return undefined;
  const [parentBranch, conversation, linked] = [text('parentBranch'), text('conversation'), text('linked')];
  return {
    parent,
    depth: record.depth,
    task,
    branch,
    head,
    worktree,
    parentWorktree,
    parentRoot,
    checkpoint: { id: checkpoint.id, commit: checkpoint.commit },
    modes: valuesOf(record.modes, (value): value is number => Number.isInteger(value)),
    variables: valuesOf(record.variables, (value): value is string => typeof value === 'string'),
    at: record.t,
    state: 'open',
    ...(parentBranch === undefined ? {} : { parentBranch }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(linked === undefined ? {} : { linked }),
  };
}

function readReturned(record: SessionRecord): Returned | undefined {
  const { head, branch, checkpoint } = record;
  if (typeof head !== 'string') return undefined;
  return {
    at: record.t,
    head,
    discarded: record.discarded === true,
    ...(typeof branch === 'string' ? { branch } : {}),
    ...(typeof checkpoint === 'string' ? { checkpoint } : {}),
  };
}

function valuesOf<T>(value: unknown, is: (one: unknown) => one is T): Record<string, T> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, T] => is(entry[1])));
}

/**
 * Of the sessions that branched off others, the one whose work a working tree holds: the innermost that has not gone back.
 */
export function innermost<T extends { branching: Branching }>(
  children: readonly T[],
  worktree: string,
): T | undefined {
  return children
    .filter(({ branching }) => branching.state === 'open' && branching.worktree === worktree)
    .sort((a, b) => b.branching.depth - a.branching.depth || b.branching.at - a.branching.at)[0];
}
