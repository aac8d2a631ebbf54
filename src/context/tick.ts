import { sameWords } from './item.ts';
import { findSection, outlineOf } from './outline.ts';
import { joinLines, linesOf } from './regions.ts';

/** An item with an empty checkbox. */
export interface OpenItem {
  /** Index of its line. */
  line: number;
  text: string;
}

const OPEN = /^(\s*(?:[-*+]|\d{1,9}[.)])\s+\[) (\]\s+)(.*)$/;

/** The items of a section that are not ticked, in the order of the file, proposals included. */
export function openItems(text: string, title: string): OpenItem[] {
  const lines = linesOf(text);
  const section = findSection(outlineOf(lines).sections, title);
  if (section === undefined) return [];
  return lines.slice(section.heading + 1, section.end).flatMap((line, index) => {
    const match = OPEN.exec(line.text);
    return match === null ? [] : [{ line: section.heading + 1 + index, text: match[3] ?? '' }];
  });
}

/** The items a person can mean: the n-th, the one that says exactly this, or those in which it stands. */
export function matchItems(items: readonly OpenItem[], wanted: string): OpenItem[] {
  if (/^\d{1,4}$/.test(wanted)) return items.slice(Number(wanted) - 1, Number(wanted));
  const words = sameWords(wanted);
  if (words === '') return [];
  const exact = items.filter((item) => sameWords(item.text) === words);
  return exact.length > 0 ? exact : items.filter((item) => sameWords(item.text).includes(words));
}

/** Ticks one item; nothing else changes. */
export function tickItem(text: string, item: OpenItem): string {
  return joinLines(
    linesOf(text).map((line, index) =>
      index === item.line ? { ...line, text: line.text.replace(OPEN, '$1x$2$3') } : line,
    ),
  );
}
