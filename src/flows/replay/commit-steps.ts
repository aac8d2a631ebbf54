import { git } from '../../platform/git.ts';
import type { JoinedStep } from '../../replay/join.ts';
import { safeLine } from '../../replay/text.ts';
import type { Repository } from '../../store/paths.ts';

/** More commits than these are not looked at. */
const MOST = 2_000;
/** A session's last record may come a little before its last commit. */
const SLACK_MS = 2_000;

/**
 * The commits of a session: on some branch or checked out, with its id in the trailer `Claude-Session`, or made while it worked
 * and not marked as another session's. Git looks no further back than the session's start. None outside a repository.
 */
export async function commitSteps(
  repository: Repository,
  session: string,
  span: { from: number | undefined; to: number | undefined },
): Promise<JoinedStep[]> {
  const { from, to } = span;
  if (repository.gitDir === undefined || from === undefined) return [];
  const result = await git(
    [
      'log',
      '-z',
      '--branches',
      '--ignore-missing',
      'HEAD',
      `--max-count=${MOST}`,
      `--since=${Math.floor(from / 1000)}`,
      '--format=%H%x01%ct%x01%(trailers:key=Claude-Session,valueonly,separator=%x2C)%x01%s',
    ],
    { cwd: repository.root },
  );
  // A repository without a commit has no log.
  if (result.code !== 0) return [];
  return result.stdout
    .split('\0')
    .flatMap((line) => {
      const [hash = '', seconds = '', owner = '', subject = ''] = line.split('\u0001');
      const at = Number(seconds) * 1000;
      const isOwn = owner.split(',').includes(session);
      const isMeanwhile = owner === '' && at > from && at <= (to ?? 0) + SLACK_MS;
      if (hash === '' || !(isOwn || isMeanwhile)) return [];
      const description = safeLine(`${hash.trim().slice(0, 10)} ${subject}`);
      return [{ at, lane: 'commit', type: 'commit', description } satisfies JoinedStep];
    })
    .reverse();
}
