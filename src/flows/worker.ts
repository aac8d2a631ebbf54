import { messageOf } from '../errors.ts';
import { exists } from '../platform/fs.ts';
import { listContextDue } from '../store/context-due.ts';
import { listJobs } from '../store/jobs.ts';
import { drain } from './drain.ts';
import { flushNotices } from './notify.ts';
import { sweepLostSessions } from './sweep.ts';
import { tidyState } from './tidy.ts';
import { tidyOperations } from './tidy-operations.ts';
import type { Workplace } from './workplace.ts';

const FLUSH_MS = 30_000;

/**
 * The detached worker: events, then lost sessions, boxes of templates, end-of-session work, messages, then commands of
 * templates and copies of transcripts, for which nobody waits. Each part is safe to repeat and to run beside another worker;
 * a part that fails is logged and does not stop the others.
 * @param foreground somebody waits for the end: what can take long and wait is left to the next worker.
 */
export async function runWorker(place: Workplace, { foreground = false } = {}): Promise<void> {
  let ended = 0;
  const parts: [string, () => Promise<unknown>][] = [
    ['events', () => drain(place)],
    ['lost sessions', async () => (sweepLostSessions(place) > 0 ? drain(place) : undefined)],
    ['progress of templates', () => follow(place, false)],
    [
      'end-of-session work',
      async () => {
        if (listJobs(place.state).length > 0)
          ended = await (await import('./post-session.ts')).finishSessions(place);
      },
    ],
    ['context files', () => finishContexts(place)],
    ['pruning', async () => (ended > 0 ? (await import('./prune.ts')).pruneWhenDue(place) : undefined)],
    ['tidying', async () => tidyState(place)],
    ['sessions', async () => (await import('./sessions/keep.ts')).keepSessions(place)],
    ['journal of operations', () => tidyOperations(place)],
    ['messages', () => flush(place)],
    ['commands of templates', async () => (foreground ? undefined : follow(place, true))],
    [
      'transcripts',
      async () =>
        foreground ? undefined : (await import('./archive-transcripts.ts')).archiveTranscripts(place),
    ],
  ];
  for (const [name, part] of parts) {
    try {
      await part();
    } catch (error) {
      place.log('error', `worker: ${name}: ${messageOf(error)}`);
    }
  }
}

/** Loaded only where something is due. */
async function finishContexts(place: Workplace): Promise<void> {
  if (listContextDue(place.state, place.repository.root).length === 0) return;
  await (await import('./context-file.ts')).finishContextUpdates(place);
}

async function follow(place: Workplace, verify: boolean): Promise<void> {
  if (!exists(place.state.templates)) return;
  await (await import('./template-follow.ts')).followTemplates(place, { verify });
}

async function flush(place: Workplace): Promise<void> {
  const { problem } = await flushNotices({
    config: place.resolved.config,
    user: place.user,
    env: place.env,
    deadlineMs: FLUSH_MS,
    log: (message) => place.log('warn', message),
  });
  if (problem !== undefined) place.log('warn', `notices: ${problem}`);
}
