import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as z from 'zod';
import { saveSnapshot } from '../../src/flows/snapshot.ts';
import { openWorkplace, type Workplace } from '../../src/flows/workplace.ts';
import type { Snapshot, SnapshotRequest } from '../../src/snapshots/types.ts';
import { type BuiltRepository, plainRepository, runGitLatin1 } from './repositories.ts';
import { PROJECT_ROOT } from './sandbox.ts';

/** Accepts what the published schema accepts. */
export const publishedSchema = z.fromJSONSchema(
  JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'snapshot.schema.json'), 'utf8')),
);

let clock = Date.parse('2026-11-22T10:00:00Z');

/** The workplace of a folder, with a clock that moves one second a look. */
export function workplaceOf(root: string): Promise<Workplace> {
  const now = (): number => {
    clock += 1000;
    return clock;
  };
  return openWorkplace({ cwd: root, env: process.env, runtime: PROJECT_ROOT, now });
}

export async function savedSnapshot(
  root: string,
  request: Partial<SnapshotRequest> = {},
): Promise<{ snapshot: Snapshot; place: Workplace; file: string; document: Record<string, unknown> }> {
  const place = await workplaceOf(root);
  const snapshot = await saveSnapshot(place, { name: 'Feature X', ...request });
  const file = path.join(root, '.claude/snapshots', `${snapshot.id}.json`);
  return { snapshot, place, file, document: JSON.parse(readFileSync(file, 'utf8')) };
}

/** What a commit or tree holds: name (each byte one character) to mode and id. */
export function treeEntries(root: string, tree: string | undefined): Map<string, string> {
  const entries = new Map<string, string>();
  if (tree === undefined) return entries;
  for (const line of runGitLatin1(root, ['ls-tree', '-r', '-z', '--full-tree', tree]).split('\0')) {
    const [head = '', name] = line.split('\t');
    const [mode, , id] = head.split(' ');
    if (name !== undefined) entries.set(name, `${mode} ${id}`);
  }
  return entries;
}

/** Works in a repository of its own. */
export async function inRepository(
  work: (built: BuiltRepository) => Promise<void>,
  build: () => BuiltRepository = plainRepository,
): Promise<void> {
  const built = build();
  try {
    await work(built);
  } finally {
    built.cleanup();
  }
}
