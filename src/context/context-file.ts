/**
 * The text of `.claude/context.md`: sections that people write, and marked regions in them that claude-hooks keeps up to
 * date. Everything outside the regions, and every line a person put into one, is never touched.
 */
import type { ContextFacts } from './facts.ts';
import { ELSEWHERE, isOwnLine, REGIONS, SECTIONS } from './layout.ts';
import { proposeLines } from './proposals.ts';
import { commitLines, leftSteps, nextLines, workLines } from './region-lines.ts';
import { beginMarker, endMarker, readRegion, replaceRegion } from './regions.ts';

/**
 * Which regions a file holds: `whole`, one person's file with all of them; `shared`, a file that git tracks, with what is
 * the same for everyone; `personal`, the file beside it with the rest.
 */
export type FilePart = 'whole' | 'shared' | 'personal';

export interface UpdateInput {
  facts: ContextFacts;
  part: FilePart;
  /** From `proposalKeys`: what was offered before. */
  offered: ReadonlySet<string>;
  /** The text of the tracked file, for a personal one. */
  shared?: string | undefined;
}

/** What people write into a first file; without it the sections are empty. */
export interface FirstWords {
  title: string;
  about: readonly string[];
  architecture: readonly string[];
  testing: readonly string[];
}

const PERSONAL_TITLE = 'Project context, yours alone';
const PERSONAL_ABOUT = [
  'What differs from person to person, beside the context.md that git tracks. This file is kept out of git.',
  'Lines between claude-hooks markers are kept up to date; everything else is yours.',
];
const ABOUT = 'Lines between claude-hooks markers are kept up to date; everything else is yours.';
const DEFAULT_TITLE = 'Project context';

/** Brings every whole region there is up to date; the text is unchanged where nothing differs. */
export function updateContext(text: string, input: UpdateInput): string {
  let result = text;
  for (const { name, personal } of REGIONS) {
    if (name === 'updated' || (input.part === 'personal' && !personal)) continue;
    const content = input.part === 'shared' && personal ? [ELSEWHERE] : contentOf(name, text, input);
    if (content !== undefined) result = replaceRegion(result, name, content, isOwnLine(name));
  }
  if (input.part === 'shared') return replaceRegion(result, 'updated', [ELSEWHERE], isOwnLine('updated'));
  // The date alone is no reason to change the file: it says when something else last changed.
  if (result === text) return text;
  return replaceRegion(result, 'updated', [`Last updated: ${input.facts.date}`], isOwnLine('updated'));
}

/** The lines of a region; undefined where it stays as it is. */
function contentOf(name: string, text: string, input: UpdateInput): string[] | undefined {
  const { facts, offered, shared } = input;
  const old = readRegion(text, name);
  const given = { date: facts.date, offered, shared };
  const { session } = facts;
  if (name === 'work') return workLines(facts, old);
  if (name === 'dependencies') return facts.dependencies === undefined ? undefined : [...facts.dependencies];
  if (name === 'commits') return commitLines(facts.commits);
  if (name === 'next') return session?.todos === undefined ? undefined : nextLines(session);
  if (name === 'decisions') return proposeLines(text, name, session?.decisions ?? [], given);
  const left = session === undefined ? [] : leftSteps(readRegion(text, 'next'), session);
  return name === 'issues' ? proposeLines(text, name, left, given) : undefined;
}

/** A first context file, with every section people expect and the regions claude-hooks keeps. */
export function newContext(input: UpdateInput, words?: FirstWords): string {
  return updateContext(skeleton(input.part, input.facts.date, words), input);
}

/** The regions are made at the end of their sections, below what people write. */
function skeleton(part: FilePart, date: string, words?: FirstWords): string {
  const own = REGIONS.filter(({ personal }) => part === 'whole' || personal === (part === 'personal'));
  const isHere = (section: string): boolean =>
    part !== 'personal' || own.some((region) => region.section === section);
  const section = (title: string): string[] => [
    `## ${title}`,
    ...(title === 'Architecture' ? blankBefore(words?.architecture ?? []) : []),
    ...(title === 'Testing Notes' ? blankBefore(words?.testing ?? []) : []),
    ...own
      .filter((region) => region.section === title)
      .flatMap(({ name }) => [
        beginMarker(name),
        ...(name === 'next' ? nextLines(undefined) : []),
        endMarker(name),
      ]),
    '',
  ];
  const updated = [beginMarker('updated'), `Last updated: ${date}`, endMarker('updated')];
  const title = part === 'personal' ? PERSONAL_TITLE : (words?.title ?? DEFAULT_TITLE);
  const lines = [
    `# ${title}`,
    '',
    ...(words === undefined || words.about.length === 0 ? [] : [...words.about, '']),
    ...(part === 'personal' ? PERSONAL_ABOUT : [ABOUT]),
    '',
    ...SECTIONS.filter(isHere).flatMap(section),
    ...(part === 'shared' ? [] : updated),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/**
 * A personal file with what a file held for its person before git tracked it: fills the regions that are still as a new
 * file has them.
 */
export function takeOver(personal: string, shared: string): string {
  const fresh = skeleton('personal', '2000-01-01');
  return REGIONS.filter((region) => region.personal && region.name !== 'updated').reduce((text, { name }) => {
    const isOwn = isOwnLine(name);
    const lines = readRegion(shared, name).filter((line) => isOwn(line) && line !== ELSEWHERE);
    const isFresh = readRegion(text, name).join('\n') === readRegion(fresh, name).join('\n');
    return isFresh && lines.length > 0 ? replaceRegion(text, name, lines, isOwn) : text;
  }, personal);
}

/** A personal file before it says anything. */
export function emptyPersonal(date: string): string {
  return skeleton('personal', date);
}

function blankBefore(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

/**
 * Whether a text is a context file into which nobody wrote: without what claude-hooks keeps it is what `newContext` gives.
 * False for a file with a damaged region.
 */
export function isGenerated(text: string): boolean {
  const rest = withoutRegions(text.replaceAll('\r\n', '\n'));
  return (['whole', 'personal'] as const).some(
    (part) => rest === withoutRegions(skeleton(part, '2000-01-01')),
  );
}

/** Whether every line a person wrote into a context file stands in the other one, or nobody wrote anything. */
export function addsNothing(text: string, other: string | undefined): boolean {
  if (isGenerated(text)) return true;
  const written = (of: string): string[] =>
    withoutRegions(of)
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '');
  const known = new Set(written(other ?? ''));
  return written(text).every((line) => known.has(line));
}

function withoutRegions(text: string): string {
  return REGIONS.reduce((rest, { name }) => replaceRegion(rest, name, [], isOwnLine(name)), text);
}
