import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepestFirst, foldersAbove } from '../../../src/checkpoints/restore/disk.ts';
import {
  applyMoves,
  foldersToMake,
  type MovePlan,
  moveBackNew,
  moveBackOld,
  seenOf,
} from '../../../src/checkpoints/restore/moves.ts';
import { rawPath, rawStat } from '../../../src/platform/raw-files.ts';
import { filesOf } from '../../support/restore.ts';

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 500 : 25;

/** Few names, so that files and folders take each other's place. */
const name = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const tree = fc.uniqueArray(name, { maxLength: 7 }).map(withoutClashes);

/** Names of which none is a folder of another. */
function withoutClashes(names: string[]): string[] {
  return names.filter((one) => !names.some((other) => other.startsWith(`${one}/`)));
}

interface Scene {
  root: string;
  stage: string;
  plan: MovePlan;
}

/** A folder that holds the files `from`, and the plan to make it hold the files `to`. */
function sceneOf(from: readonly string[], to: readonly string[]): Scene {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-moves-'));
  const root = path.join(base, 'root');
  const stage = path.join(base, 'stage');
  for (const folder of [root, path.join(stage, 'old'), path.join(stage, 'new')])
    fs.mkdirSync(folder, { recursive: true });
  const write = (folder: string, file: string, content: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), content);
  };
  for (const file of from) write(root, file, `old ${file}`);
  for (const file of to) write(path.join(stage, 'new'), file, `new ${file}`);
  const seen = (folder: string, file: string) => {
    const stat = rawStat(rawPath(folder, file));
    if (stat === undefined) throw new Error(file);
    return stat;
  };
  const takes = from.filter((file) => !to.includes(file));
  const kept = foldersAbove(to);
  return {
    root,
    stage,
    plan: {
      version: 1,
      inTree: false,
      takes: takes.map((file) => ({ name: file, was: seenOf(seen(root, file)) })),
      puts: to.map((file) => {
        const staged = seen(path.join(stage, 'new'), file);
        return {
          name: file,
          from: file,
          is: { ...seenOf(staged), ino: staged.ino },
          ...(from.includes(file) ? { was: seenOf(seen(root, file)) } : {}),
        };
      }),
      emptied: deepestFirst([...foldersAbove(takes)].filter((folder) => !kept.has(folder))).map((folder) => ({
        name: folder,
        mode: 0o755,
      })),
      made: foldersToMake(root, to),
    },
  };
}

/** Does the work until it has moved `limit` files or folders, then fails as a kill would. */
function cutOff(limit: number, work: () => void): boolean {
  const methods = ['renameSync', 'mkdirSync', 'rmdirSync'] as const;
  const module = process.getBuiltinModule('node:fs') as unknown as Record<string, unknown>;
  const real = methods.map((method) => module[method]);
  let left = limit;
  for (const [at, method] of methods.entries()) {
    module[method] = (...args: unknown[]) => {
      if (left === 0) throw new Error('cut off');
      left -= 1;
      return (real[at] as (...all: unknown[]) => unknown)(...args);
    };
  }
  try {
    work();
    return false;
  } catch (error) {
    if ((error as Error).message !== 'cut off') throw error;
    return true;
  } finally {
    for (const [at, method] of methods.entries()) module[method] = real[at];
  }
}

const never = (name: string): void => {
  throw new Error(`${name} is in the way`);
};

function revert({ plan, root, stage }: Scene): void {
  moveBackNew(plan, root, stage, never);
  moveBackOld(plan, root, stage, never);
}

function foldersOf(root: string): string[] {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? [path.join(entry.parentPath, entry.name).slice(root.length)] : [],
    )
    .sort();
}

describe('the renames of a restore', () => {
  it('lead from any files to any others', () => {
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        const scene = sceneOf(from, to);
        applyMoves(scene.plan, scene.root, scene.stage);
        const found = Object.keys(filesOf(scene.root)).sort();
        expect(found).toEqual([...to].sort());
        for (const file of to)
          expect(fs.readFileSync(path.join(scene.root, file), 'utf8')).toBe(`new ${file}`);
        expect(foldersOf(scene.root)).toEqual([...foldersAbove(to)].map((folder) => `/${folder}`).sort());
        fs.rmSync(path.dirname(scene.root), { recursive: true });
      }),
      { numRuns: RUNS },
    );
  });

  it('cut off anywhere, and their taking back cut off anywhere too, lead back to what was there', () => {
    fc.assert(
      fc.property(tree, tree, fc.nat(30), fc.array(fc.nat(12), { maxLength: 3 }), (from, to, limit, cuts) => {
        const scene = sceneOf(from, to);
        const before = { files: filesOf(scene.root), folders: foldersOf(scene.root) };
        cutOff(limit, () => applyMoves(scene.plan, scene.root, scene.stage));
        for (const cut of cuts) cutOff(cut, () => moveBackNew(scene.plan, scene.root, scene.stage, never));
        moveBackNew(scene.plan, scene.root, scene.stage, never);
        fs.rmSync(path.join(scene.stage, 'new'), { recursive: true });
        for (const cut of cuts) cutOff(cut, () => moveBackOld(scene.plan, scene.root, scene.stage, never));
        moveBackOld(scene.plan, scene.root, scene.stage, never);
        expect({ files: filesOf(scene.root), folders: foldersOf(scene.root) }).toEqual(before);
        fs.rmSync(path.dirname(scene.root), { recursive: true });
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('stop at a file that is no longer the planned one, before it is moved', () => {
    const scene = sceneOf(['a', 'b'], ['b']);
    fs.writeFileSync(path.join(scene.root, 'b'), 'edited meanwhile');
    expect(() => applyMoves(scene.plan, scene.root, scene.stage)).toThrow(/b was changed by another program/);
    revert(scene);
    expect(fs.readFileSync(path.join(scene.root, 'b'), 'utf8')).toBe('edited meanwhile');
    expect(fs.readFileSync(path.join(scene.root, 'a'), 'utf8')).toBe('old a');
  });

  it('never go through a link that took the place of a folder', () => {
    const scene = sceneOf(['a/x'], ['a/x', 'a/y']);
    const outside = path.join(path.dirname(scene.root), 'outside');
    fs.renameSync(path.join(scene.root, 'a'), outside);
    fs.symlinkSync(outside, path.join(scene.root, 'a'));
    expect(() => applyMoves(scene.plan, scene.root, scene.stage)).toThrow(/changed by another program/);
    expect(fs.readdirSync(outside)).toEqual(['x']);
    expect(fs.readFileSync(path.join(outside, 'x'), 'utf8')).toBe('old a/x');
  });
});
