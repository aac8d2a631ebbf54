import * as path from 'node:path';
import { openTranscript } from '../store/open-transcript.ts';
import type { StatePaths } from '../store/paths.ts';
import {
  type FactsOptions,
  packFacts,
  readFacts,
  type SessionFacts,
  unpackFacts,
} from '../transcript/facts.ts';
import type { KnownTranscript } from './known-transcripts.ts';

/** Facts of a session whose transcript may be gone. */
export interface KeptFacts {
  facts: SessionFacts;
  /** What a person has to know about where they come from; undefined for the client's own file. */
  remark: string | undefined;
}

/**
 * Reads a transcript, or the redacted copy of one that the client has deleted: then with the original's name and line numbers.
 * @returns undefined where there is neither.
 */
export function readKeptFacts(
  state: StatePaths,
  { session, transcript }: KnownTranscript,
  options: FactsOptions = {},
): KeptFacts | undefined {
  const open = openTranscript(state, session, transcript);
  if (open === undefined) return undefined;
  try {
    const facts = readFacts(open.path, options);
    if (!open.isCopy) return { facts, remark: undefined };
    const lost = open.damaged.length === 0 ? '' : `; ${open.damaged.length} damaged parts of it are missing`;
    return {
      facts: renamed(facts, path.dirname(open.path), path.dirname(transcript)),
      remark: `${transcript} is gone; this was read from the redacted copy${lost}.`,
    };
  } finally {
    open.close();
  }
}

/** The same facts, with places named by the folder of the original. */
function renamed(facts: SessionFacts, from: string, to: string): SessionFacts {
  const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
  const text = JSON.stringify(packFacts(facts)).replaceAll(
    `"transcript":"${quoted(from)}`,
    `"transcript":"${quoted(to)}`,
  );
  return unpackFacts(JSON.parse(text)) ?? facts;
}
