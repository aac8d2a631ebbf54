import type { HttpAnswer } from '../platform/http.ts';
import { redactText } from '../redact/redact.ts';

/** What an answer of Slack means for the message. */
export type Verdict =
  | { kind: 'sent' }
  /** Try again, not before `waitMs`; `everyone` where no message may go to this webhook until then. */
  | { kind: 'later'; problem: string; waitMs: number; everyone: boolean }
  /** Never try again. */
  | { kind: 'never'; problem: string };

const TEMPORARY = new Set([408, 425, 429]);
const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * 200 with the body `ok` is success. 408, 425, 429, 5xx, redirects (which are not followed) and any other 2xx are
 * tried again; all other 4xx are final: Slack answers so to what it will never accept.
 */
export function judgeAnswer(answer: HttpAnswer, now: number): Verdict {
  const { status } = answer;
  if (status === 200 && answer.body.trim() === 'ok') return { kind: 'sent' };
  const problem = `HTTP ${status}${wordsOf(answer.body)}`;
  if (status >= 400 && status < 500 && !TEMPORARY.has(status)) return { kind: 'never', problem };
  const waitMs = retryAfter(answer.headers['retry-after'], now);
  return { kind: 'later', problem, waitMs, everyone: status === 429 };
}

/** The body as a few harmless words for a log line. */
export function wordsOf(body: string): string {
  const words = redactText(body.slice(0, 2_000)).replace(/\s+/g, ' ').trim().slice(0, 200);
  return words === '' ? '' : `: ${words}`;
}

/** Milliseconds to wait by a Retry-After header (seconds or a date), 0 where it says nothing, at most an hour. */
export function retryAfter(header: string | undefined, now: number): number {
  if (header === undefined || header.trim() === '') return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT_MS) : 0;
}
