import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { applyActions, ChangedMeanwhile, sweepTemporaries } from '../install/apply.ts';
import { isClaimedBy } from '../install/claims.ts';
import { gitHookFilesInUse } from '../install/git-hooks/index.ts';
import { ABSENT, isOfRepository, type Manifest, readManifests } from '../install/manifest.ts';
import type { PlannedAction } from '../install/plan.ts';
import { planRuntime, runtimeDirectory } from '../install/runtime-copy.ts';
import { backActions, contentOf, reversed, type SwapItem, stateOf, turnLinksBack } from '../install/swap.ts';
import { exists, readBytesIfExists, statIfExists } from '../platform/fs.ts';
import type { Operation, StoredOperation } from '../store/operations.ts';
import { keepsChanging, withInstallLock } from './install.ts';
import {
  completeInstall,
  dropInstall,
  type OpenInstall,
  openInstall,
  otherManifests,
  readInstall,
  settleInstall,
} from './install-operation.ts';
import type { UndoKind, UndoPreview, UndoStep } from './undo-kind.ts';
import { removeData } from './uninstall.ts';
import type { Workplace } from './workplace.ts';

interface Prepared extends UndoPreview {
  taken: OpenInstall;
  /** What changes, the other way round: from what the files hold now to what they held before. */
  items: SwapItem[];
  /** The copy of the runtime that is needed again. */
  copy: PlannedAction | undefined;
}

/**
 * Every file an install changed gets the bytes of before that run back, where it still holds what the install wrote.
 * The undoing of that writes what the install had written.
 */
export const UNDO_INSTALL: UndoKind = {
  anywhere: true,
  touches,
  preview: async (place, stored) => prepare(place, stored),
  async undo(place, stored) {
    const done = await withInstallLock(place.user, async () => apply(place, stored));
    if (readManifests(place.user).length === 0) removeData(place.user, false);
    return done;
  },
};

function touches({ data }: Operation): string[] {
  const items: unknown[] = Array.isArray(data.items) ? data.items : [];
  return items.flatMap((item) => {
    const { file, role } = (item ?? {}) as Partial<SwapItem>;
    return typeof file === 'string' && role !== 'shared' ? [`file:${file}`] : [];
  });
}

function apply(place: Workplace, stored: StoredOperation): UndoPreview & { operation: string } {
  const { taken, items, copy, steps, notes } = prepare(place, stored);
  const { title, id, undoes } = stored.operation;
  const { manifest, scope, dir } = taken.data;
  let open: OpenInstall | undefined;
  try {
    open = openInstall(place, {
      title: undoes === undefined ? `Undo: ${title}` : title.replace(/^Undo: /, ''),
      manifest: { id: manifest, scope, dir },
      items,
      at: place.now(),
      undoes: id,
    });
    sweepTemporaries(items.map(({ file }) => file));
    const back = backActions(taken.directory, [...reversed(items)].reverse());
    applyActions(copy === undefined ? back : [copy, ...back], place.user);
  } catch (error) {
    dropInstall(place, open);
    throw error instanceof ChangedMeanwhile ? keepsChanging(error) : error;
  }
  // From here on the next command would go on, were this one to fail.
  turnLinksBack(reversed(items));
  settleInstall(place, open.data);
  completeInstall(place, open);
  return { operation: open.operation.id, steps, notes };
}

/** @throws HooksError (conflict) naming every file that is in the way. */
function prepare(place: Workplace, stored: StoredOperation): Prepared {
  const taken = readInstall(place, stored);
  if (taken === undefined) throw notOurs(stored);
  const { data } = taken;
  const others = readManifests(place.user).filter(({ id }) => id !== data.manifest);
  const now = otherManifests(place.user, data.manifest);
  const facts: Facts = {
    newer: others.filter(({ id }) => data.others[id] !== now[id]),
    sharesConsent: others.some((manifest) => isOfRepository(manifest, place.repository)),
  };
  const judged = data.items.map((item) => ({ item, verdict: judge(item, facts) }));
  const chosen = judged.flatMap(({ verdict }) => ('take' in verdict ? [verdict.take] : []));
  const conflicts = judged.flatMap(({ item, verdict }) => ('conflict' in verdict ? [item.file] : []));
  conflicts.push(...huskyInUse(chosen));
  if (conflicts.length > 0) throw changedSince(stored, conflicts);
  const items = reversed(chosen);
  return {
    taken,
    items,
    copy: neededCopy(place, items),
    steps: items.filter(isShown).map(stepOf),
    notes: [
      ...judged.flatMap(({ verdict }) => ('note' in verdict ? [verdict.note] : [])),
      ...items.flatMap(consentNote),
    ],
  };
}

interface Facts {
  /** Installs that were made or changed after the one that is taken back. */
  newer: readonly Manifest[];
  /** Whether another install in this repository lives by the consent it gave. */
  sharesConsent: boolean;
}

type Judgement = { take: SwapItem } | { note: string } | { conflict: true } | { leave: true };

/** Whether an item's file goes back, stays as it is, or is in the way. */
function judge(item: SwapItem, { newer, sharesConsent }: Facts): Judgement {
  const { file, role, id } = item;
  if (item.before.mark === item.after.mark) return { leave: true };
  const state = stateOf(item);
  if (state === 'before') return { leave: true };
  const isThere = item.how !== 'link' && exists(file);
  const asItIs = (): SwapItem => ({ ...item, after: contentOf(readBytesIfExists(file), modeOf(file)) });
  if (role === 'manifest') {
    // Another install of the same files notes in it what it wrote.
    if (state === 'after') return { take: item };
    return isThere && item.after.mark !== ABSENT ? { take: asItIs() } : { conflict: true };
  }
  if (id === 'trust') {
    if (sharesConsent) return { leave: true };
    if (state === 'after') return { take: item };
    return isThere && item.before.mark === ABSENT
      ? { take: asItIs() }
      : { note: 'The consent to run commands of this repository was changed since and stays.' };
  }
  if (role === 'shared') return state === 'after' && newer.length === 0 ? { take: item } : { leave: true };
  if (isClaimedBy(file, newer)) return { note: `${file} stays: another install of claude-hooks uses it.` };
  return state === 'after' ? { take: item } : { conflict: true };
}

function modeOf(file: string): number | undefined {
  return statIfExists(file)?.mode;
}

/** Files by which husky runs hooks of the project that were added since. */
function huskyInUse(items: readonly SwapItem[]): string[] {
  const there = items.filter(({ after }) => after.mark !== ABSENT);
  const { ids } = gitHookFilesInUse(there);
  return there.filter(({ id }) => ids.includes(id)).map(({ file }) => file);
}

/** The copy of the runtime to which the link leads again; an undo of the only install had removed it. */
function neededCopy(place: Workplace, items: readonly SwapItem[]): PlannedAction | undefined {
  const link = items.find(({ how }) => how === 'link');
  if (link === undefined || link.after.mark === ABSENT) return undefined;
  const wanted = path.join(runtimeDirectory(place.user), link.after.mark);
  if (exists(wanted)) return undefined;
  const copy = planRuntime(place.runtime, place.user);
  if (copy?.file === wanted) return copy;
  throw new HooksError({
    code: 'runtime-gone',
    kind: 'conflict',
    message: `${wanted}, from which the hooks ran, is gone, and this is another version of claude-hooks. Nothing was changed.`,
    hint: 'Install this version instead: claude-hooks install',
  });
}

/** What claude-hooks keeps for itself is not worth a line. */
function isShown({ role, id }: SwapItem): boolean {
  return role === 'own' || id === 'runtime';
}

function stepOf({ before, after, file }: SwapItem): UndoStep {
  const verb = after.mark === ABSENT ? 'remove' : before.mark === ABSENT ? 'create' : 'change';
  return { verb, name: file };
}

function consentNote({ id, before, after }: SwapItem): string[] {
  if (id !== 'trust' || before.mark === after.mark) return [];
  return [
    after.mark === ABSENT
      ? 'The consent to run commands of this repository is taken back.'
      : 'The consent to run commands of this repository becomes what it was.',
  ];
}

function changedSince({ operation }: StoredOperation, files: readonly string[]): HooksError {
  const isRedo = operation.undoes !== undefined;
  const [file] = files;
  return new HooksError({
    code: 'undo-conflict',
    kind: 'conflict',
    message: `${files.join(', ')} ${files.length === 1 ? 'was' : 'were'} changed since, so it cannot be taken back exactly. Nothing was changed.`,
    hint: isRedo
      ? 'Install again instead: claude-hooks install'
      : 'Take out only what is ours instead: claude-hooks uninstall',
    ...(file === undefined ? {} : { file }),
  });
}

function notOurs({ operation }: StoredOperation): HooksError {
  return new HooksError({
    code: 'operation-not-ours',
    kind: 'conflict',
    message: `The entry ${operation.id} was not written by this person on this machine for this folder, so nothing it says is done.`,
    hint: 'Take claude-hooks out with: claude-hooks uninstall',
  });
}
