/** How a variable may be called: also the key of a `Key: value` line of a prompt. */
const NAME = /^[A-Za-z][A-Za-z0-9 _-]{0,39}$/;
const HOLDER = /\{\{([^{}\r\n]{0,80})\}\}/g;

export function isVariableName(name: string): boolean {
  return NAME.test(name) && name.trim() === name;
}

/** The same for names that are the same. */
export function sameName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[ _-]+/g, ' ');
}

/** What stands between double braces, in order, without the blanks around it; not all of it is fit for a name. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(HOLDER)].map(([, name = '']) => name.trim());
}

/**
 * Puts values in the place of `{{Name}}`, once: what a value holds is not filled in again. What has no value, and what is
 * no name, stays as it is.
 * @param values by `sameName`.
 */
export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(HOLDER, (holder, name: string) =>
    isVariableName(name.trim()) ? (values.get(sameName(name)) ?? holder) : holder,
  );
}
