import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeOut } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { copyScene, type Scene, startScene } from '../support/mine-kept.ts';
import { emptyFolder } from '../support/repositories.ts';

const FULL = process.env.CLAUDE_HOOKS_FULL === '1';
const NAMES = ['a', 'b', 'dir/c', 'large', 'crlf', 'new', 'dir/other'];

let template: Scene;
useIsolatedProcess();
beforeAll(async () => {
  const built = emptyFolder();
  built.git('init', '-q', '-b', 'main');
  const lines = (name: string, count: number, end = '\n'): string =>
    Array.from({ length: count }, (_line, at) => `${name} ${at + 1}${end}`).join('');
  built.write('a', lines('a', 12));
  built.write('b', lines('b', 12));
  built.write('dir/c', lines('c', 12));
  built.write('large', lines('a line of the large file', 400));
  built.write('crlf', lines('crlf', 12, '\r\n'));
  built.git('add', '-A');
  built.git('commit', '-q', '-m', 'First');
  template = await startScene(built);
});
afterAll(() => template.cleanup());

/** Something somebody does; `at` chooses a line. What cannot be done is not done. */
interface Deed {
  do: string;
  name: string;
  to: string;
  at: number;
}

const deed = (...kinds: string[]): fc.Arbitrary<Deed> =>
  fc.record({
    do: fc.constantFrom(...kinds),
    name: fc.constantFrom(...NAMES),
    to: fc.constantFrom(...NAMES),
    at: fc.nat(11),
  });
const SESSION = ['edit', 'edit', 'write', 'agent edit', 'agent write', 'remove', 'move', 'sed', 'checkpoint'];
const PERSON = ['change', 'change', 'insert', 'delete', 'add', 'unlink', 'rename'];

let token = 0;

/** Does it all in a copy of the repository, one thing after the other, each line it writes with a word of its own. */
async function play(deeds: readonly Deed[], check: (scene: Scene) => Promise<void>): Promise<void> {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-cell-')));
  const scene = copyScene(template, path.join(base, 'all'));
  try {
    for (const one of deeds) {
      token += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (PERSON.includes(one.do)) await scene.person(() => personDoes(scene, one));
      else await sessionDoes(scene, one);
    }
    await check(scene);
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
}

function linesAt(file: string): string[] | undefined {
  if (!fs.existsSync(file) || !fs.statSync(file).isFile()) return undefined;
  return fs.readFileSync(file, 'utf8').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

async function sessionDoes(scene: Scene, { do: what, name, to, at }: Deed): Promise<void> {
  const { session } = scene;
  const file = scene.file(name);
  const lines = linesAt(file);
  const plain = lines?.map((line) => line.replace('\r\n', '\n')) ?? [];
  const word = `S${token}.\n`;
  const place = at % Math.max(1, plain.length);
  const changed = plain.map((line, index) => (index === place ? word : line)).join('');
  if (what === 'checkpoint') return scene.checkpoint();
  if (['remove', 'move', 'sed'].includes(what)) {
    if (lines === undefined || (what === 'move' && fs.existsSync(scene.file(to)))) return;
    // As before every risky command.
    await scene.checkpoint({ reason: 'before-command' });
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (what === 'remove') session.bash(`rm ${name}`, () => fs.rmSync(file));
    else if (what === 'move') session.bash(`mv ${name} ${to}`, () => rename(file, scene.file(to)));
    else {
      const end = lines[place]?.endsWith('\r\n') ? '\r\n' : '\n';
      const put = lines.map((line, index) => (index === place ? `S${token}.${end}` : line)).join('');
      session.bash(`sed -i ${place}s/x/y/ ${name}`, () => fs.writeFileSync(file, put));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
    return scene.checkpoint();
  }
  if (lines === undefined) {
    const content = `S${token}.1\nS${token}.2\nS${token}.3\n`;
    if (what.startsWith('agent')) session.agent().write(name, content);
    else session.write(name, content);
  } else if (what === 'write') session.write(name, changed);
  else if (what === 'agent write') {
    const agent = session.agent();
    agent.read(name);
    agent.write(name, changed);
  } else if (plain[place] !== undefined) {
    const by = what === 'edit' ? session : session.agent();
    by.edit(name, plain[place], word);
  }
}

function rename(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.renameSync(from, to);
}

function personDoes(scene: Scene, { do: what, name, to, at }: Deed): void {
  const file = scene.file(name);
  const lines = linesAt(file);
  if (lines === undefined) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (what === 'add') fs.writeFileSync(file, `P${token}.1\nP${token}.2\nP${token}.3\n`);
    return;
  }
  const end = lines[0]?.endsWith('\r\n') ? '\r\n' : '\n';
  const place = at % Math.max(1, lines.length);
  if (what === 'unlink') fs.rmSync(file);
  else if (what === 'rename') {
    if (!fs.existsSync(scene.file(to))) rename(file, scene.file(to));
  } else if (what !== 'add') {
    const put = what === 'delete' ? [] : [`P${token}.${end}`];
    lines.splice(place, what === 'insert' ? 0 : 1, ...put);
    fs.writeFileSync(file, lines.join(''));
  }
}

function wordsIn(folder: string, letter: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (!entry.isFile() || /^\.(?:git|claude)(?:\/|$)/.test(name)) continue;
    const words = fs.readFileSync(file, 'utf8').match(new RegExp(`\\b${letter}\\d+\\.\\d*`, 'g'));
    if (words !== null) found.set(name, words);
  }
  return found;
}

it('gives back exactly the checkpoint where only the session worked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed(...SESSION), { minLength: 1, maxLength: 10 }), (deeds) =>
      play(deeds, async (scene) => {
        const { tree, conflicts } = await scene.plan();
        expect(conflicts).toEqual([]);
        expect(tree).toBe(scene.start.tree);
      }),
    ),
    { numRuns: FULL ? 100 : 4 },
  );
}, 900_000);

it('changes nothing where only the person worked', async () => {
  const deeds = fc.array(deed(...PERSON, 'checkpoint'), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(deeds, (list) =>
      play(list, async (scene) => {
        expect(await scene.restore()).toMatchObject({ restored: false, cause: 'nothing' });
        expect(await scene.plan()).toMatchObject({ conflicts: [] });
      }),
    ),
    { numRuns: FULL ? 60 : 3 },
  );
}, 900_000);

it('loses no line of the person, and leaves none of the session but in what it names', async () => {
  const deeds = fc.array(fc.oneof(deed(...SESSION), deed(...PERSON)), { minLength: 2, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(deeds, (list) =>
      play(list, async (scene) => {
        const mine = [...wordsIn(scene.root, 'P').values()].flat();
        const { tree, conflicts } = await scene.plan();
        const target = path.join(scene.built.base, 'result');
        writeOut(scene.root, tree, target);
        const kept = new Set([...wordsIn(target, 'P').values()].flat());
        for (const word of mine) expect(kept).toContain(word);
        // Under whatever name the person gave it, a file that is in conflict because it moved is named by its old one.
        const moved = conflicts.some((one) => one.kind === 'deleted' || one.kind === 'changed');
        const named = new Set(conflicts.map((one) => one.path));
        for (const name of wordsIn(target, 'S').keys()) if (!moved) expect(named).toContain(name);
      }),
    ),
    { numRuns: FULL ? 200 : 6 },
  );
}, 1_800_000);
