import * as path from 'node:path';
import { realPath } from '../platform/fs.ts';
import { cleanText } from './clean.ts';
import { readDocument } from './file.ts';

/** Text the model has without us: the client puts CLAUDE.md and what it imports into every session. */
export interface KnownText {
  /** Lines long enough to mean the same wherever they stand, trimmed. */
  lines: Set<string>;
  /** Real paths of files imported whole (`@README.md`). */
  files: Set<string>;
}

const MEMORY_FILES = ['CLAUDE.md', 'CLAUDE.local.md', '.claude/CLAUDE.md'];
const READ_LIMIT = 128 * 1024;
/** Shorter lines (`## Usage`, `npm test`) repeat by chance and keep the text around them readable. */
const SHORTEST_LINE = 24;
const IMPORT = /(?:^|\s)@([^\s`]+)/g;

/** Reads the CLAUDE.md files of these folders. */
export function readKnownText(root: string, folders: readonly string[]): KnownText {
  const known: KnownText = { lines: new Set(), files: new Set() };
  for (const folder of new Set(folders)) {
    for (const name of MEMORY_FILES) {
      const file = path.join(folder, name);
      const found = readDocument(root, file, READ_LIMIT);
      if (found.kind !== 'text') continue;
      known.files.add(realPath(file));
      remember(known, cleanText(found.text).split('\n'));
      for (const match of found.text.matchAll(IMPORT)) {
        known.files.add(realPath(path.resolve(path.dirname(file), match[1] ?? '')));
      }
    }
  }
  return known;
}

export function remember(known: KnownText, lines: readonly string[]): void {
  for (const line of lines) if (line.trim().length >= SHORTEST_LINE) known.lines.add(line.trim());
}

/**
 * The lines the model does not have yet. Where nothing but headings, rules and short lines is new, the whole
 * text counts as known.
 */
export function withoutKnown(known: KnownText, lines: readonly string[]): string[] {
  const fresh = lines.filter((line) => !known.lines.has(line.trim()));
  if (fresh.length === lines.length) return fresh;
  return fresh.some((line) => line.trim().length >= SHORTEST_LINE) ? fresh : [];
}
