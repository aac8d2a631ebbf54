import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { LoadInput } from '../../../src/config/load.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../../src/store/paths.ts';

export interface Place extends LoadInput {
  /** Holds the home directory and the repository. */
  base: string;
  root: string;
  /** Writes a file below the repository; an object as JSON. */
  write(name: string, content: unknown): string;
  writeUser(name: string, content: unknown): string;
  at(cwd: string, env?: NodeJS.ProcessEnv): Place;
  remove(): void;
}

/** A folder with an empty `.git`, a home of its own and the presets of this package. */
export function makePlace(name = 'repo'): Place {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'claude-hooks-config-')));
  const root = path.join(base, name);
  mkdirSync(path.join(root, '.git'), { recursive: true });
  const home = path.join(base, 'home');
  return placeAt(base, root, root, { HOME: home });
}

function placeAt(base: string, root: string, cwd: string, env: NodeJS.ProcessEnv): Place {
  const user = userPaths({ HOME: path.join(base, 'home') });
  const repository = locateRepository(cwd);
  const write = (folder: string) => (name: string, content: unknown) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return file;
  };
  return {
    base,
    root,
    repository,
    cwd,
    state: statePaths(stateRoot(repository, user)),
    user,
    env,
    presetsDirectory: path.resolve('presets'),
    write: write(root),
    writeUser: write(user.config),
    at: (folder, more = {}) => placeAt(base, root, path.resolve(root, folder), { ...env, ...more }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}
