import * as fs from 'node:fs';
import * as path from 'node:path';
import { captureWithRepair } from '../../src/checkpoints/capture.ts';
import type { MergeConflict, RestoreMode, RestoreResult } from '../../src/checkpoints/restore/types.ts';
import { withWorktreeLock } from '../../src/checkpoints/save.ts';
import type { Checkpoint, CheckpointSummary } from '../../src/checkpoints/types.ts';
import { planMineKept } from '../../src/flows/mine-kept.ts';
import { restoreCheckpoint } from '../../src/flows/restore.ts';
import { openWorkplace } from '../../src/flows/workplace.ts';
import { markLive } from '../../src/store/live.ts';
import { placeOf, save } from './checkpoints.ts';
import { at, type BuiltRepository, runGitLatin1 } from './repositories.ts';
import { FakeSession } from './session.ts';

const MAX_FILE_BYTES = 50_000_000;
/** The start lies so long before everything else that no edit can have been under way when it was saved. */
const START_AGE_MS = 60_000;

export interface MineResult {
  tree: string;
  conflicts: MergeConflict[];
  notes: string[];
}

/** A repository with a checkpoint, a session at work since then, and a person. */
export interface Scene {
  built: BuiltRepository;
  root: string;
  session: FakeSession;
  start: CheckpointSummary;
  file(name: string): string;
  /** Saves as the end of a turn does. */
  checkpoint(more?: { reason?: string; session?: string | undefined }): Promise<void>;
  /** The person does something, at a time at which no command of the session runs. */
  person(work: () => void): Promise<void>;
  /** The tree to go to, without going there. */
  plan(): Promise<MineResult>;
  /** Goes there. */
  restore(mode?: RestoreMode): Promise<RestoreResult>;
  cleanup(): void;
}

/** Saves the checkpoint everything goes back to, in a repository as it stands. */
export async function startScene(built: BuiltRepository, more: { session?: false } = {}): Promise<Scene> {
  const { root } = built;
  const session = new FakeSession(path.join(built.base, 'transcripts'), root);
  const { state } = placeOf(root);
  const result = await save(root, {
    name: 'start',
    now: Date.now() - START_AGE_MS,
    ...(more.session === false ? {} : { session: session.id }),
  });
  if (!result.saved) throw new Error(JSON.stringify(result));
  fs.mkdirSync(state.live, { recursive: true });
  return sceneOf(built, session, result.checkpoint);
}

/** As a scene that was copied to another folder. */
export function copyScene(scene: Scene, to: string): Scene {
  fs.cpSync(scene.built.base, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const built = at(to, path.join(to, path.basename(scene.root)));
  const session = new FakeSession(path.join(to, 'transcripts'), built.root);
  Object.assign(session, { id: scene.session.id });
  return sceneOf(built, session, scene.start as Checkpoint);
}

function sceneOf(built: BuiltRepository, session: FakeSession, start: CheckpointSummary): Scene {
  const { root } = built;
  const { repository, state } = placeOf(root);
  markLive(state, {
    session: session.id,
    pid: process.pid,
    start: undefined,
    scope: 'local',
    cwd: root,
    transcript: session.transcript,
  });
  return {
    built,
    root,
    session,
    start,
    file: (name) => path.join(root, name),
    async checkpoint(how = {}) {
      await save(root, { reason: 'stop', session: session.id, now: Date.now(), ...how });
    },
    async person(work) {
      await pause();
      work();
      await pause();
    },
    plan: () =>
      withWorktreeLock({ repository, state }, async (index) => {
        const { capture, git } = await captureWithRepair({
          repository,
          state,
          index,
          maxFileBytes: MAX_FILE_BYTES,
          now: Date.now(),
          budgetMs: 60_000,
        });
        return planMineKept({ git, repository, state, checkpoint: start, capture });
      }),
    async restore(mode = 'mine-kept') {
      const env = { ...process.env };
      const place = await openWorkplace({ cwd: root, env, runtime: path.join(root, 'dist'), now: Date.now });
      const wanted = { name: start.id, mode, only: [], keepIndex: false, dryRun: false };
      return restoreCheckpoint(place, wanted);
    },
    cleanup: () => built.cleanup(),
  };
}

/** Longer than the tick of a file system's clock, in which two writes have one time. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 45));
}

/** What a tree holds: by path, `mode content`. Paths and contents have one character for each byte. */
export function treeFiles(root: string, tree: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const line of runGitLatin1(root, ['ls-tree', '-r', '-z', tree]).split('\0')) {
    const match = /^(\d{6}) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
    if (match === null) continue;
    const [, mode = '', type = '', oid = '', name = ''] = match;
    files[name] = `${mode} ${type === 'blob' ? runGitLatin1(root, ['cat-file', 'blob', oid]) : oid}`;
  }
  return files;
}
