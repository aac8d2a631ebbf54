import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, placeOf, treeOfAddAll } from '../support/checkpoints.ts';
import { isolateProcess, linkedWorktree } from '../support/repositories.ts';

let home: string;
let folder: string;
beforeAll(() => {
  home = isolateProcess();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
});
afterAll(() => {
  fs.rmSync(home, { recursive: true, force: true });
  fs.rmSync(folder, { recursive: true, force: true });
});

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

it('saves every one of eight at once in two linked worktrees', async () => {
  const built = linkedWorktree();
  try {
    const script = bundleScript(
      `import { saveCheckpoint } from './src/checkpoints/save.ts';
       import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
       const [, , root, name] = process.argv;
       const repository = locateRepository(root);
       const state = statePaths(stateRoot(repository, userPaths(process.env)));
       saveCheckpoint({ repository, state, name, reason: 'manual', maxFileBytes: 1e9, now: Date.now() })
         .then((result) => console.log(JSON.stringify(result.saved ? result.checkpoint.id : result)));`,
      path.join(folder, 'save.cjs'),
    );
    const main = path.join(built.base, 'repo');
    fs.writeFileSync(path.join(main, 'only-main.txt'), 'main\n');
    const before = fingerprint(built.base);
    const jobs = Array.from({ length: 8 }, (_job, at) => ({
      root: at % 2 === 0 ? main : built.root,
      name: `job ${at}`,
    }));
    const said = await Promise.all(jobs.map((job) => run(script, [job.root, job.name])));
    expect(fingerprint(built.base)).toEqual(before);

    const list = await listCheckpoints(placeOf(main).repository);
    expect(list.map((one) => one.name).sort()).toEqual(jobs.map((job) => job.name));
    expect(said.map((text) => JSON.parse(text)).sort()).toEqual(list.map((one) => one.id).sort());
    const trees = [main, built.root].map((root) => treeOfAddAll(root, [], ['.claude/checkpoints']));
    for (const [at, job] of jobs.entries()) {
      expect(list.find((one) => one.name === job.name)?.tree).toBe(trees[at % 2]);
    }
    expect(new Set(list.map((one) => one.worktree)).size).toBe(2);
    for (const one of list) {
      const root = one.worktree === 'main' ? main : built.root;
      expect(fs.existsSync(path.join(root, one.document))).toBe(true);
    }
  } finally {
    built.cleanup();
  }
});
