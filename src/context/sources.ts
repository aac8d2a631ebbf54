import * as path from 'node:path';
import type { Config, ContextSource } from '../config/config.ts';
import { realPath } from '../platform/fs.ts';
import type { Piece } from './assemble.ts';
import { listCommits } from './commits.ts';
import { isPlainName, quotableLines } from './fence.ts';
import { readDocument } from './file.ts';
import { describeGit } from './git-source.ts';
import { newestDocument } from './newest.ts';
import { pickSections } from './sections.ts';

/** The part of the project that is in work: git's sources tell of it alone. */
export interface PartInWork {
  name: string;
  /** What is said of it. */
  lines: readonly string[];
  /** Its context file, from the top of the working tree; undefined where it is not to be told. */
  file: string | undefined;
  /** Whether a file (from the top of the working tree, with `/`) is in it. */
  holds(file: string): boolean;
  /** By which git finds at least its files. */
  pathspecs: readonly string[];
}

/** What a source may look at. */
export interface SourceInput {
  root: string;
  /** Undefined outside a repository: then git has nothing to say. */
  gitDir: string | undefined;
  config: Config['context'];
  nonce: string;
  /** Most bytes read of one file: what the budget could hold, with room for what is dropped as known. */
  readLimit: number;
  /** Characters of one text that are made ready: what the budget holds, with room for lines that are known already. */
  room: number;
  /** What is not read from the working tree or git: found by whoever asks. */
  more?: Partial<Record<ContextSource, () => Found | Promise<Found>>>;
  /** Only commits after this time are listed (milliseconds since 1970); all recent ones without it. */
  since?: number;
  partition?: PartInWork | undefined;
}

/** What a source found: texts to quote, and lines about what could not be quoted. */
export interface Found {
  pieces: Piece[];
  notes: string[];
  /** Real path of each quoted file. */
  files: string[];
}

type Source = (input: SourceInput) => Found | Promise<Found>;

/** Weight of each source when the budget is divided; the order is that of the configuration. */
export const SHARES: Record<ContextSource, number> = {
  template: 22,
  state: 25,
  partition: 18,
  checkpoint: 22,
  summary: 15,
  context: 22,
  git: 10,
  commits: 10,
  readme: 12,
  architecture: 9,
};

const CHECKPOINT_PARTS = ['Context', 'Next Steps', 'Important Notes'];

/** One line a source: a new one is a line here and a name in the configuration's schema. */
const SOURCES: Partial<Record<ContextSource, Source>> = {
  partition: partInWork,
  checkpoint: (input) =>
    newestIn(input, 'checkpoint', '.claude/checkpoints', (text) => pickSections(text, CHECKPOINT_PARTS)),
  summary: (input) => newestIn(input, 'summary', '.claude/sessions', withoutLayers),
  context: (input) =>
    merge(
      ['.claude/context.md', '.claude/context.local.md'].map((file) => quoteFile(input, 'context', file)),
    ),
  git: gitState,
  commits: recentCommits,
  readme: (input) => firstOf(input, 'readme', input.config.readme),
  architecture: (input) => firstOf(input, 'architecture', input.config.architecture),
};

export function readSource(name: ContextSource, input: SourceInput): Promise<Found> {
  const source = input.more?.[name] ?? SOURCES[name];
  return Promise.resolve(source?.(input) ?? nothing());
}

/** Cleaning and redacting what can never be shown costs a third of a session's start: so much text, and the lines behind it. */
function cutBehind(text: string, room: number): [text: string, more: number] {
  const end = text.length <= room ? -1 : text.lastIndexOf('\n', room);
  if (end <= 0) return [text, 0];
  const more = text.slice(end).trimEnd().split('\n').length - 1;
  return [text.slice(0, end), more];
}

/** The sections of a summary say the same in fewer words. */
function withoutLayers(text: string): string {
  return text.split(/\n## Layer [1-4]: /)[0] ?? '';
}

function quoteFile(
  input: SourceInput,
  source: ContextSource,
  file: string,
  pick: (text: string) => string = (text) => text,
): Found {
  const found = readDocument(input.root, file, input.readLimit);
  if (found.kind === 'missing') return nothing();
  const name = isPlainName(file) ? `${source} ${file}` : source;
  if (found.kind === 'note') return { pieces: [], notes: [`${name} ${found.note}`], files: [] };
  const [text, more] = cutBehind(pick(found.text), input.room);
  const lines = quotableLines(text, input.nonce);
  if (lines.length === 0) return nothing();
  const command = isPlainName(file) ? `cat ${file}` : 'claude-hooks context inject --dry-run';
  const piece: Piece = { source, file, lines, share: SHARES[source], command, unread: found.unread, more };
  return { pieces: [piece], notes: [], files: [realPath(path.resolve(input.root, file))] };
}

function newestIn(
  input: SourceInput,
  source: ContextSource,
  folder: string,
  pick: (text: string) => string,
): Found {
  const newest = newestDocument(path.join(input.root, folder));
  return newest === undefined ? nothing() : quoteFile(input, source, `${folder}/${newest.name}`, pick);
}

/** The first of these files that exists and holds anything. */
function firstOf(input: SourceInput, source: ContextSource, files: readonly string[]): Found {
  for (const file of files) {
    const found = quoteFile(input, source, file);
    if (found.pieces.length > 0 || found.notes.length > 0) return found;
  }
  return nothing();
}

function partInWork(input: SourceInput): Found {
  const { partition } = input;
  if (partition === undefined) return nothing();
  const said = quoteLines(input, 'partition', [...partition.lines], 'claude-hooks context partition show');
  const file = partition.file === undefined ? nothing() : quoteFile(input, 'partition', partition.file);
  // Beside each piece its file, by position; the lines have none.
  return merge([{ ...said, files: [''] }, file]);
}

async function gitState(input: SourceInput): Promise<Found> {
  if (input.gitDir === undefined) return nothing();
  const lines = await describeGit(input.root, input.gitDir, input.partition);
  if (lines === undefined) return { pieces: [], notes: ['git status gave no answer in time'], files: [] };
  return quoteLines(input, 'git', lines, 'git status');
}

async function recentCommits(input: SourceInput): Promise<Found> {
  if (input.gitDir === undefined || input.config.commits === 0) return nothing();
  const lines = await listCommits(input.root, input.config.commits, {
    since: input.since,
    pathspecs: input.partition?.pathspecs,
  });
  if (lines === undefined) return { pieces: [], notes: ['git log gave no answer in time'], files: [] };
  return lines.length === 0
    ? nothing()
    : quoteLines(input, 'commits', lines, `git log -n ${input.config.commits}`);
}

function quoteLines(input: SourceInput, source: ContextSource, lines: string[], command: string): Found {
  const ready = quotableLines(lines.join('\n'), input.nonce);
  return {
    pieces: [{ source, lines: ready, share: SHARES[source], command, unread: false }],
    notes: [],
    files: [],
  };
}

function merge(all: readonly Found[]): Found {
  const pieces = all.flatMap((found) => found.pieces);
  return {
    pieces: pieces.map((piece) => ({ ...piece, share: piece.share / pieces.length })),
    notes: all.flatMap((found) => found.notes),
    files: all.flatMap((found) => found.files),
  };
}

function nothing(): Found {
  return { pieces: [], notes: [], files: [] };
}
