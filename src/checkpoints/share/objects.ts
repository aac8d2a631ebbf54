import { gitLines, gitStream } from '../../platform/git-stream.ts';
import type { Repository } from '../../store/paths.ts';
import { EXACT_ENV } from '../wip-branch.ts';

const TIME_LIMIT_MS = 600_000;

export interface ObjectFacts {
  oid: string;
  type: string;
  /** Bytes, and bytes as they lie in the repository. */
  size: number;
  disk: number;
}

/** An object that goes along with commits, and the path it was first met at; commits have none. */
export interface ListedObject {
  oid: string;
  path: string;
}

/**
 * What is reachable from some commits and not from others. A path is text: bytes that are not UTF-8 are replaced, and
 * it ends at a line break.
 * @throws HooksError where git cannot walk there, for example because objects are missing.
 */
export async function listObjects(
  repository: Repository,
  from: readonly string[],
  without: readonly string[],
  more: readonly string[] = [],
): Promise<ListedObject[]> {
  if (from.length === 0) return [];
  const listed: ListedObject[] = [];
  const options = {
    ...optionsFor(repository),
    input: [...from, ...without.map((oid) => `^${oid}`), ''].join('\n'),
    longest: 5_000,
  };
  for await (const { bytes } of gitLines(['rev-list', '--objects', ...more, '--stdin'], options)) {
    const [, oid, path] = /^([0-9a-f]{40,64})(?: (.*))?$/s.exec(bytes.toString('utf8')) ?? [];
    if (oid !== undefined) listed.push({ oid, path: path ?? '' });
  }
  return listed;
}

/** What git knows of objects, in the order asked; undefined for one that is not there. */
export async function checkObjects(
  repository: Repository,
  names: readonly string[],
): Promise<(ObjectFacts | undefined)[]> {
  if (names.length === 0) return [];
  const found: (ObjectFacts | undefined)[] = [];
  const format = '--batch-check=%(objectname) %(objecttype) %(objectsize) %(objectsize:disk)';
  const options = { ...optionsFor(repository), input: `${names.join('\n')}\n`, longest: 5_000 };
  for await (const { bytes } of gitLines(['cat-file', format], options)) {
    const [, oid = '', type = '', size, disk] =
      /^([0-9a-f]{40,64}) ([a-z]+) (\d+) (\d+)$/.exec(bytes.toString('latin1')) ?? [];
    found.push(size === undefined ? undefined : { oid, type, size: Number(size), disk: Number(disk) });
  }
  return found;
}

/** Reads objects one after another. What is not there is passed over; none should be larger than memory allows. */
export async function readObjects(
  repository: Repository,
  names: readonly string[],
  take: (oid: string, type: string, body: Buffer) => void,
): Promise<void> {
  if (names.length === 0) return;
  let rest: Buffer = Buffer.alloc(0);
  let wanted = 0;
  const pieces: Buffer[] = [];
  const options = { ...optionsFor(repository), input: `${names.join('\n')}\n` };
  for await (const chunk of gitStream(['cat-file', '--batch'], options)) {
    pieces.push(chunk);
    wanted -= chunk.length;
    // Large objects come in many pieces, which are put together once.
    if (wanted > 0) continue;
    rest = Buffer.concat([rest, ...pieces.splice(0)]);
    const { used, missing } = takeWhole(rest, take);
    rest = rest.subarray(used);
    wanted = missing;
  }
}

function takeWhole(
  bytes: Buffer,
  take: (oid: string, type: string, body: Buffer) => void,
): { used: number; missing: number } {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) return { used: at, missing: 0 };
    const [, oid = '', type = '', size] =
      /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(bytes.toString('latin1', at, end)) ?? [];
    const stop = size === undefined ? end : end + 1 + Number(size);
    if (stop >= bytes.length) return { used: at, missing: stop + 1 - bytes.length };
    if (size !== undefined) take(oid, type, bytes.subarray(end + 1, stop));
    at = stop + 1;
  }
}

function optionsFor(repository: Repository): { cwd: string; env: Record<string, string>; timeoutMs: number } {
  return { cwd: repository.root, env: EXACT_ENV, timeoutMs: TIME_LIMIT_MS };
}
