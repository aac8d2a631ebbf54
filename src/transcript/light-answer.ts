import type { Fields } from './record.ts';
import { recordEnd } from './record-end.ts';

/** The message up to its content, as the client and as the API order it. */
const HEAD =
  /\{(?:"id":"([^"\\]+)","type":"message","role":"assistant",(?:"container":null,)?"model":"([^"\\]+)"|"model":"([^"\\]+)","id":"([^"\\]+)","type":"message","role":"assistant"),"content":(?=\[)/y;
const CONTENT_END = Buffer.from('],"stop_reason":');
/** What follows the content is short; a message with more to tell is parsed. */
const LONGEST_TAIL = 4_000;
/** What stands between the message and the last fields of the record; an error in the model's place has more there. */
const MIDDLE = /,"type":"assistant","uuid":"([^"\\]{1,80})","timestamp":"([^"\\]{20,35})"$/;
const MIDDLE_BYTES = 180;
/** In which of the bytes behind the content the counts stand. */
const USAGE_BYTES = 400;
/** A second record in the same line was written behind a torn one. */
const RECORD = Buffer.from('{"parentUuid":');
const USAGE =
  /"usage":\{"input_tokens":(\d+),"cache_creation_input_tokens":(\d+),"cache_read_input_tokens":(\d+),(?:"cache_creation":\{[^{}]*\},)?"output_tokens":(\d+)/;

/**
 * An answer of the model of which only the content is parsed: what stands around it are many small fields, which cost more
 * than the texts.
 * @param head the beginning of the line. @param at where in it the message begins.
 * @returns undefined for any other record.
 */
export function lightAnswer(line: Buffer, head: string, at: number): Fields | undefined {
  HEAD.lastIndex = at;
  const start = HEAD.exec(head);
  if (start === null) return undefined;
  const from = HEAD.lastIndex;
  const contentEnd = line.indexOf(CONTENT_END, from) + 1;
  if (contentEnd === 0 || line.length - contentEnd > LONGEST_TAIL) return undefined;
  const end = recordEnd(line);
  if (end === undefined) return undefined;
  const middleEnd = line.length - end.bytes.length;
  const middle = MIDDLE.exec(
    line.toString('latin1', Math.max(contentEnd, middleEnd - MIDDLE_BYTES), middleEnd),
  );
  const usage = USAGE.exec(
    line.toString('latin1', contentEnd, Math.min(contentEnd + USAGE_BYTES, middleEnd)),
  );
  if (middle === null || usage === null || line.indexOf(RECORD, contentEnd) !== -1) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(line.toString('utf8', from, contentEnd));
  } catch {
    return undefined;
  }
  const message = {
    id: start[1] ?? start[4],
    model: start[2] ?? start[3],
    content,
    usage: {
      input_tokens: Number(usage[1]),
      cache_creation_input_tokens: Number(usage[2]),
      cache_read_input_tokens: Number(usage[3]),
      output_tokens: Number(usage[4]),
    },
  };
  return { type: 'assistant', uuid: middle[1], timestamp: middle[2], message };
}
