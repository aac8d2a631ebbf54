import { readHead } from '../../platform/fs.ts';
import { readTail } from '../../platform/lines.ts';

const LOOKED_AT = 256 * 1024;
const TIMESTAMP = /"timestamp":\s?"(\d{4}-\d\d-\d\dT[\d:.]{5,20}Z)"/g;

/** The first and the last time a transcript tells, in milliseconds since 1970, from its ends; each undefined where it tells none. */
export function spanOf(transcript: string): { from: number | undefined; to: number | undefined } {
  const first = timesIn(readHead(transcript, LOOKED_AT) ?? '');
  const last = timesIn(readTail(transcript, LOOKED_AT)?.bytes.toString('latin1') ?? '');
  return { from: first[0], to: last.length === 0 ? undefined : Math.max(...last) };
}

function timesIn(text: string): number[] {
  return [...text.matchAll(TIMESTAMP)]
    .map(([, time]) => Date.parse(time ?? ''))
    .filter((time) => !Number.isNaN(time));
}
