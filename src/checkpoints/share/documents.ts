import { gitObjectName } from '../../platform/digest.ts';
import { gitOrThrow } from '../../platform/git.ts';
import { visible } from '../../platform/terminal.ts';
import { redactText } from '../../redact/redact.ts';
import type { Repository } from '../../store/paths.ts';
import { readDocument } from '../document-file.ts';
import { readMachinePart } from '../machine-part.ts';
import type { CheckpointSummary } from '../types.ts';
import { EXACT_ENV } from '../wip-branch.ts';
import { checkObjects, readObjects } from './objects.ts';
import { parseTree } from './trees.ts';

/** Larger documents are not shared. */
const MAX_DOCUMENT = 1_000_000;
/** A commit or a tree of a document is short. */
const MAX_SMALL = 10_000;
const AT_A_TIME = 8;

/** A document as a commit holds it: one Markdown file in the top folder. */
export interface SharedDocument {
  commit: string;
  parents: string[];
  text: string;
}

/** A document that is to be pushed. */
export interface DocumentCommit {
  id: string;
  commit: string;
  /** Objects that have to be there before the commit counts, in order; none where they are. */
  objects: { type: 'blob' | 'tree' | 'commit'; oid: string; body: Buffer }[];
  /** Whether secrets were removed from what is on disk. */
  redacted: boolean;
}

/**
 * The commit that shares the document of a checkpoint as it is on disk, redacted once more; the same text after the
 * same commit is always the same commit. Writes nothing.
 * @param last the document as it was shared last.
 * @returns that last commit where nothing was edited since; undefined where there is no document; else why it cannot
 * be shared.
 */
export function commitOfDocument(
  root: string,
  checkpoint: CheckpointSummary,
  last: SharedDocument | undefined,
): DocumentCommit | string | undefined {
  const { id } = checkpoint;
  const onDisk = readDocument(root, id);
  const same = (commit: string): DocumentCommit => ({ id, commit, objects: [], redacted: false });
  if (onDisk === undefined) return last === undefined ? undefined : same(last.commit);
  if (Buffer.byteLength(onDisk) > MAX_DOCUMENT) return 'it is larger than 1 MB';
  const text = redactText(onDisk);
  if (last !== undefined && [last.text, writtenText(last.text)].includes(text)) return same(last.commit);
  if (readMachinePart(text, id)?.commit !== readMachinePart(onDisk, id)?.commit)
    return 'redaction would damage its machine part';
  return { id, ...objectsOf(checkpoint, text, last?.commit), redacted: text !== onDisk };
}

/** A document as it is written to disk: what is said of another machine may neither hold secrets nor act on a terminal. */
export function writtenText(text: string): string {
  return visible(redactText(text));
}

/** Writes the objects of documents' commits, a few at a time. */
export async function writeDocumentCommits(
  repository: Repository,
  documents: readonly DocumentCommit[],
): Promise<void> {
  for (let at = 0; at < documents.length; at += AT_A_TIME) {
    const some = documents.slice(at, at + AT_A_TIME);
    await Promise.all(some.map((document) => writeDocumentCommit(repository, document)));
  }
}

async function writeDocumentCommit(repository: Repository, { objects }: DocumentCommit): Promise<void> {
  for (const { type, oid, body } of objects) {
    const args = ['hash-object', '-w', '-t', type, '--stdin'];
    const made = await gitOrThrow(args, { cwd: repository.root, env: EXACT_ENV, input: body });
    if (made.trim() !== oid) throw new Error(`git named an object ${made.trim()} that should be ${oid}`);
  }
}

/**
 * Reads documents from their commits.
 * @param wanted commits by the id of the checkpoint.
 * @returns by id, the document, or why a commit holds none.
 */
export async function readSharedDocuments(
  repository: Repository,
  wanted: ReadonlyMap<string, string>,
): Promise<Map<string, SharedDocument | string>> {
  const found = new Map<string, SharedDocument | string>();
  const commits = await readSmall(repository, [...wanted.values()], 'commit', MAX_SMALL);
  const trees = new Map<string, string>();
  for (const body of commits.values()) {
    const tree = /^tree ([0-9a-f]+)\n/.exec(body.toString('latin1'))?.[1];
    if (tree !== undefined) trees.set(tree, '');
  }
  const folders = await readSmall(repository, [...trees.keys()], 'tree', MAX_SMALL);
  const files = new Map<string, { name: string; blob: string }>();
  for (const [oid, body] of folders) {
    const [entry, ...others] = parseTree(body, oid.length / 2) ?? [];
    if (entry?.mode === '100644' && others.length === 0)
      files.set(oid, { name: entry.name, blob: entry.oid });
  }
  const blobs = [...files.values()].map(({ blob }) => blob);
  const texts = await readSmall(repository, blobs, 'blob', MAX_DOCUMENT);
  for (const [id, commit] of wanted) {
    const head = commits.get(commit)?.toString('latin1') ?? '';
    const file = files.get(/^tree ([0-9a-f]+)\n/.exec(head)?.[1] ?? '');
    const body = texts.get(file?.blob ?? '');
    if (file?.name !== `${id}.md` || body === undefined)
      found.set(id, 'it is not one document of at most 1 MB');
    else found.set(id, { commit, parents: parentsOf(head), text: body.toString('utf8') });
  }
  return found;
}

/** Objects of one type and at most some bytes. */
async function readSmall(
  repository: Repository,
  names: readonly string[],
  type: string,
  most: number,
): Promise<Map<string, Buffer>> {
  const facts = await checkObjects(repository, [...new Set(names)]);
  const small = facts.flatMap((one) => (one?.type === type && one.size <= most ? [one.oid] : []));
  const found = new Map<string, Buffer>();
  await readObjects(repository, small, (oid, _type, body) => void found.set(oid, Buffer.from(body)));
  return found;
}

function parentsOf(head: string): string[] {
  return [...(head.split('\n\n')[0] ?? '').matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? '');
}

function objectsOf(
  checkpoint: CheckpointSummary,
  text: string,
  parent: string | undefined,
): Pick<DocumentCommit, 'commit' | 'objects'> {
  const algorithm = checkpoint.commit.length === 64 ? 'sha256' : 'sha1';
  const objects: DocumentCommit['objects'] = [];
  const add = (type: 'blob' | 'tree' | 'commit', body: Buffer): string => {
    const oid = gitObjectName(algorithm, type, body);
    objects.push({ type, oid, body });
    return oid;
  };
  const blob = add('blob', Buffer.from(text));
  const entry = Buffer.concat([Buffer.from(`100644 ${checkpoint.id}.md\0`), Buffer.from(blob, 'hex')]);
  const tree = add('tree', entry);
  const who = `claude-hooks <claude-hooks@localhost> ${Math.floor(Date.parse(checkpoint.createdAt) / 1000)} +0000`;
  const lines = [
    `tree ${tree}`,
    ...(parent === undefined ? [] : [`parent ${parent}`]),
    `author ${who}`,
    `committer ${who}`,
    '',
    `claude-hooks document ${checkpoint.id}`,
    '',
  ];
  return { commit: add('commit', Buffer.from(lines.join('\n'))), objects };
}
