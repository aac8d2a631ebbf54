import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { systemClock } from '../platform/clock.ts';
import { sha256 } from '../platform/digest.ts';
import { ensureDirectory, readTextIfExists, removeFile, writeFileAtomic } from '../platform/fs.ts';
import type { Repository, UserPaths } from '../store/paths.ts';
import { isObject, type JsonObject } from './merge.ts';
import { trustFile, trustIdentity } from './trust-identity.ts';
import type { ResolvedConfig, RunnableItem } from './types.ts';

/** Consent to run what one state of a repository's configuration asks for. */
export interface Grant {
  hash: string;
  /** ISO time. */
  at: string;
  commands: RunnableItem[];
}

/** What an executable configuration evaluated to, valid while every file it was made of is unchanged. */
export interface EvaluatedConfig {
  /** Absolute path of the configuration file. */
  file: string;
  /** SHA-256 of it and of every local file it imports, by absolute path. */
  files: Record<string, string>;
  value: JsonObject;
  at: string;
}

export interface TrustRecord {
  version: 1;
  /** The path consent was given for; see `trustIdentity`. */
  repository: string;
  /** Newest last, at most 20: switching between branches asks once for each. */
  grants: Grant[];
  executable?: EvaluatedConfig;
  /** Commands of templates that may run here, by the SHA-256 of their text; newest last. */
  templates?: { hash: string; command: string; at: string }[];
}

const MAX_GRANTS = 20;
const MAX_COMMANDS = 200;

interface Place {
  repository: Repository;
  user: UserPaths;
}

/** The consent on record. Undefined where there is none, or where the record cannot be read. */
export function readTrust(place: Place): TrustRecord | undefined {
  return parseTrust(readTextIfExists(trustFile(place.repository, place.user)), place.repository);
}

/** A record as it was read. A damaged one, or one for another path, is none: nothing is trusted by accident. */
export function parseTrust(text: string | undefined, repository: Repository): TrustRecord | undefined {
  let record: unknown;
  try {
    record = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (!isObject(record) || record.version !== 1 || record.repository !== trustIdentity(repository))
    return undefined;
  if (!Array.isArray(record.grants)) return undefined;
  if (!record.grants.every((grant) => isObject(grant) && typeof grant.hash === 'string')) return undefined;
  const { executable, templates } = record;
  if (templates !== undefined) {
    const whole =
      Array.isArray(templates) && templates.every((one) => isObject(one) && typeof one.hash === 'string');
    if (!whole) return undefined;
  }
  if (executable !== undefined) {
    const whole = isObject(executable) && isObject(executable.files) && isObject(executable.value);
    if (!whole || typeof executable.file !== 'string') return undefined;
  }
  return record as unknown as TrustRecord;
}

/**
 * Records that the person at this machine lets this repository run what `resolved` asks for, and nothing else.
 * @throws HooksError where the configuration is broken: what would run is not known then.
 */
export function grantTrust(place: Place & { resolved: ResolvedConfig }): Grant {
  const broken = place.resolved.problems.find((problem) => problem.level === 'error');
  if (broken !== undefined) {
    throw new HooksError({
      code: 'config-broken',
      kind: 'config',
      message: `The configuration has an error, so it is not clear what would run: ${broken.message}`,
      hint: 'Run: claude-hooks config validate',
      file: broken.file,
      line: broken.line,
      column: broken.column,
    });
  }
  const { hash, commands } = place.resolved.trust;
  const grant: Grant = { hash, at: new Date(systemClock()).toISOString(), commands };
  const record = recordOf(place);
  const others = record.grants.filter((entry) => entry.hash !== hash);
  writeRecord(place, { ...record, grants: [...others, grant].slice(-MAX_GRANTS) });
  return grant;
}

/** Stores what an executable configuration evaluated to, in place of an earlier one. */
export function storeEvaluated(place: Place & { executable: EvaluatedConfig }): void {
  writeRecord(place, { ...recordOf(place), executable: place.executable });
}

/** Whether the person lets exactly this command of a template run in this repository. */
export function isAllowedCommand(place: Place, command: string): boolean {
  const hash = sha256(command);
  return readTrust(place)?.templates?.some((one) => one.hash === hash) === true;
}

/** Records that commands of templates may run in this repository, exactly as they read. */
export function allowCommands(place: Place, commands: readonly string[]): void {
  if (commands.length === 0) return;
  const record = recordOf(place);
  const at = new Date(systemClock()).toISOString();
  const added = commands.map((command) => ({ hash: sha256(command), command, at }));
  const kept = (record.templates ?? []).filter(({ hash }) => !added.some((one) => one.hash === hash));
  writeRecord(place, { ...record, templates: [...kept, ...added].slice(-MAX_COMMANDS) });
}

/** Takes all consent for the repository back. @returns whether there was any. */
export function revokeTrust(place: Place): boolean {
  const file = trustFile(place.repository, place.user);
  const existed = readTextIfExists(file) !== undefined;
  removeFile(file);
  return existed;
}

function recordOf(place: Place): TrustRecord {
  return readTrust(place) ?? { version: 1, repository: trustIdentity(place.repository), grants: [] };
}

function writeRecord(place: Place, record: TrustRecord): void {
  const file = trustFile(place.repository, place.user);
  ensureDirectory(path.dirname(file));
  writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}
