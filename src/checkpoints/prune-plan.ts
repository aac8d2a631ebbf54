import type { CheckpointSummary } from './types.ts';

/** How much of one session's automatic checkpoints stays. */
export interface KeepRules {
  count: number;
  ageMs: number;
  /** Bytes besides what branches and other references hold. */
  sizeBytes: number;
}

/** Why a checkpoint goes or stays. */
export type Verdict =
  | { checkpoint: CheckpointSummary; goes: true; why: 'count' | 'age' | 'size' }
  | { checkpoint: CheckpointSummary; goes: false; why: 'named' | 'operation' | 'snapshot' | 'rules' };

export interface PruneFacts {
  /** Ids of checkpoints that something needs, and what does. */
  needed: ReadonlyMap<string, 'operation' | 'snapshot'>;
  /**
   * For sessions (see `sessionKey`) whose checkpoints take up too much: how many of those that stay by count and age,
   * counted from the newest, fit.
   */
  room: ReadonlyMap<string, number>;
}

/** Whether a person gave the name. Metadata of before that was noted leaves only the name itself to tell. */
export function isNamed(checkpoint: CheckpointSummary): boolean {
  return (
    checkpoint.named === true || (checkpoint.reason === 'manual' && checkpoint.name.trim() !== 'Checkpoint')
  );
}

/** Checkpoints with the same key are kept small together; those of no session share one. */
export function sessionKey(checkpoint: CheckpointSummary): string {
  return checkpoint.session ?? '';
}

/**
 * Decides for each checkpoint whether it goes, and why. Those a person named, and those something needs, stay and do
 * not count. Of each session the newest stay: at most `count`, none older than `ageMs`, and as many as `room` says, but
 * never none because of their size. The answer is in the order of the list.
 * @param now milliseconds since 1970; a checkpoint of the future counts as new.
 */
export function planPrune(
  list: readonly CheckpointSummary[],
  facts: PruneFacts,
  rules: Pick<KeepRules, 'count' | 'ageMs'>,
  now: number,
): Verdict[] {
  const verdicts = new Map<CheckpointSummary, Verdict>();
  const taken = new Map<string, number>();
  for (const checkpoint of [...list].sort(newestFirst)) {
    const stays = whyItStays(checkpoint, facts);
    if (stays !== undefined) {
      verdicts.set(checkpoint, { checkpoint, goes: false, why: stays });
      continue;
    }
    const key = sessionKey(checkpoint);
    const before = taken.get(key) ?? 0;
    const why = whyItGoes(checkpoint, before, facts.room.get(key), rules, now);
    if (why === undefined) taken.set(key, before + 1);
    verdicts.set(
      checkpoint,
      why === undefined ? { checkpoint, goes: false, why: 'rules' } : { checkpoint, goes: true, why },
    );
  }
  return list.flatMap((checkpoint) => verdicts.get(checkpoint) ?? []);
}

function whyItStays(
  checkpoint: CheckpointSummary,
  facts: PruneFacts,
): 'named' | 'operation' | 'snapshot' | undefined {
  return isNamed(checkpoint) ? 'named' : facts.needed.get(checkpoint.id);
}

/** @param newer how many newer ones of its session stay. */
function whyItGoes(
  checkpoint: CheckpointSummary,
  newer: number,
  room: number | undefined,
  rules: Pick<KeepRules, 'count' | 'ageMs'>,
  now: number,
): 'count' | 'age' | 'size' | undefined {
  if (now - Date.parse(checkpoint.createdAt) > rules.ageMs) return 'age';
  if (newer >= rules.count) return 'count';
  return room !== undefined && newer >= Math.max(1, room) ? 'size' : undefined;
}

function newestFirst(a: CheckpointSummary, b: CheckpointSummary): number {
  const later = Date.parse(b.createdAt) - Date.parse(a.createdAt);
  return later !== 0 ? later : a.id < b.id ? 1 : -1;
}
