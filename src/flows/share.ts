import { findCheckpoint, listCheckpoints } from '../checkpoints/list.ts';
import { writeDocumentCommits } from '../checkpoints/share/documents.ts';
import { type PushOutcome, pushRefs } from '../checkpoints/share/push.ts';
import { type PlannedRef, planRefs } from '../checkpoints/share/push-plan.ts';
import { forgetDocuments, updateRefs } from '../checkpoints/share/receive.ts';
import { DOCUMENT_REFS, listLocal, listRemote, type SharedRefs } from '../checkpoints/share/refs.ts';
import { chooseRemote, listRemotes, type Remote } from '../checkpoints/share/remote.ts';
import { countHistory, type Outgoing, scanOutgoing } from '../checkpoints/share/scan.ts';
import type { CheckpointSummary } from '../checkpoints/types.ts';
import { HooksError } from '../errors.ts';
import type { Workplace } from './workplace.ts';

export interface PushRequest {
  /** The name of a remote, where the first is one; then names of checkpoints. None: all that are not there yet. */
  words: readonly string[];
  dryRun: boolean;
  /** Pushes also what looks like a secret. */
  allowSecrets: boolean;
  /** Milliseconds one git may take; 10 minutes unless told. */
  timeoutMs?: number;
  /** Asked with the plan before anything leaves this machine. Absent means yes. */
  confirm?(plan: PushResult): Promise<boolean>;
  onProgress?(line: string): void;
}

/** One ref, what was planned with it, and what became of it. */
export interface SharedRef {
  kind: 'checkpoint' | 'document';
  id: string;
  ref: string;
  commit: string;
  /** As planned (`new`, `update`, `there`, `conflict`, `skipped`), then as it went. */
  state: PlannedRef['state'] | PushOutcome['state'];
  why?: string;
}

export interface PushResult {
  remote: string;
  /** Without passwords. */
  url: string;
  /** Whether it was tried. */
  applied: boolean;
  /** Why nothing was tried, where that is not for a person to decide. */
  refused?: 'secrets';
  refs: SharedRef[];
  outgoing: Outgoing;
  /** Commits of the person's own history that the remote does not have, and how many of them are marked WIP. */
  history: { commits: number; wip: number };
  /** Documents that lost a secret on the way. */
  redacted: number;
}

export const TIMEOUT_MS = 600_000;

/**
 * Pushes checkpoints and their documents to a remote, each only where nothing else has its id there. Nothing is ever
 * pushed by itself, and nothing by force. Before anything leaves, what would leave is looked into for secrets; the
 * documents are redacted once more, and documents of checkpoints that do not arrive stay here. Cut off or refused in
 * part, the same again pushes the rest.
 * @throws HooksError where the remote or a checkpoint is not found, or the remote cannot be reached.
 */
export async function pushCheckpoints(place: Workplace, request: PushRequest): Promise<PushResult> {
  const { repository } = place;
  const { remote, names } = await readWords(place, request.words);
  const checkpoints = await chosenCheckpoints(place, names);
  const theirs = await listRemote(repository, remote, request.timeoutMs ?? TIMEOUT_MS);
  const local = await listLocal(repository);
  const planned = await planRefs(repository, checkpoints, local, theirs);
  const tips = planned.flatMap(({ kind, state, commit }) =>
    kind === 'checkpoint' && state === 'new' ? [commit] : [],
  );
  const heads = checkpoints.flatMap(({ commit, head }) =>
    head !== undefined && tips.includes(commit) ? [head] : [],
  );
  const [outgoing, history] = await Promise.all([
    scanOutgoing(repository, tips, theirs.all),
    countHistory(repository, heads, theirs.all),
  ]);
  const result: PushResult = {
    remote: remote.name,
    url: remote.url,
    applied: false,
    refs: planned.map(shownRef),
    outgoing,
    history,
    redacted: planned.filter(({ document, state }) => document?.redacted === true && isToPush(state)).length,
  };
  if (outgoing.secrets.length > 0 && !request.allowSecrets) return { ...result, refused: 'secrets' };
  if (request.dryRun || !planned.some(({ state }) => isToPush(state))) return result;
  if (request.confirm !== undefined && !(await request.confirm(result))) return result;
  return { ...result, applied: true, refs: await carryOut(place, remote, planned, local, request) };
}

async function readWords(
  { repository }: Workplace,
  words: readonly string[],
): Promise<{ remote: Remote; names: readonly string[] }> {
  const [first, ...others] = words;
  const isRemote = first !== undefined && (await listRemotes(repository)).includes(first);
  const remote = await chooseRemote(repository, isRemote ? first : undefined, 'push');
  return { remote, names: isRemote ? others : words };
}

async function chosenCheckpoints(
  { repository }: Workplace,
  names: readonly string[],
): Promise<CheckpointSummary[]> {
  if (names.length === 0) return listCheckpoints(repository);
  const found = new Map<string, CheckpointSummary>();
  for (const name of names) {
    const one = await findCheckpoint(repository, name).catch(async (error: unknown) => {
      if (!(error instanceof HooksError) || error.code !== 'checkpoint-unknown') throw error;
      const remotes = (await listRemotes(repository)).slice(0, 10).join(', ');
      throw new HooksError({
        code: error.code,
        kind: error.kind,
        message: `${error.message}. There is no remote of that name either (${remotes})`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    });
    found.set(one.id, one);
  }
  return [...found.values()];
}

async function carryOut(
  place: Workplace,
  remote: Remote,
  planned: readonly PlannedRef[],
  local: SharedRefs,
  request: PushRequest,
): Promise<SharedRef[]> {
  const { repository } = place;
  const transport = {
    timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
    ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
  };
  const pushable = planned.filter(({ state }) => isToPush(state));
  const outcomes = await pushRefs(
    repository,
    remote,
    pushable.filter(({ kind }) => kind === 'checkpoint'),
    transport,
  );
  const checkpoints = new Map(
    planned.filter(({ kind }) => kind === 'checkpoint').map((one) => [one.id, one]),
  );
  const arrived = (id: string): boolean => {
    const first = checkpoints.get(id);
    return first?.state === 'there' || outcomes.get(first?.ref ?? '')?.state === 'pushed';
  };
  const documents = pushable.filter(({ kind, id }) => kind === 'document' && arrived(id));
  await writeDocumentCommits(
    repository,
    documents.flatMap(({ document }) => document ?? []),
  );
  for (const [ref, outcome] of await pushRefs(repository, remote, documents, transport))
    outcomes.set(ref, outcome);
  const results = planned.map((one): SharedRef => {
    const outcome = outcomes.get(one.ref);
    if (outcome !== undefined) return { ...shownRef(one), ...outcome };
    return isToPush(one.state)
      ? { ...shownRef(one), state: 'skipped', why: 'its checkpoint did not arrive' }
      : shownRef(one);
  });
  await rememberDocuments(place, planned, results, local);
  await forgetDocuments(repository, local);
  return results;
}

/** Notes which version of each document the remote has now, so that a later edit can follow it. */
async function rememberDocuments(
  { repository }: Workplace,
  planned: readonly PlannedRef[],
  results: readonly SharedRef[],
  local: SharedRefs,
): Promise<void> {
  const states = new Map(results.map(({ ref, state }) => [ref, state]));
  const known = planned.filter(({ id, ref, commit, document, expected }) => {
    const state = states.get(ref);
    const isThere = state === 'pushed' || (state === 'there' && expected === commit);
    return document !== undefined && isThere && local.documents.get(id) !== commit;
  });
  // Those that a push had brought there before it was cut off; the others were written for this one.
  await writeDocumentCommits(
    repository,
    known.flatMap(({ state, document }) => (state === 'there' && document !== undefined ? [document] : [])),
  );
  const lines = known.map(
    ({ id, commit }) =>
      `update ${DOCUMENT_REFS}${id} ${commit} ${local.documents.get(id) ?? '0'.repeat(commit.length)}`,
  );
  if (lines.length > 0) await updateRefs(repository, lines);
}

function isToPush(state: PlannedRef['state']): boolean {
  return state === 'new' || state === 'update';
}

function shownRef({ kind, id, ref, commit, state, why }: PlannedRef): SharedRef {
  return { kind, id, ref, commit, state, ...(why === undefined ? {} : { why }) };
}
