import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import {
  locateRepository,
  type StatePaths,
  statePaths,
  stateRoot,
  userPaths,
} from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { PROJECT_ROOT } from './sandbox.ts';

/** A project whose session has been started, in a home of its own. */
export interface BellPlace {
  home: string;
  project: string;
  state: StatePaths;
  /** Environment of a doorbell that rings in it. */
  env: Record<string, string>;
  /** What hooks wrote into `~/starts`, a line for each start. */
  starts(): string[];
  /** Files of the spooled events, in any order. */
  events(): string[];
}

export function makeBellPlace(home: string, project: string, session = 's-1'): BellPlace {
  const env = {
    HOME: home,
    PATH: process.env.PATH ?? '',
    CLAUDE_PROJECT_DIR: project,
    CLAUDE_CODE_SESSION_ID: session,
  };
  const state = statePaths(stateRoot(locateRepository(project), userPaths(env)));
  openSpool(state);
  const starts = path.join(home, 'starts');
  return {
    home,
    project,
    state,
    env,
    starts: () =>
      (fs.existsSync(starts) ? fs.readFileSync(starts, 'utf8') : '')
        .split('\n')
        .filter((line) => line !== ''),
    events: () =>
      fs
        .readdirSync(state.spool)
        .filter((name) => name !== 'tmp')
        .map((name) => path.join(state.spool, name)),
  };
}

/** A folder with the doorbell for shells, in a path that needs quotes. @param change is made to its text. */
export function makeBellRuntime(folder: string, change = (text: string) => text): string {
  const runtime = path.join(folder, "run time's");
  fs.mkdirSync(path.join(runtime, 'hooks'), { recursive: true });
  const bell = fs.readFileSync(path.join(PROJECT_ROOT, 'hooks/bell.sh'), 'utf8');
  fs.writeFileSync(path.join(runtime, 'bell.sh'), change(bell));
  return runtime;
}

/** Puts the doorbell of Node into a runtime, bundled as it is built. */
export function buildNodeBell(runtime: string): void {
  buildSync({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [{ in: 'hooks/bell.ts', out: 'bell' }],
    outdir: runtime,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    supported: { 'dynamic-import': false },
  });
}

/** The command that rings a word (`stop:local`) in a shell. */
export function bellLine(runtime: string, word: string): string {
  return `claude_hooks=${word}; h='${inQuotes(runtime)}'; n='${process.execPath}'; [ -r "$h/bell.sh" ] && . "$h/bell.sh"; exit 0`;
}

/** A path as it stands between single quotes of a shell. */
export const inQuotes = (text: string): string => text.replaceAll("'", `'\\''`);
