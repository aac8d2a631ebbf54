import * as path from 'node:path';
import { messageOf } from '../../errors.ts';
import { createFileExclusive } from '../../platform/fs.ts';
import { openDocumentFolder } from '../../store/documents.ts';
import { documentPaths, type Repository } from '../../store/paths.ts';
import { readDocument } from '../document-file.ts';
import { readMachinePart } from '../machine-part.ts';
import { isAncestor } from '../wip-branch.ts';
import { readSharedDocuments, type SharedDocument, writtenText } from './documents.ts';
import { updateRefs } from './receive.ts';
import { DOCUMENT_REFS, listLocal } from './refs.ts';

export interface DocumentItem {
  id: string;
  /** The commit that holds the document, whose objects are here. */
  commit: string;
  /** The commit of its checkpoint. */
  checkpoint: string;
}

export interface DocumentArrival {
  /** fetched: it is on disk now. there: it was. conflict: another one is on disk, and stays. */
  state: 'fetched' | 'there' | 'conflict' | 'invalid' | 'failed';
  why?: string;
}

/**
 * Writes documents of unknown origin to `.claude/checkpoints/` where there is none, without what would act on a
 * terminal, and remembers which version each one is. @returns by id, what became of it.
 */
export async function takeDocuments(
  repository: Repository,
  items: readonly DocumentItem[],
): Promise<Map<string, DocumentArrival>> {
  const results = new Map<string, DocumentArrival>();
  const read = await readSharedDocuments(repository, new Map(items.map(({ id, commit }) => [id, commit])));
  const known = (await listLocal(repository)).documents;
  for (const item of items) {
    const document = read.get(item.id) ?? 'it is not there';
    const why = typeof document === 'string' ? document : whyNot(item, document);
    if (typeof document === 'string' || why !== undefined)
      results.set(item.id, { state: 'invalid', ...(why === undefined ? {} : { why }) });
    else results.set(item.id, await takeDocument(repository, item, document, known.get(item.id)));
  }
  return results;
}

function whyNot({ id, checkpoint }: DocumentItem, { text, parents }: SharedDocument): string | undefined {
  if (parents.length > 1) return 'it has more than one version before it';
  const part = readMachinePart(text, id);
  if (part !== undefined && (part.id !== id || part.commit !== checkpoint))
    return 'it says that it belongs to another checkpoint';
  return undefined;
}

async function takeDocument(
  repository: Repository,
  { id, commit }: DocumentItem,
  { text }: SharedDocument,
  last: string | undefined,
): Promise<DocumentArrival> {
  const { root } = repository;
  const onDisk = readDocument(root, id);
  const written = writtenText(text);
  if (onDisk !== undefined && onDisk !== written && onDisk !== text) {
    if (last === commit) return { state: 'there' };
    return {
      state: 'conflict',
      why: `another text is in .claude/checkpoints/${id}.md and stays; to take theirs, move it aside and fetch again`,
    };
  }
  if (last !== undefined && last !== commit && !(await isAncestor(repository, last, commit)))
    return { state: 'conflict', why: 'another version is here, which theirs does not build on' };
  try {
    if (last !== commit)
      await updateRefs(repository, [
        `update ${DOCUMENT_REFS}${id} ${commit} ${last ?? '0'.repeat(commit.length)}`,
      ]);
    return onDisk === undefined ? writeDocument(root, id, written) : { state: 'there' };
  } catch (error) {
    return { state: 'failed', why: messageOf(error) };
  }
}

function writeDocument(root: string, id: string, text: string): DocumentArrival {
  const folder = documentPaths(root).checkpoints;
  const outside = openDocumentFolder(root, folder);
  if (outside !== undefined) return { state: 'failed', why: `it was not written: ${outside}` };
  const isNew = createFileExclusive(path.join(folder, `${id}.md`), text, 0o644);
  return isNew ? { state: 'fetched' } : { state: 'conflict', why: 'another one was written meanwhile' };
}
