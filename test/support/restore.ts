import * as fs from 'node:fs';
import * as path from 'node:path';
import { restoreTree } from '../../src/checkpoints/restore/restore.ts';
import type { RestoreOptions, RestorePlace, RestoreResult } from '../../src/checkpoints/restore/types.ts';
import { undoRestore } from '../../src/checkpoints/restore/undo.ts';
import type { CheckpointSummary } from '../../src/checkpoints/types.ts';
import { doneOperations, operationPaths, type StoredOperation } from '../../src/store/operations.ts';
import { fingerprint, placeOf } from './checkpoints.ts';
import { type BuiltRepository, runGit, runGitLatin1 } from './repositories.ts';

let clock = Date.parse('2026-11-23T10:00:00Z');

function restorePlace(root: string): RestorePlace {
  clock += 1000;
  return { ...placeOf(root), maxFileBytes: 50_000_000, now: clock };
}

/** Restores a checkpoint as the command line does, without asking. */
export function restore(
  root: string,
  checkpoint: CheckpointSummary,
  more: Partial<RestoreOptions> = {},
): Promise<RestoreResult> {
  const { tree, indexTree, name } = checkpoint;
  return restoreTree(
    restorePlace(root),
    { tree, ...(indexTree === undefined ? {} : { indexTree }), title: `Restore "${name}"`, checkpoint },
    { only: [], keepIndex: false, dryRun: false, mode: 'exact', ...more },
  );
}

/** As `restore`, where anything but a restored tree is a failure. */
export async function restored(
  root: string,
  checkpoint: CheckpointSummary,
  more: Partial<RestoreOptions> = {},
): Promise<Extract<RestoreResult, { restored: true }>> {
  const result = await restore(root, checkpoint, more);
  if (!result.restored) throw new Error(`not restored: ${JSON.stringify(result)}`);
  return result;
}

/** Takes back the newest restore, or the given one. */
export function undo(root: string, stored?: StoredOperation): Promise<RestoreResult> {
  const [newest] = doneOperations(placeOf(root).state);
  const operation = stored ?? newest;
  if (operation === undefined) throw new Error('there is nothing to undo');
  return undoRestore(restorePlace(root), operation, { dryRun: false });
}

const PLAIN = (file: string): boolean =>
  !/^(?:\.git|\.claude\/(?:checkpoints|sessions|errors))(?:\/|$)/.test(file);

/** Every file of the working tree but our documents: mode, kind and content, by its name in latin1. */
export function filesOf(root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fingerprint(root))
      .filter(([file]) => PLAIN(file))
      .map(([file, print]) => [file, print.replace(/ \d* /, ' ')]),
  );
}

/** What is staged, entry by entry. */
export function stagedOf(root: string): string {
  return runGitLatin1(root, ['-c', 'core.fsmonitor=false', 'ls-files', '-s', '-z']);
}

/** What a restore must never change: HEAD, refs of the person, reflogs, the stash. */
export function historyOf(built: BuiltRepository): unknown {
  const gitDir = runGit(built.root, ['rev-parse', '--absolute-git-dir']).trim();
  const common = runGit(built.root, ['rev-parse', '--path-format=absolute', '--git-common-dir']).trim();
  const refs = runGit(built.root, ['for-each-ref', '--format=%(refname) %(objectname) %(symref)'])
    .split('\n')
    .filter((ref) => !ref.startsWith('refs/claude-hooks/'));
  return {
    refs,
    head: fs.readFileSync(path.join(gitDir, 'HEAD'), 'utf8'),
    logs: [gitDir, common].map((folder) => fingerprintIfThere(path.join(folder, 'logs'))),
    settings: fs.readFileSync(path.join(common, 'config'), 'utf8'),
  };
}

function fingerprintIfThere(folder: string): Record<string, string> {
  return fs.existsSync(folder) ? fingerprint(folder) : {};
}

/** Names git ignores now, tracked ones not among them, in latin1. */
export function ignoredFiles(root: string): Set<string> {
  const output = runGitLatin1(root, ['ls-files', '-z', '-o', '-i', '--exclude-standard']);
  return new Set(output.split('\0').filter((name) => name !== ''));
}

/** What lies about after a restore that came to its end: nothing at work, no lock, no folder of ours in the tree. */
export function leftovers(root: string): string[] {
  const { state, repository } = placeOf(root);
  const paths = operationPaths(state);
  const names = (folder: string): string[] => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);
  return [
    ...names(paths.pending).map((name) => `pending/${name}`),
    ...names(paths.done).flatMap((id) =>
      names(path.join(paths.done, id))
        // A kill right after the operation was noted as done leaves what no one looks at any more.
        .filter((name) => !/^(?:entry\.json|plan\.json|verified|swapping)$/.test(name))
        .map((name) => `done/${id}/${name}`),
    ),
    ...names(state.indexes).filter((name) => /lock|tmp/.test(name)),
    ...names(repository.gitDir ?? '').filter((name) => name.endsWith('.lock')),
    ...names(root).filter((name) => name.startsWith('.claude-hooks-')),
  ];
}
