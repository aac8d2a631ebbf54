/**
 * The marked regions of `.claude/context.md`: what claude-hooks keeps up to date. Everything outside them belongs
 * to the person and is never touched.
 */

const begin = (name: string): string => `<!-- claude-hooks:begin ${name} -->`;
const end = (name: string): string => `<!-- claude-hooks:end ${name} -->`;

export interface ContextFacts {
  branch: string | undefined;
  /** What is being worked on, from the last prompt; undefined where the session does not tell. */
  feature: string | undefined;
  /** Undefined after a git operation: then feature, status and next steps stay as they are. */
  todos: { text: string; done: boolean }[] | undefined;
  /** Recent commits, newest first: `abc1234 subject`. */
  commits: string[];
  /** `2026-11-22`. */
  date: string;
}

/**
 * Replaces the lines of one region, keeping the file's line endings. @returns the text unchanged where the region
 * is missing or damaged (a begin without its end, or two of them): a half-written region is never guessed at.
 */
export function replaceRegion(text: string, name: string, lines: readonly string[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const rows = text.split(/\r?\n/);
  const first = rows.indexOf(begin(name));
  const last = rows.indexOf(end(name));
  if (
    first === -1 ||
    last <= first ||
    rows.lastIndexOf(begin(name)) !== first ||
    rows.lastIndexOf(end(name)) !== last
  )
    return text;
  const offsets = lineOffsets(text);
  const from = offsets[first + 1];
  const to = offsets[last];
  if (from === undefined || to === undefined) return text;
  return `${text.slice(0, from)}${lines.map((line) => line + eol).join('')}${text.slice(to)}`;
}

function lineOffsets(text: string): number[] {
  const offsets = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) offsets.push(at + 1);
  return offsets;
}

/** The lines of a region; empty where it is missing. */
export function readRegion(text: string, name: string): string[] {
  const rows = text.split(/\r?\n/);
  const first = rows.indexOf(begin(name));
  const last = rows.indexOf(end(name));
  return first === -1 || last <= first ? [] : rows.slice(first + 1, last);
}

/** After a git operation only the branch is news; feature and status stay as the file has them. */
function withBranch(lines: readonly string[], facts: ContextFacts): string[] {
  return [
    ...lines.filter((line) => !line.startsWith('- Branch: ')),
    `- Branch: ${facts.branch ?? 'detached'}`,
  ];
}

/** Brings every region there is up to date; the text is unchanged where nothing differs. */
export function updateContext(text: string, facts: ContextFacts): string {
  const work = facts.todos === undefined ? withBranch(readRegion(text, 'work'), facts) : workLines(facts);
  let result = replaceRegion(text, 'work', work);
  if (facts.todos !== undefined) result = replaceRegion(result, 'next', nextLines(facts));
  result = replaceRegion(
    result,
    'commits',
    facts.commits.map((commit) => `- ${commit}`),
  );
  // The date alone is no reason to change the file: it says when something else last changed.
  return result === text ? text : replaceRegion(result, 'updated', [`Last updated: ${facts.date}`]);
}

/** A first context file, with every section people expect and the regions claude-hooks keeps. */
export function newContext(facts: ContextFacts): string {
  const region = (name: string, lines: readonly string[]): string[] => [begin(name), ...lines, end(name)];
  return `${[
    '# Project context',
    '',
    'Lines between claude-hooks markers are kept up to date; everything else is yours.',
    '',
    '## Current Work',
    ...region('work', workLines(facts)),
    '',
    '## Architecture',
    '',
    '## Recent Decisions',
    '',
    '## Known Issues',
    '',
    '## Dependencies',
    '',
    '## Testing Notes',
    '',
    '## Recent Commits',
    ...region(
      'commits',
      facts.commits.map((commit) => `- ${commit}`),
    ),
    '',
    '## Next Session',
    ...region('next', nextLines(facts)),
    '',
    ...region('updated', [`Last updated: ${facts.date}`]),
  ].join('\n')}\n`;
}

const NOTHING: ContextFacts = { branch: '', feature: undefined, todos: undefined, commits: [], date: '' };

/**
 * Whether a text is a context file into which nobody wrote: outside its regions it is what `newContext` gives.
 * False for a file with a damaged region.
 */
export function isGenerated(text: string): boolean {
  return withoutRegions(text.replaceAll('\r\n', '\n')) === withoutRegions(newContext(NOTHING));
}

function withoutRegions(text: string): string {
  return ['work', 'commits', 'next', 'updated'].reduce((rest, name) => replaceRegion(rest, name, []), text);
}

function workLines(facts: ContextFacts): string[] {
  const done = facts.todos?.filter((todo) => todo.done).length ?? 0;
  const total = facts.todos?.length ?? 0;
  return [
    ...(facts.feature === undefined ? [] : [`- Feature: ${facts.feature}`]),
    ...(total === 0
      ? []
      : [`- Status: ${Math.round((100 * done) / total)}% (${done} of ${total} todos done)`]),
    `- Branch: ${facts.branch ?? 'detached'}`,
  ];
}

function nextLines(facts: ContextFacts): string[] {
  const open = (facts.todos ?? []).filter((todo) => !todo.done);
  return open.length === 0 ? ['1. Nothing open'] : open.map((todo, index) => `${index + 1}. ${todo.text}`);
}
