import { readTail } from '../platform/lines.ts';

/** Where a conversation stands. */
export interface TranscriptPosition {
  transcript: string;
  /** Bytes of whole lines. */
  offset: number;
  /** `uuid` of the last message of the conversation itself, and when it was written (ISO 8601). */
  message?: string;
  at?: string;
}

const FIRST_LOOK = 64 * 1024;
/** Behind this many bytes without a message nothing more is looked for. */
const LAST_LOOK = 64 * 1024 * 1024;

/**
 * Where the conversation of a transcript stands now, read from its end: a line that is still being written does not
 * count, nor does what a sub-agent said. Undefined where there is no transcript.
 */
export function readPosition(transcript: string): TranscriptPosition | undefined {
  for (let limit = FIRST_LOOK; ; limit *= 8) {
    const tail = readTail(transcript, limit);
    if (tail === undefined) return undefined;
    const end = tail.bytes.lastIndexOf(0x0a) + 1;
    const message = lastMessage(tail.bytes.subarray(0, end), tail.from === 0);
    if (message === undefined && tail.from > 0 && limit < LAST_LOOK) continue;
    return { transcript, offset: end === 0 ? 0 : tail.from + end, ...message };
  }
}

/** @param whole whether the bytes begin with a whole line. */
function lastMessage(bytes: Buffer, whole: boolean): { message: string; at?: string } | undefined {
  for (let end = bytes.length - 1; end > 0; ) {
    const before = bytes.lastIndexOf(0x0a, end - 1);
    if (before === -1 && !whole) return undefined;
    const line = bytes.subarray(before + 1, end);
    const found = line.includes('"uuid"') ? messageIn(line.toString('utf8')) : undefined;
    if (found !== undefined) return found;
    end = before;
  }
  return undefined;
}

function messageIn(line: string): { message: string; at?: string } | undefined {
  let record: { type?: unknown; uuid?: unknown; timestamp?: unknown; isSidechain?: unknown } | null;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (record?.type !== 'user' && record?.type !== 'assistant') return undefined;
  const { uuid, timestamp, isSidechain } = record;
  // It may come to stand in a command line.
  if (isSidechain === true || typeof uuid !== 'string' || !/^[\w-]{1,80}$/.test(uuid)) return undefined;
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return { message: uuid, ...(Number.isNaN(time) ? {} : { at: new Date(time).toISOString() }) };
}
