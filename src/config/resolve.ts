import { readConfigCache, writeConfigCache, writeFlags } from '../store/config-cache.ts';
import { VERSION } from '../version.ts';
import type { Config } from './config.ts';
import { environmentKey } from './environment.ts';
import { isUnchanged, type Source } from './fingerprint.ts';
import { flagsOf, MANAGED_FLAGS } from './flags.ts';
import type { ConfigRequest, LoadResult } from './load.ts';
import type { ResolvedConfig } from './types.ts';

export type { ConfigRequest } from './load.ts';

interface Entry {
  /** The folder this was compiled for. */
  place: string;
  /** Everything else it depends on that is no file. */
  key: string;
  sources: Source[];
  result: ResolvedConfig;
  /** For the doorbell; undefined where a folder's own file decided, which does not speak for the repository. */
  flags: string[] | undefined;
  /** The last configuration of this folder without an error. */
  lastValid: Config | undefined;
}

/** Folders (worktrees, and folders below with a session in them) whose compiled configuration is kept. */
const MAX_ENTRIES = 12;

/**
 * The configuration for hooks: from the compiled cache while every file it was made of is unchanged, else
 * compiled anew. Never throws for what a configuration holds: the last valid one counts then, or else the
 * layers without an error, and `problems` says why. Runs nothing.
 */
export async function resolveConfig(input: ConfigRequest): Promise<ResolvedConfig> {
  const entries = readEntries(input);
  const place = JSON.stringify([input.repository.root, input.cwd]);
  const key = keyOf(input);
  const old = entries.find((entry) => entry.place === place);
  if (old !== undefined && old.key === key && old.sources.every(isUnchanged)) {
    if (old.flags !== undefined) writeFlags(input.state, MANAGED_FLAGS, old.flags);
    return old.result;
  }
  const { loadConfig } = await import('./load.ts');
  const loaded = loadConfig(input);
  const entry = entryOf(place, key, loaded, old);
  const others = entries.filter((each) => each.place !== place);
  writeConfigCache(input.state, input.user, [...others, entry].slice(-MAX_ENTRIES));
  if (entry.flags !== undefined) writeFlags(input.state, MANAGED_FLAGS, entry.flags);
  return entry.result;
}

function entryOf(place: string, key: string, loaded: LoadResult, old: Entry | undefined): Entry {
  const broken = loaded.errors.length > 0;
  const config =
    broken && old?.lastValid != null ? withServices(old.lastValid, loaded.config) : loaded.config;
  const flags = loaded.atTop ? flagsOf(loaded.shared) : undefined;
  const { problems, commandsTrusted, trust, sources } = loaded;
  return {
    place,
    key,
    sources,
    result: { config, problems, commandsTrusted, trust },
    flags: broken && old !== undefined ? old.flags : flags,
    lastValid: broken ? old?.lastValid : config,
  };
}

/** An older configuration contacts only what may be contacted now. */
function withServices(older: Config, now: Config): Config {
  return { ...older, preSession: { ...older.preSession, services: now.preSession.services } };
}

function readEntries(input: ConfigRequest): Entry[] {
  const content = readConfigCache(input.state, input.user);
  return Array.isArray(content) ? (content as Entry[]) : [];
}

function keyOf(input: ConfigRequest): string {
  const { repository, user, presetsDirectory } = input;
  const parts = [VERSION, repository.gitDir, repository.commonDir, user.config, user.data, presetsDirectory];
  return JSON.stringify([...parts, environmentKey(input.env)]);
}
