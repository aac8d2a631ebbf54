import { randomHex } from '../platform/digest.ts';

const MAX_SLUG = 32;
const MAX_NAME = 200;

/**
 * What of a free text is fit for an id: `a-z`, `0-9` and single `-`, at most 32 characters.
 * @param otherwise what stands there where nothing of the text is fit; fit for an id itself.
 */
export function slugOf(text: string, otherwise: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? otherwise : slug;
}

/**
 * An id nothing else has: the slug, the time (ids of one name sort by time) and four random letters.
 * At most 46 characters of `a-z`, `0-9` and `-`.
 */
export function newId(name: string, now: number, otherwise: string): string {
  const time = Math.max(0, Math.floor(now)).toString(36).padStart(9, '0').slice(-9);
  const random = Number.parseInt(randomHex(6), 16).toString(36).padStart(4, '0').slice(-4);
  return `${slugOf(name, otherwise)}-${time}${random}`;
}

/** Whether a text has the form of an id, and so may stand in a ref, a file name or a command line. */
export function isId(text: string): boolean {
  return text.length <= 60 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}

/** A name as it is kept: one line, at most 200 characters, without control characters. */
export function cleanName(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  return [...line].slice(0, MAX_NAME).join('').trimEnd();
}
