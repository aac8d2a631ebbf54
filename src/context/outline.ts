import type { Line } from './regions.ts';

/** A `##` section: line indexes from its heading up to the next heading of its level or above. */
export interface Section {
  title: string;
  heading: number;
  /** Behind its last line. */
  end: number;
}

/**
 * The `##` sections of a Markdown text. Headings inside code blocks do not count.
 * @returns also the index of the line that opens a code block which is never closed.
 */
export function outlineOf(lines: readonly Line[]): { sections: Section[]; openCode: number | undefined } {
  const sections: Section[] = [];
  let code: { index: number; fence: string } | undefined;
  let open: Section | undefined;
  lines.forEach(({ text }, index) => {
    const fence = /^\s{0,3}(`{3,}|~{3,})(.*)$/.exec(text);
    if (fence !== null) {
      const [, mark = '', rest = ''] = fence;
      if (code === undefined) code = { index, fence: mark };
      else if (mark[0] === code.fence[0] && mark.length >= code.fence.length && rest.trim() === '')
        code = undefined;
      return;
    }
    if (code !== undefined) return;
    const heading = /^\uFEFF?(#{1,2})[ \t]+(\S.*)$/.exec(text);
    if (heading === null) return;
    if (open !== undefined) open.end = index;
    open = undefined;
    if (heading[1] !== '##') return;
    open = { title: withoutClosing(heading[2] ?? ''), heading: index, end: lines.length };
    sections.push(open);
  });
  return { sections, openCode: (code as { index: number } | undefined)?.index };
}

/** `Title ##` is `Title`. Not by one expression: a line of blanks would keep it busy. */
function withoutClosing(heading: string): string {
  const text = heading.trimEnd();
  let length = text.length;
  while (text[length - 1] === '#') length -= 1;
  return length < text.length && /\s/.test(text[length - 1] ?? '') ? text.slice(0, length).trimEnd() : text;
}

/** The first section of that title, whatever its case. */
export function findSection(sections: readonly Section[], title: string): Section | undefined {
  return sections.find((section) => section.title.toLowerCase() === title.toLowerCase());
}
