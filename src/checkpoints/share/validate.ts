import { isId } from '../../store/names.ts';
import type { Repository } from '../../store/paths.ts';
import { decodeMessage, type Metadata } from '../metadata.ts';
import type { CheckpointSummary } from '../types.ts';
import { checkObjects, listObjects, readObjects } from './objects.ts';
import { badEntry, parseTree } from './trees.ts';

/** A checkpoint's commit is its metadata; nothing sensible makes one larger. */
const MAX_COMMIT = 1_000_000;
const MAX_TREE = 64 * 1024 * 1024;
const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SESSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

interface Parent {
  commit: string;
  tree: string;
  parents: number;
}

/**
 * Looks at checkpoints of unknown origin: is each what its name says, do its metadata and its commit agree, and may its
 * trees be written to a disk. What is reachable from `known` counts as looked at.
 * @param wanted commits by id, whose objects are all here.
 * @returns by id, the checkpoint, or why it is none that may count.
 */
export async function validateCheckpoints(
  repository: Repository,
  wanted: ReadonlyMap<string, string>,
  known: readonly string[],
): Promise<Map<string, CheckpointSummary | string>> {
  const found = new Map<string, CheckpointSummary | string>();
  const bodies = await readCommitBodies(repository, [...wanted.values()]);
  const links = [...bodies.values()].flatMap((body) => linesOf(body, 'parent'));
  const parents = await readCommitBodies(repository, links);
  for (const [id, commit] of wanted) {
    const body = bodies.get(commit);
    found.set(
      id,
      body === undefined
        ? `it is no commit of at most ${MAX_COMMIT} bytes`
        : checkCommit(id, commit, body, (oid) => parentOf(oid, parents.get(oid))),
    );
  }
  const good = [...found].flatMap(([id, one]) =>
    typeof one === 'string' ? [] : [{ id, commit: one.commit }],
  );
  // All at once first, because nearly always nothing is wrong.
  if (
    (await badTree(
      repository,
      good.map(({ commit }) => commit),
      known,
    )) === undefined
  )
    return found;
  for (const { id, commit } of good) {
    const bad = await badTree(repository, [commit], known);
    if (bad !== undefined) found.set(id, bad);
  }
  return found;
}

/** Holds the metadata against the commit they stand in, because later they are believed. */
function checkCommit(
  id: string,
  commit: string,
  body: string,
  parentAt: (oid: string) => Parent | undefined,
): CheckpointSummary | string {
  const metadata = decodeMessage(body.slice(body.indexOf('\n\n') + 2));
  const [tree] = linesOf(body, 'tree');
  if (metadata === undefined || tree === undefined) return 'its commit holds no metadata of a known version';
  if (metadata.id !== id) return 'it says that it is another one';
  const odd = oddField(metadata);
  if (odd !== undefined) return `its ${odd} cannot be right`;
  const [...parents] = linesOf(body, 'parent');
  if (metadata.head !== undefined && parents.shift() !== metadata.head) return 'its head is not its parent';
  const staged = parents.shift();
  if (parents.length > 0) return 'it has more parents than it needs';
  const { indexTree, head } = metadata;
  const stagedIn = staged === undefined ? undefined : parentAt(staged);
  if (staged !== undefined && (stagedIn?.parents !== 0 || stagedIn.tree !== indexTree))
    return 'its second parent does not hold what was staged';
  const held = [tree, stagedIn?.tree, head === undefined ? undefined : parentAt(head)?.tree];
  // An unborn branch where nothing is staged has the empty tree, which git always knows.
  if (indexTree !== undefined && !held.includes(indexTree) && !isEmptyTree(indexTree))
    return 'what was staged is not in it';
  return { ...metadata, commit, tree };
}

/** The first field that nothing this program writes would hold, and that commands later act on. */
function oddField({
  conversation,
  session,
  previous,
  indexTree,
  head,
  document,
  id,
  worktree,
}: Metadata): string | undefined {
  if (session !== undefined && !SESSION.test(session)) return 'session';
  if (previous !== undefined && !isId(previous)) return 'previous checkpoint';
  if (indexTree !== undefined && !OID.test(indexTree)) return 'staged tree';
  if (head !== undefined && !OID.test(head)) return 'head';
  if (conversation !== undefined && !/^[^\0]{1,4000}\.jsonl$/s.test(conversation.transcript))
    return 'conversation';
  if (document !== '' && document.replaceAll('\\', '/') !== `.claude/checkpoints/${id}.md`) return 'document';
  return worktree.length <= 255 && !/[/\\\0]/.test(worktree) ? undefined : 'working tree';
}

function isEmptyTree(tree: string): boolean {
  return [
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
  ].includes(tree);
}

async function badTree(
  repository: Repository,
  commits: readonly string[],
  known: readonly string[],
): Promise<string | undefined> {
  const listed = await listObjects(repository, commits, known, ['--filter=blob:none']);
  const facts = await checkObjects(
    repository,
    listed.map(({ oid }) => oid),
  );
  let bad: string | undefined;
  const trees = facts.flatMap((one) => (one?.type === 'tree' ? [one] : []));
  if (trees.some(({ size }) => size > MAX_TREE))
    return `a folder in it is listed in more than ${MAX_TREE} bytes`;
  await readObjects(
    repository,
    trees.map(({ oid }) => oid),
    (oid, _type, body) => {
      const entries = parseTree(body, oid.length / 2);
      bad ??= entries === undefined ? 'a tree in it is damaged' : badEntry(entries);
    },
  );
  return bad === undefined ? undefined : `a tree in it may not be written to a disk: ${bad}`;
}

async function readCommitBodies(
  repository: Repository,
  oids: readonly string[],
): Promise<Map<string, string>> {
  const facts = await checkObjects(repository, [...new Set(oids)]);
  const small = facts.flatMap((one) => (one?.type === 'commit' && one.size <= MAX_COMMIT ? [one.oid] : []));
  const bodies = new Map<string, string>();
  await readObjects(repository, small, (oid, _type, body) => void bodies.set(oid, body.toString('utf8')));
  return bodies;
}

function linesOf(body: string, field: string): string[] {
  const head = body.split('\n\n', 1)[0] ?? '';
  return head
    .split('\n')
    .flatMap((line) => (line.startsWith(`${field} `) ? [line.slice(field.length + 1)] : []));
}

function parentOf(commit: string, body: string | undefined): Parent | undefined {
  if (body === undefined) return undefined;
  return { commit, tree: linesOf(body, 'tree')[0] ?? '', parents: linesOf(body, 'parent').length };
}
