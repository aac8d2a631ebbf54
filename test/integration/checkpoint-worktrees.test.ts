import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import type { Checkpoint } from '../../src/checkpoints/types.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, placeOf, treeOfAddAll } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { at, type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';

let folder: string;
useIsolatedProcess();
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(script: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}

const PROCESSES = 20;

/** A repository with four linked worktrees, each with work of its own. */
function fourWorktrees(): { main: BuiltRepository; roots: string[] } {
  const main = plainRepository();
  const roots = ['one', 'two', 'three', 'four'].map((name) => {
    const root = path.join(main.base, `linked ${name}`);
    main.git('worktree', 'add', '-q', '-b', name, root);
    makeDirty(at(main.base, root));
    fs.writeFileSync(path.join(root, 'only here.txt'), name);
    return root;
  });
  return { main, roots };
}

it(`saves every one of ${PROCESSES} processes at once in four linked worktrees`, async () => {
  const { main, roots } = fourWorktrees();
  try {
    const script = bundleScript(
      `import { saveCheckpoint } from './src/checkpoints/save.ts';
       import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
       const [, , root, name] = process.argv;
       const repository = locateRepository(root);
       const state = statePaths(stateRoot(repository, userPaths(process.env)));
       saveCheckpoint({ repository, state, name, reason: 'manual', maxFileBytes: 1e9, now: Date.now() })
         .then((result) => console.log(JSON.stringify(result.saved ? result.checkpoint : result)));`,
      path.join(folder, 'save.cjs'),
    );
    const before = fingerprint(main.base);
    const jobs = Array.from({ length: PROCESSES }, (_job, number) => ({
      root: roots[number % roots.length] ?? '',
      name: `job ${String(number).padStart(2, '0')}`,
    }));
    const said = await Promise.all(jobs.map((job) => run(script, [job.root, job.name])));
    expect(fingerprint(main.base)).toEqual(before);
    const results: Checkpoint[] = said.map((text) => JSON.parse(text));
    expect(results.map((one) => one.name)).toEqual(jobs.map((job) => job.name));

    const list = await listCheckpoints(placeOf(main.root).repository);
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    expect(list.map(({ id, commit }) => ({ id, commit })).sort(byId)).toEqual(
      results.map(({ id, commit }) => ({ id, commit })).sort(byId),
    );
    for (const [number, root] of roots.entries()) {
      const here = results.filter((_one, job) => job % roots.length === number);
      const tree = treeOfAddAll(root, [], ['.claude/checkpoints']);
      expect(here.map((one) => one.tree)).toEqual(here.map(() => tree));
      expect(new Set(here.map((one) => one.worktree)).size).toBe(1);
      for (const one of here) expect(fs.existsSync(path.join(root, one.document))).toBe(true);
      // One behind the other, none beside another: each but the first names the one before it.
      const previous = here.map((one) => one.previous);
      expect(previous.filter((id) => id === undefined)).toHaveLength(1);
      expect(new Set(previous).size).toBe(here.length);
      const known = new Set<string | undefined>(here.map((one) => one.id));
      expect(previous.filter((id) => id !== undefined && !known.has(id))).toEqual([]);
    }
    expect(new Set(results.map((one) => one.worktree)).size).toBe(roots.length);
    const { state } = placeOf(main.root);
    expect(fs.readdirSync(state.indexes).filter((name) => /lock|tmp/.test(name))).toEqual([]);
    expect(main.tryGit('fsck', '--full', '--strict')).toBe(true);
  } finally {
    main.cleanup();
  }
});
