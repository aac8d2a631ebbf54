/** What one source would take, and its part of the whole. */
export interface Demand {
  /** Characters it could use. */
  need: number;
  /** Its weight among the others. */
  share: number;
}

/**
 * Divides `room` characters. Everyone first gets what it needs up to its share, so that a long text of high
 * priority cannot push out all others; what is left over goes to the first ones that want more.
 * The parts never exceed `room` in sum, nor the need of their source.
 */
export function allocate(demands: readonly Demand[], room: number): number[] {
  const total = demands.reduce((sum, demand) => sum + demand.share, 0);
  if (total <= 0 || room <= 0) return demands.map(() => 0);
  const parts = demands.map((demand) => Math.min(demand.need, Math.floor((room * demand.share) / total)));
  let spare = room - parts.reduce((sum, part) => sum + part, 0);
  return demands.map((demand, index) => {
    const part = parts[index] ?? 0;
    const more = Math.min(demand.need - part, spare);
    spare -= more;
    return part + more;
  });
}

/** How many of `lines` fit into `room` characters, each with its line end. */
export function linesThatFit(lines: readonly string[], room: number): number {
  let used = 0;
  let count = 0;
  for (const line of lines) {
    used += line.length + 1;
    if (used > room) break;
    count += 1;
  }
  return count;
}
