import * as path from 'node:path';
import { exists, listDirectory, readHead, realPath, statIfExists } from '../platform/fs.ts';
import { conversationJournal } from '../store/paths.ts';
import { recentSessions } from '../store/session-facts.ts';
import { transcriptOf } from './state-target.ts';
import type { Workplace } from './workplace.ts';

/** A session of this working tree and the transcript of its conversation. */
export interface KnownTranscript {
  session: string;
  transcript: string;
  /** When it was written to last, milliseconds since 1970; for one that is gone, when the session's journal was. */
  writtenAt: number;
}

/**
 * The sessions that worked here, the latest first: those with a journal, and those of which only the client knows (from before
 * claude-hooks was installed). Sessions of other working trees of the repository are left out.
 */
export function knownTranscripts(
  place: Pick<Workplace, 'state' | 'repository' | 'cwd' | 'env' | 'user'>,
): KnownTranscript[] {
  const found = new Map<string, KnownTranscript>();
  for (const { session, writtenAt } of recentSessions(place.state)) {
    const transcript = transcriptOf(place.state, session);
    if (transcript === undefined || !isHere(place, session)) continue;
    found.set(session, { session, transcript, writtenAt: writtenAtOf(transcript) ?? writtenAt });
  }
  for (const folder of clientFolders(place)) {
    for (const name of listDirectory(folder)) {
      const session = /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})\.jsonl$/.exec(name)?.[1];
      const transcript = path.join(folder, name);
      const writtenAt = session === undefined || found.has(session) ? undefined : writtenAtOf(transcript);
      if (session !== undefined && writtenAt !== undefined)
        found.set(session, { session, transcript, writtenAt });
    }
  }
  return [...found.values()].sort((a, b) => b.writtenAt - a.writtenAt);
}

/**
 * Sessions that worked in a folder that is gone, as that of a repository that was moved since or of a removed working tree, the
 * latest first.
 */
export function transcriptsOfGoneFolders({ state }: Pick<Workplace, 'state'>): KnownTranscript[] {
  return recentSessions(state)
    .flatMap(({ session, writtenAt }) => {
      const [folder, transcript] = [folderOf(state, session), transcriptOf(state, session)];
      if (folder === undefined || transcript === undefined || exists(folder)) return [];
      return [{ session, transcript, writtenAt: writtenAtOf(transcript) ?? writtenAt }];
    })
    .sort((a, b) => b.writtenAt - a.writtenAt);
}

/** Where the client keeps the transcripts of a folder: its path with every letter that is no letter or digit as `-`. */
function clientFolders({
  repository,
  cwd,
  env,
  user,
}: Pick<Workplace, 'repository' | 'cwd' | 'env' | 'user'>): string[] {
  const home = env.CLAUDE_CONFIG_DIR || path.join(user.home, '.claude');
  const folders = [repository.root, cwd].map((folder) => realPath(folder).replace(/[^A-Za-z0-9]/g, '-'));
  return [...new Set(folders)].map((folder) => path.join(home, 'projects', folder));
}

function writtenAtOf(file: string): number | undefined {
  const stat = statIfExists(file);
  return stat?.isFile() === true ? stat.mtimeMs : undefined;
}

/** Whether the session began in this working tree; one that does not say counts. */
function isHere({ state, repository }: Pick<Workplace, 'state' | 'repository'>, session: string): boolean {
  const folder = folderOf(state, session);
  if (folder === undefined) return true;
  const relative = path.relative(realPath(repository.root), realPath(folder));
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

/** The folder a session began in, by its journal. */
function folderOf(state: Workplace['state'], session: string): string | undefined {
  const head = readHead(conversationJournal(state, session), 8 * 1024) ?? '';
  const cwd = /"cwd":("(?:[^"\\]|\\.)*")/.exec(head)?.[1];
  return cwd === undefined ? undefined : (JSON.parse(cwd) as string);
}
