import { visible } from '../platform/terminal.ts';

/** A text on one line that no Markdown, terminal or shell takes for more than a text. */
export function line(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}

/** A path as inline code; line breaks and other invisible characters are shown as escapes. */
export function code(text: string): string {
  const shown = visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}

/** A fenced block that its own content cannot end. */
export function fenced(info: string, content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${info}\n${content}\n${fence}`;
}

/** A word of a POSIX shell command, quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_/.:@%+=,-]+$/.test(text) && !text.startsWith('-')
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
