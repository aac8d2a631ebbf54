import * as path from 'node:path';
import { pageCheckpoints } from '../checkpoints/list.ts';
import { listOutbox } from '../notify/outbox.ts';
import { listDirectory, readHead, statIfExists } from '../platform/fs.ts';
import { type ConversationView, foldConversation } from '../sessions/conversation.ts';
import { archiveBytes } from '../store/archive-size.ts';
import { listDeadJobs, listJobs } from '../store/jobs.ts';
import { readRecords } from '../store/journal.ts';
import { isClientAlive, listLive } from '../store/live.ts';
import { conversationJournal, documentPaths } from '../store/paths.ts';
import { archiveLimit } from './archive-transcripts.ts';
import { buildSessionContext } from './session-context.ts';
import type { Workplace } from './workplace.ts';

export interface Status {
  sessions: (ConversationView & { alive: boolean })[];
  checkpoint: { id: string; name: string; createdAt: string } | undefined;
  checkpoints: number;
  /** What a session that starts now would be given, in characters, and the limit. */
  context: { characters: number; budget: number };
  queue: { events: number; jobs: number; deadJobs: number; notices: number };
  errors: { id: string; name: string; createdAt: string }[];
  /** What the copies of transcripts take up and may take up, in bytes. */
  archive: { bytes: number; limit: number };
}

const SHOWN_ERRORS = 5;

/** How things stand in this repository. Reads only. */
export async function readStatus(place: Workplace): Promise<Status> {
  const { state, repository } = place;
  const [checkpoints, context] = await Promise.all([
    pageCheckpoints(repository, { limit: 1 }),
    buildSessionContext({
      repository,
      cwd: place.cwd,
      config: place.resolved.config,
      source: 'startup',
      state,
      findings: [],
      now: place.now(),
      nonce: '0'.repeat(16),
    }),
  ]);
  const last = checkpoints.items[0];
  return {
    sessions: listLive(state).map((live) => ({
      ...foldConversation(live.session, readRecords(conversationJournal(place.state, live.session)).records),
      alive: isClientAlive(live),
    })),
    checkpoint: last === undefined ? undefined : { id: last.id, name: last.name, createdAt: last.createdAt },
    checkpoints: checkpoints.total,
    context: { characters: context.text.length, budget: place.resolved.config.context.budget },
    queue: {
      events:
        listDirectory(state.spool).filter((name) => name !== 'tmp').length + listDirectory(state.work).length,
      jobs: listJobs(state).length,
      deadJobs: listDeadJobs(state).length,
      notices: listOutbox(path.join(place.user.state, 'outbox')).length,
    },
    errors: recentErrors(repository.root),
    archive: { bytes: archiveBytes(state), limit: archiveLimit(place.resolved.config) },
  };
}

function recentErrors(root: string): Status['errors'] {
  const directory = documentPaths(root).errors;
  return listDirectory(directory)
    .filter((name) => name.endsWith('.log'))
    .slice(-SHOWN_ERRORS)
    .reverse()
    .map((name) => {
      const file = path.join(directory, name);
      const title = (readHead(file, 400) ?? '').split('\n')[1] ?? '';
      return {
        id: path.relative(root, file),
        name: title,
        createdAt: new Date(statIfExists(file)?.mtimeMs ?? 0).toISOString(),
      };
    });
}
