import * as path from 'node:path';
import { sha256 } from '../platform/digest.ts';
import type { Config } from './config.ts';
import type { SourceReader } from './fingerprint.ts';
import { isObject, type Json, type JsonObject } from './merge.ts';
import type { RunnableItem } from './types.ts';

/** The parts of a configuration that make a machine run something, change the repository or connect somewhere. */
const RUNNING_PARTS: readonly string[][] = [
  ['preSession', 'dependencies'],
  ['preSession', 'pull'],
  ['preSession', 'services'],
  ['checkpoints', 'commit'],
  ['postSession', 'tests'],
  ['postSession', 'commit'],
  ['postSession', 'clean'],
];

export interface Runnable {
  hash: string;
  commands: RunnableItem[];
  /** A step's script that cannot be read, so that nobody can consent to its content. */
  unreadable: string | undefined;
}

/**
 * What a configuration would run, and its identity.
 * @param repositoryValue what the layers of the repository say together, before defaults; its running parts,
 *   and the content of every script of a step that lies in the working tree, make the hash.
 * @param config the whole configuration, for the list people read.
 */
export function describeRunnable(
  repositoryValue: JsonObject,
  config: Config,
  input: { root: string; reader: SourceReader },
): Runnable {
  const scripts: [string, string][] = [];
  let unreadable: string | undefined;
  for (const step of Object.values(config.hooks).flatMap((moment) => moment.steps)) {
    if (step.script === undefined) continue;
    const read = input.reader.read(path.resolve(input.root, step.script));
    if (read.kind === 'unreadable') unreadable = step.script;
    scripts.push([step.script, read.kind === 'text' ? sha256(read.bytes) : read.kind]);
  }
  const parts = RUNNING_PARTS.map((keys) => [keys.join('.'), partAt(repositoryValue, keys)] as const);
  const hooks = isObject(repositoryValue.hooks) ? Object.entries(repositoryValue.hooks) : [];
  const steps = hooks.map(
    ([moment, value]) => [`hooks.${moment}.steps`, isObject(value) ? value.steps : null] as const,
  );
  const said = [...parts, ...steps].filter(([, value]) => value !== undefined && value !== null);
  const hash = sha256(
    JSON.stringify(sorted([Object.fromEntries(said), Object.fromEntries(scripts)] as Json)),
  );
  return { hash, commands: listCommands(config), unreadable };
}

function partAt(value: JsonObject, keys: readonly string[]): Json | undefined {
  let node: Json | undefined = value;
  for (const key of keys) node = isObject(node) ? node[key] : undefined;
  return node;
}

/** The same value with the keys of every object in order, so that order does not change the hash. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}

function listCommands(config: Config): RunnableItem[] {
  const { preSession, postSession } = config;
  const items: RunnableItem[] = [];
  const add = (on: boolean, key: string, text: string): void => {
    if (on) items.push({ key, text });
  };
  const { dependencies, pull, services } = preSession;
  add(
    dependencies.enabled,
    'preSession.dependencies',
    dependencies.command ?? 'install what the lock file names',
  );
  add(pull.enabled, 'preSession.pull', 'git pull --ff-only');
  for (const service of services)
    add(true, 'preSession.services', `connect to ${service.name} (${address(service.url)})`);
  for (const [moment, { enabled, steps }] of Object.entries(config.hooks)) {
    for (const step of steps) {
      const text = step.run ?? `script ${step.script ?? ''}`;
      add(enabled && step.enabled, `hooks.${moment}.steps`, `${step.name}: ${text}`);
    }
  }
  add(
    config.checkpoints.commit === 'branch',
    'checkpoints.commit',
    'commit each automatic checkpoint on the current branch',
  );
  const { commit, tests, clean } = postSession;
  add(commit.enabled, 'postSession.commit', `commit with the message "${commit.message}"`);
  add(tests.enabled, 'postSession.tests', tests.command ?? 'run the tests of the project');
  for (const name of clean) add(true, 'postSession.clean', `remove ${name}`);
  return items;
}

/** A URL without user, password and query. */
function address(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/s, '');
}
