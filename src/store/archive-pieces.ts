import { readRange } from '../platform/read-range.ts';
import { redactText, redactValue } from '../redact/redact.ts';

/** Whole lines of a file, or one line that is too long to hold. */
export interface Piece {
  /** Byte behind the last line end. */
  to: number;
  /** The lines with their ends; for a line that is too long only its first 4 KB. */
  bytes: Buffer;
  /** Bytes of the line without its end, where it is too long. */
  tooLong: number | undefined;
}

export interface PieceSizes {
  /** Bytes read at a time. */
  piece: number;
  /** Bytes of the longest line that is kept, and the most a piece can have. Larger than `piece`. */
  longestLine: number;
}

/** The reader of transcripts, too, passes over lines above 16 MB. */
const SIZES: PieceSizes = { piece: 8 * 1024 * 1024, longestLine: 16 * 1024 * 1024 };
const WINDOW = 1024 * 1024;
const HEAD = 4 * 1024;

/** The next whole lines of a file, about 8 MB and at most 16 MB of them. Undefined where no line ends behind `from`. */
export function nextPiece(file: string, from: number, sizes: PieceSizes = SIZES): Piece | undefined {
  for (const size of [sizes.piece, sizes.longestLine + 1]) {
    const bytes = readRange(file, from, size) ?? Buffer.alloc(0);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end > 0) return { to: from + end, bytes: bytes.subarray(0, end), tooLong: undefined };
    if (bytes.length < size) return undefined;
  }
  for (let at = from + sizes.longestLine + 1; ; at += WINDOW) {
    const bytes = readRange(file, at, WINDOW) ?? Buffer.alloc(0);
    const end = bytes.indexOf(0x0a);
    if (end !== -1) {
      const head = readRange(file, from, Math.min(HEAD, at + end - from)) ?? Buffer.alloc(0);
      return { to: at + end + 1, bytes: head, tooLong: at + end - from };
    }
    if (bytes.length < WINDOW) return undefined;
  }
}

/** A piece as it is kept: the same number of lines, each redacted. */
export function redactPiece(piece: Piece): Buffer {
  if (piece.tooLong !== undefined)
    return Buffer.from(`${JSON.stringify(standIn(piece.bytes, piece.tooLong))}\n`);
  const kept: Buffer[] = [];
  let texts: string[] = [];
  const keepTexts = (): void => {
    if (texts.length > 0) kept.push(Buffer.from(redactTexts(texts)));
    texts = [];
  };
  const { bytes } = piece;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const line = bytes.toString('utf8', start, end);
    const redacted = redactRecord(line);
    if (redacted === undefined) texts.push(line);
    else {
      keepTexts();
      kept.push(Buffer.from(`${redacted}\n`));
    }
    start = end + 1;
  }
  keepTexts();
  return Buffer.concat(kept);
}

/** Every string of a JSON value redacted; undefined for what is no JSON. */
function redactRecord(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return JSON.stringify(redactValue(value));
}

/** Together, because a private key has many lines. Those it takes along are made up for by empty ones. */
function redactTexts(lines: readonly string[]): string {
  const text = redactText(lines.join('\n'));
  return text + '\n'.repeat(lines.length + 1 - text.split('\n').length);
}

/** What stands for a line that is too long. Where it was the result of a call, the call still has one. */
function standIn(head: Buffer, length: number): unknown {
  const text = head.toString('latin1');
  const id = /"tool_use_id":\s?"([\w-]{1,200})"/.exec(text)?.[1];
  const note = `[a line of ${length} bytes, not kept]`;
  if (id === undefined) return { type: 'line-too-long', length, text: note };
  const is_error = /"is_error":\s?true/.test(text);
  const content = [{ type: 'tool_result', tool_use_id: redactText(id), content: note, is_error }];
  return { type: 'user', length, message: { role: 'user', content } };
}
