import type { Plumbing } from '../plumbing.ts';
import type { MergeConflict } from '../restore/types.ts';
import { type Evidence, judge } from './evidence.ts';
import { textOfPath } from './merge.ts';
import {
  chunked,
  type Difference,
  diffChain,
  entriesOf,
  filteredPaths,
  readBlobs,
  writeBlobs,
} from './objects.ts';
import { shownOf } from './shown.ts';
import { cutSteps } from './steps.ts';
import { traceHistory } from './trace.ts';
import {
  ABSENT,
  type Change,
  type CommandTime,
  type Doubt,
  type Entry,
  GITLINK,
  type SessionEdit,
  type Snapshot,
  type Version,
} from './types.ts';
import { undoSteps } from './undo.ts';

export interface MineInput {
  git: Plumbing;
  /** A name for index files that do not exist; they are removed. */
  index: string;
  /** What is gone back to. */
  start: Snapshot;
  /** Taken since, by time. */
  snapshots: readonly Snapshot[];
  /** The tree as it is now. */
  now: string;
  /** The session's edits by path (each byte as one character) and time. */
  edits: ReadonlyMap<string, readonly SessionEdit[]>;
  commands: readonly CommandTime[];
  /** False where the session's transcript is gone. */
  transcript: boolean;
  /** When what stands at a path on disk was last written and last touched. */
  timesOf(path: string): { writtenAt: number; changedAt: number } | undefined;
  /** Whether something stands at a path on disk. */
  standsOnDisk(path: string): boolean;
}

export interface MinePlan {
  tree: string;
  conflicts: MergeConflict[];
  /** Paths as text, sorted. */
  doubts: Map<Doubt, string[]>;
  /** How many paths the session changed. */
  undone: number;
}

/** Larger files are compared as a whole. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const CHUNK = 32;

/** The tree without what the session did, and what a person should know about it. */
export async function planMine(input: MineInput): Promise<MinePlan> {
  const { git } = input;
  const trees = [input.start, ...input.snapshots].map((snapshot) => snapshot.tree);
  const lines = timelines(await diffChain(git, [...trees, input.now]));
  const untouched = [...input.edits.keys()].filter((path) => !lines.has(path));
  const entries = untouched.length === 0 ? undefined : await entriesOf(git, input.start.tree, untouched);
  for (const path of untouched) lines.set(path, { first: entries?.get(path), later: [] });
  const changes: Change[] = [];
  const doubts = new Map<Doubt, string[]>();
  for (const chunk of chunked(await tracedPaths(input, lines), CHUNK)) {
    for (const found of await traceChunk(input, chunk)) {
      changes.push(...found.changes);
      for (const doubt of found.doubts) {
        doubts.set(doubt, [...(doubts.get(doubt) ?? []), textOfPath(found.path)]);
      }
    }
  }
  for (const list of doubts.values()) list.sort();
  const steps = cutSteps(changes);
  const undone = new Set(steps.flatMap((step) => [...step.undo.keys()])).size;
  if (undone === 0) return { tree: input.now, conflicts: [], doubts, undone };
  const result = await undoSteps({ git, index: input.index, start: input.start.tree, now: input.now, steps });
  return { ...result, doubts, undone };
}

/** What stood at a path at first, and at which places of the chain of trees it changed. */
interface Timeline {
  first: Entry | undefined;
  /** `at`: how many trees after the first. */
  later: { at: number; entry: Entry | undefined }[];
}

function timelines(chain: readonly Difference[][]): Map<string, Timeline> {
  const lines = new Map<string, Timeline>();
  for (const [at, differences] of chain.entries()) {
    for (const { path, from, to } of differences) {
      let line = lines.get(path);
      if (line === undefined) {
        line = { first: from, later: [] };
        lines.set(path, line);
      }
      line.later.push({ at: at + 1, entry: to });
    }
  }
  return lines;
}

interface TracedPath {
  path: string;
  line: Timeline;
  edits: readonly SessionEdit[];
  /** The session's edits cannot be compared with what git holds: they only tell when it was at work on the file. */
  opaque: boolean;
}

/** The paths whose history counts. Submodules are left out: a restore does not touch them. */
async function tracedPaths(input: MineInput, lines: ReadonlyMap<string, Timeline>): Promise<TracedPath[]> {
  const filtered = await filteredPaths(input.git, [...input.edits.keys()]);
  return [...lines].flatMap(([path, line]) => {
    const entries = [line.first, ...line.later.map((one) => one.entry)];
    if (entries.some((entry) => entry?.mode === GITLINK)) return [];
    const edits = input.edits.get(path) ?? [];
    const special = entries.some((entry) => entry !== undefined && !entry.mode.startsWith('100'));
    return [{ path, line, edits, opaque: edits.length > 0 && (special || filtered.has(path)) }];
  });
}

interface TracedChange {
  path: string;
  changes: Change[];
  doubts: Set<Doubt>;
}

async function traceChunk(input: MineInput, chunk: readonly TracedPath[]): Promise<TracedChange[]> {
  const withText = chunk.filter((one) => one.edits.length > 0 && !one.opaque);
  const oids = withText.flatMap(({ line }) =>
    [line.first, ...line.later.map((one) => one.entry)].flatMap((entry) => entry?.oid ?? []),
  );
  const blobs = await readBlobs(input.git, oids, MAX_TEXT_BYTES);
  const found = chunk.map((one) => tracePath(input, one, blobs));
  await store(input.git, new Set(found.flatMap((one) => one.changes).flatMap(({ from, to }) => [from, to])));
  return found;
}

/** Gives versions that were derived their objects, and lets go of all contents. */
async function store(git: Plumbing, versions: ReadonlySet<Version>): Promise<void> {
  const derived = [...versions].filter((version) => version.entry?.oid === '');
  const oids = await writeBlobs(
    git,
    derived.map((version) => version.bytes ?? Buffer.alloc(0)),
  );
  for (const [at, { entry }] of derived.entries()) if (entry !== undefined) entry.oid = oids[at] ?? '';
  for (const version of versions) {
    if (version === ABSENT) continue;
    version.bytes = undefined;
    version.shown = undefined;
  }
}

function tracePath(input: MineInput, one: TracedPath, blobs: ReadonlyMap<string, Buffer>): TracedChange {
  const { path, line, edits } = one;
  // Tree 0 is the start, then come the snapshots, and last what is there now.
  const last = input.snapshots.length + 1;
  const seenAt = (tree: number): Version => {
    const change = line.later.findLast((later) => later.at <= tree);
    const entry = change === undefined ? line.first : change.entry;
    return versionOf(entry, entry && blobs.get(entry.oid));
  };
  const now = seenAt(last);
  if (edits.length > 0 && now.entry === undefined && input.standsOnDisk(path)) {
    return { path, changes: [], doubts: new Set(['unheld']) };
  }
  // Where it changed, and right before: what lies between is when it did.
  const trees = new Set(line.later.flatMap(({ at }) => [at - 1, at]));
  const snapshots = input.snapshots.flatMap((snapshot, at) =>
    edits.length > 0 || trees.has(at + 1) ? [{ ...snapshot, version: seenAt(at + 1) }] : [],
  );
  const evidence: Evidence = {
    commands: one.opaque ? [...input.commands, ...edits.map(asCommand)] : input.commands,
    transcript: input.transcript,
    timesOf: (version) => (isSameEntry(version.entry, now.entry) ? input.timesOf(path) : undefined),
  };
  const history = traceHistory({
    path,
    file: textOfPath(path),
    start: { at: input.start.at, version: seenAt(0) },
    snapshots,
    edits: one.opaque ? [] : edits,
    now,
    judge: (question) => judge(question, evidence),
  });
  return { path, ...history };
}

/** An edit whose content cannot be compared still tells when the session wrote this one file. */
function asCommand(edit: SessionEdit): CommandTime {
  return { from: edit.startedAt, to: edit.at, names: () => true };
}

function versionOf(entry: Entry | undefined, bytes: Buffer | undefined): Version {
  if (entry === undefined) return ABSENT;
  return { entry, bytes, shown: bytes === undefined ? undefined : shownOf(bytes), derived: false };
}

function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  return a !== undefined && b !== undefined && a.oid === b.oid && a.mode === b.mode;
}
