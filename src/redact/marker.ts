/** Where a marker of an earlier pass stands; such a stretch is never touched again. */
const MARKER = /\[redacted:[a-z0-9-]{1,40}\]/g;

export interface Span {
  start: number;
  end: number;
  rule: string;
}

export function marker(rule: string): string {
  return `[redacted:${rule}]`;
}

export function isMarker(text: string): boolean {
  return /^\[redacted:[a-z0-9-]{1,40}\]$/.test(text);
}

/** Puts a marker in place of each span; overlapping spans become one, named after the first. */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  const kept = outsideMarkers(text, spans).sort((a, b) => a.start - b.start || b.end - a.end);
  let result = '';
  let done = 0;
  for (let index = 0; index < kept.length; ) {
    const first = kept[index] as Span;
    let end = first.end;
    index += 1;
    while (index < kept.length && (kept[index] as Span).start < end) {
      end = Math.max(end, (kept[index] as Span).end);
      index += 1;
    }
    result += text.slice(done, first.start) + marker(first.rule);
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Those that do not lie in what is redacted already. */
export function outsideMarkers(text: string, spans: readonly Span[]): Span[] {
  const real = spans.filter((span) => span.end > span.start);
  if (!text.includes('[redacted:')) return real;
  const inside = [...text.matchAll(MARKER)].map(
    (match) => [match.index, match.index + match[0].length] as const,
  );
  return real.filter((span) => !isInside(inside, span));
}

/** Whether the span lies wholly in one of the sorted ranges. */
function isInside(ranges: readonly (readonly [number, number])[], span: Span): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [start, end] = ranges[middle] as readonly [number, number];
    if (span.start >= start && span.end <= end) return true;
    if (start > span.start) high = middle - 1;
    else low = middle + 1;
  }
  return false;
}
