import { gitLines } from '../../platform/git-stream.ts';
import { locateSecrets } from '../../redact/locate.ts';
import type { Repository } from '../../store/paths.ts';
import { EXACT_ENV } from '../wip-branch.ts';
import { checkObjects, type ListedObject, listObjects, type ObjectFacts, readObjects } from './objects.ts';

/** A place that looks like a secret. Never holds a part of it. */
export interface SecretPlace {
  /** The file, or the commit whose message it is. */
  path: string;
  line: number;
  rule: string;
}

/** What pushing some commits would send, as far as can be told beforehand. */
export interface Outgoing {
  objects: number;
  /** As they lie in the repository; what is sent is often less. */
  bytes: number;
  commits: number;
  secrets: SecretPlace[];
  /** Files that were not looked into: too large, or binary. */
  large: string[];
  binary: number;
}

/** Larger files are not looked into. */
const MAX_SCANNED = 1_000_000;
/** How much of a file tells that it is binary, as git has it. */
const BINARY_HEAD = 8_000;
/** How much is read by one git at a time. */
const BATCH_BYTES = 32 * 1024 * 1024;

/**
 * Measures what a remote does not have yet, and looks for secrets in what has not been published by any
 * remote-tracking branch either: every version of every file, and the messages of the commits.
 * @param have objects the remote has; those that are not here are passed over.
 */
export async function scanOutgoing(
  repository: Repository,
  tips: readonly string[],
  have: readonly string[],
): Promise<Outgoing> {
  const known = await presentCommits(repository, have);
  const sent = await listObjects(repository, tips, known);
  const facts = await factsOf(repository, sent);
  const outgoing: Outgoing = { objects: 0, bytes: 0, commits: 0, secrets: [], large: [], binary: 0 };
  for (const { type, disk } of facts.values()) {
    outgoing.objects += 1;
    outgoing.bytes += disk;
    if (type === 'commit') outgoing.commits += 1;
  }
  const unpublished = await listObjects(repository, tips, known, ['--not', '--remotes', '--not']);
  await lookInto(repository, unpublished, facts, outgoing);
  return outgoing;
}

/** How many commits of the person's history would go along, and how many of them are marked WIP. */
export async function countHistory(
  repository: Repository,
  heads: readonly string[],
  have: readonly string[],
): Promise<{ commits: number; wip: number }> {
  const count = { commits: 0, wip: 0 };
  if (heads.length === 0) return count;
  const known = await presentCommits(repository, have);
  const options = {
    cwd: repository.root,
    env: EXACT_ENV,
    timeoutMs: 60_000,
    input: [...new Set(heads), ...known.map((oid) => `^${oid}`), ''].join('\n'),
    longest: 100,
  };
  const format = '--format=:%(trailers:key=Claude-WIP,valueonly,separator=%x2C)';
  for await (const { bytes } of gitLines(['log', '--no-show-signature', format, '--stdin'], options)) {
    count.commits += 1;
    if (/^: *true/i.test(bytes.toString('latin1'))) count.wip += 1;
  }
  return count;
}

async function presentCommits(repository: Repository, oids: readonly string[]): Promise<string[]> {
  return (await checkObjects(repository, oids)).flatMap((one) =>
    one !== undefined && (one.type === 'commit' || one.type === 'tag') ? [one.oid] : [],
  );
}

async function factsOf(
  repository: Repository,
  listed: readonly ListedObject[],
): Promise<Map<string, ObjectFacts>> {
  const facts = await checkObjects(
    repository,
    listed.map(({ oid }) => oid),
  );
  return new Map(facts.flatMap((one) => (one === undefined ? [] : [[one.oid, one] as const])));
}

async function lookInto(
  repository: Repository,
  listed: readonly ListedObject[],
  facts: ReadonlyMap<string, ObjectFacts>,
  outgoing: Outgoing,
): Promise<void> {
  const paths = new Map(listed.map(({ oid, path }) => [oid, path]));
  const wanted: ObjectFacts[] = [];
  for (const [oid, path] of paths) {
    const one = facts.get(oid);
    if (one === undefined || (one.type !== 'blob' && one.type !== 'commit')) continue;
    if (one.size <= MAX_SCANNED) wanted.push(one);
    else outgoing.large.push(path === '' ? `commit ${oid.slice(0, 12)}` : path);
  }
  for (const batch of batches(wanted)) {
    await readObjects(repository, batch, (oid, type, body) => {
      if (type === 'blob' && isBinary(body)) outgoing.binary += 1;
      else outgoing.secrets.push(...secretsIn(body, type, paths.get(oid) ?? '', oid));
    });
  }
}

function secretsIn(body: Buffer, type: string, path: string, oid: string): SecretPlace[] {
  const text = body.toString('utf8');
  // Who made a commit and when is no part of what is looked into.
  const start = type === 'commit' ? text.indexOf('\n\n') + 2 : 0;
  const place = type === 'commit' ? `message of commit ${oid.slice(0, 12)}` : path;
  return locateSecrets(text.slice(start)).map(({ rule, line }) => ({ path: place, line, rule }));
}

/** A byte 0 near the beginning, as git tells binary files from texts. */
export function isBinary(body: Buffer): boolean {
  return body.subarray(0, BINARY_HEAD).includes(0);
}

function batches(objects: readonly ObjectFacts[]): string[][] {
  const all: string[][] = [];
  let open: string[] = [];
  let bytes = 0;
  for (const { oid, size } of objects) {
    open.push(oid);
    bytes += size;
    if (bytes < BATCH_BYTES) continue;
    all.push(open);
    open = [];
    bytes = 0;
  }
  return open.length === 0 ? all : [...all, open];
}
