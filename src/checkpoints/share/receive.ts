import { git, gitOrThrow } from '../../platform/git.ts';
import { remoteGit } from '../../platform/git-remote.ts';
import type { Repository } from '../../store/paths.ts';
import { DOCUMENT_REFS, INCOMING_REFS, type SharedRefs } from './refs.ts';
import { type Remote, shownWords } from './remote.ts';

export interface ReceiveItem {
  /** The name at the remote. */
  ref: string;
  /** Below `INCOMING_REFS`. */
  incoming: string;
}

export interface ReceiveLimits {
  timeoutMs: number;
  /** Bytes received in all, as they come over the line. */
  maxBytes: number;
  onProgress?(line: string): void;
}

/** Why a ref did not arrive. */
export interface NotReceived {
  /** Whether git refused what came; else it may come another time. */
  invalid: boolean;
  why: string;
}

const CHUNK = 100;
const MAX_OUTPUT = 16 * 1024 * 1024;
/** Nothing but the named refs, nothing of the person's is written, and every object is looked at. */
const FETCH = [
  '-c',
  'fetch.fsckObjects=true',
  '-c',
  'transfer.fsckObjects=true',
  '-c',
  'fetch.writeCommitGraph=false',
  '-c',
  'core.logAllRefUpdates=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  'fetch',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-prune',
  '--no-filter',
  '--no-show-forced-updates',
  '--refmap=',
  '--progress',
];

/**
 * Fetches refs to where they can be looked at; neither FETCH_HEAD nor any ref of the person is touched. What git's own
 * check of the objects refuses does not keep the others back. Call it only while holding the lock of sharing.
 * @returns for the refs that did not arrive, why.
 */
export async function receiveRefs(
  repository: Repository,
  remote: Remote,
  items: readonly ReceiveItem[],
  limits: ReceiveLimits,
): Promise<Map<string, NotReceived>> {
  const missing = new Map<string, NotReceived>();
  let left = limits.maxBytes;
  const open: (readonly ReceiveItem[])[] = [];
  for (let at = 0; at < items.length; at += CHUNK) open.push(items.slice(at, at + CHUNK));
  for (let chunk = open.shift(); chunk !== undefined; chunk = open.shift()) {
    const { failure, bytes } = await receiveChunk(repository, remote, chunk, { ...limits, maxBytes: left });
    left -= bytes;
    if (failure === undefined) continue;
    const half = Math.ceil(chunk.length / 2);
    if (failure.invalid && chunk.length > 1) open.unshift(chunk.slice(0, half), chunk.slice(half));
    else for (const { ref } of chunk) missing.set(ref, failure);
    if (failure.invalid) continue;
    for (const { ref } of open.flat())
      missing.set(ref, { ...failure, why: `not tried, because: ${failure.why}` });
    break;
  }
  return missing;
}

/** What lies there unlooked at, also from a run that was killed. */
export async function listIncoming(repository: Repository): Promise<Map<string, string>> {
  const output = await gitOrThrow(['for-each-ref', '--format=%(objectname) %(refname)', INCOMING_REFS], {
    cwd: repository.root,
    timeoutMs: 60_000,
  });
  return new Map(
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))] as const),
  );
}

/** Removes what lies there. Call it only while holding the lock of sharing. */
export async function clearIncoming(repository: Repository): Promise<void> {
  const refs = [...(await listIncoming(repository)).keys()];
  if (refs.length === 0) return;
  await updateRefs(
    repository,
    refs.map((ref) => `delete ${ref}`),
  );
}

/** Forgets which version of a document was shared, where its checkpoint was pruned. */
export async function forgetDocuments(repository: Repository, local: SharedRefs): Promise<void> {
  const lost = [...local.documents].filter(([id]) => !local.checkpoints.has(id));
  if (lost.length === 0) return;
  await updateRefs(
    repository,
    lost.map(([id, commit]) => `delete ${DOCUMENT_REFS}${id} ${commit}`),
  );
}

/** Runs lines of `git update-ref --stdin` as one transaction. @throws HooksError where it fails, all of it. */
export async function updateRefs(repository: Repository, lines: readonly string[]): Promise<void> {
  await gitOrThrow(['-c', 'core.logAllRefUpdates=false', 'update-ref', '--stdin'], {
    cwd: repository.root,
    timeoutMs: 60_000,
    input: `${lines.join('\n')}\n`,
  });
}

/** Whether this git can fetch without writing FETCH_HEAD. @returns its version where it cannot. */
export async function tooOldToReceive(repository: Repository): Promise<string | undefined> {
  const { stdout } = await git(['version'], { cwd: repository.root });
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 29) ? undefined : stdout.trim();
}

async function receiveChunk(
  repository: Repository,
  remote: Remote,
  chunk: readonly ReceiveItem[],
  limits: ReceiveLimits,
): Promise<{ failure?: NotReceived; bytes: number }> {
  let bytes = 0;
  const specs = chunk.map(({ ref, incoming }) => `${ref}:${incoming}`);
  const result = await remoteGit([...FETCH, '--', remote.target, ...specs], {
    cwd: repository.root,
    timeoutMs: limits.timeoutMs,
    maxOutput: MAX_OUTPUT,
    onProgress(line) {
      // What the remote itself says counts for nothing.
      if (!line.startsWith('remote:')) bytes = Math.max(bytes, receivedBytes(line));
      limits.onProgress?.(line);
      return bytes > limits.maxBytes;
    },
  });
  if (result.code === 0) return { bytes };
  const failure =
    result.ended === 'progress'
      ? { invalid: false, why: `more than ${limits.maxBytes} bytes came; git gc removes them` }
      : result.ended === 'time'
        ? { invalid: false, why: `it took longer than ${Math.round(limits.timeoutMs / 1000)} s` }
        : refusedBy(result.words);
  return { failure, bytes };
}

/** Git refuses what came, or it did not come. */
function refusedBy(words: string): NotReceived {
  const said = words.split('\n').filter((line) => !/^(?:From|hint:|warning:)/.test(line));
  const fsck = said.find((line) => /object [0-9a-f]{7,}: |fsck error/.test(line));
  const why = shownWords((fsck ?? said.slice(-2).join(' ')).replace(/^(?:error|fatal): /, '')).slice(0, 300);
  const invalid =
    fsck !== undefined ||
    /index-pack|unpack-objects|did not receive expected object|bad object|invalid|couldn't find remote ref|shallow/i.test(
      words,
    );
  return { invalid, why: why === '' ? 'git says nothing' : why };
}

/** `Receiving objects:  45% (9/20), 1.20 MiB | 3.00 MiB/s`: bytes; 0 where a line says none. */
export function receivedBytes(line: string): number {
  const [, amount, unit] = /, (\d+(?:\.\d+)?) (bytes|[KMGT]iB)/.exec(line) ?? [];
  if (amount === undefined) return 0;
  const power = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit ?? '');
  return Number(amount) * 1024 ** power;
}
