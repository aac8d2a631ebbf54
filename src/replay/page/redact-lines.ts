import { marker } from '../../redact/marker.ts';
import { redactText } from '../../redact/redact.ts';
import { findSecrets } from '../../redact/text.ts';

/**
 * The lines of a change with their secrets replaced; as many as before, each with its sign. A secret of several lines (a
 * private key) is known only where they are read together: each of its lines is then replaced whole.
 */
export function redactLines(lines: readonly string[]): string[] {
  const signs = lines.map((line) => line.slice(0, 1));
  const texts = lines.map((line) => line.slice(1).replaceAll('\n', ' '));
  const whole = texts.join('\n');
  const redacted = redactText(whole).split('\n');
  const shown = redacted.length === texts.length ? redacted : lineByLine(texts, whole);
  return shown.map((text, index) => (signs[index] ?? '') + text);
}

function lineByLine(texts: readonly string[], whole: string): string[] {
  const spans = findSecrets(whole).filter(({ start, end }) => whole.slice(start, end).includes('\n'));
  let from = 0;
  return texts.map((text) => {
    const to = from + text.length;
    const span = spans.find(({ start, end }) => start <= to && end > from);
    from = to + 1;
    return span === undefined ? redactText(text) : marker(span.rule);
  });
}
