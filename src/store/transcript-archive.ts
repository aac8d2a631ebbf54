import * as path from 'node:path';
import {
  ensureDirectory,
  listDirectory,
  readBytesIfExists,
  removeFile,
  setTimes,
  statIfExists,
  writeFileAtomic,
} from '../platform/fs.ts';
import { gzip } from '../platform/gzip.ts';
import { nextPiece, type Piece, type PieceSizes, redactPiece } from './archive-pieces.ts';
import {
  archiveFolder,
  chainsOf,
  isCopyOf,
  metaName,
  parseSegment,
  rangeDigest,
  type Segment,
  sampleDigest,
  segmentName,
} from './archive-segments.ts';
import type { ArchiveRoom } from './archive-size.ts';
import type { StatePaths } from './paths.ts';

/** `more`: time ran out. `no-room`: the rest does not fit. `gone`: there is no such transcript (any more). */
export type ArchiveResult = 'whole' | 'more' | 'no-room' | 'gone';

export interface ArchiveRequest {
  session: string;
  transcript: string;
  /** What originals are known again by. Without it a redacted text could be guessed and tried. */
  key: string;
  room: ArchiveRoom;
  /** Whether the time is up; asked before each piece. */
  isLate: () => boolean;
  sizes?: PieceSizes;
}

interface Work extends ArchiveRequest {
  folder: string;
}

const LARGEST_META = 64 * 1024;
const AGENT_FILE = /^(agent-[\w-]{1,100})\.jsonl$/;

/**
 * Brings the copy of a session's transcript, and of those of its sub-agents, up to date: whole lines that were added since
 * are redacted, compressed and put beside what is there. Call it only while holding the archive's lock.
 *
 * Killed at any point, every line is in the copy once or not yet. An original that became shorter or is another one where
 * it was sampled (4 KB on either side of each segment) is copied anew; the old copy goes when the new one is whole. Memory
 * is bounded by a piece of at most 16 MB. A last line without its end is left for later.
 */
export function archiveTranscript(state: StatePaths, request: ArchiveRequest): ArchiveResult {
  const { session, transcript } = request;
  const folder = archiveFolder(state, session);
  if (folder === undefined || statIfExists(transcript)?.isFile() !== true) return 'gone';
  const work: Work = { ...request, folder };
  // Whoever wrote these is dead: the lock is ours.
  for (const name of listDirectory(folder)) if (name.endsWith('.tmp')) removeFile(path.join(folder, name));
  const agents = path.join(transcript.replace(/\.jsonl$/, ''), 'subagents');
  const files = listDirectory(agents).flatMap((name): [string, string][] => {
    const stream = AGENT_FILE.exec(name)?.[1];
    return stream === undefined ? [] : [[stream, path.join(agents, name)]];
  });
  for (const [stream, file] of [['main', transcript], ...files] as [string, string][]) {
    const result = archiveFile(work, stream, file);
    if (result !== 'whole') return result;
  }
  return 'whole';
}

function archiveFile(work: Work, stream: string, file: string): ArchiveResult {
  const stat = statIfExists(file);
  if (stat?.isFile() !== true) return 'whole';
  const times = { accessed: stat.atime, written: stat.mtime };
  const all = listDirectory(work.folder).flatMap((name) => parseSegment(name) ?? []);
  const own = all.filter((segment) => segment.stream === stream);
  const chains = chainsOf(own);
  const kept = chains[0] ?? [];
  let row = chains.at(-1) ?? [];
  let generation = row[0]?.generation ?? 1;
  if (!isCopyOf(file, row, work.key)) {
    generation += 1;
    row = [];
  }
  const wanted = new Set([...kept, ...row]);
  removeSegments(
    work.folder,
    own.filter((segment) => !wanted.has(segment)),
  );
  const added = appendSegments(work, { stream, generation, file, from: row.at(-1)?.to ?? 0, times });
  if (added !== 'whole') return added;
  // An original that was emptied keeps its old copy: nothing has taken its place.
  const isBegun = listDirectory(work.folder).some((name) => {
    const segment = parseSegment(name);
    return segment?.stream === stream && segment.generation === generation && segment.from === 0;
  });
  if (isBegun)
    removeSegments(
      work.folder,
      kept.filter((segment) => segment.generation !== generation),
    );
  return stream === 'main' ? 'whole' : archiveMeta(work, stream, file);
}

/** The first one first: what is left without it counts for nothing. */
function removeSegments(folder: string, segments: readonly Segment[]): void {
  for (const { name } of [...segments].sort((a, b) => a.from - b.from)) removeFile(path.join(folder, name));
}

interface Times {
  accessed: Date;
  written: Date;
}

function appendSegments(
  work: Work,
  start: { stream: string; generation: number; file: string; from: number; times: Times },
): ArchiveResult {
  const { stream, generation, file, times } = start;
  let { from } = start;
  for (;;) {
    if ((statIfExists(file)?.size ?? 0) <= from) return 'whole';
    const piece = nextPiece(file, from, work.sizes);
    if (piece === undefined) return 'whole';
    if (work.isLate()) return 'more';
    const digest = digestOf(piece, { file, from, key: work.key });
    const name = segmentName({ stream, generation, from, to: piece.to, digest });
    if (!put(work, name, redactPiece(piece), times)) return 'no-room';
    from = piece.to;
  }
}

function digestOf(piece: Piece, { file, from, key }: { file: string; from: number; key: string }): string {
  if (piece.tooLong === undefined) return sampleDigest(piece.bytes, key);
  return rangeDigest(file, from, piece.to, key) ?? '0'.repeat(16);
}

/** What a client says about a sub-agent, in a file of its own. */
function archiveMeta(work: Work, stream: string, file: string): ArchiveResult {
  const meta = file.replace(/\.jsonl$/, '.meta.json');
  const stat = statIfExists(meta);
  if (stat?.isFile() !== true || stat.size > LARGEST_META) return 'whole';
  const copy = statIfExists(path.join(work.folder, metaName(stream)));
  if (copy !== undefined && copy.mtimeMs >= stat.mtimeMs - 1) return 'whole';
  const bytes = readBytesIfExists(meta);
  if (bytes === undefined) return 'whole';
  const line = Buffer.from(
    bytes
      .toString('utf8')
      .replace(/\s*\n\s*/g, ' ')
      .trimEnd(),
  );
  const redacted = redactPiece({
    to: 0,
    bytes: Buffer.concat([line, Buffer.from('\n')]),
    tooLong: undefined,
  });
  const times = { accessed: stat.atime, written: stat.mtime };
  return put(work, metaName(stream), redacted.subarray(0, -1), times) ? 'whole' : 'no-room';
}

function put(work: Work, name: string, redacted: Buffer, times: Times): boolean {
  const packed = gzip(redacted);
  if (!work.room.take(work.session, times.written.getTime(), packed.length)) return false;
  ensureDirectory(work.folder);
  const file = path.join(work.folder, name);
  writeFileAtomic(file, packed, { mode: 0o600 });
  // The age of a copy is that of its transcript.
  setTimes(file, times.accessed, times.written);
  return true;
}
