import { visible } from '../../platform/terminal.ts';
import { redactText, redactValue } from '../../redact/redact.ts';
import { redactHunks } from '../hunks.ts';
import type { Replay, ReplayStep } from '../types.ts';

/** Characters that all texts of a page may have together; a browser holds them several times. */
const MOST_TEXT = 48_000_000;
/** Where the whole is too long, each text is cut to the first of these with which it is not. */
const LIMITS = [65_536, 16_384, 4_096, 1_024, 256] as const;
/** A line of a file that is longer is generated; its beginning tells as much. */
const LONGEST_LINE = 4_096;

/** Colours and styles of terminals: noise where nothing shows them. */
const STYLES = /\u001b\[[0-9;:]*m/g;

/**
 * What a page carries: every text redacted again, without terminal styles, with characters that act or hide made
 * visible; and cut, so that the whole stays near 48 million characters, which is then said in a remark.
 */
export function pagePayload(replay: Replay): Replay {
  const limit = limitFor(replay.steps);
  let cut = 0;
  const shorten = (text: string, most: number): string => {
    if (text.length <= most) return text;
    cut += 1;
    const head = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
    return `${head}… [${(text.length - head.length).toLocaleString('en')} more characters]`;
  };
  const known = new Map<string, string>();
  const show = (text: string): string => {
    // Names of tools, files and kinds come again and again.
    if (text.length > 80) return shorten(clean(redactText(text)), limit);
    let shown = known.get(text);
    if (shown === undefined && known.size < 10_000) {
      shown = clean(redactText(text));
      known.set(text, shown);
    }
    return shown ?? clean(redactText(text));
  };
  // A line of a file stays one line, whatever is in it.
  const showLine = (text: string): string => shorten(clean(text).replaceAll('\n', '\\n'), LONGEST_LINE);
  const steps = replay.steps.map((step): ReplayStep => {
    const { hunks, input, ...rest } = step;
    const shown = mapTexts(rest, show, 0) as ReplayStep;
    if (input !== undefined) {
      const cutOff = (text: string): string => shorten(clean(text), limit);
      shown.input = mapTexts(redactValue(input), cutOff, 1) as Record<string, unknown>;
    }
    if (hunks !== undefined)
      shown.hunks = redactHunks(hunks).map((hunk) => ({ ...hunk, lines: hunk.lines.map(showLine) }));
    return shown;
  });
  const remarks = replay.remarks.map((remark) => clean(redactText(remark)));
  if (cut > 0) {
    remarks.push(
      `${cut.toLocaleString('en')} long texts are cut here, at ${limit.toLocaleString('en')} characters (lines of files at ${LONGEST_LINE.toLocaleString('en')}).`,
    );
  }
  return {
    session: clean(redactText(replay.session)),
    transcript: replay.transcript === undefined ? undefined : clean(redactText(replay.transcript)),
    remarks,
    steps,
  };
}

function clean(text: string): string {
  return visible(text.includes('\u001b') ? text.replace(STYLES, '') : text);
}

/** Every string of a JSON-like value but its keys, which are cleaned alone. */
function mapTexts(value: unknown, change: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      depth === 0 ? key : clean(key),
      mapTexts(item, change, depth + 1),
    ]),
  );
}

function limitFor(steps: readonly ReplayStep[]): number {
  const totals = LIMITS.map(() => 0);
  const count = (value: unknown): void => {
    if (typeof value === 'string')
      LIMITS.forEach((limit, index) => {
        totals[index] = (totals[index] ?? 0) + Math.min(value.length, limit);
      });
    else if (typeof value === 'object' && value !== null)
      for (const item of Object.values(value)) count(item);
  };
  for (const step of steps) count(step);
  const fitting = LIMITS.find((_limit, index) => (totals[index] ?? 0) <= MOST_TEXT);
  return fitting ?? LIMITS[LIMITS.length - 1] ?? 0;
}
