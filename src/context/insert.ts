import { HooksError } from '../errors.ts';
import type { FilePart } from './context-file.ts';
import { REGIONS } from './layout.ts';
import { findSection, outlineOf, type Section } from './outline.ts';
import {
  beginMarker,
  endMarker,
  joinLines,
  type Line,
  linesOf,
  type Region,
  scanRegions,
} from './regions.ts';

const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s+|^\s{2,}\S/;

/**
 * Adds one item behind what people wrote in the section of that title, outside of every region. A section that is missing
 * is made at the end. No byte that was there changes; line ends are those of the line before, and a missing newline at
 * the end stays missing.
 * @param item the line to add, given the lines people wrote in the section.
 * @throws HooksError where a code block is never closed, so that the end of the file lies inside it.
 */
export function addItem(text: string, title: string, item: (written: readonly string[]) => string): string {
  const lines = linesOf(text);
  const { regions } = scanRegions(lines);
  const { sections, openCode } = outlineOf(lines);
  const section = sectionOutside(sections, regions, title);
  if (openCode !== undefined && (section === undefined || section.end > openCode))
    throw openBlock(openCode + 1);
  if (section === undefined) return addSection(lines, regions, title, item([]));
  const written = range(section).filter((at) => !isInside(regions, at) && lines[at]?.text.trim() !== '');
  const added = item(written.map((at) => lines[at]?.text ?? ''));
  const last = written.at(-1);
  if (last !== undefined) {
    const isList = LIST_ITEM.test(lines[last]?.text ?? '');
    return insertAfter(lines, last, isList ? [added] : ['', added]);
  }
  const below = lines[section.heading + 1];
  return below !== undefined && below.text.trim() === ''
    ? insertAfter(lines, section.heading + 1, [added])
    : insertAfter(lines, section.heading, ['', added]);
}

/**
 * Puts the missing regions of a file into the sections they belong to, each at the end of its section; a section that is
 * missing gets none. Damaged regions are left as they are. No line that was there changes.
 */
export function addRegions(text: string, part: FilePart): { text: string; added: string[] } {
  let result = text;
  const added: string[] = [];
  for (const { name, section: title, personal } of REGIONS) {
    if (part !== 'whole' && personal !== (part === 'personal')) continue;
    const lines = linesOf(result);
    const { regions, damage } = scanRegions(lines);
    const { sections, openCode } = outlineOf(lines);
    if (regions.has(name) || damage.some((one) => one.name === name) || openCode !== undefined) continue;
    const section = title === undefined ? undefined : sectionOutside(sections, regions, title);
    if (title !== undefined && section === undefined) continue;
    const within =
      section === undefined ? lines.map((_line, at) => at) : [section.heading, ...range(section)];
    const isForeign = (at: number): boolean => title !== undefined && isIn(regions.get('updated'), at);
    const last = within.findLast((at) => lines[at]?.text.trim() !== '' && !isForeign(at)) ?? lines.length - 1;
    const needsBlank = last !== section?.heading && !isInside(regions, last) && lines.length > 0;
    result = insertAfter(lines, last, [...(needsBlank ? [''] : []), beginMarker(name), endMarker(name)]);
    added.push(name);
  }
  return { text: result, added };
}

function addSection(
  lines: readonly Line[],
  regions: ReadonlyMap<string, Region>,
  title: string,
  item: string,
): string {
  const updated = regions.get('updated');
  const isLast =
    updated !== undefined && lines.slice(updated.end + 1).every((line) => line.text.trim() === '');
  const before = isLast ? lines.slice(0, updated.begin) : lines;
  const last = before.findLastIndex((line) => line.text.trim() !== '');
  return insertAfter(lines, last, [...(last === -1 ? [] : ['']), `## ${title}`, '', item]);
}

/** @param at index of the line they go behind; -1 for the beginning. */
function insertAfter(lines: readonly Line[], at: number, added: readonly string[]): string {
  const before = lines.slice(0, at + 1);
  const after = lines.slice(at + 1);
  const eol = before.findLast((line) => line.eol !== '')?.eol ?? after[0]?.eol ?? '';
  const end = eol === '' ? '\n' : eol;
  const isHeading = /^#{1,6}\s/.test(after[0]?.text ?? '');
  const fresh = [...added, ...(isHeading ? [''] : [])].map((text) => ({ text, eol: end }));
  const last = before.at(-1);
  if (last !== undefined && last.eol === '') {
    before[before.length - 1] = { ...last, eol: end };
    const tail = fresh.at(-1);
    if (tail !== undefined) tail.eol = '';
  }
  return joinLines([...before, ...fresh, ...after]);
}

/** A heading somebody put into a region begins no section: what stands there is not only theirs. */
function sectionOutside(
  sections: readonly Section[],
  regions: ReadonlyMap<string, Region>,
  title: string,
): Section | undefined {
  return findSection(
    sections.filter(({ heading }) => !isInside(regions, heading)),
    title,
  );
}

function range({ heading, end }: Section): number[] {
  return Array.from({ length: Math.max(0, end - heading - 1) }, (_value, at) => heading + 1 + at);
}

function isInside(regions: ReadonlyMap<string, Region>, at: number): boolean {
  return [...regions.values()].some((region) => isIn(region, at));
}

function isIn(region: Region | undefined, at: number): boolean {
  return region !== undefined && at >= region.begin && at <= region.end;
}

function openBlock(line: number): HooksError {
  return new HooksError({
    code: 'context-open-block',
    kind: 'conflict',
    message: `The code block that begins in line ${line} of the context file is never closed, so nothing can be added behind it`,
    hint: 'Close it with a line of ``` and run the same command again.',
    line,
  });
}
