import { systemCode } from '../errors.ts';
import { sha256 } from '../platform/digest.ts';
import { fileIdentity, readBytesIfExists } from '../platform/fs.ts';

/** A configuration file larger than this is not read. */
const MAX_SOURCE_BYTES = 1_000_000;

/** A content up to this size is kept whole for comparing. */
const MAX_INLINE_BYTES = 32_768;

/** What was found at a path: enough to tell later whether anything there changed, appeared or went away. */
export interface Source {
  path: string;
  /** Bytes; undefined where there was nothing. */
  size?: number;
  mtimeNs?: string;
  /**
   * The content in base64, or the SHA-256 of a larger one, which costs the crypto module; undefined where it was not
   * read (absent, no file, too large, no permission).
   */
  content?: string;
}

export type SourceRead =
  | { kind: 'absent' }
  | { kind: 'text'; text: string; bytes: Buffer }
  | { kind: 'unreadable'; why: string };

export interface SourceReader {
  /** The text at `path` without byte order mark. Each path is read once, and remembered as a source. */
  read(path: string): SourceRead;
  /** Everything that was looked at, absent files too, in the order of looking. */
  sources(): Source[];
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
  return identity === undefined || readSource(source.path).source.content === source.content;
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
  source.content = bytes.length <= MAX_INLINE_BYTES ? bytes.toString('base64') : sha256(bytes);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return { source, result: { kind: 'text', text, bytes } };
}
