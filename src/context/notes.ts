import { cleanText } from './clean.ts';

/** What a person keeps in the context file, for a checkpoint's document. */
export interface ContextNotes {
  /** What is being worked on. */
  feature?: string;
  /** Those that are not ticked off. */
  knownIssues: string[];
  nextSession: string[];
}

const MOST = 10;
const LONGEST = 300;
const ITEM = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[([ xX])\]\s*)?(.*)$/;

/** Reads the sections Current Work, Known Issues and Next Session of a context file, regions of claude-hooks included. */
export function readContextNotes(markdown: string): ContextNotes {
  const sections = sectionsOf(cleanText(markdown).replace(/<!--[\s\S]*?(?:-->|$)/g, ''));
  const feature = (sections.get('current work') ?? [])
    .map((line) => /^\s*(?:[-*+]\s+)?\**Feature\**\s*:\**\s*(.+)$/i.exec(line)?.[1]?.trim())
    .find((text) => text !== undefined && text !== '');
  return {
    ...(feature === undefined ? {} : { feature: feature.slice(0, LONGEST) }),
    knownIssues: itemsOf(sections.get('known issues')),
    nextSession: itemsOf(sections.get('next session')),
  };
}

/** Lines below each `##` heading, by its text in lower case; headings inside code blocks do not count. */
function sectionsOf(markdown: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  let code = false;
  for (const line of markdown.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) code = !code;
    const heading = code ? null : /^(#{1,2})\s+(.+?)\s*#*$/.exec(line);
    if (heading === null) {
      if (!code) lines.push(line);
      continue;
    }
    lines = [];
    if (heading[1] === '##') sections.set((heading[2] ?? '').toLowerCase(), lines);
  }
  return sections;
}

function itemsOf(lines: readonly string[] = []): string[] {
  return lines
    .flatMap((line) => {
      const [, box, text = ''] = ITEM.exec(line) ?? [];
      return box === 'x' || box === 'X' ? [] : [text.trim()];
    })
    .filter((text) => text !== '' && !/^(?:nothing open|none|n\/a|-|\.{3}|\u2026)\.?$/i.test(text))
    .slice(0, MOST)
    .map((text) => text.slice(0, LONGEST));
}
