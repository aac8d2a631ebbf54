import * as path from 'node:path';
import { HooksError, messageOf } from '../errors.ts';
import { randomHex } from '../platform/digest.ts';
import {
  createFromPieces,
  ensureDirectory,
  listDirectory,
  readBytesIfExists,
  removeTree,
  statIfExists,
} from '../platform/fs.ts';
import { gunzip } from '../platform/gzip.ts';
import {
  archiveFolder,
  chainsOf,
  metaName,
  metaStreams,
  parseSegment,
  type Segment,
} from './archive-segments.ts';
import { sweepGone } from './archive-size.ts';
import type { StatePaths } from './paths.ts';

/** A transcript that can be read, as a file laid out like the client's. */
export interface OpenTranscript {
  path: string;
  /** True for the redacted copy, where the client has deleted its own file. */
  isCopy: boolean;
  /** Files of the copy that are damaged; their lines are missing from it. */
  damaged: string[];
  /** Removes what was unpacked. */
  close(): void;
}

/** Of a segment; short secrets that become markers can make its at most 16 MB six times as large. */
const LARGEST_SEGMENT = 128 * 1024 * 1024;
const LARGEST_META = 1024 * 1024;
const ATTEMPTS = 3;
/** Who reads a transcript for longer than this has lost it to `tidyArchive`. */
const STALE_MS = 3_600_000;

/**
 * The file to read a session's transcript from: the client's own while it is there, else the archived copy, unpacked into
 * a folder of the state directory that only this person can read. `close` it. Undefined where there is neither.
 * @throws HooksError where the copy cannot be unpacked, for want of room or permission; nothing is left behind then.
 */
export function openTranscript(
  state: StatePaths,
  session: string,
  transcript: string | undefined,
): OpenTranscript | undefined {
  if (transcript !== undefined && statIfExists(transcript)?.isFile() === true)
    return { path: transcript, isCopy: false, damaged: [], close: () => {} };
  const folder = archiveFolder(state, session);
  if (folder === undefined || listDirectory(folder).length === 0) return undefined;
  // A copy that is made anew or goes meanwhile takes files away that were just listed.
  for (let attempt = 1; ; attempt += 1) {
    const place = path.join(readingFolder(state), `${process.pid}-${randomHex(6)}`);
    const close = (): void => removeTree(place);
    try {
      const damaged = unpack(folder, session, place);
      if (damaged === undefined) {
        close();
        return undefined;
      }
      return { path: path.join(place, `${session}.jsonl`), isCopy: true, damaged, close };
    } catch (error) {
      close();
      if (error instanceof Vanished && attempt < ATTEMPTS) continue;
      throw new HooksError({
        code: 'copy-not-unpacked',
        kind: 'failed',
        message: `The copy of the transcript of session ${session} could not be unpacked: ${messageOf(error)}.`,
        hint: `Look at ${folder} and at the room on that disk.`,
        cause: error,
      });
    }
  }
}

class Vanished extends Error {
  constructor(file: string) {
    super(`${file} is gone`);
    this.name = 'Vanished';
  }
}

/** @returns the damaged files; undefined where there is no copy of the session's own transcript. */
function unpack(folder: string, session: string, place: string): string[] | undefined {
  const names = listDirectory(folder);
  const streams = new Map<string, Segment[]>();
  for (const segment of names.flatMap((name) => parseSegment(name) ?? []))
    streams.set(segment.stream, [...(streams.get(segment.stream) ?? []), segment]);
  // Of two copies the first is whole.
  const rowOf = (stream: string): Segment[] => chainsOf(streams.get(stream) ?? [])[0] ?? [];
  if (rowOf('main').length === 0) return undefined;
  const agents = path.join(place, session, 'subagents');
  ensureDirectory(agents);
  const damaged: string[] = [];
  for (const stream of streams.keys()) {
    const target =
      stream === 'main' ? path.join(place, `${session}.jsonl`) : path.join(agents, `${stream}.jsonl`);
    createFromPieces(target, unpacked(folder, rowOf(stream), damaged));
  }
  for (const stream of metaStreams(names)) {
    const bytes = gunzip(
      readBytesIfExists(path.join(folder, metaName(stream))) ?? Buffer.alloc(0),
      LARGEST_META,
    );
    if (bytes === undefined) damaged.push(path.join(folder, metaName(stream)));
    else createFromPieces(path.join(agents, `${stream}.meta.json`), [bytes]);
  }
  return damaged;
}

function* unpacked(folder: string, row: readonly Segment[], damaged: string[]): Generator<Buffer> {
  for (const { name } of row) {
    const file = path.join(folder, name);
    const packed = readBytesIfExists(file);
    if (packed === undefined) throw new Vanished(file);
    const bytes = gunzip(packed, LARGEST_SEGMENT);
    if (bytes === undefined) damaged.push(file);
    else yield bytes;
  }
}

/** Removes what killed readers had unpacked, an hour later, and copies that were being removed. */
export function tidyArchive(state: StatePaths, now: number): void {
  const reading = readingFolder(state);
  for (const name of listDirectory(reading)) {
    const place = path.join(reading, name);
    if (now - (statIfExists(place)?.mtimeMs ?? now) > STALE_MS) removeTree(place);
  }
  sweepGone(state);
}

function readingFolder(state: StatePaths): string {
  return path.join(state.archive, '.reading');
}
