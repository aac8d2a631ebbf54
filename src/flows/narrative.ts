import type { Narrative } from '../checkpoints/types.ts';
import type { Config } from '../config/config.ts';
import { readContextNotes } from '../context/notes.ts';
import { readHead } from '../platform/fs.ts';
import { linkOutside } from '../store/documents.ts';
import { documentPaths, type StatePaths } from '../store/paths.ts';
import { narrativeOf } from '../transcript/narrative.ts';
import { readPosition } from '../transcript/position.ts';
import { followTranscript } from './session-facts.ts';

const CONTEXT_LIMIT = 256 * 1024;

/**
 * What a checkpoint says of its session and of the project's context file. The transcript's word goes before the
 * file's. Without a transcript the file alone is told. Reads what is new in the transcript, the first time all of it: call
 * it only for a checkpoint that is saved.
 */
export function tellSession(
  place: { root: string; config: Config; state: StatePaths },
  transcript: string | undefined,
): Narrative {
  // First: what is written meanwhile belongs to the time after the checkpoint.
  const conversation = transcript === undefined ? undefined : readPosition(transcript);
  const told = transcript === undefined ? undefined : narrativeOf(followTranscript(place.state, transcript));
  const { feature, knownIssues, nextSession } = contextNotes(place.root);
  const workingOn = told?.workingOn ?? feature;
  const testCommand = told?.testCommand ?? place.config.postSession.tests.command;
  const steps = told?.nextSteps ?? [];
  return {
    ...told,
    ...(workingOn === undefined ? {} : { workingOn }),
    nextSteps: steps.length > 0 ? steps : nextSession,
    notes: [...(told?.notes ?? []), ...knownIssues.map((issue) => `Known issue: ${issue}`)],
    ...(testCommand === undefined ? {} : { testCommand }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

/** A link that leads out of the repository is not followed. */
function contextNotes(root: string): ReturnType<typeof readContextNotes> {
  const file = documentPaths(root).context;
  const text = linkOutside(root, file) === undefined ? readHead(file, CONTEXT_LIMIT) : undefined;
  return readContextNotes(text ?? '');
}
