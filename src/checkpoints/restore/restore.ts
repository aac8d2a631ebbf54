import { HooksError } from '../../errors.ts';
import { monotonicMs, sleep } from '../../platform/clock.ts';
import { exists } from '../../platform/fs.ts';
import { type PrivateIndex, writeIndexRecord } from '../../store/private-index.ts';
import { readMetadata } from '../metadata.ts';
import { saveCaptured, withWorktreeLock } from '../save.ts';
import type { CheckpointSummary } from '../types.ts';
import { applyRestore } from './apply.ts';
import { type Prepared, prepareRestore } from './prepare.ts';
import { refusedBy, refuseUnfit } from './refuse.ts';
import type { RestoreOptions, RestorePlace, RestorePlan, RestoreResult, RestoreTarget } from './types.ts';

const LOCK_WAIT_MS = 1_000;

/**
 * Brings the working tree and what is staged to a target: plan, save what is there now, apply, hash again. All of it or
 * nothing; branches, stash and reflogs stay as they are, HEAD too unless the target says where it goes, and so does every
 * file that no checkpoint holds or that git ignores. Interrupted at any point, `recoverRestore` completes or reverts it.
 * @throws HooksError where it is refused or was taken back, with the reason; then nothing is changed.
 */
export async function restoreTree(
  place: RestorePlace,
  target: RestoreTarget,
  options: RestoreOptions,
): Promise<RestoreResult> {
  refuseUnfit(place.repository);
  try {
    const { confirm } = options;
    if (confirm === undefined || options.dryRun) {
      const result = await pass(place, target, options);
      if (result === 'changed') throw new Error('a plan that was not shown cannot have changed');
      return result;
    }
    for (;;) {
      const shown = await pass(place, target, { ...options, dryRun: true });
      if (shown === 'changed' || shown.restored || shown.cause === 'nothing') return shown as RestoreResult;
      // No lock is held while a person thinks; what changes meanwhile is shown again.
      if (!(await confirm(shown.plan))) return { ...shown, cause: 'declined' };
      const result = await pass(place, target, options, shown.plan);
      if (result !== 'changed') return result;
    }
  } catch (error) {
    throw refusedBy(error, place.repository);
  }
}

/** @param agreed the plan a person said yes to. @returns `changed` where it is another one by now. */
function pass(
  place: RestorePlace,
  target: RestoreTarget,
  options: RestoreOptions,
  agreed?: RestorePlan,
): Promise<RestoreResult | 'changed'> {
  return withWorktreeLock(place, async (index) => {
    const prepared = await prepareRestore(place, target, options, index);
    const { plan } = prepared;
    if (agreed !== undefined && JSON.stringify(agreed) !== JSON.stringify(plan)) return 'changed';
    refuseOther(target, prepared);
    target.accept?.(plan);
    if (plan.changes.length === 0 && plan.staging !== 'restored' && target.head === undefined)
      return { restored: false, cause: 'nothing', plan };
    if (options.dryRun) return { restored: false, cause: 'dry-run', plan };
    return carryOut(place, target, options, index, prepared);
  });
}

/** What was looked at before the lock was taken has to be there still. */
function refuseOther({ from }: RestoreTarget, { captured }: Prepared): void {
  const { tree, indexTree } = captured.capture;
  if (from === undefined || (tree === from.tree && indexTree === from.indexTree)) return;
  throw new HooksError({
    code: 'tree-changed',
    kind: 'conflict',
    message: 'Nothing was changed: files or staging changed right after they were saved',
    hint: 'Stop what writes there and try again; nothing was changed.',
  });
}

async function carryOut(
  place: RestorePlace,
  target: RestoreTarget,
  options: RestoreOptions,
  index: PrivateIndex,
  prepared: Prepared,
): Promise<RestoreResult> {
  await waitForIndexLock(index);
  const safety = await saveSafety(place, target, options, index, prepared);
  const { operation, tree, unproven } = await applyRestore({
    place,
    target,
    options,
    index,
    prepared,
    safety,
  });
  const isWhole = options.mode === 'exact' && options.only.length === 0;
  rememberLast(index, prepared, isWhole ? (target.checkpoint ?? safety) : safety);
  const notes = unproven.map(
    (name) =>
      `${name} was written, but its filters do not give back what is committed, so no hash can prove it.`,
  );
  const plan = { ...prepared.plan, notes: [...prepared.plan.notes, ...notes] };
  return { restored: true, plan, operation, safety, tree };
}

/** Another git at work in this tree is not raced. */
async function waitForIndexLock(index: PrivateIndex): Promise<void> {
  const lock = `${index.userIndex}.lock`;
  for (const deadline = monotonicMs() + LOCK_WAIT_MS; exists(lock); await sleep(20)) {
    if (monotonicMs() < deadline) continue;
    throw new HooksError({
      code: 'index-locked',
      kind: 'conflict',
      message: `Nothing was changed: another git is at work here, it holds ${lock}`,
      hint: 'Try again when it is done. If no git runs, it was left by one that was killed: remove that file.',
    });
  }
}

/** Saves what is there now; where the last checkpoint holds exactly that, it serves. */
async function saveSafety(
  place: RestorePlace,
  target: RestoreTarget,
  { session }: RestoreOptions,
  index: PrivateIndex,
  { captured }: Prepared,
): Promise<CheckpointSummary> {
  const name = target.checkpoint?.name;
  const result = await saveCaptured(
    {
      ...place,
      reason: 'before-restore',
      ...(name === undefined ? {} : { name: `Before restore of ${name}` }),
      named: false,
      ...(session === undefined ? {} : { session }),
    },
    index,
    captured,
  );
  return result.checkpoint;
}

/** The next checkpoint of this tree follows on the one it was restored to. Only a wish: without it nothing is lost. */
function rememberLast(index: PrivateIndex, { captured }: Prepared, last: CheckpointSummary): void {
  const { commit, tree } = last;
  const metadata = { version: 1, ...readMetadata({ version: 1, ...last }) };
  try {
    writeIndexRecord(index, { ...captured.capture.record, last: { commit, tree, metadata } });
  } catch {
    // A full disk: the record of before stays, and names the safety checkpoint.
  }
}
