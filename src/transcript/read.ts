import * as path from 'node:path';
import { listDirectory } from '../platform/fs.ts';
import { statRegular } from '../platform/open-regular.ts';
import { withSmallHeap } from '../platform/small-heap.ts';
import type { FileProgress, TranscriptEvent, TranscriptProgress, TranscriptReport } from './events.ts';
import { openFile, tellsOf } from './file-reading.ts';
import { isRecordEnd } from './window.ts';

export interface ReadOptions {
  /**
   * Only what was noted since then, milliseconds since 1970. The file is read from its end: the cost follows the window,
   * and places have no line numbers. Calls made long before the window are not known, nor are tasks the client numbers:
   * they are told with the tool `unknown`, and as `Task #3`. Where times run backwards, what stands far before older records
   * may be missed.
   */
  since?: number;
  /**
   * Go on where an earlier reading of the same transcript ended, as its report's `progress` says; sub-agents' files too.
   * Both together tell what one reading would: what was told then without its end is marked (`retold`, `instead`). Only
   * an edit's `seen` is not remembered.
   */
  after?: TranscriptProgress;
  /** Begin at this byte of the session's file: the beginning of a line. Sub-agents that end later are read from their beginning. */
  from?: number;
  /** Also what sub-agents did, from their own transcripts beside the session's. By default yes. */
  agents?: boolean;
  /**
   * light: results that are no errors are not parsed, so their `text`, `detail` and an edit's `hunks` are undefined, and
   * damage inside of what is not parsed goes unnoticed; in lines of more than 256 KB, texts are cut at 64 KB. Faster, and in
   * less memory.
   */
  results?: 'full' | 'light';
  /** Bytes; longer lines are passed over. 16 MB by default. */
  maxLineBytes?: number;
}

/** Bytes from which on it matters how the memory of the process grows. */
const LARGE = 32 * 1024 * 1024;

/**
 * Reads Claude Code's transcript in chunks and tells what happened, in the order of the file; what a sub-agent did comes
 * right before the end of its call, or at the end where that is missing. It returns when all is read; `onEvent` is called
 * meanwhile, and what it throws ends the reading.
 *
 * Records of unknown types, torn and damaged lines are passed over and counted; a missing file, a folder, a pipe or a device
 * is an empty transcript; a file that grows, shrinks or is replaced meanwhile is read as far as it goes. It throws only where
 * the system refuses to read (no permission, a failing disk).
 * Memory is bounded by the longest line and a thousand calls that wait for their result. Texts are as the client wrote
 * them: redact before storing or sending any.
 * @param transcript path of the session's file, as hooks are given it.
 */
export function readTranscript(
  transcript: string,
  onEvent: (event: TranscriptEvent) => void,
  options: ReadOptions = {},
): TranscriptReport {
  const stat = statRegular(transcript);
  const read = (): TranscriptReport => readAll(transcript, stat !== undefined, onEvent, options);
  return stat !== undefined && stat.size >= LARGE ? withSmallHeap(read) : read();
}

function readAll(
  transcript: string,
  found: boolean,
  onEvent: (event: TranscriptEvent) => void,
  options: ReadOptions,
): TranscriptReport {
  const { after } = options;
  const restarted = !isRecordEnd(transcript, after?.session.offset ?? options.from ?? 0);
  const known: Partial<TranscriptProgress> = restarted ? {} : (after ?? {});
  const report = { ...emptyReport(found), restarted };
  report.progress.agents = { ...known.agents };
  const agents = agentsOf(transcript, options);
  const read = (file: string, agent: string | undefined, from: FileProgress | undefined): FileProgress => {
    // Sub-agents of a sub-agent have their files in the same folder.
    const tells = tellsOf(report, options.since, onEvent, agent === undefined ? follow : () => {});
    const reading = openFile(file, agent, from, options, report, tells);
    try {
      while (reading.next());
    } finally {
      reading.close();
    }
    return reading.end();
  };
  const follow = (agent: string): void => {
    const from = known.agents?.[agent];
    const file = agents.take(agent, from?.offset);
    if (file === undefined) return;
    const goesOn = from !== undefined && isRecordEnd(file, from.offset) ? from : undefined;
    report.progress.agents[agent] = read(file, agent, goesOn);
  };
  const begin = known.session ?? startAt(restarted ? 0 : options.from);
  report.progress.session = read(transcript, undefined, begin);
  report.end = report.progress.session.offset;
  for (const agent of agents.rest()) follow(agent);
  return report;
}

/** What nothing was read of yet. */
export function emptyReport(found: boolean): TranscriptReport {
  return {
    found,
    lines: 0,
    damaged: 0,
    damagedAt: [],
    tooLong: 0,
    repeated: 0,
    // A type may have any name.
    unknown: Object.create(null) as Record<string, number>,
    restarted: false,
    end: 0,
    progress: { session: noProgress(), agents: {} },
  };
}

/** The transcripts of sub-agents beside a session's, each given out once. */
export function agentsOf(
  transcript: string,
  { agents, after, from, since }: ReadOptions,
): { take(agent: string, readTo?: number): string | undefined; rest(): string[] } {
  const folder = path.join(transcript.replace(/\.jsonl$/, ''), 'subagents');
  const taken = new Set<string>();
  return {
    take(agent, readTo) {
      if (agents === false || taken.has(agent) || !/^[\w-]+$/.test(agent)) return undefined;
      taken.add(agent);
      const file = path.join(folder, `agent-${agent}.jsonl`);
      const stat = statRegular(file);
      const isOld = stat !== undefined && since !== undefined && stat.mtimeMs < since;
      return stat === undefined || stat.size === readTo || isOld ? undefined : file;
    },
    rest() {
      if (agents === false || ((from ?? 0) > 0 && after === undefined)) return [];
      return listDirectory(folder).flatMap((name) => /^agent-(.+)\.jsonl$/.exec(name)?.[1] ?? []);
    },
  };
}

function noProgress(): FileProgress {
  return { offset: 0, lines: 0, at: undefined, calls: [], usage: undefined, todos: [] };
}

/** Where a reading begins that goes on from nothing. */
export function startAt(from: number | undefined): FileProgress | undefined {
  return from === undefined || from === 0 ? undefined : { ...noProgress(), offset: from, lines: undefined };
}
