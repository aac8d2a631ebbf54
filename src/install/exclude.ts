import * as path from 'node:path';
import { readBytesIfExists, realPath } from '../platform/fs.ts';
import type { Repository } from '../store/paths.ts';
import { BLOCK_END, BLOCK_START, findBlock, removeBlocks } from './git-hooks/block.ts';
import type { Scope } from './hook-catalog.ts';
import type { PlannedAction } from './plan.ts';

/** What claude-hooks writes into the working tree and what is personal to one person. */
const PATTERNS = [
  '.claude/checkpoints/',
  '.claude/sessions/',
  '.claude/errors/',
  '.claude/snapshots/',
  '.claude/*.local.md',
  '.claude-sessionrc.local*',
  '.claude/settings.local.json',
];

/**
 * Plans a marked block in `.git/info/exclude`, so that what hooks write does not show up as untracked. Lines
 * that an install for another folder or scope put there stay. Undefined outside of git.
 * @param personalFiles more paths, relative to the top of the working tree.
 */
export function planExclude(input: {
  repository: Repository;
  dir: string;
  scope: Scope;
  personalFiles: readonly string[];
}): PlannedAction | undefined {
  const { repository, dir, scope, personalFiles } = input;
  if (repository.commonDir === undefined) return undefined;
  const file = realPath(path.join(repository.commonDir, 'info', 'exclude'));
  const before = readBytesIfExists(file);
  // Bytes, not characters: file names in git may be in any encoding.
  const text = before?.toString('latin1') ?? '';
  const below = path.relative(repository.root, dir);
  const wanted = [
    ...PATTERNS,
    ...(scope === 'project' ? [] : ['.claude/context.md']),
    ...(below === '' ? [] : [anchored(path.join(below, '.claude/settings.local.json'))]),
    ...personalFiles.map(anchored),
  ].map((line) => Buffer.from(line, 'utf8').toString('latin1'));
  const after = Buffer.from(withBlock(text, wanted), 'latin1');
  return {
    id: 'exclude',
    kind: 'write',
    file,
    summary: 'keep what the hooks write out of git status',
    before,
    after: before?.equals(after) === true ? before : after,
    surgical: 'exclude',
  };
}

/** A path as a pattern that matches only it. */
function anchored(relative: string): string {
  return `/${relative
    .split(path.sep)
    .join('/')
    .replace(/[\\*?[\]]/g, '\\$&')
    .replace(/ $/, '\\ ')}`;
}

function withBlock(text: string, wanted: readonly string[]): string {
  const old = findBlock(text);
  const kept = old === undefined ? [] : text.slice(old.start, old.end).split(/\r?\n/).slice(1, -2);
  const block = `${[BLOCK_START, ...new Set([...kept, ...wanted]), BLOCK_END].join('\n')}\n`;
  if (old !== undefined) return text.slice(0, old.start) + block + text.slice(old.end);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${block}`;
}

/** The file without our block; undefined where nothing else is left in it. */
export function revertExclude(bytes: Buffer): Buffer | undefined {
  const rest = removeBlocks(bytes.toString('latin1'));
  if (rest === undefined) return bytes;
  return rest === '' ? undefined : Buffer.from(rest, 'latin1');
}
