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

/** With all that lies in it. */
const WHOLE = ['remove --force'];

/** It goes only where every file in it is committed, on a branch, and nobody is in it. */
export async function linkedFate(
  state: StatePaths,
  { parent, linked, head }: { parent: Repository; linked: Repository; head: HeadState },
): Promise<LinkedFate> {
  const { why: keep, remove = [] } = (await reasonToKeep(state, parent, linked, head)) ?? {};
  const place = lineOf(linked.root);
  const folder = shellWord(linked.root);
  return {
    parent,
    keep,
    notes:
      keep === undefined
        ? [`The working tree ${place} is removed; its branch stays.`]
        : [
            `The working tree ${place} is kept: ${keep}.`,
            `When you need nothing in it any more: ${remove.map((words) => `git worktree ${words} ${folder}`).join(' && ')}`,
          ],
  };
}

async function reasonToKeep(
  state: StatePaths,
  parent: Repository,
  linked: Repository,
  head: HeadState,
): Promise<{ why: string; remove: readonly string[] } | undefined> {
  const has = (name: string): boolean => exists(path.join(linked.gitDir ?? '', name));
  if (has('locked')) return { why: 'it is locked', remove: ['unlock', ...WHOLE] };
  if (head.ref === undefined) return { why: 'its HEAD is on no branch', remove: WHOLE };
  if (has('modules')) return { why: 'it has submodules', remove: WHOLE };
  const open = listLive(state).some(
    (live) => isClientAlive(live) && locateRepository(live.cwd).root === linked.root,
  );
  if (open) return { why: 'Claude Code is open in it', remove: ['remove'] };
  const left = await notCommitted(linked.root, [
    ...(await ownDocuments(linked.root)),
    ...(await needlessFiles(parent.root, linked.root)),
  ]);
  if (left === undefined) return { why: 'git cannot say what in it is committed', remove: WHOLE };
  if (left.length === 0) return undefined;
  return { why: `it holds files that no commit holds: ${namesOf(left)}`, remove: WHOLE };
}
