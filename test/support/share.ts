import * as fs from 'node:fs';
import * as path from 'node:path';
import { configSchema } from '../../src/config/schema.ts';
import { type PushRequest, type PushResult, pushCheckpoints } from '../../src/flows/share.ts';
import { type FetchRequest, type FetchResult, fetchCheckpoints } from '../../src/flows/share-fetch.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { userPaths } from '../../src/store/paths.ts';
import { placeOf } from './checkpoints.ts';
import { at, type BuiltRepository, plainRepository, runGit } from './repositories.ts';

/** A bare repository and two clones of it, in one temporary folder. */
export interface Team {
  base: string;
  /** The bare repository. */
  hub: string;
  ada: BuiltRepository;
  bob: BuiltRepository;
  /** Runs git in the bare repository. */
  inHub(...args: string[]): string;
  /** Puts an object into the bare repository. @returns its name. */
  object(type: string, body: string | Buffer): string;
  cleanup(): void;
}

export function makeTeam(initArgs: string[] = []): Team {
  const seed = plainRepository('seed', initArgs);
  const { base } = seed;
  const hub = path.join(base, 'hub.git');
  runGit(base, ['clone', '-q', '--bare', seed.root, hub]);
  const clone = (name: string): BuiltRepository => {
    const root = path.join(base, name);
    runGit(base, ['clone', '-q', hub, root]);
    return at(base, root);
  };
  const inHub = (...args: string[]): string => runGit(hub, args);
  return {
    base,
    hub,
    ada: clone('ada'),
    bob: clone('bob'),
    inHub,
    object(type, body) {
      const file = path.join(base, 'object');
      fs.writeFileSync(file, body);
      return inHub('hash-object', '-w', '--literally', '-t', type, file).trim();
    },
    cleanup: seed.cleanup,
  };
}

export function workplaceOf(built: BuiltRepository): Workplace {
  return {
    ...placeOf(built.root),
    user: userPaths(process.env),
    now: Date.now,
    log: () => {},
    resolved: { config: configSchema.parse({}) },
  } as unknown as Workplace;
}

export function push(built: BuiltRepository, request: Partial<PushRequest> = {}): Promise<PushResult> {
  return pushCheckpoints(workplaceOf(built), { words: [], dryRun: false, allowSecrets: false, ...request });
}

export function fetch(built: BuiltRepository, request: Partial<FetchRequest> = {}): Promise<FetchResult> {
  return fetchCheckpoints(workplaceOf(built), { dryRun: false, ...request });
}

/** `checkpoint pushed`, `document conflict`: what became of each ref, sorted by id and kind. */
export function states(result: { refs: readonly { kind: string; id: string; state: string }[] }): string[] {
  return [...result.refs]
    .sort((a, b) => (`${a.id}${a.kind}` < `${b.id}${b.kind}` ? -1 : 1))
    .map(({ kind, state }) => `${kind} ${state}`);
}

/** The document of a checkpoint on disk. */
export function documentFile(built: BuiltRepository, id: string): string {
  return path.join(built.root, '.claude/checkpoints', `${id}.md`);
}
