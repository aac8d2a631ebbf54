/** A part of a string keeps the whole of it in memory; a copy does not. */
export function copyText(text: string, limit: number): string {
  return Buffer.from(cutText(text, limit), 'utf8').toString('utf8');
}

/** Of a text that is a string of its own, as all are that were read from a record: only a part needs to be copied. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return Buffer.from(`${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`, 'utf8').toString('utf8');
}
