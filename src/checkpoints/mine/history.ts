import type { Question, SeenIn, Verdict } from './evidence.ts';
import { bytesLike, bytesWritten, hasMixedEnds } from './shown.ts';
import {
  ABSENT,
  type Change,
  type Doubt,
  type EditContent,
  type SessionEdit,
  type Shown,
  type Version,
} from './types.ts';

export interface PathInput {
  /** Each byte as one character. */
  path: string;
  /** The path as text. */
  file: string;
  start: { at: number; version: Version };
  /** By time. */
  snapshots: readonly { at: number; version: Version; ofSession: boolean }[];
  /** By time. */
  edits: readonly SessionEdit[];
  now: Version;
  judge(question: Question): Verdict;
}

/** Finds one after the other the changes that lead from one known content of a path to the next. */
export class Tracer {
  readonly changes: Change[] = [];
  readonly doubts = new Set<Doubt>();
  private at: Version;
  private since: number;
  private lastEdit: { from: number; to: number } | undefined;
  /** Edits of which neither content is known, since the last known one. */
  private open: { edit: SessionEdit; content: EditContent }[] = [];

  constructor(private readonly input: PathInput) {
    this.at = input.start.version;
    this.since = input.start.at;
  }

  edit(edit: SessionEdit): void {
    const content = edit.read();
    if (content === undefined) {
      this.doubts.add('untold');
      return;
    }
    if (content.after === undefined) {
      this.open.push({ edit, content });
      return;
    }
    const before = content.before === undefined ? this.beforeOf(content, content.after) : content.before;
    if (before === content.after) return;
    // An edit that makes a file is noted as one of an empty file.
    const absent = before === '' && this.open.length === 0 && this.at.entry === undefined;
    this.reach(absent ? ABSENT : this.derived(before), edit.at, 'edit');
    this.session(this.written(content.after), edit);
    this.lastEdit = { from: edit.startedAt, to: edit.at };
  }

  /** The path is known to hold `version`: what led there is the open edits, and whatever else. */
  reach(version: Version, until: number, seenIn: SeenIn): void {
    const rest = this.applyOpen();
    if (rest.length > 0) this.revertOpen(rest, version);
    this.gap(version, until, seenIn);
  }

  /** Does the open edits as far as they fit. @returns those that do not. */
  private applyOpen(): { edit: SessionEdit; content: EditContent }[] {
    const rest = this.open;
    this.open = [];
    for (let first = rest[0]; first !== undefined; first = rest[0]) {
      const made = this.at.shown === undefined ? undefined : first.content.apply(this.at.shown);
      if (made === undefined) break;
      this.session(this.written(made), first.edit);
      rest.shift();
    }
    return rest;
  }

  /** Takes the edits back from what they led to, so that what came before them is known. */
  private revertOpen(edits: { edit: SessionEdit; content: EditContent }[], target: Version): void {
    const hint = this.at.shown ?? null;
    const steps: { edit: SessionEdit; before: Shown; after: Shown }[] = [];
    let shown = target.shown;
    for (const { edit, content } of [...edits].reverse()) {
      const before = typeof shown === 'string' ? content.revert(shown, hint) : undefined;
      if (before === undefined || shown === undefined) {
        this.doubts.add('untold');
        break;
      }
      steps.unshift({ edit, before, after: shown });
      shown = before;
    }
    for (const { edit, before, after } of steps) {
      this.gap(this.derived(before), edit.at, 'edit');
      this.session(typeof after === 'string' ? this.written(after) : ABSENT, edit);
    }
  }

  private gap(version: Version, until: number, seenIn: SeenIn): void {
    if (this.adopt(version)) {
      this.know(until);
      return;
    }
    const verdict = this.input.judge({
      file: this.input.file,
      to: version,
      since: this.since,
      until,
      seenIn,
      lastEdit: this.at.shown === version.shown ? undefined : this.lastEdit,
    });
    if (verdict.doubt !== undefined) this.doubts.add(verdict.doubt);
    this.push(verdict.by, version, orderOf(verdict.by, until, seenIn));
    this.know(until);
  }

  /** What is seen next happened after this. */
  private know(at: number): void {
    if (at !== Number.POSITIVE_INFINITY) this.since = Math.max(this.since, at);
  }

  private session(version: Version, edit: SessionEdit): void {
    if (!this.adopt(version)) this.push('session', version, edit.at);
    this.know(edit.at);
    this.lastEdit = undefined;
  }

  private push(by: Change['by'], to: Version, at: number): void {
    const order = Math.max(at, this.changes.at(-1)?.at ?? at);
    this.changes.push({ path: this.input.path, by, from: this.at, to, at: order });
    this.at = to;
  }

  /** Whether the path holds `version` already. Of a derived and a seen version that show alike, the seen one counts. */
  private adopt(version: Version): boolean {
    if (isSame(this.at, version)) {
      if (this.at.derived && !version.derived) Object.assign(this.at, version);
      return true;
    }
    const { at } = this;
    const alike =
      at.derived && !version.derived && typeof at.shown === 'string' && at.shown === version.shown;
    if (alike && at.entry !== undefined && version.entry !== undefined) {
      // Only the mode differs: that is a change of its own.
      Object.assign(at, { ...version, entry: { mode: at.entry.mode, oid: version.entry.oid } });
    }
    return false;
  }

  /** A content the path had, in the form of those that are known. */
  private derived(shown: Shown): Version {
    if (shown === null) return ABSENT;
    const models = [this.at.bytes, this.input.now.bytes].filter((bytes) => bytes !== undefined);
    return this.version(shown, bytesLike(shown, models));
  }

  /** A content the client wrote over the present one. */
  private written(shown: string): Version {
    const now = this.input.now.bytes;
    // A client that writes one kind of line end leaves no file with two of them.
    const mixed = now !== undefined && hasMixedEnds(now);
    return this.version(shown, mixed ? bytesLike(shown, [now]) : bytesWritten(shown, this.at.bytes));
  }

  private version(shown: string, bytes: Buffer): Version {
    const { at, input } = this;
    const modes = [at.entry?.mode, input.now.entry?.mode].filter((mode) => mode?.startsWith('100') === true);
    return { entry: { mode: modes[0] ?? '100644', oid: '' }, bytes, shown, derived: true };
  }

  /** What stood there before a file was written whole. */
  private beforeOf(content: EditContent, after: string): Shown {
    let shown: Shown | undefined = this.at.shown;
    for (const { content: open } of this.open) {
      if (shown !== undefined) shown = open.apply(shown);
    }
    if (shown !== undefined && content.apply(shown) !== undefined) return shown;
    const hint = shown ?? this.at.shown ?? null;
    return content.revert(after, hint) ?? hint;
  }
}

/** Changes seen at one moment come in this order: what an edit found, the session's, the person's. */
function orderOf(by: Change['by'], until: number, seenIn: SeenIn): number {
  if (seenIn === 'edit') return until - 0.6;
  if (seenIn === 'now') return by === 'person' ? until : Number.MAX_SAFE_INTEGER;
  return until - (by === 'person' ? 0.2 : 0.4);
}

function isSame(a: Version, b: Version): boolean {
  if (a.entry === undefined || b.entry === undefined) return a.entry === b.entry;
  if (a.entry.mode !== b.entry.mode) return false;
  if (a.entry.oid !== '' && b.entry.oid !== '') return a.entry.oid === b.entry.oid;
  return typeof a.shown === 'string' && a.shown === b.shown;
}
