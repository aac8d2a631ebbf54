/** No pause is longer: somebody watches. */
const LONGEST_MS = 2_000;

/** How long to wait between two steps that are played, in milliseconds: as long as it was, divided by the speed, at most 2 s. */
export function gapBetween(before: { at: number }, after: { at: number }, speed: number): number {
  const gap = (after.at - before.at) / speed;
  return Number.isFinite(gap) ? Math.min(LONGEST_MS, Math.max(0, gap)) : 0;
}
