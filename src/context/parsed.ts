import { outlineOf } from './outline.ts';
import { linesOf, readRegion, scanRegions } from './regions.ts';

/** A context file in its parts; lines count from 1. */
export interface ParsedContext {
  sections: { title: string; line: number; text: string }[];
  regions: { name: string; line: number; lines: string[] }[];
}

/** The sections with all that stands in them, and what claude-hooks keeps. */
export function parseContext(text: string): ParsedContext {
  const lines = linesOf(text);
  return {
    sections: outlineOf(lines).sections.map(({ title, heading, end }) => ({
      title,
      line: heading + 1,
      text: lines
        .slice(heading + 1, end)
        .map((line) => line.text)
        .join('\n')
        .trim(),
    })),
    regions: [...scanRegions(lines).regions].map(([name, { begin }]) => ({
      name,
      line: begin + 1,
      lines: readRegion(text, name),
    })),
  };
}
