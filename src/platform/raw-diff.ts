/** One entry of `git diff-tree -r -z --raw`. */
export interface RawChange {
  /** Six octal digits; `000000` where there is nothing on this side. */
  fromMode: string;
  toMode: string;
  /** Object ids; all zeros where there is nothing on this side, or where git has not hashed it. */
  fromId: string;
  toId: string;
  /** A, C, D, M, R, T, U or X, without the score. */
  letter: string;
  /** The name in bytes; of a rename or copy the new one. */
  path: Buffer;
  /** The old name of a rename or copy. */
  from?: Buffer;
}

/**
 * Reads what `git diff-tree -r -z --raw` (also `diff-index`, `diff-files`) prints.
 * @throws Error where it is anything else.
 */
export function parseRawDiff(output: Buffer): RawChange[] {
  const changes: RawChange[] = [];
  let at = 0;
  const field = (): Buffer => {
    const end = output.indexOf(0, at);
    if (end === -1) throw new Error('git printed a list of changes that ends in the middle of an entry');
    const bytes = output.subarray(at, end);
    at = end + 1;
    return bytes;
  };
  while (at < output.length) {
    const head = field().toString('latin1');
    const [, fromMode, toMode, fromId, toId, letter] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(head) ?? [];
    if (!fromMode || !toMode || !fromId || !toId || !letter)
      throw new Error(`git printed no list of changes: ${JSON.stringify(head.slice(0, 80))}`);
    const first = Buffer.from(field());
    const names =
      letter === 'R' || letter === 'C' ? { from: first, path: Buffer.from(field()) } : { path: first };
    changes.push({ fromMode, toMode, fromId, toId, letter, ...names });
  }
  return changes;
}
