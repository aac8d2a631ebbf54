import { statIfExists } from '../../platform/fs.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';

/** A transcript that can be read. */
export interface ReplaySource {
  path: string;
  /** True for a redacted copy, where the client has deleted its own file. */
  isCopy: boolean;
  /** Files of the copy that are damaged; their lines are missing from it. */
  damaged: string[];
  close(): void;
}

/** Where a session's transcript is read from. `close` it. Undefined where it is gone. */
export function openReplaySource(_place: ReplayPlace, target: ReplayTarget): ReplaySource | undefined {
  const { transcript } = target;
  if (transcript === undefined || statIfExists(transcript)?.isFile() !== true) return undefined;
  return { path: transcript, isCopy: false, damaged: [], close: () => {} };
}
