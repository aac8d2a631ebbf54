import type { JoinedStep } from '../../replay/join.ts';
import { safeLine } from '../../replay/text.ts';
import type { ReplayLane } from '../../replay/types.ts';
import { type JournalRecord, readRecords } from '../../store/journal.ts';
import { conversationJournal, type StatePaths } from '../../store/paths.ts';

type Describe = (record: JournalRecord) => string;
type Row = [lane: ReplayLane, type: string, describe: Describe];

const words = (record: JournalRecord, key: string): string =>
  typeof record[key] === 'string' ? (record[key] as string) : '';

/** What no transcript tells. */
const ALWAYS: Readonly<Record<string, Row>> = {
  start: ['session', 'start', (record) => `the session begins (${words(record, 'source') || 'startup'})`],
  end: ['session', 'end', (record) => `the session ends (${words(record, 'reason') || 'no reason told'})`],
  'check-failed': ['error', 'error', (record) => `a check failed: ${words(record, 'error')}`],
};

/** What the transcript tells better, where there is one. */
const INSTEAD: Readonly<Record<string, Row>> = {
  prompt: ['prompt', 'prompt', (record) => words(record, 'prompt')],
  'task-notification': ['session', 'note', () => 'a task in the background ended'],
  failure: ['error', 'error', (record) => `${words(record, 'error')} ${words(record, 'message')}`],
  'tool-failure': ['error', 'error', (record) => `${words(record, 'tool')}: ${words(record, 'error')}`],
  compact: ['session', 'compaction', () => 'the conversation was compacted'],
  stop: ['session', 'stop', () => 'the turn ends'],
};

export interface JournalSteps {
  steps: JoinedStep[];
  /** The checkpoints it names. */
  checkpoints: { id: string; at: number; reason: string }[];
  damaged: number;
}

/** What a session's journal tells. @param isAlone whether there is no transcript. */
export function journalSteps(state: StatePaths, session: string, isAlone: boolean): JournalSteps {
  const { records, damaged } = readRecords(conversationJournal(state, session));
  const checkpoints: JournalSteps['checkpoints'] = [];
  const steps = records.flatMap((record) => {
    if (record.type === 'checkpoint' && words(record, 'id') !== '')
      checkpoints.push({ id: words(record, 'id'), at: record.t, reason: words(record, 'reason') });
    const row = ALWAYS[record.type] ?? (isAlone ? INSTEAD[record.type] : undefined);
    return row === undefined ? [] : [stepOf(record, row)];
  });
  return { steps, checkpoints, damaged };
}

function stepOf(record: JournalRecord, [lane, type, describe]: Row): JoinedStep {
  const description = safeLine(describe(record));
  return { at: record.t, lane, type, description, ...(lane === 'error' ? { failed: true } : {}) };
}
