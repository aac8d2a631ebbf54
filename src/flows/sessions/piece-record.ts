import type { JournalRecord } from '../../store/journal.ts';

const LONGEST_PROMPT = 200;

/** What an event's record is in the journal of the session; undefined for what does not move one. */
export function pieceRecord(conversation: string, record: JournalRecord): JournalRecord | undefined {
  const common = {
    t: record.t,
    conversation,
    ...(record.eid === undefined ? {} : { eid: record.eid }),
    ...(typeof record.transcript === 'string' ? { transcript: record.transcript } : {}),
  };
  switch (record.type) {
    case 'prompt':
      // What a sub-agent is asked is no prompt of the person.
      return record.subagent === true
        ? undefined
        : { ...common, type: 'prompt', prompt: String(record.prompt ?? '').slice(0, LONGEST_PROMPT) };
    case 'task-notification':
      return { ...common, type: 'wake' };
    case 'stop':
    case 'failure':
      return { ...common, type: record.type };
    case 'end':
      return record.reason === 'lost'
        ? { ...common, type: 'lost' }
        : { ...common, type: 'end', reason: record.reason };
    case 'start':
      return {
        ...common,
        type: 'start',
        how: record.source,
        ...(typeof record.cwd === 'string' ? { cwd: record.cwd } : {}),
      };
    default:
      return undefined;
  }
}
