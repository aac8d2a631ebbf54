import { openLines } from '../platform/lines.ts';
import type { FileProgress, TranscriptEvent, TranscriptPlace, TranscriptReport } from './events.ts';
import { readLightly } from './light.ts';
import type { ReadOptions } from './read.ts';
import { parseObject } from './record.ts';
import { type ReaderTells, RecordReader } from './record-reader.ts';
import { shortenTexts } from './shorten.ts';
import { findWindow } from './window.ts';

const MOST_PLACES = 100;
const MOST_TYPES = 100;
const LONGEST_LINE = 16 * 1024 * 1024;
/** Bytes from which on a line holds long texts. */
const LONG_LINE = 256 * 1024;

/** One file in the reading. */
export interface FileReading {
  /** Reads a piece and tells its events. @returns false once the file has ended. */
  next(): boolean;
  /** Tells of calls that have no result. @returns where a later reading can go on. */
  end(): FileProgress;
  close(): void;
}

/** What a reading tells, and of whom it says that a sub-agent's own transcript comes now. */
export function tellsOf(
  report: TranscriptReport,
  since: number | undefined,
  onEvent: (event: TranscriptEvent) => void,
  onAgent: (agent: string) => void,
): ReaderTells {
  return {
    event: since === undefined ? onEvent : (event) => void (isSince(event, since) && onEvent(event)),
    agent: onAgent,
    unknown: (type) => noteUnknown(report, type),
    repeated: () => {
      report.repeated += 1;
    },
  };
}

/** Begins to read one file; what it tells comes as pieces of it are read. */
export function openFile(
  file: string,
  agent: string | undefined,
  after: FileProgress | undefined,
  options: ReadOptions,
  report: TranscriptReport,
  tells: ReaderTells,
): FileReading {
  const window = options.since === undefined ? 0 : findWindow(file, options.since);
  const reader = new RecordReader(agent, tells, after);
  const light = options.results === 'light';
  const from = Math.max(after?.offset ?? 0, window);
  const linesBefore =
    from === (after?.offset ?? 0) ? (after?.lines ?? (from === 0 ? 0 : undefined)) : undefined;
  let offset = from;
  let lines = 0;
  const pieces = openLines(
    file,
    (line, number, start, { length, ended, head }) => {
      const done = (): void => {
        offset = start + length + (ended ? 1 : 0);
        lines = ended ? number : number - 1;
      };
      const place: TranscriptPlace = {
        transcript: file,
        line: linesBefore === undefined ? undefined : linesBefore + number,
        offset: start,
        length,
      };
      if (line !== undefined && isBlank(line)) {
        if (ended) done();
        return;
      }
      const told = light && line !== undefined ? readLightly(line, reader) : undefined;
      const record =
        told !== undefined || line === undefined
          ? undefined
          : parseObject(light && length > LONG_LINE ? shortenTexts(line) : line);
      // The last line may still be in the writing: it is read once it is whole.
      if (!ended && told === undefined && record === undefined) return;
      done();
      report.lines += 1;
      if (line === undefined) {
        report.tooLong += 1;
        reader.unread(head ?? Buffer.alloc(0), place);
      } else if (told?.kind === 'result') reader.light(told.result, place);
      else if (told?.kind === 'nothing') reader.pass(told.record);
      else if (told !== undefined) reader.record(told.record, place);
      else if (record !== undefined) reader.record(record, place);
      else noteDamage(report, place);
    },
    { maxLineBytes: options.maxLineBytes ?? LONGEST_LINE, from },
  );
  return {
    ...pieces,
    end: () => ({
      offset,
      lines: linesBefore === undefined ? undefined : linesBefore + lines,
      ...reader.end(),
    }),
  };
}

function isBlank(line: Buffer): boolean {
  if (line.length > 16) return false;
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function noteDamage(report: TranscriptReport, place: TranscriptPlace): void {
  report.damaged += 1;
  if (report.damagedAt.length < MOST_PLACES) report.damagedAt.push(place);
}

function noteUnknown({ unknown }: TranscriptReport, type: string): void {
  const name = type in unknown || Object.keys(unknown).length < MOST_TYPES ? type : 'others';
  unknown[name] = (unknown[name] ?? 0) + 1;
}

/** What has no time is as old as what stands around it. */
function isSince(event: TranscriptEvent, since: number): boolean {
  const at = event.kind === 'tool-call' ? (event.result?.at ?? event.at) : event.at;
  return at === undefined || at >= since;
}
