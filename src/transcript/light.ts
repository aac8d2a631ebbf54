import { lightAnswer } from './light-answer.ts';
import { type LightResult, lightResult } from './light-result.ts';
import type { Fields } from './record.ts';

/**
 * Telling from its bytes what a record is, without parsing all of it. Only what is certain counts: Claude Code writes compact
 * JSON in a known order of fields, and quotes are escaped inside of texts, so that bytes such as `"type":"tool_result"` cannot
 * come from one. A record of any other form is parsed. Both its beginning and its end are looked at: a torn line does not pass.
 */

/** Below this many bytes parsing costs less than looking. */
const WORTH_LOOKING = 700;

const ATTACHMENT = /\{"type":"(\w+)"/y;
const ATTACHMENT_END =
  /\},"type":"attachment","uuid":"[^"\\]+","timestamp":"([^"\\]{20,35})"(?:,"\w+":(?:"[^"\\]*"|true|false|null|[\d.]+))*\}$/;
/** How a record begins: a second one in the same line was written behind a torn one. */
const RECORD = '{"parentUuid":';
const RECORD_BYTES = Buffer.from(RECORD);
const SNAPSHOT = '{"type":"file-history-snapshot","messageId":"';
const SNAPSHOT_END = /\},"isSnapshotUpdate":(?:true|false)\}$/;

export type LightRecord =
  | { kind: 'result'; result: LightResult }
  /** As if it had been parsed, with nothing but what is read of it. */
  | { kind: 'record'; record: Fields }
  /** Nothing that is wanted. */
  | { kind: 'nothing'; record: Fields };

/** What is known of the file. */
export interface LightReader {
  /** The sub-agent whose file it is. */
  agent: string | undefined;
  /** A call that waits for its result. */
  callOf(id: string): { id: string; tool: string } | undefined;
}

/** @returns undefined where the record has to be parsed. */
export function readLightly(line: Buffer, reader: LightReader): LightRecord | undefined {
  if (line.length < WORTH_LOOKING || line[0] !== 0x7b || line[line.length - 1] !== 0x7d) return undefined;
  const head = line.toString('latin1', 0, 380);
  if (head.startsWith(SNAPSHOT)) {
    return SNAPSHOT_END.test(endOf(line, 60)) && line.lastIndexOf(SNAPSHOT) === 0
      ? { kind: 'nothing', record: {} }
      : undefined;
  }
  // What stands before the first field that holds others.
  const own = head.slice(0, head.indexOf('{', 1));
  if (!own.startsWith(RECORD)) return undefined;
  // An older client keeps what sub-agents do in the session's own file.
  if (reader.agent === undefined && own.includes('"isSidechain":true')) return undefined;
  if (own.endsWith(',"attachment":')) {
    ATTACHMENT.lastIndex = own.length;
    const type = ATTACHMENT.exec(head)?.[1];
    const timestamp =
      type?.startsWith('hook_') === false ? ATTACHMENT_END.exec(endOf(line, 700))?.[1] : undefined;
    return timestamp === undefined || holdsAnother(line)
      ? undefined
      : { kind: 'nothing', record: { timestamp } };
  }
  if (!own.endsWith(',"message":')) return undefined;
  if (own.endsWith(',"type":"user","message":')) {
    const result = lightResult(line, head, own.length, reader);
    return result === undefined || holdsAnother(line) ? undefined : { kind: 'result', result };
  }
  const record = lightAnswer(line, head, own.length);
  return record === undefined ? undefined : { kind: 'record', record };
}

function holdsAnother(line: Buffer): boolean {
  return line.indexOf(RECORD_BYTES, 1) !== -1;
}

function endOf(line: Buffer, most: number): string {
  return line.toString('latin1', Math.max(0, line.length - most), line.length);
}
