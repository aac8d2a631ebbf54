/**
 * The named `##` sections of a Markdown document, in the order of the document, behind its title.
 * Headings inside code blocks do not count. @returns the whole document where it has none of the sections.
 */
export function pickSections(markdown: string, names: readonly string[]): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const kept: string[] = [];
  const title: string[] = [];
  let inside = false;
  let code = false;
  for (const line of markdown.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) code = !code;
    const heading = code ? null : /^(#{1,2})\s+(.+?)\s*#*$/.exec(line);
    if (heading !== null) {
      inside = heading[1] === '##' && wanted.has((heading[2] ?? '').toLowerCase());
      if (heading[1] === '#' && title.length === 0) title.push(line);
    }
    if (inside) kept.push(line);
  }
  return kept.length === 0 ? markdown : [...title, ...kept].join('\n');
}
