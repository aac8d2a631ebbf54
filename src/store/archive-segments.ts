import * as path from 'node:path';
import { hmacSha256 } from '../platform/digest.ts';
import { listDirectory } from '../platform/fs.ts';
import { readRange } from '../platform/read-range.ts';
import type { StatePaths } from './paths.ts';

/** One compressed file of an archived transcript: the lines between two bytes of the original. */
export interface Segment {
  name: string;
  /** Of which file it is a copy: `main`, or `agent-<id>` for a sub-agent's transcript. */
  stream: string;
  /** Counts how often the copy was begun anew because the original had been rewritten. */
  generation: number;
  /** Bytes of the original, from the beginning of a line to behind the end of one. */
  from: number;
  to: number;
  /** Of the beginning and the end of those bytes, to know the original again; by a key, so that it tells nobody else. */
  digest: string;
}

const NAME = /^(main|agent-[\w-]{1,100})-(\d{1,9})-(\d{1,15})-(\d{1,15})-([0-9a-f]{16})\.jsonl\.gz$/;
const META = /^(agent-[\w-]{1,100})\.meta\.json\.gz$/;
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Bytes looked at on either side of a segment. */
const SAMPLE = 4 * 1024;

/** The folder of a session's copy; undefined for what is no session's id and so may not become a path. */
export function archiveFolder(state: StatePaths, session: string): string | undefined {
  return SESSION_ID.test(session) ? path.join(state.archive, session) : undefined;
}

/** The ids of all sessions that have a copy. Names that begin with a dot are not sessions. */
export function archivedSessions(state: StatePaths): string[] {
  return listDirectory(state.archive).filter((name) => SESSION_ID.test(name));
}

export function segmentName(segment: Omit<Segment, 'name'>): string {
  const { stream, generation, from, to, digest } = segment;
  return `${stream}-${generation}-${from}-${to}-${digest}.jsonl.gz`;
}

export function metaName(stream: string): string {
  return `${stream}.meta.json.gz`;
}

export function parseSegment(name: string): Segment | undefined {
  const [, stream, generation, from, to, digest] = NAME.exec(name) ?? [];
  if (stream === undefined || digest === undefined) return undefined;
  const segment = {
    name,
    stream,
    generation: Number(generation),
    from: Number(from),
    to: Number(to),
    digest,
  };
  return segment.from < segment.to ? segment : undefined;
}

/** The sub-agents of which a description is kept beside their transcript. */
export function metaStreams(names: readonly string[]): string[] {
  return names.flatMap((name) => META.exec(name)?.[1] ?? []);
}

/**
 * The copies of one file, the oldest first: each a row of segments that follow each other from byte 0. What hangs loose is
 * in none. There are two only while a copy is made anew, and then the first is whole.
 */
export function chainsOf(segments: readonly Segment[]): Segment[][] {
  const generations = new Map<number, Segment[]>();
  for (const segment of segments) {
    const row = generations.get(segment.generation);
    if (row === undefined) generations.set(segment.generation, [segment]);
    else row.push(segment);
  }
  return [...generations.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, row]) => chain(row))
    .filter((row) => row.length > 0);
}

function chain(segments: readonly Segment[]): Segment[] {
  const longest = new Map<number, Segment>();
  for (const segment of segments)
    if (segment.to > (longest.get(segment.from)?.to ?? 0)) longest.set(segment.from, segment);
  const row: Segment[] = [];
  for (let next = longest.get(0); next !== undefined; next = longest.get(next.to)) row.push(next);
  return row;
}

/** Whether a file still holds what these segments were made of, as far as their beginnings and ends tell. */
export function isCopyOf(file: string, segments: readonly Segment[], key: string): boolean {
  return segments.every(({ from, to, digest }) => rangeDigest(file, from, to, key) === digest);
}

/** Undefined where the file has no such bytes. */
export function rangeDigest(file: string, from: number, to: number, key: string): string | undefined {
  const head = readRange(file, from, Math.min(SAMPLE, to - from));
  const start = Math.max(from, to - SAMPLE);
  const tail = readRange(file, start, to - start);
  if (head === undefined || tail === undefined || start + tail.length < to) return undefined;
  return digestOf(head, tail, key);
}

/** The digest of a range that was read. */
export function sampleDigest(bytes: Buffer, key: string): string {
  return digestOf(bytes.subarray(0, SAMPLE), bytes.subarray(Math.max(0, bytes.length - SAMPLE)), key);
}

/** @param head the first 4 KB of a range. @param tail its last 4 KB. */
function digestOf(head: Buffer, tail: Buffer, key: string): string {
  return hmacSha256(key, `${head.toString('latin1')}\n${tail.toString('latin1')}`).slice(0, 16);
}
