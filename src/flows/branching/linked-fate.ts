import * as path from 'node:path';
import { shellWord } from '../../checkpoints/markdown.ts';
import type { HeadState } from '../../checkpoints/restore/head.ts';
import { exists } from '../../platform/fs.ts';
import { isClientAlive, listLive } from '../../store/live.ts';
import { locateRepository, type Repository, type StatePaths } from '../../store/paths.ts';
import { notCommitted } from './linked.ts';
import { ownDocuments } from './own-documents.ts';
import { needlessFiles } from './personal-files.ts';
import { namesOf } from './refuse.ts';
import { lineOf } from './words.ts';

/** What becomes of a child's own working tree at its return. */
export interface LinkedFate {
  parent: Repository;
  /** Why it is kept; undefined where it goes. */
  keep: string | undefined;
  notes: string[];
}

/** It goes only where every file in it is committed, on a branch, and nobody is in it. */
export async function linkedFate(
  state: StatePaths,
  { parent, linked, head }: { parent: Repository; linked: Repository; head: HeadState },
): Promise<LinkedFate> {
  const keep = await reasonToKeep(state, parent, linked, head);
  const place = lineOf(linked.root);
  return {
    parent,
    keep,
    notes:
      keep === undefined
        ? [`The working tree ${place} is removed; its branch stays.`]
        : [
            `The working tree ${place} is kept: ${keep}.`,
            `When you need it no more: git worktree remove ${shellWord(linked.root)}`,
          ],
  };
}

async function reasonToKeep(
  state: StatePaths,
  parent: Repository,
  linked: Repository,
  head: HeadState,
): Promise<string | undefined> {
  const has = (name: string): boolean => exists(path.join(linked.gitDir ?? '', name));
  if (has('locked')) return 'it is locked';
  if (head.ref === undefined) return 'its HEAD is on no branch';
  if (has('modules')) return 'it has submodules';
  const open = listLive(state).some(
    (live) => isClientAlive(live) && locateRepository(live.cwd).root === linked.root,
  );
  if (open) return 'Claude Code is open in it';
  const left = await notCommitted(linked.root, [
    ...(await ownDocuments(linked.root)),
    ...(await needlessFiles(parent.root, linked.root)),
  ]);
  if (left === undefined) return 'git cannot say what in it is committed';
  return left.length === 0 ? undefined : `it holds files that no commit holds: ${namesOf(left)}`;
}
