import type { Plumbing } from '../plumbing.ts';
import type { Entry } from './types.ts';

/** A path that differs between two trees. */
export interface Difference {
  /** Each byte as one character. */
  path: string;
  from: Entry | undefined;
  to: Entry | undefined;
}

/** How each tree differs from the one before it; one git process. Answers one list fewer than there are trees. */
export async function diffChain(git: Plumbing, trees: readonly string[]): Promise<Difference[][]> {
  const pairs = trees.slice(1).map((tree, at) => `${trees[at]} ${tree}`);
  const different = [...new Set(pairs.filter((pair) => !isSamePair(pair)))];
  if (different.length === 0) return pairs.map(() => []);
  const output = await git.run(['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-renames'], {
    input: `${different.join('\n')}\n`,
  });
  const found = parseDifferences(output);
  return pairs.map((pair) => found.get(pair) ?? []);
}

function isSamePair(pair: string): boolean {
  const [from, to] = pair.split(' ');
  return from === to;
}

function parseDifferences(output: Buffer): Map<string, Difference[]> {
  const text = output.toString('latin1');
  const found = new Map<string, Difference[]>();
  let list: Difference[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== ':') {
      const end = text.indexOf('\n', at);
      list = [];
      found.set(text.slice(at, end), list);
      at = end + 1;
      continue;
    }
    const facts = text.indexOf('\0', at);
    const end = text.indexOf('\0', facts + 1);
    const [fromMode = '', toMode = '', fromOid = '', toOid = ''] = text.slice(at + 1, facts).split(' ');
    list.push({
      path: text.slice(facts + 1, end),
      from: entryOf(fromMode, fromOid),
      to: entryOf(toMode, toOid),
    });
    at = end + 1;
  }
  return found;
}

function entryOf(mode: string, oid: string): Entry | undefined {
  return mode === '000000' ? undefined : { mode, oid };
}

/** What a tree holds: everything, or what stands at these paths. Folders are not entries. */
export async function entriesOf(
  git: Plumbing,
  tree: string,
  paths?: readonly string[],
): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  const chunks = paths === undefined ? [undefined] : chunked(paths, 200);
  for (const chunk of chunks) {
    const flags = ['ls-tree', '-z', '--full-tree', ...(chunk === undefined ? ['-r'] : [])];
    const names = (chunk ?? []).map((name) => Buffer.from(name, 'latin1').toString('utf8'));
    const output = await git.run([...flags, tree, ...(chunk === undefined ? [] : ['--', ...names])]);
    for (const line of output.toString('latin1').split('\0')) {
      const match = /^(\d{6}) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
      if (match === null || match[2] === 'tree') continue;
      found.set(match[4] ?? '', { mode: match[1] ?? '', oid: match[3] ?? '' });
    }
  }
  return found;
}

/** Contents of blobs; those above `maxBytes` are left out. */
export async function readBlobs(
  git: Plumbing,
  oids: Iterable<string>,
  maxBytes: number,
): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(oids)];
  const found = new Map<string, Buffer>();
  if (wanted.length === 0) return found;
  const sizes = await git.run(['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'], {
    input: `${wanted.join('\n')}\n`,
  });
  const small = sizes
    .toString('latin1')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, type, size]) => type === 'blob' && Number(size) <= maxBytes);
  for (const batch of bySize(small.map(([oid = '', , size]) => ({ oid, size: Number(size) })))) {
    const output = await git.run(['cat-file', '--batch=%(objectname) %(objectsize)'], {
      input: `${batch.join('\n')}\n`,
    });
    for (let at = 0; at < output.length; ) {
      const end = output.indexOf(0x0a, at);
      const [oid = '', size = ''] = output.toString('latin1', at, end).split(' ');
      found.set(oid, output.subarray(end + 1, end + 1 + Number(size)));
      at = end + 2 + Number(size);
    }
  }
  return found;
}

const BATCH_BYTES = 64 * 1024 * 1024;

function bySize(blobs: readonly { oid: string; size: number }[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const { oid, size } of blobs) {
    if (batches.length === 0 || size > room) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    batches.at(-1)?.push(oid);
    room -= size;
  }
  return batches;
}

/** How many gits run side by side. */
const AT_ONCE = 8;

/** Makes blobs of exactly these bytes. @returns their names, in the same order. */
export async function writeBlobs(git: Plumbing, contents: readonly Buffer[]): Promise<string[]> {
  const oids: string[] = [];
  for (const chunk of chunked(contents, AT_ONCE)) {
    const outputs = await Promise.all(
      chunk.map((input) => git.run(['hash-object', '-w', '--no-filters', '--stdin'], { input })),
    );
    oids.push(...outputs.map((output) => output.toString('latin1').trim()));
  }
  return oids;
}

const NOBODY = 'claude-hooks <claude-hooks@localhost> 0 +0000';

/** Makes a commit nothing points to: git merges commits. */
export async function writeCommit(git: Plumbing, tree: string, parent?: string): Promise<string> {
  const lines = [
    `tree ${tree}`,
    ...(parent === undefined ? [] : [`parent ${parent}`]),
    `author ${NOBODY}`,
    `committer ${NOBODY}`,
  ];
  const output = await git.run(['hash-object', '-t', 'commit', '-w', '--stdin'], {
    input: `${lines.join('\n')}\n\nclaude-hooks merge\n`,
  });
  return output.toString('latin1').trim();
}

/** Those of the paths whose content git gives another form (encryption, LFS) before it stores it. */
export async function filteredPaths(git: Plumbing, paths: readonly string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const input = Buffer.from(`${paths.join('\0')}\0`, 'latin1');
  const output = await git.run(['check-attr', '-z', '--stdin', 'filter'], { input });
  const words = output.toString('latin1').split('\0');
  const found = new Set<string>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    if (!/^(?:unspecified|unset|set)$/.test(words[at + 2] ?? '')) found.add(words[at] ?? '');
  }
  return found;
}

export function chunked<T>(list: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
  return chunks;
}
