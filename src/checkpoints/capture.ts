import { messageOf } from '../errors.ts';
import { logLine } from '../store/log.ts';
import type { Repository, StatePaths } from '../store/paths.ts';
import type { PrivateIndex } from '../store/private-index.ts';
import { openPlumbing, type Plumbing } from './plumbing.ts';
import { type Capture, captureTree } from './tree.ts';

const ATTEMPTS = 3;
/** Failures that trying again with a new private index cannot cure. */
const FINAL =
  /work tree|bare repository|dubious ownership|filter '|No space left|quota exceeded|took longer|not found/;

/** A filter that is a process of its own dies with words that do not name it. */
const FILTER_FAILED = /filter 'lfs' failed|hung up unexpectedly|git-lfs/;

export interface RepairingInput {
  repository: Repository;
  state: StatePaths;
  index: PrivateIndex;
  maxFileBytes: number;
  /** Ignored files that are held all the same, as paths and globs; where it is not told, those of the last look. */
  include?: readonly string[];
  now: number;
  budgetMs: number;
}

export interface Captured {
  capture: Capture;
  git: Plumbing;
  /** What a person should know about how it was read. */
  remarks: string[];
  /** Whether git-lfs is missing or fails, so that `git` works without it. */
  withoutLfs: boolean;
}

/**
 * `captureTree`, tried up to three times: a private index that is damaged or that a killed git still writes to is
 * made anew, a file that changes while it is read is read again. Where git-lfs is missing, content that it would
 * have turned into a pointer is held whole, and `remarks` say so.
 */
export async function captureWithRepair(input: RepairingInput): Promise<Captured> {
  const remarks: string[] = [];
  let withoutLfs = false;
  for (let attempt = 1; ; attempt += 1) {
    const git = openPlumbing(input.repository, { budgetMs: input.budgetMs, withoutLfs });
    try {
      return { capture: await captureTree({ ...input, git, fresh: attempt > 1 }), git, remarks, withoutLfs };
    } catch (error) {
      const words = messageOf(error);
      if (!withoutLfs && FILTER_FAILED.test(words)) {
        withoutLfs = true;
        attempt -= 1;
        remarks.push(
          'git-lfs is missing or fails: changed files it would replace by a pointer are held whole',
        );
        continue;
      }
      if (attempt >= ATTEMPTS || FINAL.test(words)) throw error;
      logLine(input.state, 'warn', `checkpoint: the private index is made anew, because ${words}`, input.now);
    }
  }
}
