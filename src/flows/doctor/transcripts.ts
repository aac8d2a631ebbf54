import { counted } from '../../platform/words.ts';
import { archiveBytes } from '../../store/archive-size.ts';
import { archiveLimit } from '../archive-transcripts.ts';
import { DEFAULT_RETENTION_DAYS, retentionDays } from '../retention.ts';
import type { Diagnosis, DoctorPlace } from './types.ts';

/** Between a third of the time and all of it a worker has to come along, also where a weekend lies in between. */
const NEEDED_DAYS = 7;

/** Whether what was said outlives the client's own clearing up. */
export function examineTranscripts(place: DoctorPlace): Diagnosis[] {
  const { config } = place.resolved;
  const days = retentionDays(place);
  const period = `Claude Code deletes transcripts after ${counted(days, 'day')} (cleanupPeriodDays)`;
  const raise = 'Raise cleanupPeriodDays in ~/.claude/settings.json.';
  if (!config.transcripts.archive) {
    const isShort = days < DEFAULT_RETENTION_DAYS;
    return [
      {
        id: isShort ? 'transcripts-short-lived' : 'transcripts-not-archived',
        level: isShort ? 'warn' : 'info',
        text: `${period}, and no copies are kept (transcripts.archive is false); summaries cite them.`,
        cure: isShort ? raise : 'claude-hooks config show --origin',
      },
    ];
  }
  const found: Diagnosis[] = [];
  if (days < NEEDED_DAYS)
    found.push({
      id: 'transcripts-short-lived',
      level: 'warn',
      text: `${period}, which may be before a session that did not end is copied; summaries cite them.`,
      cure: raise,
    });
  const [bytes, limit] = [archiveBytes(place.state), archiveLimit(config)];
  if (bytes > limit)
    found.push({
      id: 'archive-over-limit',
      level: 'info',
      text: `The copies of transcripts take up ${bytes} bytes, more than transcripts.maxSize (${config.transcripts.maxSize}) allows.`,
      cure: 'Nothing to do: the oldest go when the next session ends.',
    });
  return found;
}
