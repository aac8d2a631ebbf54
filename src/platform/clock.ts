/** Wall-clock time in milliseconds since 1970. Passed as an argument, so that tests can hold it still. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** `2026-11-22-18-40` in local time: the form of file names under `.claude/`. */
export function minuteStamp(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}-${two(date.getHours())}-${two(date.getMinutes())}`;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Blocks this thread; only for lock retries of a few milliseconds. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Milliseconds that only go forward, for deadlines. (`performance.now()` would load a module.) */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
