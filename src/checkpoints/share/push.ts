import { remoteGit } from '../../platform/git-remote.ts';
import type { Repository } from '../../store/paths.ts';
import { type Remote, shownWords } from './remote.ts';

/** One ref to push, and what the remote has there now. */
export interface PushItem {
  ref: string;
  commit: string;
  /** Undefined where the remote has no such ref. */
  expected: string | undefined;
}

export type PushOutcome =
  /** The remote has it now. */
  | { state: 'pushed' }
  /** Somebody else was faster. */
  | { state: 'conflict'; why: string }
  /** The remote does not take it. */
  | { state: 'refused'; why: string }
  /** It is not known to have arrived; it may be pushed again. */
  | { state: 'failed'; why: string };

export interface PushTransport {
  timeoutMs: number;
  onProgress?(line: string): void;
}

/** How many refs go along at a time: what one of them runs into, the others behind it may not. */
const CHUNK = 100;
const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * Pushes refs, each only where the remote still has what was seen there. Runs no hook of the person. What had arrived
 * when it was cut off stays there; the same again pushes the rest.
 * @returns an outcome for each ref, in any order.
 */
export async function pushRefs(
  repository: Repository,
  remote: Remote,
  items: readonly PushItem[],
  transport: PushTransport,
): Promise<Map<string, PushOutcome>> {
  const outcomes = new Map<string, PushOutcome>();
  for (let at = 0; at < items.length; at += CHUNK) {
    const chunk = items.slice(at, at + CHUNK);
    const lost = await pushChunk(repository, remote, chunk, transport, outcomes);
    if (lost === undefined) continue;
    for (const { ref } of items.slice(at))
      if (!outcomes.has(ref)) outcomes.set(ref, { state: 'failed', why: lost });
    break;
  }
  return outcomes;
}

/** @returns why the remote cannot be reached any more; undefined where it answered. */
async function pushChunk(
  repository: Repository,
  remote: Remote,
  chunk: readonly PushItem[],
  transport: PushTransport,
  outcomes: Map<string, PushOutcome>,
): Promise<string | undefined> {
  const result = await remoteGit(
    [
      '-c',
      'push.followTags=false',
      '-c',
      'push.gpgSign=false',
      '-c',
      'push.recurseSubmodules=no',
      'push',
      '--porcelain',
      '--progress',
      '--no-verify',
      ...chunk.map(({ ref, expected }) => `--force-with-lease=${ref}:${expected ?? ''}`),
      '--',
      remote.target,
      ...chunk.map(({ ref, commit }) => `${commit}:${ref}`),
    ],
    {
      cwd: repository.root,
      timeoutMs: transport.timeoutMs,
      maxOutput: MAX_OUTPUT,
      onProgress: (line) => {
        transport.onProgress?.(line);
        return false;
      },
    },
  );
  for (const [ref, outcome] of readReport(result.stdout.toString('utf8'))) outcomes.set(ref, outcome);
  if (chunk.every(({ ref }) => outcomes.has(ref))) return undefined;
  if (result.ended === 'time') return `it took longer than ${Math.round(transport.timeoutMs / 1000)} s`;
  return (
    shownWords(result.words.split('\n').slice(-3).join(' ')).slice(0, 500) ||
    `git push ended with ${result.code}`
  );
}

/** Reads what `git push --porcelain` says of each ref. */
export function readReport(output: string): Map<string, PushOutcome> {
  const outcomes = new Map<string, PushOutcome>();
  for (const line of output.split('\n')) {
    const [flag = '', refs = '', summary = ''] = line.split('\t');
    const ref = refs.slice(refs.indexOf(':') + 1);
    if (flag.length !== 1 || !refs.includes(':')) continue;
    if ('=*+ '.includes(flag)) outcomes.set(ref, { state: 'pushed' });
    else if (flag === '!') outcomes.set(ref, rejected(summary));
  }
  return outcomes;
}

function rejected(summary: string): PushOutcome {
  const why = shownWords(summary.replace(/^\[(?:remote )?rejected\] ?/, '').replace(/^\((.*)\)$/, '$1'));
  // Not what was seen there a moment ago: by our own lease, or by the lock of the ref over there.
  if (
    /stale info|already exists|fetch first|cannot lock ref|failed to update ref|reference already/i.test(
      summary,
    )
  )
    return { state: 'conflict', why };
  return { state: /remote failure|no match|fatal/i.test(summary) ? 'failed' : 'refused', why };
}
