import * as path from 'node:path';
import { HooksError, messageOf } from '../errors.ts';
import { type GitOptions, gitBytes } from '../platform/git.ts';
import { gitStream } from '../platform/git-stream.ts';
import { isId } from '../store/names.ts';
import type { Repository } from '../store/paths.ts';
import { decodeMessage, type Metadata } from './metadata.ts';
import { CHECKPOINT_REFS } from './plumbing.ts';

const TIMEOUT_MS = 60_000;
/** Fewer commits than this are not worth a second git. */
const TOGETHER = 500;

/** A ref of ours and what it points to. */
export interface CheckpointRef {
  id: string;
  commit: string;
}

/** A commit that is a checkpoint. */
export interface CheckpointCommitContent {
  commit: string;
  tree: string;
  metadata: Metadata;
}

/** The refs of all checkpoints, in git's order; one git process. Names that are no ids are passed over. */
export async function readRefs(repository: Repository): Promise<CheckpointRef[]> {
  // Nothing that would make git open the objects: with ten thousand of them, that is what takes the time.
  const format = '--format=%(objectname) %(refname)';
  const result = await gitBytes(['for-each-ref', format, CHECKPOINT_REFS], optionsFor(repository));
  if (result.code !== 0) throw unreadable(repository, result.stderr);
  const refs: CheckpointRef[] = [];
  for (const line of result.stdout.toString('latin1').split('\n')) {
    const [commit = '', ref = ''] = line.split(' ');
    const id = ref.slice(CHECKPOINT_REFS.length);
    if (isId(id)) refs.push({ id, commit });
  }
  return refs;
}

/** `other` is no checkpoint of a known version; undefined is missing. */
export type Content = CheckpointCommitContent | 'other' | undefined;

/**
 * What commits say of themselves, one after another; many are read by two git processes at once, so not in order.
 * @param names object ids, or full names of refs.
 */
export async function readCommits(
  repository: Repository,
  names: readonly string[],
  take: (content: Content) => void,
): Promise<void> {
  const half = names.length < TOGETHER ? names.length : Math.ceil(names.length / 2);
  const read = async (part: readonly string[]): Promise<void> => {
    if (part.length === 0) return;
    const reader = openBatchReader(take);
    const input = `${part.join('\n')}\n`;
    for await (const chunk of gitStream(['cat-file', '--batch', '--buffer'], {
      ...optionsFor(repository),
      input,
    }))
      reader(chunk);
  };
  try {
    await Promise.all([read(names.slice(0, half)), read(names.slice(half))]);
  } catch (error) {
    throw unreadable(repository, messageOf(error));
  }
}

/** Reads the answer of `git cat-file --batch`, in pieces cut anywhere. */
export function openBatchReader(take: (content: Content) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const output = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at < output.length) {
      const end = output.indexOf(0x0a, at);
      if (end === -1) break;
      const [, commit = '', type, size] =
        /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(output.toString('latin1', at, end)) ?? [];
      const stop = size === undefined ? end : end + 1 + Number(size);
      if (stop >= output.length) break;
      if (size === undefined) take(undefined);
      else take(type === 'commit' ? readContent(commit, output.toString('utf8', end + 1, stop)) : 'other');
      at = stop + 1;
    }
    rest = output.subarray(at);
  };
}

function readContent(commit: string, body: string): CheckpointCommitContent | 'other' {
  const tree = /^tree ([0-9a-f]{40,64})\n/.exec(body)?.[1];
  const metadata = decodeMessage(body.slice(body.indexOf('\n\n') + 2));
  return tree === undefined || metadata === undefined ? 'other' : { commit, tree, metadata };
}

function optionsFor(repository: Repository): GitOptions {
  return {
    cwd: repository.root,
    timeoutMs: TIMEOUT_MS,
    env: {
      GIT_CEILING_DIRECTORIES: path.dirname(repository.root),
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
    },
  };
}

function unreadable(repository: Repository, words: string): HooksError {
  return new HooksError({
    code: 'checkpoints-unreadable',
    kind: 'failed',
    message: `The checkpoints of ${repository.root} cannot be listed: ${words.trim().split('\n').at(-1) ?? ''}`,
    hint: 'See what git says there: git for-each-ref refs/claude-hooks/',
  });
}
