import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TreeNode } from '../../src/flows/branching/tree.ts';
import { branchesOf, stateOf, treeAt } from '../support/branching.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { runKilled, writeShim } from '../support/kill-at.ts';
import { at, type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';
import { leftovers } from '../support/restore.ts';
import { PROJECT_ROOT } from '../support/sandbox.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const cli = path.join(PROJECT_ROOT, 'dist/cli.cjs');
const BRANCH = ['session', 'branch', 'urgent', '--task', 'do it'];
const RETURN = ['session', 'return'];
const LINKED = [...BRANCH, '--worktree'];

let tools: string;
let shim: string;
useIsolatedProcess();
beforeAll(() => {
  tools = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-kill-'));
  shim = writeShim(tools);
});
afterAll(() => fs.rmSync(tools, { recursive: true, force: true }));

/** Keeps a place as it is now. @returns what brings it back: journals and linked working trees name it by its path. */
function keep({ base }: BuiltRepository): () => void {
  const kept = path.join(tools, path.basename(base));
  const copy = (from: string, to: string): void => {
    fs.rmSync(to, { recursive: true, force: true });
    fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  };
  copy(base, kept);
  return () => copy(kept, base);
}

interface End {
  main: ReturnType<typeof stateOf>;
  linked: ReturnType<typeof stateOf> | undefined;
  branches: string;
  open: string[];
}

const linkedOf = (built: BuiltRepository): string => path.join(built.base, 'repo-urgent');

/** What a person has: files, staging, HEAD, branches, and which sessions have branched off and not gone back. */
async function endOf(built: BuiltRepository): Promise<End> {
  const linked = linkedOf(built);
  const flat = (nodes: TreeNode[]): TreeNode[] => nodes.flatMap((node) => [node, ...flat(node.children)]);
  return {
    main: stateOf(built.root),
    linked: fs.existsSync(linked) ? stateOf(linked) : undefined,
    branches: JSON.stringify(branchesOf(built)),
    open: flat(await treeAt(built.root)).flatMap(({ branching }) =>
      branching?.state === 'open' ? [branching.branch] : [],
    ),
  };
}

async function run(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { code, stderr } = await runKilled([cli, ...args], { cwd, env });
  expect(stderr.replace(/^.*was cut off.*$/gm, ''), args.join(' ')).not.toMatch(/rror/);
  expect(code, stderr).toBe(0);
}

/** The next save in a working tree takes away what a killed git left beside our copy of its index. */
async function savedEverywhere(built: BuiltRepository): Promise<void> {
  const places = [built.root, linkedOf(built)].filter((root) => fs.existsSync(root));
  for (const root of places) await run(root, ['checkpoint', 'save', 'after']);
}

/**
 * A mark of what is done hurts nobody; indexes for one question alone, and copies of the index of a tree that is gone, are tidied
 * away with time.
 */
function leftoversOf(built: BuiltRepository): string[] {
  const gone = fs.existsSync(linkedOf(built)) ? '' : path.basename(linkedOf(built));
  return leftovers(built.root).filter(
    (name) =>
      !/^done\/.*\/\.?clean/.test(name) &&
      !/^\.(?:start|parked)\..*\.tmp(?:\.lock)?$/.test(name) &&
      !(gone !== '' && (name === `${gone}.lock` || (name.startsWith(`.${gone}.`) && name.endsWith('.tmp')))),
  );
}

/** With a file that git might give back with other bytes, and one that only its owner may read. */
function startHere(): BuiltRepository {
  const start = plainRepository();
  makeDirty(start);
  start.write('.gitattributes', '*.lf text eol=lf\n');
  start.write('keys/own.lf', 'own\n');
  fs.chmodSync(path.join(start.root, 'keys/own.lf'), 0o600);
  return start;
}

/** With settings of the person's own, which come along to a linked working tree. */
function startBeside(): BuiltRepository {
  const start = plainRepository();
  makeDirty(start);
  start.write('.git/info/exclude', '.claude/settings.local.json\n');
  start.write('.claude/settings.local.json', '{}\n');
  return start;
}

/** Runs a command killed before some of its changes: the next command, of another kind, brings all of it to one of two ends. */
async function killEverywhere(
  built: BuiltRepository,
  where: string,
  args: readonly string[],
  some: number,
): Promise<void> {
  const reset = keep(built);
  const before = await endOf(built);
  const count = path.join(tools, 'count');
  const counted = await runKilled(['--require', shim, cli, ...args], {
    cwd: where,
    env: { COUNT_FILE: count, KILL_CALLS: 'changes' },
  });
  expect(counted.code, counted.stderr).toBe(0);
  const calls = Number(fs.readFileSync(count, 'utf8'));
  const after = await endOf(built);
  expect(after.open).not.toEqual(before.open);
  for (const [call, group] of killsOf(calls, some)) {
    reset();
    const place = `killed at change ${call} of ${calls}${group === 1 ? ', and all it had started' : ''}`;
    const env = { KILL_AT: String(call), KILL_GROUP: String(group), KILL_CALLS: 'changes' };
    await runKilled(['--require', shim, cli, ...args], { cwd: where, env });
    await run(built.root, call % 3 === 0 ? ['undo', '--list'] : ['checkpoint', 'list']);
    const end = await endOf(built);
    const isOld = JSON.stringify(end) === JSON.stringify(before);
    if (!isOld) expect(end, place).toEqual(after);
    await savedEverywhere(built);
    expect(await endOf(built), place).toEqual(end);
    expect(leftoversOf(built), place).toEqual([]);
    const beside = fs.readdirSync(built.base).filter((name) => name.startsWith('.claude-hooks'));
    expect(beside, place).toEqual([]);
    expect(built.tryGit('fsck', '--strict'), place).toBe(true);
    // What was taken back can be done.
    if (isOld) {
      await run(where, args);
      expect(await endOf(built), place).toEqual(after);
    }
  }
}

/**
 * Before which changes of the disk and starts of programs it is killed, and whether (1) with all it started: each both
 * ways in full, else a few, others in each run; half of them in the last third, where the person's files change.
 */
function killsOf(calls: number, some: number): [call: number, group: 0 | 1][] {
  if (FULL) return Array.from({ length: calls * 2 }, (_none, index) => [(index >> 1) + 1, index % 2 ? 1 : 0]);
  return Array.from({ length: some }, (_none, index) => {
    const call =
      index % 2 === 0 ? (calls / some) * (index + Math.random()) : calls - Math.random() * (calls / 3);
    return [Math.ceil(call), Math.random() < 0.5 ? 0 : 1];
  });
}

describe('killed anywhere, the next command of any kind makes it whole:', () => {
  it('branch', async () => {
    const start = startHere();
    await killEverywhere(start, start.root, BRANCH, 6);
    start.cleanup();
  }, 7_200_000);

  it('return', async () => {
    const start = startHere();
    await run(start.root, BRANCH);
    start.write('fix.txt', 'fix\n');
    start.git('add', 'fix.txt');
    start.git('commit', '-q', '-m', 'Fix');
    start.write('half.txt', 'half\n');
    await killEverywhere(start, start.root, RETURN, 6);
    start.cleanup();
  }, 7_200_000);

  it('branch in a working tree of its own', async () => {
    const start = startBeside();
    await killEverywhere(start, start.root, LINKED, 6);
    start.cleanup();
  }, 7_200_000);

  it('return from a working tree of its own', async () => {
    const start = startBeside();
    await run(start.root, LINKED);
    const linked = at(start.base, linkedOf(start));
    linked.write('fix.txt', 'fix\n');
    linked.git('add', 'fix.txt');
    linked.git('commit', '-q', '-m', 'Fix');
    await killEverywhere(start, linkedOf(start), RETURN, 6);
    start.cleanup();
  }, 7_200_000);

  it('undo of a branch', async () => {
    const start = startHere();
    await run(start.root, BRANCH);
    await killEverywhere(start, start.root, ['undo', '--yes'], 4);
    start.cleanup();
  }, 7_200_000);
});

it('of two at once one branches and the other changes nothing', async () => {
  const built = plainRepository();
  makeDirty(built);
  const results = await Promise.all(
    ['one', 'two'].map((name) =>
      runKilled([cli, 'session', 'branch', name, '--task', name, '--json'], { cwd: built.root, env: {} }),
    ),
  );
  const done = results.filter(({ code }) => code === 0).length;
  // The second may come after the first, and is then its child.
  expect(done).toBeGreaterThan(0);
  expect((await endOf(built)).open).toHaveLength(done);
  expect(Object.keys(branchesOf(built))).toHaveLength(1 + done);
  expect(placeOf(built.root).state).toBeDefined();
  expect(leftovers(built.root)).toEqual([]);
  built.cleanup();
}, 600_000);
