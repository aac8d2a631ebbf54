import * as path from 'node:path';
import { newContext, updateContext } from '../context/context-file.ts';
import { ensureDirectory, readTextIfExists, writeFileAtomic } from '../platform/fs.ts';
import { git } from '../platform/git.ts';
import { redactText } from '../redact/redact.ts';
import { linkOutside } from '../store/documents.ts';
import { acquireLock } from '../store/lock.ts';
import { documentPaths } from '../store/paths.ts';
import type { SessionFacts } from '../transcript/facts.ts';
import { narrativeOf } from '../transcript/narrative.ts';
import type { Workplace } from './workplace.ts';

/**
 * Brings the marked regions of `.claude/context.md` up to date. With the facts of a session a missing file is
 * created; after a git operation (no facts) only an existing one is touched. Text outside the regions stays.
 * A link that leads out of the repository is neither read nor replaced.
 */
export async function updateContextFile(place: Workplace, facts: SessionFacts | undefined): Promise<void> {
  const { root, gitDir } = place.repository;
  const file = documentPaths(root).context;
  if (linkOutside(root, file) !== undefined) return;
  if (gitDir === undefined || (facts === undefined && readTextIfExists(file) === undefined)) return;
  const [branch, log] = await Promise.all([
    git(['branch', '--show-current'], { cwd: root }),
    git(['log', '-5', '--format=%h %s'], { cwd: root }),
  ]);
  const input = {
    branch: branch.stdout.trim() || undefined,
    feature: facts === undefined ? undefined : narrativeOf(facts).workingOn,
    todos: facts?.todos.map((todo) => ({
      text: todo.text.replace(/\s+/g, ' '),
      done: todo.status === 'completed',
    })),
    commits:
      log.code === 0
        ? log.stdout
            .split('\n')
            .filter((line) => line !== '')
            .map(inert)
        : [],
    date: new Date(place.now()).toISOString().slice(0, 10),
  };
  const lock = acquireLock(place.state.locks, 'context-file', 2_000);
  try {
    const before = readTextIfExists(file);
    if (before === undefined && facts === undefined) return;
    const after = redactText(before === undefined ? newContext(input) : updateContext(before, input));
    if (after === before) return;
    ensureDirectory(path.dirname(file), 0o755);
    writeFileAtomic(file, after, {
      verify: () => {
        if (readTextIfExists(file) !== before)
          throw new Error(`${file} was changed meanwhile and was left as it is`);
      },
    });
  } finally {
    lock?.release();
  }
}

/** A commit subject cannot close or open a region. */
function inert(text: string): string {
  return text.replace(/<!--/g, '<!\u2010-').slice(0, 120);
}
