import * as path from 'node:path';
import { listDirectory, readHead, statIfExists } from '../../platform/fs.ts';
import { belongingOf } from '../../store/belonging.ts';
import type { StatePaths } from '../../store/paths.ts';

const HEAD_BYTES = 64 * 1024;
const MOST_LOOKED_AT = 200;
const FIRST_RECORD = /"uuid":"([^"\\]{8,64})"/;

/**
 * The conversation a transcript is a fork of: the client copies its records, so that the first one has the same uuid. Reads only
 * the heads of the transcripts beside it, the newest first, at most 200 of them. Undefined where it is no fork, or of a
 * conversation that belongs to no session.
 */
export function findForked(state: StatePaths, conversation: string, transcript: string): string | undefined {
  const first = firstRecord(transcript);
  if (first === undefined) return undefined;
  const folder = path.dirname(transcript);
  return listDirectory(folder)
    .flatMap((name) => {
      const id = /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})\.jsonl$/.exec(name)?.[1];
      if (id === undefined || id === conversation || belongingOf(state, id) === undefined) return [];
      return [{ id, file: path.join(folder, name), at: statIfExists(path.join(folder, name))?.mtimeMs ?? 0 }];
    })
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_LOOKED_AT)
    .find(({ file }) => firstRecord(file) === first)?.id;
}

function firstRecord(transcript: string): string | undefined {
  return FIRST_RECORD.exec(readHead(transcript, HEAD_BYTES) ?? '')?.[1];
}
