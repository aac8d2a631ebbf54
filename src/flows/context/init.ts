import * as path from 'node:path';
import { newContext } from '../../context/context-file.ts';
import { readEditable } from '../../context/editable.ts';
import { describeProject, type Folder } from '../../context/project.ts';
import { HooksError } from '../../errors.ts';
import { minuteStamp } from '../../platform/clock.ts';
import { createFileExclusive, lstatIfExists } from '../../platform/fs.ts';
import { git } from '../../platform/git.ts';
import { documentPaths } from '../../store/paths.ts';
import type { Workplace } from '../workplace.ts';
import { COMMAND_WAIT_MS, lockIsHeld, requireWritten } from './add.ts';
import { gatherFacts, trackedContext } from './facts.ts';
import { keepOutOfGit } from './keep-out.ts';
import { editContextFile, withContextLock } from './write.ts';

/**
 * Makes the context file from the project: manifest, README, folders, tests, git.
 * @param force replaces one that is there; its content is kept beside it first.
 * @returns the file, and where the old content is.
 * @throws HooksError (conflict) where there is one already, or where it must not be written.
 */
export async function initContext(
  place: Workplace,
  force: boolean,
): Promise<{ file: string; kept: string | undefined }> {
  const { root, gitDir } = place.repository;
  const file = documentPaths(root).context;
  const { context, postSession } = place.resolved.config;
  const done = await withContextLock(place, COMMAND_WAIT_MS, async () => {
    if (lstatIfExists(file) !== undefined && !force) throw isThere(file);
    const [facts, tracked, folders] = await Promise.all([
      gatherFacts(place, undefined),
      trackedContext(place.repository),
      gitDir === undefined ? [] : topFolders(root),
    ]);
    const words = describeProject({
      root,
      readme: context.readme,
      architecture: context.architecture,
      folders,
      testCommand: postSession.tests.command,
    });
    const part = tracked.context ? ('shared' as const) : ('whole' as const);
    const text = newContext({ facts, part, offered: new Set() }, words);
    const found = readEditable(root, file);
    if (found.kind === 'note') requireWritten(file, { ...found, kind: 'untouched' });
    // The copy is as personal as the rest of them.
    if (found.kind === 'text') await keepOutOfGit(place.repository);
    let kept: string | undefined;
    const outcome = editContextFile(place, file, (before) => {
      if (before !== undefined && !force) throw isThere(file);
      if (before !== undefined && before !== text) kept = keep(root, before, place.now());
      return text;
    });
    requireWritten(file, outcome);
    return { file, kept };
  });
  return done ?? lockIsHeld(place);
}

/** Beside the file, under a name that git ignores like all personal documents. */
function keep(root: string, text: string, now: number): string {
  const folder = path.dirname(documentPaths(root).context);
  for (let number = 1; ; number += 1) {
    const name = `context-${minuteStamp(now)}${number === 1 ? '' : `-${number}`}.local.md`;
    const file = path.join(folder, name);
    if (createFileExclusive(file, text, 0o644)) return file;
  }
}

/** The folders with the most files that git tracks, by name. */
async function topFolders(root: string): Promise<Folder[]> {
  const { stdout } = await git(['ls-files', '-z'], { cwd: root });
  const counts = new Map<string, number>();
  for (const file of stdout.split('\0')) {
    const end = file.indexOf('/');
    if (end > 0 && !file.startsWith('.'))
      counts.set(file.slice(0, end), (counts.get(file.slice(0, end)) ?? 0) + 1);
  }
  return [...counts].map(([name, files]) => ({ name, files })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isThere(file: string): HooksError {
  return new HooksError({
    code: 'context-exists',
    kind: 'conflict',
    message: 'There is a context file already; nothing was changed.',
    hint: 'See it: claude-hooks context show. Replace it, keeping a copy beside it: claude-hooks context init --force',
    file,
  });
}
