import { HooksError } from '../../errors.ts';
import { gitOrThrow } from '../../platform/git.ts';
import { remoteGit } from '../../platform/git-remote.ts';
import { isId } from '../../store/names.ts';
import type { Repository } from '../../store/paths.ts';
import { CHECKPOINT_REFS } from '../plumbing.ts';
import { type Remote, shownWords } from './remote.ts';

export const DOCUMENT_REFS = 'refs/claude-hooks/documents/';
/** Where what a remote sent lies until it has been looked at. */
export const INCOMING_REFS = 'refs/claude-hooks/incoming/';

const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const LIST_TIME_MS = 60_000;
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const MOST_REFS = 50_000;

/** What a remote, or this repository, has of ours: commits by id. */
export interface SharedRefs {
  checkpoints: Map<string, string>;
  documents: Map<string, string>;
}

export interface RemoteRefs extends SharedRefs {
  /** Every object the remote names, its branches too. */
  all: string[];
  /** Refs below ours whose names are no ids: they are left alone. */
  odd: number;
}

/**
 * Asks a remote for its refs, once.
 * @throws HooksError where it cannot be reached, takes too long, or answers with more than can be right.
 */
export async function listRemote(
  repository: Repository,
  remote: Remote,
  timeoutMs: number,
): Promise<RemoteRefs> {
  const result = await remoteGit(['ls-remote', '--quiet', '--', remote.target], {
    cwd: repository.root,
    timeoutMs: Math.min(LIST_TIME_MS, timeoutMs),
    maxOutput: MAX_LIST_BYTES,
  });
  if (result.code !== 0) throw unreachable(remote, result);
  const found = readList(result.stdout.toString('utf8'), '\t');
  if (found.checkpoints.size + found.documents.size > MOST_REFS)
    throw failed(
      'remote-too-many',
      `${remote.url} names more than ${MOST_REFS} checkpoints`,
      'Prune them there.',
    );
  return found;
}

/** What this repository has. */
export async function listLocal(repository: Repository): Promise<SharedRefs> {
  const output = await gitOrThrow(
    ['for-each-ref', '--format=%(objectname) %(refname)', CHECKPOINT_REFS, DOCUMENT_REFS],
    { cwd: repository.root, timeoutMs: LIST_TIME_MS },
  );
  return readList(output, ' ');
}

/** Reads lines of an object and the name of a ref. What is anything else is passed over. */
export function readList(output: string, separator: string): RemoteRefs {
  const refs: RemoteRefs = { checkpoints: new Map(), documents: new Map(), all: [], odd: 0 };
  for (const line of output.split('\n')) {
    const at = line.indexOf(separator);
    const [oid, ref] = [line.slice(0, at), line.slice(at + 1)];
    if (at === -1 || !OID.test(oid)) continue;
    refs.all.push(oid);
    for (const [prefix, known] of [
      [CHECKPOINT_REFS, refs.checkpoints],
      [DOCUMENT_REFS, refs.documents],
    ] as const) {
      if (!ref.startsWith(prefix)) continue;
      const id = ref.slice(prefix.length);
      if (isId(id)) known.set(id, oid);
      else refs.odd += 1;
    }
  }
  return refs;
}

/** The error of a remote that did not answer as it should. */
export function unreachable(remote: Remote, result: { words: string; ended?: string }): HooksError {
  const why =
    result.ended === 'time'
      ? 'it took too long'
      : result.ended === 'output'
        ? 'its answer is larger than can be right'
        : shownWords(result.words.split('\n').slice(-3).join(' ')).slice(0, 500) || 'git says nothing';
  return failed(
    'remote-unreachable',
    `${remote.url} (${remote.name}) cannot be read: ${why}`,
    'See what git says: git ls-remote. It is never asked for a password: set up ssh keys or a credential helper.',
  );
}

function failed(code: string, message: string, hint: string): HooksError {
  return new HooksError({ code, kind: 'failed', message, hint });
}
