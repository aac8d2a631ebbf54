import * as path from 'node:path';
import type { Config } from '../config/config.ts';
import { parseStatus } from '../context/git-status.ts';
import { choosePartition } from '../partitions/choose.ts';
import { resolvePartitions } from '../partitions/resolve.ts';
import { git } from '../platform/git.ts';
import { readRecords } from '../store/journal.ts';
import { listLive } from '../store/live.ts';
import { conversationJournal } from '../store/paths.ts';
import { readActivity } from '../transcript/edits.ts';
import { pathInProject } from './judge-edit.ts';
import type { Workplace } from './workplace.ts';

/** What claude-hooks writes itself says nothing about the work. */
const OUR_OWN =
  /^\.claude\/(?:checkpoints|snapshots|sessions|errors|partitions)\/|^\.claude\/context(?:\.local)?\.md$/;

/**
 * The partition most of the work is in: of the files the session edited, as its transcript tells, and of those git
 * shows as changed, more than half and at least two. Undefined where there is none such.
 * @param session without one only git is asked.
 */
export async function autoPartition(
  place: Workplace,
  session: string | undefined,
): Promise<Config['partitions'][number] | undefined> {
  const { partitions } = place.resolved.config;
  const files = [...new Set([...editedFiles(place, session), ...(await changedFiles(place))])];
  const { owners } = resolvePartitions(
    files.filter((file) => !OUR_OWN.test(file)),
    partitions,
  );
  const chosen = choosePartition(owners);
  return chosen === undefined ? undefined : partitions[chosen];
}

function editedFiles({ state, repository, cwd }: Workplace, session: string | undefined): string[] {
  const transcript = session === undefined ? undefined : transcriptOf(state, session);
  if (transcript === undefined) return [];
  return readActivity(transcript).edits.flatMap(
    ({ file, cwd: folder }) => pathInProject(repository, path.resolve(folder ?? cwd, file)) ?? [],
  );
}

function transcriptOf(state: Workplace['state'], session: string): string | undefined {
  const live = listLive(state).find((one) => one.session === session)?.transcript;
  if (live !== undefined) return live;
  const { records } = readRecords(conversationJournal(state, session));
  const noted = records.findLast(({ transcript }) => typeof transcript === 'string')?.transcript;
  return typeof noted === 'string' ? noted : undefined;
}

/** Where git gives no answer, what the session edited decides alone. */
async function changedFiles({ repository }: Workplace): Promise<string[]> {
  if (repository.gitDir === undefined) return [];
  const result = await git(['status', '--porcelain=v2', '-z', '--untracked-files=all'], {
    cwd: repository.root,
  });
  return result.code === 0 ? parseStatus(result.stdout).files.map(({ path: file }) => file) : [];
}
