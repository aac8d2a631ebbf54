import { type OpenTranscript, openTranscript } from '../../store/open-transcript.ts';
import type { ReplayPlace, ReplayTarget } from './find-session.ts';

/** A transcript that can be read: the client's own, or the redacted copy that was kept of it. */
export type ReplaySource = OpenTranscript;

/** Where a session's transcript is read from. `close` it. Undefined where it is gone and no copy was kept. */
export function openReplaySource({ state }: ReplayPlace, target: ReplayTarget): ReplaySource | undefined {
  return openTranscript(state, target.session, target.transcript);
}
