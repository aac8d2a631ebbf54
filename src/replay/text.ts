import { redactHead, redactText, redactValue } from '../redact/redact.ts';

/** Characters of a description. */
const LONGEST_LINE = 200;
const ELLIPSIS = '…';

/** How much of recorded texts a replay takes along. */
export interface TextLimit {
  /** Characters of a text; a longer one ends in an ellipsis. Undefined takes everything. */
  longest?: number;
}

/** Redacted before it is cut, so that no half of a secret stays. */
export function safeText(text: string, { longest }: TextLimit): string {
  return longest === undefined ? redactText(text) : redactHead(text, longest);
}

/** The same on one line of at most 200 characters. */
export function safeLine(text: string): string {
  const head = redactHead(text, LONGEST_LINE * 4);
  const line = head.replace(/\s+/g, ' ').trim();
  if (line.length <= LONGEST_LINE) return line;
  return `${line.slice(0, LONGEST_LINE - 1).replace(/[\ud800-\udbff]$/, '')}${ELLIPSIS}`;
}

/** Arguments of a call: every string redacted, and cut where there is a limit. */
export function safeInput(input: Record<string, unknown>, limit: TextLimit): Record<string, unknown> {
  const redacted = redactValue(input);
  return limit.longest === undefined ? redacted : (cutStrings(redacted, limit.longest) as typeof redacted);
}

function cutStrings(value: unknown, longest: number): unknown {
  if (typeof value === 'string')
    return value.length <= longest
      ? value
      : `${value.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}${ELLIPSIS}`;
  if (Array.isArray(value)) return value.map((one) => cutStrings(one, longest));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cutStrings(one, longest)]));
}
