import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { monotonicMs } from '../platform/clock.ts';
import { lstatIfExists, readHead } from '../platform/fs.ts';
import { documentPaths, type Repository } from '../store/paths.ts';
import { listCheckpoints } from './list.ts';
import { withoutMachinePart } from './machine-part.ts';
import { changedPaths } from './search-paths.ts';
import { grepTrees } from './search-trees.ts';
import type { CheckpointSummary } from './types.ts';

/** Where a text was found, the best first. */
export const PLACES = [
  'name',
  'id',
  'note',
  'todo',
  'branch',
  'path',
  'remark',
  'document',
  'content',
] as const;

export interface Found {
  where: (typeof PLACES)[number];
  /** What was found there, at most a few hundred characters, as it stands. */
  text: string;
  /** Of content: the file, and the number of the line. */
  path?: string;
  line?: number;
}

export interface SearchHit {
  checkpoint: CheckpointSummary;
  /** The best first, at most a few of each kind. */
  found: Found[];
}

/** How many checkpoints were looked through, newest first, before the time was up. */
export interface Searched {
  done: number;
  of: number;
}

export interface SearchResult {
  /** The best first, then the newest. */
  hits: SearchHit[];
  /** How many there are without the limit. */
  total: number;
  paths: Searched;
  /** Undefined where content was not asked for. */
  content: Searched | undefined;
}

export interface SearchInput {
  repository: Repository;
  text: string;
  /** Whether the files of the checkpoints are searched too. */
  content: boolean;
  /** Milliseconds for comparing and searching trees. */
  budgetMs: number;
  limit: number;
}

/** Findings of one kind that are told of one checkpoint. */
const MOST_OF_A_KIND = 3;
const EXCERPT = 300;
/** Bytes of a document that are searched. */
const MOST_DOCUMENT = 256 * 1024;

/**
 * Finds a text, in capitals or not, in all that is known of the checkpoints: names, notes, todos, branches, the paths
 * that differed from the commit, the documents with their edits, and the files themselves where that is asked for.
 * Trees are compared and searched the newest first until the budget is spent; the result says how far that went.
 * @throws HooksError `search-text` where the text is empty or has several lines.
 */
export async function searchCheckpoints(input: SearchInput): Promise<SearchResult> {
  const wanted = fold(input.text.trim());
  if (wanted === '' || /[\n\r\0]/.test(wanted)) {
    throw new HooksError({
      code: 'search-text',
      kind: 'usage',
      message: wanted === '' ? 'There is no text to search for' : 'The text to search for has several lines',
      hint: 'Give one line of text: claude-hooks checkpoint search TEXT',
    });
  }
  const { repository } = input;
  const list = await listCheckpoints(repository);
  const deadline = monotonicMs() + input.budgetMs;
  const found = new Map(list.map((one) => [one.id, inMetadata(one, wanted)]));
  const paths = await changedPaths(repository, list, deadline, (one, name) => {
    if (fold(name).includes(wanted)) found.get(one.id)?.push({ where: 'path', text: name });
  });
  for (const one of list) {
    const known = found.get(one.id);
    if (known?.length === 0) known.push(...inDocument(repository.root, one, wanted));
  }
  const content = input.content
    ? await grepTrees(repository, list, input.text.trim(), deadline, (one, match) => {
        found.get(one.id)?.push({ where: 'content', ...match });
      })
    : undefined;
  const hits = list
    .map((checkpoint) => ({ checkpoint, found: bestOf(found.get(checkpoint.id) ?? []) }))
    .filter((hit) => hit.found.length > 0)
    .map((hit) => ({ hit, rank: rankOf(hit, wanted) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ hit }) => hit);
  return { hits: hits.slice(0, input.limit), total: hits.length, paths, content };
}

/** In one form, whatever the capitals and however accents are written. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function inMetadata(one: CheckpointSummary, wanted: string): Found[] {
  const texts: [Found['where'], string][] = [
    ['name', one.name],
    ['id', one.id],
    ...(one.note ?? '').split('\n').map((line): [Found['where'], string] => ['note', line]),
    ...(one.todos ?? []).map((todo): [Found['where'], string] => ['todo', todo.text]),
    ['branch', one.branch ?? ''],
    ...one.remarks.map((remark): [Found['where'], string] => ['remark', remark]),
  ];
  return texts
    .filter(([, text]) => fold(text).includes(wanted))
    .map(([where, text]) => ({ where, text: excerpt(text, wanted) }));
}

/** Only where nothing else was found: the document says all that in its own words. */
function inDocument(root: string, { id }: CheckpointSummary, wanted: string): Found[] {
  const file = path.join(documentPaths(root).checkpoints, `${id}.md`);
  if (lstatIfExists(file)?.isFile() !== true) return [];
  const text = readHead(file, MOST_DOCUMENT) ?? '';
  if (!fold(text).includes(wanted)) return [];
  return withoutMachinePart(text)
    .split('\n')
    .filter((line) => fold(line).includes(wanted))
    .map((line) => ({ where: 'document', text: excerpt(line, wanted) }));
}

/** What stands around the first match. */
function excerpt(text: string, wanted: string): string {
  const at = Math.max(0, fold(text).indexOf(wanted) - 60);
  const from = text.length <= EXCERPT ? 0 : at;
  const cut = text.slice(from, from + EXCERPT).trim();
  return `${from > 0 ? '…' : ''}${cut}${from + EXCERPT < text.length ? '…' : ''}`;
}

function bestOf(found: readonly Found[]): Found[] {
  return PLACES.flatMap((place) => found.filter(({ where }) => where === place).slice(0, MOST_OF_A_KIND));
}

/** A name that is the text or begins with it comes before one that only holds it. */
function rankOf({ checkpoint, found }: SearchHit, wanted: string): number {
  const name = fold(checkpoint.name);
  if (name === wanted || checkpoint.id === wanted) return 0;
  if (name.startsWith(wanted) || checkpoint.id.startsWith(wanted)) return 1;
  return 2 + Math.min(...found.map(({ where }) => PLACES.indexOf(where)));
}
