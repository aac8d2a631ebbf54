import type { Author, CommandTime, Doubt, Version } from './types.ts';

/** How a change was seen: in what an edit found, in a snapshot while the session was at work, in another, or now. */
export type SeenIn = 'edit' | 'session' | 'snapshot' | 'now';

export interface Question {
  /** The path as text. */
  file: string;
  to: Version;
  /** Milliseconds since 1970 between which it happened. */
  since: number;
  until: number;
  seenIn: SeenIn;
  /** The session's edit right before it, where its result is known: what hooks write after it belongs to it. */
  lastEdit: { from: number; to: number } | undefined;
}

export interface Evidence {
  commands: readonly CommandTime[];
  /** False where the session's transcript is gone: then snapshots alone tell. */
  transcript: boolean;
  /** When the file on disk was last written and last touched, if what stands there now is `version`. */
  timesOf(version: Version): { writtenAt: number; changedAt: number } | undefined;
}

export interface Verdict {
  by: Author;
  doubt?: Doubt;
}

/** Clocks of file systems run in ticks behind that of the system. */
const TICK_MS = 20;
/** Some file systems note whole seconds, or every second one. */
const COARSE_MS = 2_000;

/**
 * Who made a change that no edit of the session tells of. The session did where one of its commands names the file,
 * or the file was last written while one ran; the person did where none ran, or the file was last written while none
 * did. Otherwise it is unclear.
 */
export function judge(question: Question, evidence: Evidence): Verdict {
  const { file, to, since, until, seenIn, lastEdit } = question;
  if (!evidence.transcript) return { by: seenIn === 'session' ? 'session' : 'person' };
  const times = evidence.timesOf(to);
  if (times !== undefined && lastEdit !== undefined && isDuring(times.writtenAt, lastEdit)) {
    return { by: 'session' };
  }
  const commands = evidence.commands.filter((one) => one.to > since && one.from <= until);
  if (commands.length === 0) return { by: 'person' };
  const inGap = [times?.writtenAt, times?.changedAt].filter(
    (time) => time !== undefined && time > since - TICK_MS && time < until + TICK_MS,
  );
  const named = commands.some((one) => one.names(file));
  if (inGap.length > 0) {
    if (!inGap.some((time) => time !== undefined && commands.some((one) => isDuring(time, one)))) {
      return { by: 'person' };
    }
    return named || seenIn === 'session'
      ? { by: 'session', doubt: 'counted' }
      : { by: 'person', doubt: 'kept' };
  }
  if (named) return { by: 'session', doubt: 'counted' };
  if (seenIn !== 'session') return { by: 'person', doubt: 'kept' };
  // What is given back costs nobody a line.
  return to.entry === undefined ? { by: 'session', doubt: 'counted' } : { by: 'unclear' };
}

function isDuring(time: number, command: { from: number; to: number }): boolean {
  const slack = time % 1_000 === 0 ? COARSE_MS : TICK_MS;
  return time >= command.from - slack && time <= command.to + slack;
}
