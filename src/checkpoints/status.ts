/** One path of `git status --porcelain=v2 -z --no-renames`. */
export interface StatusEntry {
  /** The name in bytes. An embedded repository ends in `/`. */
  path: Buffer;
  kind: 'changed' | 'unmerged' | 'untracked';
  /** How the index differs from HEAD: `.` (not at all), M, T, A, D, U or ?. */
  staged: string;
  /** How the working tree differs from the index, in the same letters. */
  worktree: string;
  inHead: boolean;
  inIndex: boolean;
  inWorktree: boolean;
  /** Only for a submodule: whether it holds changes of its own, as far as git was asked for them. */
  submodule?: 'clean' | 'dirty';
}

export interface Status {
  /** Undefined on an unborn branch. */
  head: string | undefined;
  /** Undefined where HEAD is detached. */
  branch: string | undefined;
  entries: StatusEntry[];
}

const NO_MODE = '000000';

/** Reads the answer of `git status --porcelain=v2 --branch -z --no-renames`. Lines it does not know are passed over. */
export function parseStatus(output: Buffer): Status {
  const status: Status = { head: undefined, branch: undefined, entries: [] };
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    const line = output.subarray(start, end === -1 ? output.length : end);
    start += line.length + 1;
    if (line[0] === 0x23) readHeader(status, line.toString('utf8'));
    else {
      const entry = readEntry(line);
      if (entry !== undefined) status.entries.push(entry);
    }
  }
  return status;
}

function readHeader(status: Status, line: string): void {
  const [, key, ...rest] = line.split(' ');
  const value = rest.join(' ');
  if (key === 'branch.oid' && value !== '(initial)') status.head = value;
  if (key === 'branch.head' && value !== '(detached)') status.branch = value;
}

function readEntry(line: Buffer): StatusEntry | undefined {
  switch (line[0]) {
    case 0x3f:
      return {
        path: Buffer.from(line.subarray(2)),
        kind: 'untracked',
        staged: '?',
        worktree: '?',
        inHead: false,
        inIndex: false,
        inWorktree: true,
      };
    case 0x31: {
      const { words, path } = splitWords(line, 8);
      return {
        path,
        kind: 'changed',
        staged: words[1]?.[0] ?? '.',
        worktree: words[1]?.[1] ?? '.',
        inHead: words[3] !== NO_MODE,
        inIndex: words[4] !== NO_MODE,
        inWorktree: words[5] !== NO_MODE,
        ...submoduleOf(words[2]),
      };
    }
    case 0x75: {
      const { words, path } = splitWords(line, 10);
      return {
        path,
        kind: 'unmerged',
        staged: 'U',
        worktree: 'U',
        // The second stage is ours, which is what HEAD has.
        inHead: words[4] !== NO_MODE,
        inIndex: true,
        inWorktree: words[6] !== NO_MODE,
      };
    }
    default:
      return undefined;
  }
}

/** Reads the field `N...` or `S<c><m><u>`: commit, modified and untracked content. */
function submoduleOf(field: string | undefined): Pick<StatusEntry, 'submodule'> {
  if (field?.[0] !== 'S') return {};
  return { submodule: field[2] === 'M' || field[3] === 'U' ? 'dirty' : 'clean' };
}

/** The first `count` words, and all that follows them, which may hold spaces. */
function splitWords(line: Buffer, count: number): { words: string[]; path: Buffer } {
  let at = 0;
  const words: string[] = [];
  for (let word = 0; word < count; word += 1) {
    const next = line.indexOf(0x20, at);
    if (next === -1) break;
    words.push(line.toString('latin1', at, next));
    at = next + 1;
  }
  return { words, path: Buffer.from(line.subarray(at)) };
}
