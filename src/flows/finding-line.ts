import { type Finding, findingLine } from '../checks/finding.ts';
import { cleanLine, defuse } from '../context/clean.ts';
import { redactText } from '../redact/redact.ts';

const MOST_CHARACTERS = 1_000;

/**
 * A finding as one line for the session: redacted, without control characters, unable to speak as the client.
 * The same finding always gives the same line.
 */
export function toLine(finding: Finding): string {
  const seen = cleanLine(findingLine(finding), Number.POSITIVE_INFINITY);
  return defuse(cleanLine(redactText(seen), MOST_CHARACTERS), '');
}
