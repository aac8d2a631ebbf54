/**
 * Whether a checkpoint is due, from the wall clock, so that a suspended machine catches up once. A due time
 * further away than the interval means that the clock was set back: then it is due.
 * @param dueAt milliseconds since 1970; undefined where it was never set.
 * @param everyMs the interval.
 */
export function isDue(dueAt: number | undefined, now: number, everyMs: number): boolean {
  return dueAt === undefined || now >= dueAt || dueAt - now > everyMs + CLOCK_SLACK_MS;
}

/** Time stamps of files are coarser than the clock. */
const CLOCK_SLACK_MS = 2_000;

/** When to look next, after a look at `now`. */
export function nextDueAt(now: number, everyMs: number): number {
  return now + everyMs;
}

/** `50MB`, `1.5 GB`, `200 B`: bytes, in steps of 1024. Undefined where it is none of them. */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)\s*$/i.exec(text);
  const power = ['B', 'KB', 'MB', 'GB'].indexOf(match?.[2]?.toUpperCase() ?? '');
  return match?.[1] === undefined ? undefined : Math.round(Number(match[1]) * 1024 ** power);
}
