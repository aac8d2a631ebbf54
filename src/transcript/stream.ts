import { statRegular } from '../platform/open-regular.ts';
import type { FileProgress, TranscriptEvent, TranscriptReport } from './events.ts';
import { type FileReading, openFile, tellsOf } from './file-reading.ts';
import { agentsOf, emptyReport, type ReadOptions, startAt } from './read.ts';

/** A transcript that is read as far as somebody looks. */
export interface TranscriptStream {
  /** What happened next; undefined at the end. */
  next(): TranscriptEvent | undefined;
  /** What was read so far. */
  report: TranscriptReport;
  close(): void;
}

/** What is known and not yet told: an event, or that a sub-agent's own transcript comes now. */
type Waiting = TranscriptEvent | { kind: 'follow'; agent: string };

/**
 * The events of `readTranscript`, the same and in the same order, one at a time. Read ahead are at most 256 KB, or the line
 * in which they end. `close` it.
 */
export function openTranscriptStream(
  transcript: string,
  options: Omit<ReadOptions, 'after'> = {},
): TranscriptStream {
  const report = emptyReport(statRegular(transcript) !== undefined);
  const agents = agentsOf(transcript, options);
  const queues: {
    waiting: Waiting[];
    at: number;
    reading: FileReading;
    agent: string | undefined;
    over: boolean;
  }[] = [];
  const open = (file: string, agent: string | undefined): void => {
    const waiting: Waiting[] = [];
    const tells = tellsOf(
      report,
      options.since,
      (event) => waiting.push(event),
      (id) => void (agent === undefined && waiting.push({ kind: 'follow', agent: id })),
    );
    const from = agent === undefined ? startAt(options.from) : undefined;
    const reading = openFile(file, agent, from, options, report, tells);
    queues.push({ waiting, at: 0, reading, agent, over: false });
  };
  open(transcript, undefined);
  let rest: string[] | undefined;
  const next = (): TranscriptEvent | undefined => {
    for (;;) {
      const queue = queues.at(-1);
      if (queue === undefined) {
        rest ??= agents.rest();
        const agent = rest.shift();
        if (agent === undefined) return undefined;
        const file = agents.take(agent);
        if (file !== undefined) open(file, agent);
        continue;
      }
      const one = queue.waiting[queue.at];
      if (one === undefined) {
        queue.waiting.length = 0;
        queue.at = 0;
        if (queue.over) queues.pop();
        else if (!queue.reading.next()) {
          noteEnd(report, queue.agent, queue.reading.end());
          queue.over = true;
        }
        continue;
      }
      queue.at += 1;
      if (one.kind !== 'follow') return one;
      const file = agents.take(one.agent);
      if (file !== undefined) open(file, one.agent);
    }
  };
  return {
    next,
    report,
    close() {
      for (const { reading } of queues.splice(0)) reading.close();
      rest = [];
    },
  };
}

function noteEnd(report: TranscriptReport, agent: string | undefined, end: FileProgress): void {
  if (agent !== undefined) report.progress.agents[agent] = end;
  else {
    report.progress.session = end;
    report.end = end.offset;
  }
}
