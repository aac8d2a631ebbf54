import { visible } from '../../platform/terminal.ts';
import type { Session } from '../../sessions/session.ts';
import type { StatePaths } from '../../store/paths.ts';
import { type WorkFacts, workFacts } from '../sessions/facts.ts';

const LONGEST_LINE = 200;
const MOST_LINES = 8;

/** What a session's transcripts tell; nothing where they cannot be read. */
export function factsOf(state: StatePaths, session: Session): WorkFacts | undefined {
  try {
    return workFacts(state, session, true);
  } catch {
    return undefined;
  }
}

/** Text of anybody's on one line, cut. */
export function lineOf(text: string): string {
  const line = visible(text).replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}

export interface BriefInput {
  parent: Session;
  facts: WorkFacts | undefined;
  task: string;
  branch: string;
  head: string;
  parentBranch: string | undefined;
  checkpoint: string;
  parentRoot: string;
  linked: string | undefined;
}

/** What the conversations of a child are told when they begin. */
export function briefText(input: BriefInput): string {
  const { parent, facts, linked, parentBranch } = input;
  const doing = facts?.todos.filter(({ status }) => status === 'in_progress').map(({ text }) => text) ?? [];
  const asked = facts?.prompts.at(-1)?.text;
  const open = facts?.todos.filter(({ status }) => status !== 'completed').length ?? 0;
  return [
    `This session was branched off "${lineOf(parent.name)}" (${parent.id}), which waits.`,
    `Its task: ${lineOf(input.task)}`,
    `It works on the git branch ${input.branch}, which began at commit ${input.head.slice(0, 12)}${parentBranch === undefined ? '' : ` of ${lineOf(parentBranch)}`}.`,
    linked === undefined
      ? `The uncommitted work of the other session is parked in the checkpoint ${input.checkpoint}; none of it is in this working tree, and it comes back by itself.`
      : `It has this working tree for itself; the other session is in ${lineOf(input.parentRoot)}, which is not to be touched.`,
    ...(doing.length > 0
      ? [`The other session is at: ${lineOf(doing.join('; '))}`]
      : asked === undefined
        ? []
        : [`The other session was asked last: ${lineOf(asked)}`]),
    ...(open > 0 ? [`It has ${open} open ${open === 1 ? 'todo' : 'todos'}.`] : []),
    'When the task is done: commit it on this branch, then the person runs: claude-hooks session return',
  ].join('\n');
}

export interface NoteInput {
  child: Session;
  facts: WorkFacts | undefined;
  task: string;
  discarded: boolean;
  branch: string | undefined;
  /** `<short id> <subject>`, the newest first. */
  commits: string[];
  files: string[];
  /** The checkpoint with what was not committed. */
  checkpoint: string | undefined;
  /** What happened to branch and working tree, and what is to be done. */
  notes: string[];
}

/** What the parent is told of what its child did. */
export function noteText(input: NoteInput): string {
  const { child, facts, commits, files, branch } = input;
  const todos = facts?.todos.filter(({ status }) => status !== 'completed').map(({ text }) => text) ?? [];
  const on = branch === undefined ? '' : ` on the branch ${lineOf(branch)}`;
  return [
    `The session "${lineOf(child.name)}" (${child.id}), which had interrupted this one, ${input.discarded ? 'was given up' : 'is done'}. Its task: ${lineOf(input.task)}`,
    ...section(commits.length === 0 ? `It committed nothing${on}.` : `It committed${on}:`, commits),
    ...(files.length === 0 ? [] : section('Files it changed:', files)),
    ...(todos.length === 0 ? [] : section('Todos it left open:', todos)),
    ...(input.checkpoint === undefined
      ? []
      : [`What it had not committed is kept in the checkpoint ${input.checkpoint}.`]),
    ...input.notes.map(lineOf),
    'The files of this session are as they were before.',
  ].join('\n');
}

function section(heading: string, lines: readonly string[]): string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => `- ${lineOf(line)}`);
  const more = lines.length - MOST_LINES;
  return [heading, ...shown, ...(more > 0 ? [`- and ${more} more`] : [])];
}
