import type { Plumbing } from '../plumbing.ts';
import type { MergeConflict } from '../restore/types.ts';
import { type Merged, mergeTrees, textOfPath } from './merge.ts';
import { entriesOf } from './objects.ts';
import type { Step } from './steps.ts';
import { TreeEditor } from './trees.ts';
import type { Entry } from './types.ts';

export interface UndoInput {
  git: Plumbing;
  /** A name for index files that do not exist; they are removed. */
  index: string;
  /** The tree before the first step. */
  start: string;
  /** The tree as it is now. */
  now: string;
  /** By time. */
  steps: readonly Step[];
}

const UNCLEAR =
  'it changed while the session ran a command, by it or by you: both stand in it between conflict markers';
const UNCLEAR_WHOLE = 'it changed while the session ran a command, by it or by you: it stays as it is';

/**
 * Takes the steps back from the tree as it is now, the newest first: each is a merge whose base is the tree after the
 * step and whose other side is the tree before it.
 */
export async function undoSteps(input: UndoInput): Promise<{ tree: string; conflicts: MergeConflict[] }> {
  const { git } = input;
  const history = new TreeEditor(git, `${input.index}.history`);
  const editor = new TreeEditor(git, input.index);
  try {
    const trees = await treesOf(history, input);
    const conflicts = new Map<string, MergeConflict>();
    let ours = input.now;
    for (const [at, step] of [...input.steps.entries()].reverse()) {
      const { before, after } = trees[at] ?? { before: ours, after: ours };
      if (before === after) continue;
      if (ours === after && step.by === 'session') {
        ours = before;
        continue;
      }
      const merged = await mergeTrees({ git, editor }, { base: after, ours, theirs: before }, conflicts);
      const settled = step.by === 'unclear' ? await showBoth({ git, editor }, step, ours, merged) : merged;
      // Older changes of a file in conflict are undone where they still fit; of conflicts the newest is told.
      for (const [path, one] of settled.conflicts) if (!conflicts.has(path)) conflicts.set(path, one);
      ours = settled.tree;
    }
    return { tree: ours, conflicts: [...conflicts.values()] };
  } finally {
    history.close();
    editor.close();
  }
}

async function treesOf(editor: TreeEditor, input: UndoInput): Promise<{ before: string; after: string }[]> {
  const trees: { before: string; after: string }[] = [];
  let tree = input.start;
  for (const { undo, updates } of input.steps) {
    const befores = [...updates].map(([path, version]): [string, Entry | undefined] => [
      path,
      (undo.get(path)?.from ?? version).entry,
    ]);
    const before = await editor.edit(tree, new Map(befores));
    const afters = [...undo].map(([path, { to }]): [string, Entry | undefined] => [path, to.entry]);
    tree = await editor.edit(before, new Map(afters));
    trees.push({ before, after: tree });
  }
  return trees;
}

/** What is unclear is not undone but shown: both contents between conflict markers, or ours where that cannot be. */
async function showBoth(
  parts: { git: Plumbing; editor: TreeEditor },
  step: Step,
  ours: string,
  merged: Merged,
): Promise<Merged> {
  const { git, editor } = parts;
  const [mine, there] = [await entriesOf(git, ours), await entriesOf(git, merged.tree)];
  const differing = [...step.undo.keys()].filter(
    (path) =>
      !merged.conflicts.has(path) &&
      (mine.get(path)?.oid !== there.get(path)?.oid || mine.get(path)?.mode !== there.get(path)?.mode),
  );
  if (differing.length === 0) return merged;
  const none = new Map(differing.map((path): [string, undefined] => [path, undefined]));
  const undone = new Map(differing.map((path) => [path, there.get(path)]));
  const base = await editor.edit(ours, none);
  const theirs = await editor.edit(ours, undone);
  const both = await mergeTrees(parts, { base, ours, theirs });
  const conflicts = new Map(merged.conflicts);
  const shown = await entriesOf(git, both.tree);
  const result = new Map<string, Entry | undefined>();
  for (const path of differing) {
    const marked = both.conflicts.get(path)?.kind === 'content';
    result.set(path, marked ? shown.get(path) : mine.get(path));
    conflicts.set(path, {
      path: textOfPath(path),
      kind: marked ? 'content' : 'unclear',
      message: marked ? UNCLEAR : UNCLEAR_WHOLE,
    });
  }
  return { tree: await editor.edit(merged.tree, result), conflicts };
}
