import { renderDocument } from '../../checkpoints/document.ts';
import { readDocument } from '../../checkpoints/document-file.ts';
import { withoutMachinePart } from '../../checkpoints/machine-part.ts';
import { projectFacts } from '../../checkpoints/project.ts';
import type { Checkpoint } from '../../checkpoints/types.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';

/** The document as it is on disk, with its edits; made anew where it is gone. */
export function documentOf(cli: Cli, checkpoint: Checkpoint): string {
  const { root } = cli.repository;
  return readDocument(root, checkpoint.id) ?? renderDocument(checkpoint, root, projectFacts(root));
}

/** What of a document a person or a session reads, safe to print. */
export function readableDocument(text: string): string {
  return visible(withoutMachinePart(text));
}
