/**
 * Telling from its bytes that a record need not be parsed. Only what is certain counts: Claude Code writes compact JSON, in
 * which the bytes `"type":"tool_result"` cannot come from inside a text, because quotes are escaped there. A record in any
 * other form is parsed.
 */

/** Below this many bytes parsing costs less than looking. */
const WORTH_LOOKING = 1_536;
const HEAD = 400;
const TAIL = 900;

/** Tools of which a result that is no error tells nothing that is not in the call. */
const SILENT =
  /^(?:Bash|BashOutput|Read|Grep|Glob|LS|Write|Edit|MultiEdit|NotebookEdit|NotebookRead|WebFetch|WebSearch|mcp__.*)$/;

const RESULT_ID = Buffer.from('"tool_use_id":"');
const TYPE_RESULT = Buffer.from('"type":"tool_result"');
const IS_ERROR = Buffer.from('"is_error":true');
const BACKGROUND = Buffer.from('"backgroundTaskId"');
const CREATED = Buffer.from('"toolUseResult":{"type":"create"');
const TIMESTAMP = Buffer.from('"timestamp":"');
const CWD = Buffer.from('"cwd":"');
const ATTACHMENT = Buffer.from('"attachment":{"type":"');
const HOOK = Buffer.from('"attachment":{"type":"hook_');
const PLAIN_RECORD = /^\{"(?:parentUuid"|type":"(?:user|file-history-snapshot|attachment)")/;

/** What a record is, told without parsing it. */
export type LightRecord =
  | { kind: 'result'; id: string; created: boolean; at: number | undefined; cwd: string | undefined }
  /** Nothing that is wanted. */
  | { kind: 'nothing'; at: number | undefined };

/**
 * @param toolOf the tool of a call that waits for its result.
 * @returns undefined where the record has to be parsed.
 */
export function readLightly(
  line: Buffer,
  toolOf: (id: string) => string | undefined,
): LightRecord | undefined {
  if (line.length < WORTH_LOOKING || line[0] !== 0x7b || line[line.length - 1] !== 0x7d) return undefined;
  const head = line.subarray(0, HEAD);
  const start = head.toString('latin1');
  if (!PLAIN_RECORD.test(start)) return undefined;
  if (start.startsWith('{"type":"file-history-snapshot"')) return { kind: 'nothing', at: undefined };
  // Fields of the record itself stand behind the message: a torn line has them not.
  const tail = line.subarray(Math.max(0, line.length - TAIL));
  const at = timeIn(tail);
  if (at === undefined) return undefined;
  if (head.includes(ATTACHMENT)) return head.includes(HOOK) ? undefined : { kind: 'nothing', at };
  const from = line.indexOf(RESULT_ID);
  if (from === -1 || !line.includes(TYPE_RESULT) || line.includes(IS_ERROR) || line.includes(BACKGROUND)) {
    return undefined;
  }
  // Several results in one record.
  if (line.indexOf(RESULT_ID, from + 1) !== -1) return undefined;
  const id = wordAt(line, from + RESULT_ID.length);
  const tool = id === undefined ? undefined : toolOf(id);
  if (id === undefined || tool === undefined || !SILENT.test(tool)) return undefined;
  const cwdAt = tail.lastIndexOf(CWD);
  const cwd = cwdAt === -1 ? undefined : wordAt(tail, cwdAt + CWD.length);
  return { kind: 'result', id, created: line.includes(CREATED), at, cwd };
}

function timeIn(tail: Buffer): number | undefined {
  const at = tail.lastIndexOf(TIMESTAMP);
  if (at === -1) return undefined;
  const time = Date.parse(tail.toString('latin1', at + TIMESTAMP.length, at + TIMESTAMP.length + 24));
  return Number.isNaN(time) ? undefined : time;
}

/** The plain text up to the next quote; undefined where it has escapes or does not end. */
function wordAt(bytes: Buffer, from: number): string | undefined {
  const end = bytes.indexOf(0x22, from);
  if (end === -1 || end - from > 4_096) return undefined;
  const word = bytes.toString('utf8', from, end);
  return word.includes('\\') ? undefined : word;
}
