import type { Fields } from './record.ts';

/** The message up to its content, as the client and as the API order it. */
const HEAD =
  /\{(?:"id":"([^"\\]+)","type":"message","role":"assistant",(?:"container":null,)?"model":"([^"\\]+)"|"model":"([^"\\]+)","id":"([^"\\]+)","type":"message","role":"assistant"),"content":(?=\[)/y;
const CONTENT_END = Buffer.from('],"stop_reason":');
/** What follows the content is short; a message with more to tell is parsed. */
const LONGEST_TAIL = 4_000;
/** From the end of the message to that of the record. */
const END =
  /\}(?:,"requestId":"[^"\\]*")?(?:,"attribution\w+":"[^"\\]*")*,"type":"assistant","uuid":"([^"\\]{1,80})","timestamp":"([^"\\]{20,35})"((?:,"\w+":(?:"[^"\\]*"|true|false|null|[\d.]+))*)\}$/y;
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
  const tail = line.toString('latin1', contentEnd, line.length);
  const messageEnd = tail.lastIndexOf('}', tail.length - 2);
  END.lastIndex = messageEnd;
  const end = messageEnd === -1 ? null : END.exec(tail);
  const usage = end === null ? null : USAGE.exec(tail);
  const own = end?.[3];
  if (end === null || own === undefined || !own.includes('"sessionId":"')) return undefined;
  // A cost is read from the whole record, and so is an error in the model's place.
  if (own.includes('"costUSD"') || own.includes('"isApiErrorMessage"')) return undefined;
  // A second record in the same line was written behind a torn one.
  if (usage === null || usage.index > messageEnd || tail.includes('{"parentUuid":')) return undefined;
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
  return { type: 'assistant', uuid: end[1], timestamp: end[2], message };
}
