import { HooksError } from '../errors.ts';
import { gitBytes } from '../platform/git.ts';
import { chooseNamed, type Wording } from '../store/choose.ts';
import type { Repository } from '../store/paths.ts';
import { decodeMessage } from './metadata.ts';
import { CHECKPOINT_REFS } from './plumbing.ts';
import type { CheckpointSummary } from './types.ts';

const FORMAT = ['%(refname)', '%(objectname)', '%(tree)', '%(contents)']
  .map((field) => `${field}%00`)
  .join('');
const LIST_TIMEOUT_MS = 60_000;
/** Git sorts by whole seconds; this many more are read so that the newest ones are surely among them. */
const SAME_SECOND = 50;

/**
 * Checkpoints of all working trees of the repository, the newest first; one git process. Refs there that no
 * checkpoint of a known version stands behind are passed over.
 * @throws HooksError where git cannot read the repository.
 */
export async function listCheckpoints(
  repository: Repository,
  options: { limit?: number } = {},
): Promise<CheckpointSummary[]> {
  if (repository.gitDir === undefined) return [];
  const count = options.limit === undefined ? [] : [`--count=${options.limit + SAME_SECOND}`];
  const args = ['for-each-ref', `--format=${FORMAT}`, '--sort=-creatordate', ...count, CHECKPOINT_REFS];
  const result = await gitBytes(args, { cwd: repository.root, timeoutMs: LIST_TIMEOUT_MS });
  if (result.code !== 0) {
    throw new HooksError({
      code: 'checkpoints-unreadable',
      kind: 'failed',
      message: `The checkpoints of ${repository.root} cannot be listed: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
      hint: 'See what git says there: git for-each-ref refs/claude-hooks/',
    });
  }
  return parseList(result.stdout.toString('utf8'))
    .sort((a, b) =>
      a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
    )
    .slice(0, options.limit);
}

/** Reads the answer of git in the format above. */
export function parseList(output: string): CheckpointSummary[] {
  const fields = output.split('\0');
  const list: CheckpointSummary[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const ref = (fields[at] ?? '').replace(/^\n/, '');
    const metadata = decodeMessage(fields[at + 3] ?? '');
    if (metadata === undefined || ref !== `${CHECKPOINT_REFS}${metadata.id}`) continue;
    list.push({ ...metadata, commit: fields[at + 1] ?? '', tree: fields[at + 2] ?? '' });
  }
  return list;
}

const WORDING: Wording<CheckpointSummary> = {
  one: 'checkpoint',
  many: 'checkpoints',
  place: 'this repository',
  mark: (one) => one.createdAt,
  none: 'Save one: claude-hooks checkpoint save NAME',
  all: 'See them all: claude-hooks checkpoint list',
};

/**
 * The checkpoint a person means: its exact id, its exact name, or a beginning of either that only one has.
 * @throws HooksError `checkpoint-unknown` or `checkpoint-ambiguous`, naming candidates.
 */
export function chooseCheckpoint(list: readonly CheckpointSummary[], wanted: string): CheckpointSummary {
  return chooseNamed(list, wanted, WORDING);
}

/** As `chooseCheckpoint`, from the repository. */
export async function findCheckpoint(repository: Repository, wanted: string): Promise<CheckpointSummary> {
  return chooseCheckpoint(await listCheckpoints(repository), wanted);
}
