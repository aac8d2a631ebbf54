import { readTip, shortBranch } from '../../checkpoints/wip-branch.ts';
import { HooksError } from '../../errors.ts';
import { exists } from '../../platform/fs.ts';
import { visible } from '../../platform/terminal.ts';
import type { StoredOperation } from '../../store/operations.ts';
import { locateRepository } from '../../store/paths.ts';
import { turnedEffects } from '../../store/session-effects.ts';
import type { UndoKind, UndoPreview } from '../undo-kind.ts';
import { UNDO_RESTORE } from '../undo-restore.ts';
import type { Workplace } from '../workplace.ts';
import { isLinked, isLinkedTree, type LinkedData, readLinked, runLinked } from './linked.ts';
import { linkedFate } from './linked-fate.ts';
import { withBranching } from './lock.ts';

/** A branch or a return is taken back: files, staging and HEAD, or the linked working tree, and what the sessions know. */
export const UNDO_BRANCHING: UndoKind = {
  anywhere: false,
  touches: (operation) =>
    isLinked(operation) ? [`linked:${String(operation.data.path)}`] : UNDO_RESTORE.touches(operation),
  async preview(place, stored) {
    if (!isLinked(stored.operation)) return withHead(stored, await UNDO_RESTORE.preview(place, stored));
    return (await plan(place, stored)).preview;
  },
  undo(place, stored) {
    return withBranching(place.state, async () => {
      if (!isLinked(stored.operation)) {
        const done = await UNDO_RESTORE.undo(place, stored);
        return { ...done, ...withHead(stored, done) };
      }
      const { data, preview } = await plan(place, stored);
      const { id, kind, title } = stored.operation;
      const operation = await runLinked(
        { repository: locateRepository(stored.operation.root), state: place.state, now: place.now() },
        { kind: kind === 'return' ? 'return' : 'branch', title: `Undo: ${title}`, data, undoes: id },
      );
      return { ...preview, operation: operation.id };
    });
  },
};

function withHead({ operation }: StoredOperation, preview: UndoPreview): UndoPreview {
  const head = operation.data.head as { from?: { ref?: string; commit?: string } } | undefined;
  const { ref, commit } = head?.from ?? {};
  const name = ref === undefined ? commit?.slice(0, 12) : shortBranch(ref);
  if (name === undefined) return preview;
  return { ...preview, steps: [{ verb: 'switch', name: `to ${name}` }, ...preview.steps] };
}

async function plan(
  place: Workplace,
  stored: StoredOperation,
): Promise<{ data: LinkedData; preview: UndoPreview }> {
  const { operation } = stored;
  const before = readLinked(operation);
  const effects = turnedEffects(operation, place.now()) ?? { records: [] };
  const common = { ...before, effects };
  const tip = await readTip(place.repository, before.branch);
  if (before.act === 'add') {
    if (!isLinkedTree(place.repository, before.path))
      return {
        data: { ...common, act: 'keep' },
        preview: { steps: [], notes: [`${before.path} is gone already.`] },
      };
    const { keep } = await linkedFate(place.state, {
      parent: place.repository,
      linked: locateRepository(before.path),
      head: { ref: before.branch, commit: before.head },
    });
    if (keep !== undefined)
      throw conflict(
        `The working tree ${visible(before.path)} cannot go: ${visible(keep)}`,
        `Return from it instead: cd '${visible(before.path)}' && claude-hooks session return`,
      );
    const own = before.withBranch && tip === before.head;
    return {
      data: { ...common, act: 'remove', head: tip ?? before.head, withBranch: own },
      preview: {
        steps: [
          { verb: 'remove', name: before.path },
          ...(own ? [{ verb: 'remove', name: `branch ${shortBranch(before.branch)}` }] : []),
        ],
        notes: own ? [] : [`The branch ${shortBranch(before.branch)} stays, because it holds commits.`],
      },
    };
  }
  if (before.act === 'keep')
    return { data: common, preview: { steps: [], notes: ['The working tree stays.'] } };
  if (exists(before.path)) throw conflict(`${visible(before.path)} is there again`, 'Move it away first.');
  if (tip === undefined && !before.withBranch)
    throw conflict(
      `The branch ${visible(shortBranch(before.branch))} is gone`,
      `Make it again first: git branch ${visible(shortBranch(before.branch))} ${before.head}`,
    );
  return {
    data: { ...common, act: 'add', withBranch: tip === undefined },
    preview: { steps: [{ verb: 'create', name: before.path }], notes: [] },
  };
}

function conflict(message: string, hint: string): HooksError {
  return new HooksError({
    code: 'undo-conflict',
    kind: 'conflict',
    message: `${message}. Nothing was changed.`,
    hint,
  });
}
