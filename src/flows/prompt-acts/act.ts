import { cleanLine, defuse } from '../../context/clean.ts';
import { monotonicMs, sleep } from '../../platform/clock.ts';
import { redactHead } from '../../redact/redact.ts';
import type { SessionEvent } from '../../sessions/event.ts';
import type { Workplace } from '../workplace.ts';

/** Where and for whom an act is done. */
export interface ActPlace {
  place: Workplace;
  event: SessionEvent;
  session: string;
  /** Fences what is quoted; see `context/fence.ts`. */
  nonce: string;
  /** Most characters an act can quote: more is not read. */
  budget: number;
  /** When the answer has to be there, by `monotonicMs`. */
  deadline: number;
}

/** A text for the model that is not our own: quoted as data, cut between lines. */
export interface Quote {
  /** What it is, from a fixed list. */
  source: string;
  file?: string;
  text: string;
  /** The command that shows the whole. */
  command: string;
  /** Whether there is more of it than `text`. */
  unread?: boolean;
}

export interface ActResult {
  done: boolean;
  /** For the person: what was done, or why not. One line. */
  said: string;
  /** For the model, in our own words: nothing from files, commits or names of checkpoints. One line. */
  told: string;
  quotes?: Quote[];
}

const SHOWN = 60;
const LONGEST_READ = 2_000;

/** A name from the prompt, in quotation marks, on one line, redacted and cut; it cannot end a fence. */
export function shown(name: string, nonce: string): string {
  return `"${defuse(cleanLine(redactHead(name, LONGEST_READ), SHOWN), nonce).replaceAll('"', "'")}"`;
}

/** @throws where the work is not done when the answer has to be there; it may go on all the same. */
export async function inTime<T>(deadline: number, work: () => Promise<T>): Promise<T> {
  const late = Symbol('late');
  const left = Math.max(0, deadline - monotonicMs());
  const result = await Promise.race([work(), sleep(left).then(() => late)]);
  if (result === late) throw new Error('it took too long for a prompt to wait');
  return result as T;
}
