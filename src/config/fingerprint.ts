import { createHash } from 'node:crypto';
import { systemCode } from '../errors.ts';
import { fileIdentity, readBytesIfExists } from '../platform/fs.ts';

/** A configuration file larger than this is not read. */
const MAX_SOURCE_BYTES = 1_000_000;

/** What was found at a path: enough to tell later whether anything there changed, appeared or went away. */
export interface Source {
  path: string;
  /** Bytes; undefined where there was nothing. */
  size?: number;
  mtimeNs?: string;
  /** SHA-256 of the content; undefined where it was not read (absent, no file, too large, no permission). */
  hash?: string;
}

export type SourceRead =
  | { kind: 'absent' }
  | { kind: 'text'; text: string; hash: string }
  | { kind: 'unreadable'; why: string };

export interface SourceReader {
  /** The text at `path` without byte order mark. Each path is read once, and remembered as a source. */
  read(path: string): SourceRead;
  /** Everything that was looked at, absent files too, in the order of looking. */
  sources(): Source[];
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function createReader(): SourceReader {
  const seen = new Map<string, { source: Source; result: SourceRead }>();
  return {
    read(path) {
      const known = seen.get(path) ?? readSource(path);
      seen.set(path, known);
      return known.result;
    },
    sources: () => [...seen.values()].map((entry) => entry.source),
  };
}

/** Whether the path still holds what it held when `source` was made. */
export function isUnchanged(source: Source): boolean {
  const identity = fileIdentity(source.path);
  if (identity?.size !== source.size || identity?.mtimeNs !== source.mtimeNs) return false;
  // A content of the same size and time is still read: times can be set, and can be too coarse.
  return identity === undefined || readSource(source.path).source.hash === source.hash;
}

function readSource(path: string): { source: Source; result: SourceRead } {
  const identity = fileIdentity(path);
  if (identity === undefined) return { source: { path }, result: { kind: 'absent' } };
  const source: Source = { path, size: identity.size, mtimeNs: identity.mtimeNs };
  const unreadable = (why: string): { source: Source; result: SourceRead } => ({
    source,
    result: { kind: 'unreadable', why },
  });
  if (!identity.regular) return unreadable('is not a regular file');
  if (identity.size > MAX_SOURCE_BYTES) return unreadable(`is larger than ${MAX_SOURCE_BYTES} bytes`);
  let bytes: Buffer | undefined;
  try {
    bytes = readBytesIfExists(path);
  } catch (error) {
    return unreadable(`could not be read (${systemCode(error) ?? 'unknown error'})`);
  }
  if (bytes === undefined) return { source: { path }, result: { kind: 'absent' } };
  source.hash = sha256(bytes);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return { source, result: { kind: 'text', text, hash: source.hash } };
}
