import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { listSnapshots, loadSnapshot, saveSnapshot } from '../../src/flows/snapshot.ts';
import { resumeSnapshot } from '../../src/flows/snapshot-resume.ts';
import { markLive } from '../../src/store/live.ts';
import { placeOf } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { NAUGHTY } from '../support/naughty.ts';
import { emptyFolder } from '../support/repositories.ts';
import { inRepository, publishedSchema, savedSnapshot, workplaceOf } from '../support/snapshots.ts';

useIsolatedProcess();

const documentsIn = (root: string): string[] =>
  fs.readdirSync(path.join(root, '.claude/snapshots')).filter((name) => !name.startsWith('.'));

it('tells renamed files, odd names and bytes that are no text', () =>
  inRepository(async (built) => {
    fs.renameSync(path.join(built.root, 'src/a.txt'), path.join(built.root, 'src/naïve\nname.txt'));
    const odd = Buffer.concat([Buffer.from(`${built.root}/odd-`), Buffer.from([0xff, 0xfe, 0x0a])]);
    fs.writeFileSync(odd, 'odd\n');
    fs.writeFileSync(Buffer.concat([odd, Buffer.from([0xc3])]), 'odder\n');
    fs.chmodSync(path.join(built.root, 'README.md'), 0o755);
    const { snapshot, document } = await savedSnapshot(built.root);
    const hashOf = (text: string): string => {
      fs.writeFileSync(path.join(built.base, 'content'), text);
      return built.git('hash-object', path.join(built.base, 'content')).trim();
    };
    const [readme, first, second, renamed] = snapshot.files;
    expect(readme).toEqual({ path: 'README.md', hash: hashOf('# Demo\n'), status: 'modified' });
    expect(first).toEqual({
      path: 'odd-\ufffd\ufffd\n',
      pathBase64: Buffer.from('6f64642dfffe0a', 'hex').toString('base64'),
      hash: hashOf('odd\n'),
      status: 'added',
    });
    expect(second?.pathBase64).toBe(Buffer.from('6f64642dfffe0ac3', 'hex').toString('base64'));
    expect(renamed).toEqual({
      path: 'src/naïve\nname.txt',
      hash: hashOf('one\ntwo\nthree\nfour\n'),
      status: 'renamed',
      from: 'src/a.txt',
    });
    expect(publishedSchema.safeParse(document).success).toBe(true);
  }));

it('keeps the context file, the note, the variables, and all todos of the open session', () =>
  inRepository(async (built) => {
    const session = 'b8f5e3c0-1111-4222-8333-444455556666';
    const transcript = path.join(built.base, 'transcript.jsonl');
    const todos = Array.from({ length: 60 }, (_value, at) => ({
      content: `Todo ${at} ${'of many words '.repeat(20)}`,
      status: at < 20 ? 'completed' : 'pending',
      activeForm: 'x',
    }));
    const call = { type: 'tool_use', id: 'call', name: 'TodoWrite', input: { todos } };
    const answer = { type: 'tool_result', tool_use_id: 'call', content: 'done' };
    const lines = [
      { type: 'user', uuid: 'u-1', message: { role: 'user', content: 'Rank it' } },
      { type: 'assistant', uuid: 'u-2', message: { role: 'assistant', content: [call] } },
      { type: 'user', uuid: 'u-3', message: { role: 'user', content: [answer] } },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('');
    fs.writeFileSync(transcript, lines);
    const { state } = placeOf(built.root);
    fs.mkdirSync(state.live, { recursive: true });
    markLive(state, {
      session,
      pid: process.pid,
      start: undefined,
      scope: 'local',
      cwd: built.root,
      transcript,
    });
    built.write('.claude/context.md', '# Context\n\nRanking is next\n');
    const { snapshot } = await savedSnapshot(built.root, {
      note: 'two\nlines',
      state: { phase: 'ranking', constructor: 'kept', '': 'no name' },
    });
    expect(snapshot).toMatchObject({
      session,
      context: '# Context\n\nRanking is next\n',
      notes: 'two\nlines',
      state: { phase: 'ranking', constructor: 'kept', '': 'no name' },
      conversation: { transcript, offset: Buffer.byteLength(lines), message: 'u-3' },
    });
    expect(snapshot.todos).toEqual(todos.map(({ content: text, status }) => ({ text, status })));
    const resume = await resumeSnapshot(await workplaceOf(built.root), snapshot);
    expect(resume.commands).toEqual([`claude --resume ${session} --fork-session`]);
    const own = await savedSnapshot(built.root, { todos: [{ text: 'mine', status: 'pending' }] });
    expect(own.snapshot.todos).toEqual([{ text: 'mine', status: 'pending' }]);
  }));

/** Some of each kind by default; all of them in a full run. */
const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 30;
const TRIED = Object.values(NAUGHTY).flatMap((texts) => texts.filter((_text, at) => at % STEP === 0));

it(
  'takes any text as a name, or refuses it, and never writes outside',
  () =>
    inRepository(async (built) => {
      const outside = fs.readdirSync(built.base);
      const inside = fs.readdirSync(built.root);
      const place = await workplaceOf(built.root);
      let saved = 0;
      for (const name of TRIED) {
        const snapshot = await saveSnapshot(place, { name }).catch((error: unknown) => {
          expect(error, JSON.stringify(name)).toMatchObject({ code: 'snapshot-request' });
          expect(name).toMatch(/^[\p{C}\p{Z}]*$/u);
        });
        if (snapshot === undefined) continue;
        saved += 1;
        expect(snapshot.id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
        expect(loadSnapshot(place, snapshot.id)).toStrictEqual(snapshot);
        const same = listSnapshots(place).snapshots.filter((one) => one.name === snapshot.name);
        if (same.length === 1) expect(loadSnapshot(place, name)).toStrictEqual(snapshot);
      }
      for (const name of ['', ' \t', '\u200b', '\u202e', '\0'])
        await expect(saveSnapshot(place, { name })).rejects.toMatchObject({ code: 'snapshot-request' });
      expect(saved).toBeGreaterThan(15);
      expect(documentsIn(built.root)).toHaveLength(saved);
      expect(listSnapshots(place).skipped).toEqual([]);
      expect(fs.readdirSync(built.base)).toEqual(outside);
      expect(fs.readdirSync(built.root)).toEqual(['.claude', ...inside]);
      expect(fs.readdirSync(path.join(built.root, '.claude')).sort()).toEqual(['checkpoints', 'snapshots']);
    }),
  600_000,
);

it('refuses what it could not read again', () =>
  inRepository(async (built) => {
    const place = await workplaceOf(built.root);
    const state = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    await expect(saveSnapshot(place, { name: 'x', state })).rejects.toMatchObject({ kind: 'usage' });
    await expect(saveSnapshot(place, { name: 'x', session: '../x' })).rejects.toMatchObject({
      kind: 'usage',
    });
    expect(fs.existsSync(path.join(built.root, '.claude'))).toBe(false);
    expect(await listCheckpoints(place.repository)).toEqual([]);
  }));

it('is saved whole and once by each of many at a time, in linked working trees', () =>
  inRepository(async (built) => {
    const linked = path.join(built.base, 'linked');
    built.git('worktree', 'add', '-q', '-b', 'side', linked);
    const roots = [built.root, linked, built.root, linked, built.root, linked];
    const all = await Promise.all(roots.map((root) => savedSnapshot(root, { name: 'Same name' })));
    expect(new Set(all.map(({ snapshot }) => snapshot.id)).size).toBe(roots.length);
    for (const root of [built.root, linked]) {
      expect(documentsIn(root)).toHaveLength(3);
      expect(listSnapshots(root)).toMatchObject({ skipped: [] });
      expect(() => loadSnapshot(root, 'Same name')).toThrow(/could be 3 snapshots/);
    }
    const [first, second] = all;
    if (first === undefined) throw new Error('nothing was saved');
    expect(second?.snapshot.branch).toBe('side');
    const there = await resumeSnapshot(await workplaceOf(linked), first.snapshot);
    expect(there.commands[0]).toBe(`cd ${built.root}`);
  }));

it('saves in a repository whose first commit is yet to come, and asks for a home directory to be left alone', () =>
  inRepository(
    async (built) => {
      built.git('init', '-q', '-b', 'main');
      built.write('a.txt', 'a\n');
      const { snapshot } = await savedSnapshot(built.root);
      expect(snapshot).toMatchObject({ branch: 'main', files: [{ path: 'a.txt', status: 'added' }] });
      expect(snapshot.head).toBeUndefined();
      expect((await resumeSnapshot(await workplaceOf(built.root), snapshot)).advice).toEqual([
        'You are on main, without a commit, as then.',
      ]);
      const place = await workplaceOf(os.homedir());
      await expect(saveSnapshot(place, { name: 'x' })).rejects.toMatchObject({ code: 'snapshot-refused' });
    },
    () => emptyFolder(),
  ));
