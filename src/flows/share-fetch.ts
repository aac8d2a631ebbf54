import { optional } from '../checkpoints/metadata.ts';
import { CHECKPOINT_REFS } from '../checkpoints/plumbing.ts';
import {
  clearIncoming,
  forgetDocuments,
  listIncoming,
  type NotReceived,
  receiveRefs,
  tooOldToReceive,
  updateRefs,
} from '../checkpoints/share/receive.ts';
import {
  DOCUMENT_REFS,
  INCOMING_REFS,
  listLocal,
  listRemote,
  type RemoteRefs,
  type SharedRefs,
} from '../checkpoints/share/refs.ts';
import { chooseRemote, type Remote } from '../checkpoints/share/remote.ts';
import { type DocumentArrival, takeDocuments } from '../checkpoints/share/take-documents.ts';
import { validateCheckpoints } from '../checkpoints/share/validate.ts';
import { HooksError } from '../errors.ts';
import { gitOrThrow } from '../platform/git.ts';
import { acquireLock } from '../store/lock.ts';
import type { Repository } from '../store/paths.ts';
import { TIMEOUT_MS } from './share.ts';
import type { Workplace } from './workplace.ts';

export interface FetchRequest {
  /** The name of a remote. */
  remote?: string;
  dryRun: boolean;
  /** Milliseconds one git may take; 10 minutes unless told. */
  timeoutMs?: number;
  /** Bytes that may come over the line; 2 GB unless told. */
  maxBytes?: number;
  onProgress?(line: string): void;
}

export interface FetchedRef {
  kind: 'checkpoint' | 'document';
  /** Of the checkpoint. */
  id: string;
  ref: string;
  commit: string;
  /**
   * new: it would be fetched. there: it was here. conflict: something else is here, and stays. invalid: it may not
   * count. skipped: it belongs to nothing that is here. failed: it did not come, and may another time.
   */
  state: 'new' | 'fetched' | 'there' | 'conflict' | 'invalid' | 'skipped' | 'failed';
  why?: string;
  /** Of a checkpoint that was fetched. */
  name?: string;
}

export interface FetchResult {
  remote: string;
  /** Without passwords. */
  url: string;
  applied: boolean;
  refs: FetchedRef[];
  /** Refs at the remote whose names are no ids. */
  odd: number;
}

const MAX_BYTES = 2 * 1024 ** 3;
const LOCK_WAIT_MS = 5_000;

/**
 * Fetches checkpoints and their documents from a remote. What comes counts only after it was looked at; a ref or a file
 * that is here is never overwritten; no other ref, FETCH_HEAD or file is touched. Cut off or refused in part, the same
 * again fetches the rest.
 * @throws HooksError where the remote is not found or cannot be reached, or another one is at it.
 */
export async function fetchCheckpoints(place: Workplace, request: FetchRequest): Promise<FetchResult> {
  const { repository, state } = place;
  const remote = await chooseRemote(repository, request.remote, 'fetch');
  const old = await tooOldToReceive(repository);
  if (old !== undefined) throw tooOld(old);
  const lock = acquireLock(state.locks, 'share', LOCK_WAIT_MS);
  if (lock === undefined) throw busy();
  try {
    const theirs = await listRemote(repository, remote, request.timeoutMs ?? TIMEOUT_MS);
    const local = await listLocal(repository);
    const refs = planFetch(theirs, local);
    const result = { remote: remote.name, url: remote.url, odd: theirs.odd };
    if (request.dryRun) return { ...result, applied: false, refs };
    await clearIncoming(repository);
    await forgetDocuments(repository, local);
    try {
      return { ...result, applied: true, refs: await carryOut(place, remote, refs, request) };
    } finally {
      await clearIncoming(repository);
    }
  } finally {
    lock.release();
  }
}

/** Compares what the remote has with what is here. */
export function planFetch(theirs: RemoteRefs, local: SharedRefs): FetchedRef[] {
  const refs: FetchedRef[] = [];
  for (const [id, commit] of theirs.checkpoints) {
    const here = local.checkpoints.get(id);
    const ref = { kind: 'checkpoint' as const, id, ref: `${CHECKPOINT_REFS}${id}`, commit };
    if (here === undefined) refs.push({ ...ref, state: 'new' });
    else if (here === commit) refs.push({ ...ref, state: 'there' });
    else refs.push({ ...ref, state: 'conflict', why: 'another one has this id here' });
  }
  const usable = new Set(refs.filter(({ state }) => state !== 'conflict').map(({ id }) => id));
  for (const [id, commit] of theirs.documents) {
    const ref = { kind: 'document' as const, id, ref: `${DOCUMENT_REFS}${id}`, commit };
    if (usable.has(id)) refs.push({ ...ref, state: local.documents.get(id) === commit ? 'there' : 'new' });
    else refs.push({ ...ref, state: 'skipped', why: 'its checkpoint is not there, or another one is here' });
  }
  return refs;
}

async function carryOut(
  { repository }: Workplace,
  remote: Remote,
  planned: readonly FetchedRef[],
  request: FetchRequest,
): Promise<FetchedRef[]> {
  const known = await refTips(repository);
  const missing = await receiveRefs(
    repository,
    remote,
    planned.flatMap((one) => (one.state === 'new' ? [{ ref: one.ref, incoming: incomingOf(one) }] : [])),
    {
      timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
      maxBytes: request.maxBytes ?? MAX_BYTES,
      ...optional('onProgress', request.onProgress),
    },
  );
  const incoming = await listIncoming(repository);
  const refs = planned.map((one) => (one.state === 'new' ? received(one, missing, incoming) : one));
  const checkpoints = await takeCheckpoints(
    repository,
    refs.filter(({ kind }) => kind === 'checkpoint'),
    known,
  );
  const usable = new Map(
    checkpoints.flatMap(({ id, commit, state }) =>
      state === 'fetched' || state === 'there' ? [[id, commit] as const] : [],
    ),
  );
  const documents = refs.filter(({ kind }) => kind === 'document');
  const looked = await takeDocuments(
    repository,
    documents.flatMap(({ id, commit, state }) => {
      const checkpoint = usable.get(id);
      return checkpoint !== undefined && (state === 'new' || state === 'there')
        ? [{ id, commit, checkpoint }]
        : [];
    }),
  );
  return [...checkpoints, ...documents.map((one) => documentResult(one, looked.get(one.id)))];
}

function received(
  planned: FetchedRef,
  missing: ReadonlyMap<string, NotReceived>,
  incoming: ReadonlyMap<string, string>,
): FetchedRef {
  const failure = missing.get(planned.ref);
  const commit = incoming.get(incomingOf(planned));
  if (failure === undefined && commit !== undefined) return { ...planned, commit };
  const { invalid, why } = failure ?? { invalid: false, why: 'it did not come' };
  return { ...planned, state: invalid ? 'invalid' : 'failed', why };
}

/** Lets those that are what they say become checkpoints of this repository. */
async function takeCheckpoints(
  repository: Repository,
  refs: readonly FetchedRef[],
  known: readonly string[],
): Promise<FetchedRef[]> {
  const open = refs.filter(({ state }) => state === 'new');
  const looked = await validateCheckpoints(
    repository,
    new Map(open.map(({ id, commit }) => [id, commit])),
    known,
  );
  const good = open.filter(({ id }) => typeof looked.get(id) === 'object');
  const taken = await createRefs(repository, good);
  return refs.map((one) => {
    const found = looked.get(one.id);
    if (one.state !== 'new' || found === undefined) return one;
    if (typeof found === 'string') return { ...one, state: 'invalid', why: found };
    if (!taken.has(one.ref))
      return { ...one, state: 'conflict', why: 'something else has this id here by now' };
    return { ...one, state: 'fetched', name: found.name };
  });
}

/** All at once; where one of them is here by now, one by one. @returns those that were created. */
async function createRefs(repository: Repository, refs: readonly FetchedRef[]): Promise<Set<string>> {
  const create = (some: readonly FetchedRef[]): Promise<void> =>
    updateRefs(
      repository,
      some.map(({ ref, commit }) => `create ${ref} ${commit}`),
    );
  try {
    if (refs.length > 0) await create(refs);
    return new Set(refs.map(({ ref }) => ref));
  } catch {
    const created = new Set<string>();
    for (const one of refs) {
      const error = await create([one]).catch((reason: unknown) => reason);
      if (error === undefined) created.add(one.ref);
    }
    return created;
  }
}

function documentResult(ref: FetchedRef, arrival: DocumentArrival | undefined): FetchedRef {
  if (arrival !== undefined) return { ...ref, ...arrival };
  return ref.state === 'new' ? { ...ref, state: 'skipped', why: 'its checkpoint is not here' } : ref;
}

function incomingOf({ kind, id }: FetchedRef): string {
  return `${INCOMING_REFS}${kind}s/${id}`;
}

/** What every ref of this repository points to. */
async function refTips(repository: Repository): Promise<string[]> {
  const options = { cwd: repository.root, timeoutMs: 60_000 };
  const output = await gitOrThrow(['for-each-ref', '--format=%(objectname) %(objecttype)'], options);
  return output
    .split('\n')
    .flatMap((line) => (/ (?:commit|tag)$/.test(line) ? [line.slice(0, line.indexOf(' '))] : []));
}

function tooOld(version: string): HooksError {
  return new HooksError({
    code: 'git-too-old',
    kind: 'failed',
    message: `${version} would write FETCH_HEAD on the way; fetching checkpoints needs git 2.29 or newer`,
    hint: 'Update git, or fetch by hand: git fetch REMOTE refs/claude-hooks/checkpoints/ID:refs/claude-hooks/checkpoints/ID',
  });
}

function busy(): HooksError {
  return new HooksError({
    code: 'share-busy',
    kind: 'failed',
    message: 'Another claude-hooks is fetching checkpoints into this repository',
    hint: 'Try again when it is done.',
  });
}
