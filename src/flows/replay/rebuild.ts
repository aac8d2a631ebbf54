import { applyEdit, type Deviation } from './apply-edit.ts';
import type { RebuildPlan, RebuildStep } from './rebuild-plan.ts';
import type { ScratchTree } from './scratch-tree.ts';
import { takeUnrecorded } from './take-unrecorded.ts';

/** A deviation, and the step at which it was seen. */
export interface StepDeviation extends Deviation {
  step: RebuildStep;
}

export interface Rebuilder {
  /** Applies the next step. */
  apply(step: RebuildStep): Promise<StepDeviation[]>;
  /** Paths that edits have written, relative to the top. */
  written: ReadonlySet<string>;
}

/**
 * Brings a scratch tree from the start of a session on, step by step, in order.
 * @param roots the person's working tree, by every name edits may call it.
 */
export async function openRebuilder(
  scratch: ScratchTree,
  plan: RebuildPlan,
  roots: readonly string[],
): Promise<Rebuilder> {
  const written = new Set<string>();
  let sinceSaved = new Set<string>();
  const { commit } = plan.start;
  let tree = commit === undefined ? '' : await treeOf(scratch, commit);
  const edits = plan.steps.filter((step) => step.kind === 'edit');
  return {
    written,
    async apply(step) {
      if (step.kind === 'edit') {
        const { file, deviations } = applyEdit(scratch.root, step.edit, roots);
        if (file !== undefined) {
          written.add(file);
          sinceSaved.add(file);
        }
        return deviations.map((one) => ({ ...one, step }));
      }
      // The checkpoint may or may not hold what an edit wrote meanwhile.
      const open = new Set(
        edits
          .filter(({ at, edit }) => edit.startedAt <= step.at && at >= step.at)
          .map(({ edit }) => edit.file)
          .flatMap((file) => roots.map((root) => file.slice(root.length + 1))),
      );
      const saved = { id: step.id, tree: step.tree, before: tree, written: sinceSaved, open };
      const deviations = await takeUnrecorded(scratch, saved);
      sinceSaved = new Set([...sinceSaved].filter((file) => open.has(file)));
      tree = step.tree;
      return deviations.map((one) => ({ ...one, step }));
    },
  };
}

async function treeOf(scratch: ScratchTree, commit: string): Promise<string> {
  return (await scratch.git().run(['rev-parse', '--verify', `${commit}^{tree}`])).toString('latin1').trim();
}
