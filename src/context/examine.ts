import type { FilePart } from './context-file.ts';
import { ELSEWHERE, REGIONS, SECTIONS } from './layout.ts';
import { findSection, outlineOf } from './outline.ts';
import { handWritten, linesOf, readRegion, scanRegions } from './regions.ts';

/** One thing that is wrong with a context file. */
export interface ContextFinding {
  /** Stable, kebab-case. */
  code: string;
  /** From 1; undefined for the file as a whole. */
  line: number | undefined;
  text: string;
  cure: string;
}

export interface ExamineInput {
  part: FilePart;
  /** Undefined where HEAD is detached; null outside git. */
  branch: string | null | undefined;
  dependencies: readonly string[] | undefined;
  /** Characters a session is given at its start, of all sources. */
  budget: number;
  /** Whether a path, relative to the top of the tree, leads to anything. */
  exists: (path: string) => boolean;
}

const UPDATE = 'Run: claude-hooks context update';
/** A path with a folder and an ending, as people write it into a sentence; no address. */
const PATH = /(?<![\w/:.@~-])((?:[\w@-][\w@.-]*\/|\.[\w-][\w.-]*\/)+[\w@.-]*\w\.[A-Za-z]\w{0,7})(?![\w/])/g;

/** What is wrong with the text of a context file, in the order of its lines. */
export function examineContext(text: string, input: ExamineInput): ContextFinding[] {
  const found = [
    ...damaged(text),
    ...sectionFindings(text, input.part),
    ...stale(text, input),
    ...lostFiles(text, input),
  ];
  if (text.length > input.budget)
    found.push({
      code: 'too-large',
      line: undefined,
      text: `it has ${text.length} characters; a session is given at most ${input.budget} of all sources together`,
      cure: 'Move what is seldom needed into a document of its own and name it here.',
    });
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** Regions and code blocks that are not whole: what keeps an update from doing its work. */
export function damaged(text: string): ContextFinding[] {
  const lines = linesOf(text);
  const { openCode } = outlineOf(lines);
  const regions = scanRegions(lines).damage.map(({ line, name, text: words }) => ({
    code: 'region-damaged',
    line,
    text: `the region ${name === '' ? 'of a marker' : name} is not updated: ${words}`,
    cure: `Make it one line "<!-- claude-hooks:begin ${name || 'NAME'} -->" and below it one line "<!-- claude-hooks:end ${name || 'NAME'} -->", or delete its markers.`,
  }));
  if (openCode === undefined) return regions;
  const block = { code: 'code-block-open', line: openCode + 1, text: 'this code block is never closed' };
  return [...regions, { ...block, cure: 'Close it with a line of ```.' }];
}

function sectionFindings(text: string, part: FilePart): ContextFinding[] {
  if (part === 'personal') return [];
  const { sections } = outlineOf(linesOf(text));
  const wanted = SECTIONS.filter((title) => part === 'whole' || title !== 'Recent Commits');
  return wanted
    .filter((title) => findSection(sections, title) === undefined)
    .map((title) => ({
      code: 'section-missing',
      line: undefined,
      text: `the section ${title} is missing`,
      cure: `Add a line "## ${title}"${REGIONS.some((region) => region.section === title) ? ', then run: claude-hooks context update --add-regions' : ''}.`,
    }));
}

function stale(text: string, { part, branch, dependencies }: ExamineInput): ContextFinding[] {
  const lines = linesOf(text).map((line) => line.text);
  const { regions } = scanRegions(linesOf(text));
  const found: ContextFinding[] = [];
  const work = readRegion(text, 'work');
  const said = work.find((line) => line.startsWith('- Branch: '));
  const now = `- Branch: ${branch ?? 'detached'}`;
  if (part !== 'shared' && branch !== null && said !== undefined && said !== now)
    found.push({
      code: 'branch-stale',
      line: lines.indexOf(said) + 1,
      text: `it says ${said.slice(2)}, and the current one is ${branch ?? 'detached'}`,
      cure: UPDATE,
    });
  const listed = regions.get('dependencies');
  const old = readRegion(text, 'dependencies').filter((line) => line.trim() !== '');
  if (
    listed !== undefined &&
    part !== 'personal' &&
    dependencies?.some((line) => !old.includes(line)) === true
  )
    found.push({
      code: 'dependencies-stale',
      line: listed.begin + 1,
      text: 'the dependencies are not those of the manifests',
      cure: UPDATE,
    });
  for (const { name, personal } of part === 'shared' ? REGIONS : []) {
    const region = regions.get(name);
    if (!personal || region === undefined || readRegion(text, name)[0] === ELSEWHERE) continue;
    found.push({
      code: 'personal-in-shared',
      line: region.begin + 1,
      text: `git tracks this file, and the region ${name} differs from person to person`,
      cure: `${UPDATE}; it moves into .claude/context.local.md.`,
    });
  }
  return found;
}

/** Decisions and open issues that name files which are not there. */
function lostFiles(text: string, { exists }: ExamineInput): ContextFinding[] {
  const { sections } = outlineOf(linesOf(text));
  const parts = ['Recent Decisions', 'Known Issues'].flatMap((title) => findSection(sections, title) ?? []);
  return handWritten(text)
    .filter(({ line }) => parts.some(({ heading, end }) => line > heading + 1 && line <= end))
    .filter((line) => !/^\s*[-*+]\s+\[[xX]\]/.test(line.text))
    .flatMap(({ text: words, line }) =>
      [...words.matchAll(PATH)]
        .map((match) => match[1] ?? '')
        .filter((path) => !/^[^/]+\.(?:com|org|net|io|dev)\//.test(path) && !exists(path))
        .map((path) => ({
          code: 'file-gone',
          line,
          text: `it names ${path}, which does not exist`,
          cure: 'Correct the line, or delete it where it no longer holds.',
        })),
    );
}
