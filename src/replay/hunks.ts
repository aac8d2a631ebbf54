import { replaceSpans, type Span } from '../redact/marker.ts';
import { redactText } from '../redact/redact.ts';
import { findSecrets } from '../redact/text.ts';

interface Hunk {
  oldStart: number;
  newStart: number;
  lines: string[];
}

/**
 * Redacts a change without losing a line of it: secrets are looked for in the text before and in the text after, so that
 * one that stretches over several lines is found whatever stands between them in the change.
 */
export function redactHunks(hunks: readonly Hunk[]): Hunk[] {
  return hunks.map((hunk) => {
    const found = new Map<number, Span[]>();
    for (const mark of ['-', '+'] as const) collect(hunk.lines, mark, found);
    const lines = hunk.lines.map((line, at) => {
      const mark = line.slice(0, 1);
      const words = replaceSpans(line.slice(1), found.get(at) ?? []);
      return mark + redactText(words).replaceAll('\n', ' ');
    });
    return { oldStart: hunk.oldStart, newStart: hunk.newStart, lines };
  });
}

/** Notes which parts of which lines hold a secret of the text before (`-`) or after (`+`). */
function collect(lines: readonly string[], mark: '-' | '+', found: Map<number, Span[]>): void {
  const side = lines.flatMap((line, at) => (line[0] === ' ' || line[0] === mark ? [at] : []));
  const text = side.map((at) => (lines[at] ?? '').slice(1)).join('\n');
  const spans = findSecrets(text);
  if (spans.length === 0) return;
  let start = 0;
  for (const at of side) {
    const length = (lines[at] ?? '').length - 1;
    const end = start + length;
    for (const span of spans) {
      if (span.start >= end || span.end <= start) continue;
      const part = {
        start: Math.max(0, span.start - start),
        end: Math.min(length, span.end - start),
        rule: span.rule,
      };
      found.set(at, [...(found.get(at) ?? []), part]);
    }
    start = end + 1;
  }
}
