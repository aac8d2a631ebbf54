import type { Repository } from '../../store/paths.ts';
import { CHECKPOINT_REFS } from '../plumbing.ts';
import type { CheckpointSummary } from '../types.ts';
import { commitOfDocument, type DocumentCommit, readSharedDocuments } from './documents.ts';
import { DOCUMENT_REFS, type RemoteRefs, type SharedRefs } from './refs.ts';

/** What is to happen to one ref at the remote. */
export interface PlannedRef {
  kind: 'checkpoint' | 'document';
  /** Of the checkpoint. */
  id: string;
  ref: string;
  commit: string;
  /** What the remote has there now. */
  expected: string | undefined;
  /**
   * new: the remote has none. update: it has the version before. there: nothing is to be pushed. conflict: it has
   * something else. skipped: it cannot be shared.
   */
  state: 'new' | 'update' | 'there' | 'conflict' | 'skipped';
  why?: string;
  document?: DocumentCommit;
}

/** Compares what is here with what the remote has. Reads, and writes nothing. */
export async function planRefs(
  repository: Repository,
  checkpoints: readonly CheckpointSummary[],
  local: SharedRefs,
  remote: RemoteRefs,
): Promise<PlannedRef[]> {
  const ids = new Set(checkpoints.map(({ id }) => id));
  const shared = await readSharedDocuments(
    repository,
    new Map([...local.documents].filter(([id]) => ids.has(id))),
  );
  return checkpoints.flatMap((checkpoint): PlannedRef[] => {
    const { id, commit } = checkpoint;
    const first = refOf('checkpoint', id, commit, remote.checkpoints.get(id));
    const known = shared.get(id);
    const made = commitOfDocument(repository.root, checkpoint, typeof known === 'string' ? undefined : known);
    if (made === undefined) return [first];
    const ref = refOf('document', id, '', remote.documents.get(id));
    // A document means nothing beside another checkpoint.
    if (first.state === 'conflict')
      return [first, { ...ref, state: 'skipped', why: 'its checkpoint is another one there' }];
    if (typeof made === 'string') return [first, { ...ref, state: 'skipped', why: made }];
    return [first, documentRef(made, local.documents.get(id), ref)];
  });
}

function refOf(
  kind: PlannedRef['kind'],
  id: string,
  commit: string,
  expected: string | undefined,
): PlannedRef {
  const state = expected === undefined ? 'new' : expected === commit ? 'there' : 'conflict';
  return {
    kind,
    id,
    ref: `${kind === 'checkpoint' ? CHECKPOINT_REFS : DOCUMENT_REFS}${id}`,
    commit,
    expected,
    state,
    ...(state === 'conflict' ? { why: 'another one has this id there' } : {}),
  };
}

function documentRef(document: DocumentCommit, last: string | undefined, ref: PlannedRef): PlannedRef {
  const { commit } = document;
  const planned = { ...ref, commit, document };
  if (ref.expected === undefined) return withoutWhy({ ...planned, state: 'new' });
  // Nothing was edited here, so whatever is there is theirs.
  if (ref.expected === commit || commit === last) return withoutWhy({ ...planned, state: 'there' });
  if (ref.expected === last) return withoutWhy({ ...planned, state: 'update' });
  return {
    ...planned,
    state: 'conflict',
    why: `it was edited there too: move .claude/checkpoints/${ref.id}.md aside, fetch, and put your words into what comes`,
  };
}

function withoutWhy({ why: _, ...ref }: PlannedRef): PlannedRef {
  return ref;
}
