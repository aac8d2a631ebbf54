import { HooksError } from '../errors.ts';
import { gitBytes } from '../platform/git.ts';
import type { Repository } from '../store/paths.ts';
import { decodeMessage } from './metadata.ts';
import { cleanName } from './name.ts';
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

/**
 * The checkpoint a person means: its exact id, its exact name, or a beginning of either that only one has.
 * @throws HooksError `checkpoint-unknown` or `checkpoint-ambiguous`, naming candidates.
 */
export function chooseCheckpoint(list: readonly CheckpointSummary[], wanted: string): CheckpointSummary {
  const text = wanted.trim();
  const name = cleanName(text);
  const byId = list.find((one) => one.id === text);
  if (byId !== undefined) return byId;
  for (const matches of [
    list.filter((one) => one.name === name),
    list.filter((one) => text !== '' && (one.id.startsWith(text) || one.name.startsWith(name))),
    list.filter((one) => name !== '' && one.name.toLowerCase().startsWith(name.toLowerCase())),
  ]) {
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
    if (matches.length > 1) throw ambiguous(wanted, matches);
  }
  throw unknown(wanted, list);
}

/** As `chooseCheckpoint`, from the repository. */
export async function findCheckpoint(repository: Repository, wanted: string): Promise<CheckpointSummary> {
  return chooseCheckpoint(await listCheckpoints(repository), wanted);
}

function ambiguous(wanted: string, matches: readonly CheckpointSummary[]): HooksError {
  return new HooksError({
    code: 'checkpoint-ambiguous',
    kind: 'usage',
    message: `${JSON.stringify(wanted)} could be ${matches.length} checkpoints: ${named(matches)}`,
    hint: 'Give the id of the one you mean.',
  });
}

function unknown(wanted: string, list: readonly CheckpointSummary[]): HooksError {
  if (list.length === 0) {
    return new HooksError({
      code: 'checkpoint-unknown',
      kind: 'usage',
      message: `There is no checkpoint ${JSON.stringify(wanted)}: this repository has none yet`,
      hint: 'Save one: claude-hooks checkpoint save NAME',
    });
  }
  const near = [...list].sort((a, b) => distanceTo(wanted, a) - distanceTo(wanted, b));
  return new HooksError({
    code: 'checkpoint-unknown',
    kind: 'usage',
    message: `There is no checkpoint ${JSON.stringify(wanted)}. Near it: ${named(near)}`,
    hint: 'See them all: claude-hooks checkpoint list',
  });
}

function named(list: readonly CheckpointSummary[]): string {
  const shown = list.slice(0, 5).map((one) => `${one.id} (${JSON.stringify(one.name)}, ${one.createdAt})`);
  return shown.join(', ') + (list.length > shown.length ? `, and ${list.length - shown.length} more` : '');
}

function distanceTo(wanted: string, one: CheckpointSummary): number {
  const text = wanted.toLowerCase().slice(0, 80);
  return Math.min(editDistance(text, one.name.toLowerCase().slice(0, 80)), editDistance(text, one.id));
}

/** How many letters have to be put in, taken out or replaced to make `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_value, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
