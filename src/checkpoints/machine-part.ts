import { redactValue } from '../redact/redact.ts';
import { fenced } from './markdown.ts';
import { optional } from './metadata.ts';
import type { Checkpoint } from './types.ts';

/** Marks the block that programs read; everything else in the document is for people and may be edited. */
const INFO = 'json claude-hooks';
/** Not only at the beginning of a line: an edit may have taken the line break before it. */
const OPENING = /`{3}json claude-hooks[ \t]*$/;

/** The part of a document that programs read. */
export interface MachinePart {
  version: 1;
  id: string;
  name: string;
  createdAt: string;
  commit: string;
  tree: string;
  [field: string]: unknown;
}

/** The machine part of a checkpoint's document, in its fence. */
export function machineBlock(checkpoint: Checkpoint): string {
  return fenced(INFO, escapeInvisible(JSON.stringify(machinePart(checkpoint), null, 2)));
}

/** The same JSON without anything that shows nothing, moves a cursor or turns the direction of reading. */
function escapeInvisible(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (letter) =>
    letter === '\n'
      ? letter
      : Array.from(
          { length: letter.length },
          (_unit, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}

/**
 * Reads the machine part of a document, whatever was edited, put in or taken away outside its fence. Where there are
 * several, the one of this id counts, else the last.
 * @returns undefined where there is none.
 */
export function readMachinePart(text: string, id?: string): MachinePart | undefined {
  const parts = findBlocks(linesOf(text)).map((block) => block.part);
  return parts.findLast((part) => part.id === id) ?? parts.at(-1);
}

/** A document without its blocks for programs, for a person to read. */
export function withoutMachinePart(text: string): string {
  const lines = linesOf(text);
  const blocks = findBlocks(lines);
  const kept = lines.filter((_line, at) => !blocks.some((block) => at >= block.from && at <= block.to));
  return kept.join('\n').trimEnd();
}

interface Block {
  from: number;
  /** The line of its closing fence. */
  to: number;
  part: MachinePart;
}

/** A fence that is not closed, or holds something else, hides none that begins inside it. */
function findBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < lines.length; from += 1) {
    if (!OPENING.test(lines[from] ?? '')) continue;
    // No line of our JSON begins like this.
    const length = lines.slice(from + 1).findIndex((line) => line.trimStart().startsWith('```'));
    const part = length === -1 ? undefined : parsePart(lines.slice(from + 1, from + 1 + length).join('\n'));
    if (part === undefined) continue;
    blocks.push({ from, to: from + 1 + length, part });
    from += length;
  }
  return blocks;
}

function parsePart(text: string): MachinePart | undefined {
  try {
    const value = JSON.parse(text) as Partial<MachinePart> | null;
    const isPart =
      value?.version === 1 &&
      [value.id, value.name, value.createdAt, value.commit, value.tree].every(
        (field) => typeof field === 'string',
      );
    return isPart ? (value as MachinePart) : undefined;
  } catch {
    return undefined;
  }
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

function machinePart(checkpoint: Checkpoint): MachinePart {
  const { name, branch, session, note, todos, leftOut, remarks } = checkpoint;
  // Ids and hashes are added after redaction, so that no rule can take one for a secret.
  return {
    version: 1,
    id: checkpoint.id,
    ...(redactValue({
      name,
      ...optional('branch', branch),
      ...optional('note', note),
      ...optional('todos', todos),
      leftOut,
      remarks,
    }) as { name: string }),
    createdAt: checkpoint.createdAt,
    reason: checkpoint.reason,
    commit: checkpoint.commit,
    tree: checkpoint.tree,
    worktree: checkpoint.worktree,
    ...optional('indexTree', checkpoint.indexTree),
    ...optional('head', checkpoint.head),
    ...optional('operation', checkpoint.operation),
    ...optional('session', session),
    ...optional('conversation', checkpoint.conversation),
    ...optional('previous', checkpoint.previous),
    ...optional('named', checkpoint.named),
    counts: checkpoint.counts,
  };
}
