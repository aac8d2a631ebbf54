import * as path from 'node:path';
import { listDirectory, statIfExists } from '../platform/fs.ts';
import { openLines } from '../platform/lines.ts';
import type { TranscriptEvent, TranscriptPlace, TranscriptReport, TranscriptTodo } from './events.ts';
import { readLightly } from './light.ts';
import { parseObject } from './record.ts';
import { RecordReader } from './record-reader.ts';
import { findWindow } from './window.ts';

export interface ReadOptions {
  /**
   * Only what was noted since then, milliseconds since 1970. The file is read from its end: the cost follows the window,
   * and places have no line numbers.
   */
  since?: number;
  /** Go on from this byte, as an earlier report's `end` says. */
  from?: number;
  /** The tasks an earlier reading ended with. */
  todos?: readonly TranscriptTodo[];
  /** Also what sub-agents did, from their own transcripts beside the session's. By default yes. */
  agents?: boolean;
  /**
   * light: results that are no errors are not parsed, so their `text`, `detail` and an edit's `hunks` are undefined. Two to
   * four times faster on long sessions.
   */
  results?: 'full' | 'light';
  /** Longer lines are passed over. 16 MB by default. */
  maxLineBytes?: number;
}

const MOST_PLACES = 100;
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Reads Claude Code's transcript in chunks and tells what happened, in the order of the file; what a sub-agent did comes
 * right before the end of its call. Records of unknown types, torn and damaged lines are passed over and counted; none makes
 * it fail. Memory is bounded by the longest line and the calls that wait for their result. Texts are as the client wrote
 * them: redact before storing or sending any.
 */
export function readTranscript(
  transcript: string,
  onEvent: (event: TranscriptEvent) => void,
  options: ReadOptions = {},
): TranscriptReport {
  const report = emptyReport(transcript, options);
  const agents = agentsOf(transcript, options);
  const readAll = (reading: FileReading): number => {
    try {
      while (reading.next());
    } finally {
      reading.close();
    }
    return reading.end();
  };
  const follow = (agent: string): void => {
    const file = agents.take(agent);
    // Going on from a place, only what its records say happened later is news; those files have no place of their own.
    if (file !== undefined)
      readAll(openFile(file, agent, { ...options, from: undefined }, report, onEvent, () => {}));
  };
  report.end = readAll(openFile(transcript, undefined, options, report, onEvent, follow));
  for (const agent of agents.rest()) follow(agent);
  return report;
}

/** What nothing was read of yet. */
export function emptyReport(transcript: string, options: ReadOptions): TranscriptReport {
  return {
    found: statIfExists(transcript)?.isFile() === true,
    lines: 0,
    damaged: 0,
    damagedAt: [],
    tooLong: 0,
    unknown: {},
    end: options.from ?? 0,
  };
}

/** The transcripts of sub-agents beside a session's, each given out once. */
export function agentsOf(
  transcript: string,
  options: ReadOptions,
): { take(agent: string): string | undefined; rest(): string[] } {
  const folder = path.join(transcript.replace(/\.jsonl$/, ''), 'subagents');
  const taken = new Set<string>();
  return {
    take(agent) {
      if (options.agents === false || taken.has(agent) || !/^[\w-]+$/.test(agent)) return undefined;
      taken.add(agent);
      const file = path.join(folder, `agent-${agent}.jsonl`);
      const stat = statIfExists(file);
      const isOld = stat !== undefined && options.since !== undefined && stat.mtimeMs < options.since;
      return stat === undefined || isOld ? undefined : file;
    },
    rest() {
      if (options.agents === false || options.from !== undefined) return [];
      return listDirectory(folder).flatMap((name) => /^agent-(.+)\.jsonl$/.exec(name)?.[1] ?? []);
    },
  };
}

/** One file in the reading. */
export interface FileReading {
  /** Reads a piece and tells its events. @returns false once the file has ended. */
  next(): boolean;
  /** Tells of calls that have no result. @returns the offset behind the last whole line. */
  end(): number;
  close(): void;
}

/** Begins to read one file; what it tells comes as pieces of it are read. */
export function openFile(
  file: string,
  agent: string | undefined,
  options: ReadOptions,
  report: TranscriptReport,
  onEvent: (event: TranscriptEvent) => void,
  follow: (agent: string) => void,
): FileReading {
  const { since } = options;
  const from = options.from ?? (since === undefined ? 0 : findWindow(file, since));
  const reader = new RecordReader(
    agent,
    since === undefined ? onEvent : (event) => void (isSince(event, since) && onEvent(event)),
    follow,
    (type) => {
      report.unknown[type] = (report.unknown[type] ?? 0) + 1;
    },
    agent === undefined ? options.todos : undefined,
  );
  const light = options.results === 'light';
  let end = from;
  const lines = openLines(
    file,
    (line, number, offset, { length, ended, head }) => {
      if (ended) end = offset + length + 1;
      if (length === 0) return;
      const place: TranscriptPlace = {
        transcript: file,
        line: from === 0 ? number : undefined,
        offset,
        length,
      };
      report.lines += 1;
      if (line === undefined) {
        report.tooLong += 1;
        reader.unread(head ?? Buffer.alloc(0), place);
        return;
      }
      const told = light ? readLightly(line, (id) => reader.toolOf(id)) : undefined;
      const record = told === undefined ? parseObject(line) : undefined;
      if (told !== undefined) reader.light(told, place);
      else if (record !== undefined) reader.record(record, place);
      // The last line may still be in the writing.
      else if (ended) noteDamage(report, place);
    },
    { maxLineBytes: options.maxLineBytes ?? LONGEST_LINE, from },
  );
  return {
    ...lines,
    end() {
      reader.end();
      return end;
    },
  };
}

function noteDamage(report: TranscriptReport, place: TranscriptPlace): void {
  report.damaged += 1;
  if (report.damagedAt.length < MOST_PLACES) report.damagedAt.push(place);
}

/** What has no time is as old as what stands around it. */
function isSince(event: TranscriptEvent, since: number): boolean {
  const at = event.kind === 'tool-call' ? (event.result?.at ?? event.at) : event.at;
  return at === undefined || at >= since;
}
