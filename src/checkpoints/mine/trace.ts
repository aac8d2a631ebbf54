import { type PathInput, Tracer } from './history.ts';
import type { Change, Doubt, SessionEdit } from './types.ts';

export interface PathHistory {
  /** One after the other; two by the same author in a row are one. */
  changes: Change[];
  doubts: Set<Doubt>;
}

/**
 * What happened to one path, and who did it. Edits of the session are the session's; what differs between them and
 * the snapshots is judged by the evidence.
 */
export function traceHistory(input: PathInput): PathHistory {
  const tracer = new Tracer(input);
  const edits = withoutRaced(input);
  let next = 0;
  for (const snapshot of input.snapshots) {
    for (let edit = edits[next]; edit !== undefined && edit.at < snapshot.at; edit = edits[next]) {
      tracer.edit(edit);
      next += 1;
    }
    tracer.reach(snapshot.version, snapshot.at, snapshot.ofSession ? 'session' : 'snapshot');
  }
  for (const edit of edits.slice(next)) tracer.edit(edit);
  tracer.reach(input.now, Number.POSITIVE_INFINITY, 'now');
  return settleUnclear(tracer, input.edits.length > 0);
}

/** An edit may be done and not yet noted while a snapshot is read. */
const RACE_MS = 10_000;

/** Edits without those that the first snapshot holds already. */
function withoutRaced({ start, edits }: PathInput): SessionEdit[] {
  const shown = start.version.shown;
  let first = 0;
  for (const edit of edits) {
    if (edit.startedAt > start.at + RACE_MS) break;
    const content = edit.read();
    if (content?.before === undefined || content.after !== shown || content.before === shown) break;
    first += 1;
  }
  return edits.slice(first);
}

/**
 * A path that no edit names and the person certainly changed as well keeps what is unclear, to be shown as a conflict;
 * one the person never touched counts as the session's. Where the session edits a path with its tools, what it did not
 * do with them is the person's.
 */
function settleUnclear(tracer: Tracer, edited: boolean): PathHistory {
  const { changes, doubts } = tracer;
  const certain = changes.some((change) => change.by === 'person');
  for (const change of changes) {
    if (change.by !== 'unclear') continue;
    if (edited) {
      change.by = 'person';
      doubts.add('kept');
    } else if (!certain) {
      change.by = 'session';
      doubts.add('counted');
    }
  }
  return { changes: joined(changes), doubts };
}

function joined(changes: readonly Change[]): Change[] {
  const result: Change[] = [];
  for (const change of changes) {
    const last = result.at(-1);
    if (last === undefined || last.by !== change.by) result.push({ ...change });
    else Object.assign(last, { to: change.to, at: change.at });
  }
  return result;
}
