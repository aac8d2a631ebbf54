import * as fs from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PieceSizes } from '../../src/store/archive-pieces.ts';
import { openRoom } from '../../src/store/archive-size.ts';
import { openTranscript } from '../../src/store/open-transcript.ts';
import type { StatePaths } from '../../src/store/paths.ts';
import { type ArchiveResult, archiveTranscript } from '../../src/store/transcript-archive.ts';
import type { TranscriptEvent, TranscriptReport } from '../../src/transcript/events.ts';
import { type ReadOptions, readTranscript } from '../../src/transcript/read.ts';

/** Small enough that short transcripts have many pieces and lines that are too long. */
export const SMALL: PieceSizes = { piece: 300, longestLine: 2_000 };

/** Archives one session. @param late says how often the time is not up yet. */
export function archive(
  state: StatePaths,
  transcript: string,
  options: { sizes?: PieceSizes; limit?: number; pieces?: number } = {},
): ArchiveResult {
  let left = options.pieces ?? Number.POSITIVE_INFINITY;
  return archiveTranscript(state, {
    session: path.basename(transcript, '.jsonl'),
    transcript,
    key: 'key',
    room: openRoom(state, options.limit ?? 1e9),
    isLate: () => left-- <= 0,
    ...(options.sizes === undefined ? {} : { sizes: options.sizes }),
  });
}

/** The files of a session's copy as they are after unpacking, by their name beside the transcript. */
export function unpacked(state: StatePaths, session: string): Record<string, string> | undefined {
  const open = openTranscript(state, session, undefined);
  if (open === undefined) return undefined;
  try {
    const folder = path.dirname(open.path);
    return Object.fromEntries(
      fs
        .readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => fs.statSync(path.join(folder, name)).isFile())
        .map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]),
    );
  } finally {
    open.close();
  }
}

/** What a transcript tells, without where it stands. */
export function eventsOf(
  transcript: string,
  options: ReadOptions = {},
): { events: TranscriptEvent[]; report: Partial<TranscriptReport> } {
  const events: TranscriptEvent[] = [];
  const { lines, damaged, unknown } = readTranscript(transcript, (event) => events.push(event), options);
  return { events: withoutPlaces(events) as TranscriptEvent[], report: { lines, damaged, unknown } };
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if ('offset' in fields && 'transcript' in fields) return { line: fields.line };
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, withoutPlaces(item)]));
}

/** Everything below a folder as text, with what is compressed unpacked. */
export function everythingIn(folder: string): string {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => {
      const bytes = fs.readFileSync(file);
      return `${file}\n${(file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')}`;
    })
    .join('\n');
}
