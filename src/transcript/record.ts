/** Reading JSON of unknown form: whatever has not the expected type counts as absent. */

export type Fields = Record<string, unknown>;

/** @returns undefined where the bytes are no JSON object. A mark of the byte order before it is passed over. */
export function parseObject(bytes: Buffer): Fields | undefined {
  try {
    return objectOf(JSON.parse(bytes.toString('utf8', bytes[0] === 0xef ? 3 : 0, bytes.length)));
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A text that is there and not empty. */
export function wordsOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The blocks of a message's content; a plain text counts as one block of text. */
export function blocksOf(content: unknown): Fields[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.filter((block): block is Fields => objectOf(block) !== undefined);
}

/** The texts of a content, joined by line ends; images and other blocks have none. */
export function contentText(content: unknown): string {
  return blocksOf(content)
    .map((block) => textOf(block.text) ?? '')
    .join('\n');
}

/** Milliseconds since 1970 of a record's ISO 8601 time. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
