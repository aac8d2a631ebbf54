/** One `key = value` of a TOML text, the value as it is written, on one line. */
export interface TomlEntry {
  table: string;
  key: string;
  value: string;
}

const ENTRY = /^\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=\s*(.*)$/;

/**
 * The entries of a TOML text, as far as lists of dependencies need them: tables, plain keys, values that go over several
 * lines in brackets. Multi-line strings are passed over. Never fails.
 */
export function tomlEntries(text: string): TomlEntry[] {
  const entries: TomlEntry[] = [];
  let table = '';
  let open: TomlEntry | undefined;
  for (const raw of text.split(/\r?\n/)) {
    const line = withoutComment(raw);
    if (open !== undefined) {
      open.value += ` ${line.trim()}`;
      if (depthOf(open.value) <= 0) open = undefined;
      continue;
    }
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*$/.exec(line);
    if (header !== null) {
      table = (header[1] ?? '').replace(/["']/g, '');
      continue;
    }
    const [, key = '', value = ''] = ENTRY.exec(line) ?? [];
    if (key === '') continue;
    const entry = { table, key: key.replace(/^["']|["']$/g, ''), value: value.trim() };
    entries.push(entry);
    if (depthOf(entry.value) > 0) open = entry;
  }
  return entries;
}

/** The strings of a value, without their quotes. */
export function tomlStrings(value: string): string[] {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map((match) => match[1] ?? match[2] ?? '');
}

function withoutComment(line: string): string {
  return /^((?:[^#"']|"(?:[^"\\]|\\.)*"|'[^']*')*)/.exec(line)?.[1] ?? '';
}

function depthOf(value: string): number {
  const bare = value.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '');
  return bare.split(/[[{]/).length - bare.split(/[\]}]/).length;
}
