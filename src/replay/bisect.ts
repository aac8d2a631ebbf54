/** What a command says of the files: they are good, they are bad, or it cannot tell. */
export type Verdict = 'good' | 'bad' | 'skip';

export type BisectOutcome =
  /** Index of the first bad position; the one before it is good. */
  | { kind: 'found'; first: number }
  /** One of these is the first bad one; between the last good one and the last of these nothing could be told. */
  | { kind: 'unsure'; candidates: number[] }
  | { kind: 'bad-at-start' }
  | { kind: 'good-at-end' }
  | { kind: 'cannot-tell'; at: number };

/**
 * Finds the first bad one of `count` positions, of which the first is good and the last is bad; both are tried first. Takes
 * about log2(count) tries; where some cannot be told, their neighbours are tried.
 * @param tryAt never asked twice for one position.
 */
export async function bisect(
  count: number,
  tryAt: (position: number) => Promise<Verdict>,
): Promise<BisectOutcome> {
  const last = count - 1;
  const start = await tryAt(0);
  if (start === 'skip') return { kind: 'cannot-tell', at: 0 };
  if (start === 'bad') return { kind: 'bad-at-start' };
  const end = last === 0 ? start : await tryAt(last);
  if (end === 'skip') return { kind: 'cannot-tell', at: last };
  if (end === 'good') return { kind: 'good-at-end' };
  let good = 0;
  let bad = last;
  const skipped = new Set<number>();
  for (;;) {
    const next = nearestToMiddle(good, bad, skipped);
    if (next === undefined) break;
    const verdict = await tryAt(next);
    if (verdict === 'good') good = next;
    else if (verdict === 'bad') bad = next;
    else skipped.add(next);
  }
  if (bad - good === 1) return { kind: 'found', first: bad };
  return { kind: 'unsure', candidates: Array.from({ length: bad - good }, (_, at) => good + 1 + at) };
}

/** The untold position nearest to the middle; undefined where there is none between. */
function nearestToMiddle(good: number, bad: number, skipped: ReadonlySet<number>): number | undefined {
  const middle = (good + bad) >> 1;
  for (let away = 0; away <= bad - good; away += 1) {
    for (const at of [middle - away, middle + away]) if (at > good && at < bad && !skipped.has(at)) return at;
  }
  return undefined;
}
