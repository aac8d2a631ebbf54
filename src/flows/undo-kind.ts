import type { Operation, StoredOperation } from '../store/operations.ts';
import type { Workplace } from './workplace.ts';

/** One thing that changes when an operation is taken back. */
export interface UndoStep {
  /** create, change, remove, move ... */
  verb: string;
  /** A file (absolute, or relative to the top of the working tree), or what else it is. */
  name: string;
}

export interface UndoPreview {
  steps: UndoStep[];
  /** Sentences for a person: what stays, and why. */
  notes: string[];
}

export interface UndoDone extends UndoPreview {
  /** Id of the operation that took it back; undefined where nothing had to be changed. */
  operation: string | undefined;
}

/** What one kind of operation needs to be undone. The undoing of an undoing is the same for all of them. */
export interface UndoKind {
  /** Whether it can be undone from any working tree of the repository, not only where it was done. */
  anywhere: boolean;
  /**
   * What it worked on, as names: of two operations that share one, the later has to be taken back first. Must not
   * trust the entry's data, and must not throw.
   */
  touches(operation: Operation): string[];
  /**
   * What undoing would do. Changes nothing.
   * @throws HooksError (conflict) where it cannot be done, naming what is in the way and the cure.
   */
  preview(place: Workplace, stored: StoredOperation): Promise<UndoPreview>;
  /** Does it, whole or not at all, as an operation with `undoes`. @throws HooksError with nothing changed. */
  undo(place: Workplace, stored: StoredOperation): Promise<UndoDone>;
}
