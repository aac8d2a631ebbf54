import type { LightReader } from './light.ts';
import { timeOf } from './record.ts';
import { decoded, recordEnd } from './record-end.ts';

/** Tools of which a result that is no error tells nothing that is not in the call, or in the first of the client's notes. */
const SILENT =
  /^(?:Bash|BashOutput|Read|Grep|Glob|LS|Write|Edit|MultiEdit|NotebookRead|WebFetch|WebSearch|mcp__.*)$/;
const EDITS = /^(?:Write|Edit|MultiEdit)$/;

/** One result with a plain text or with parts; blocks of other kinds have another order. */
const HEAD =
  /\{"role":"user","content":\[\{"tool_use_id":"([^"\\]{1,200})","type":"tool_result","content":(?=(["[]))/y;
/** The end of the message, which is no error; the client's notes begin right behind it. */
const MIDDLE =
  /\}\]\},"uuid":"[^"\\]{1,80}","timestamp":"([^"\\]{20,35})"(,"toolUseResult":\{(?:"type":"(\w+)",)?(?:"filePath":")?)?/y;
const NO_ERROR = ',"is_error":false';
/** Words to look for that begin with a byte that is rare in texts, as searching goes from one such byte to the next. */
const MESSAGE_END = Buffer.from('}]},"uuid":"');
/** Another block behind a plain text; inside of a text there would be a backslash before the quote. */
const NEXT_BLOCK = Buffer.from('},{"');
const RESULT_ID = Buffer.from('"tool_use_id":"');
/** The end of `"backgroundTaskId":`. */
const BACKGROUND = Buffer.from('TaskId":');

/** A result that is no error, of a tool whose results are not read. */
export interface LightResult {
  id: string;
  at: number;
  cwd: string;
  /** Of an edit: the file as the client names it, and whether it was new. */
  file: string | undefined;
  created: boolean;
}

/**
 * @param head the beginning of the line. @param at where in it the message begins.
 * @returns undefined for any other record.
 */
export function lightResult(
  line: Buffer,
  head: string,
  at: number,
  reader: LightReader,
): LightResult | undefined {
  HEAD.lastIndex = at;
  const start = HEAD.exec(head);
  const from = HEAD.lastIndex;
  const call = start?.[1] === undefined ? undefined : reader.callOf(start[1]);
  if (start === null || call === undefined || !SILENT.test(call.tool)) return undefined;
  const end = recordEnd(line);
  const middleAt = line.indexOf(MESSAGE_END, from);
  if (end === undefined || middleAt === -1) return undefined;
  const middleFrom = middleAt - NO_ERROR.length - 1;
  const middleText = line.toString('latin1', middleFrom, middleAt + 240);
  MIDDLE.lastIndex = middleAt - middleFrom;
  const middle = MIDDLE.exec(middleText);
  const isText = start[2] === '"';
  const last = middleText.startsWith(NO_ERROR, 1) ? middleText[0] : middleText[NO_ERROR.length];
  if (middle === null || last !== (isText ? '"' : ']')) return undefined;
  // Several blocks in one record.
  if (line.subarray(from, middleAt).includes(isText ? NEXT_BLOCK : RESULT_ID)) return undefined;
  // It goes on in the background, and its name is needed.
  if (call.tool === 'Bash' && line.includes(BACKGROUND, middleAt)) return undefined;
  const time = timeOf(middle[1]);
  if (time === undefined) return undefined;
  const told = { id: call.id, at: time, cwd: end.cwd, file: undefined, created: false };
  if (!EDITS.test(call.tool)) return told;
  // Sub-agents note nothing; then the sentence of the result tells.
  if (middle[2]?.endsWith('"filePath":"') !== true) return undefined;
  const file = textAt(line, middleAt + middle[0].length);
  return file === undefined ? undefined : { ...told, file, created: middle[3] === 'create' };
}

/** The text up to the next quote; undefined where there are quotes in it. */
function textAt(line: Buffer, from: number): string | undefined {
  const end = line.indexOf(0x22, from);
  return end === -1 || end - from > 8_192 ? undefined : decoded(line.toString('latin1', from, end));
}
