import { randomBytes } from 'node:crypto';

const MAX_SLUG = 32;
const MAX_NAME = 200;

/** What of a free text is fit for an id: `a-z`, `0-9` and single `-`, at most 32 characters, never empty. */
export function slugOf(text: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'checkpoint' : slug;
}

/**
 * An id no other checkpoint has: the slug, the time (ids of one name sort by time) and four random letters.
 * At most 46 characters of `a-z`, `0-9` and `-`.
 */
export function newCheckpointId(name: string, now: number): string {
  const random = [...randomBytes(4)].map((byte) => (byte % 36).toString(36)).join('');
  return `${slugOf(name)}-${Math.max(0, Math.floor(now)).toString(36).padStart(9, '0').slice(-9)}${random}`;
}

/** Whether a text has the form of an id, and so may stand in a ref or a file name. */
export function isCheckpointId(text: string): boolean {
  return text.length <= 60 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}

/** A name as it is kept: one line, at most 200 characters, without control characters. */
export function cleanName(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  return [...line].slice(0, MAX_NAME).join('');
}
