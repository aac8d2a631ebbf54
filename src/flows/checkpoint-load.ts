import { changesSince, filesOf } from '../checkpoints/changes.ts';
import { renderDocument } from '../checkpoints/document.ts';
import { readDocument } from '../checkpoints/document-file.ts';
import { findCheckpoint } from '../checkpoints/list.ts';
import { projectFacts } from '../checkpoints/project.ts';
import type { ChangedFile, Checkpoint } from '../checkpoints/types.ts';
import { messageOf } from '../errors.ts';
import { captureRulesOf } from './checkpoint.ts';
import type { Workplace } from './workplace.ts';

/** What is needed to go on from a checkpoint. */
export interface LoadedCheckpoint {
  checkpoint: Checkpoint;
  /** The document as it is on disk, with its edits; made anew where it is gone. */
  text: string;
  /** What the working tree has changed since; null where it cannot be told, and then `changesUnknown` says why. */
  changes: ChangedFile[] | null;
  changesUnknown: string | undefined;
}

/**
 * Reads a checkpoint and compares it with the working tree. Nothing of the person's is changed.
 * @param comparing stands around the comparison, which may take long.
 * @throws HooksError as `findCheckpoint`.
 */
export async function loadCheckpoint(
  place: Workplace,
  name: string,
  comparing: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): Promise<LoadedCheckpoint> {
  const { repository, state } = place;
  const found = await findCheckpoint(repository, name);
  const rules = captureRulesOf(place.resolved.config);
  let changesUnknown: string | undefined;
  // What cannot be compared (a read-only disk) does not keep the document from being read.
  const changes = await comparing(() =>
    changesSince({ repository, state, ...rules, now: place.now() }, found),
  ).catch((error: unknown) => {
    changesUnknown = messageOf(error);
    return null;
  });
  const checkpoint = { ...found, files: await filesOf(repository, found) };
  const { root } = repository;
  const text = readDocument(root, checkpoint.id) ?? renderDocument(checkpoint, root, projectFacts(root));
  return { checkpoint, text, changes, changesUnknown };
}
