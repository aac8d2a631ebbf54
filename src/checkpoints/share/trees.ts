/** One entry of a tree object. */
export interface TreeEntry {
  /** Octal, without leading zeros, as git writes it. */
  mode: string;
  /** The name, each byte as one character. */
  name: string;
  oid: string;
}

const MODES = new Set(['40000', '100644', '100664', '100755', '120000', '160000']);

/** Reads a tree object. @returns undefined where it is none. */
export function parseTree(body: Buffer, oidBytes: number): TreeEntry[] | undefined {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const end = body.indexOf(0, at);
    if (space === -1 || end === -1 || space > end || end + 1 + oidBytes > body.length) return undefined;
    entries.push({
      mode: body.toString('latin1', at, space),
      name: body.toString('latin1', space + 1, end),
      oid: body.toString('hex', end + 1, end + 1 + oidBytes),
    });
    at = end + 1 + oidBytes;
  }
  return entries;
}

/**
 * Why the entries of a tree of unknown origin may not be written to a disk; undefined where they may. The rules of
 * Windows and macOS hold everywhere, because a checkpoint travels.
 */
export function badEntry(entries: readonly TreeEntry[]): string | undefined {
  const seen = new Set<string>();
  for (const { mode, name } of entries) {
    if (!MODES.has(mode)) return `an entry has the mode ${/^\d{1,6}$/.test(mode) ? mode : '?'}`;
    if (name === '' || name === '.' || name === '..' || name.includes('/')) return 'an entry leads elsewhere';
    if (isGitName(name)) return 'an entry is named like the git directory';
    if (seen.has(name)) return 'two entries have one name';
    seen.add(name);
  }
  return undefined;
}

/** `.git` as some file system reads it: other case, ignorable characters, a short name, a stream, trailing dots. */
function isGitName(latin1: string): boolean {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  // macOS leaves these out of names; on Windows a backslash begins a path below.
  const plain = text.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').toLowerCase();
  return plain.split('\\').some((part) => /^(?:\.git|git~1)[ .]*(?::.*)?$/s.test(part));
}
