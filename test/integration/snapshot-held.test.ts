import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { listSnapshots, loadSnapshot, saveSnapshot } from '../../src/flows/snapshot.ts';
import { diffSnapshots } from '../../src/flows/snapshot-diff.ts';
import { resumeSnapshot } from '../../src/flows/snapshot-resume.ts';
import { markLive } from '../../src/store/live.ts';
import { placeOf, save, saved } from '../support/checkpoints.ts';
import {
  type BuiltRepository,
  emptyFolder,
  isolateProcess,
  plainRepository,
} from '../support/repositories.ts';
import { publishedSchema, savedSnapshot, workplaceOf } from '../support/snapshots.ts';

let home: string;
beforeAll(() => {
  home = isolateProcess();
});
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

/** Works in a repository of its own. */
async function inRepository(
  work: (built: BuiltRepository) => Promise<void>,
  build: () => BuiltRepository = plainRepository,
): Promise<void> {
  const built = build();
  try {
    await work(built);
  } finally {
    built.cleanup();
  }
}

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

/** Texts that broke other programs. */
const NAUGHTY = [
  '../../etc/passwd',
  '/absolute',
  '-rf',
  '--upload-pack=touch x',
  '$(touch x)',
  '`touch x`',
  'a\nb',
  'null\0byte',
  'CON',
  'HEAD',
  'refs/heads/main',
  'a..b',
  'name.lock',
  '~^:?*[\\',
  '\u202egnp.exe',
  '日本語',
  '💥'.repeat(200),
  'x\ud800',
  '__proto__',
  'a'.repeat(10_000),
  '<script>alert(1)</script>',
  '{{7*7}}',
  "Robert'); DROP TABLE snapshots;--",
];

it('takes any text as a name, or refuses it, and never writes outside', () =>
  inRepository(async (built) => {
    const outside = fs.readdirSync(built.base);
    const place = await workplaceOf(built.root);
    for (const name of NAUGHTY) {
      const snapshot = await saveSnapshot(place, { name });
      expect(snapshot.id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(loadSnapshot(place, name)).toStrictEqual(snapshot);
      expect(loadSnapshot(place, snapshot.id)).toStrictEqual(snapshot);
    }
    for (const name of ['', ' \t', '\u200b', '\u202e', '\0'])
      await expect(saveSnapshot(place, { name })).rejects.toMatchObject({ code: 'snapshot-request' });
    expect(documentsIn(built.root)).toHaveLength(NAUGHTY.length);
    expect(listSnapshots(place).skipped).toEqual([]);
    expect(fs.readdirSync(built.base)).toEqual(outside);
    expect(fs.readdirSync(path.join(built.root, '.claude')).sort()).toEqual(['checkpoints', 'snapshots']);
    expect(fs.existsSync(path.join(built.root, 'x'))).toBe(false);
  }));

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

it('neither writes nor reads through a link that leads out of the repository', () =>
  inRepository(async (built) => {
    const elsewhere = path.join(built.base, 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.mkdirSync(path.join(built.root, '.claude'));
    const folder = path.join(built.root, '.claude/snapshots');
    fs.symlinkSync(elsewhere, folder);
    const place = await workplaceOf(built.root);
    await expect(saveSnapshot(place, { name: 'x' })).rejects.toMatchObject({
      code: 'snapshot-not-written',
      message: expect.stringContaining('leads out of'),
    });
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    expect(await listCheckpoints(place.repository)).toEqual([]);
    expect(listSnapshots(place)).toMatchObject({ snapshots: [], skipped: [{ file: folder }] });

    for (const target of [path.join(elsewhere, 'not-there'), path.join(built.root, 'README.md')]) {
      fs.rmSync(folder);
      fs.symlinkSync(target, folder);
      await expect(saveSnapshot(place, { name: 'x' })).rejects.toMatchObject({
        code: 'snapshot-not-written',
      });
    }
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    expect(await listCheckpoints(place.repository)).toEqual([]);

    fs.rmSync(folder);
    fs.writeFileSync(path.join(elsewhere, 'secret.md'), 'not yours');
    fs.symlinkSync(path.join(elsewhere, 'secret.md'), path.join(built.root, '.claude/context.md'));
    const { snapshot, file } = await savedSnapshot(built.root);
    expect(snapshot.context).toBe('');
    expect(snapshot.remarks.join()).toContain('context file was not read');
    fs.renameSync(file, path.join(elsewhere, 'moved.json'));
    fs.symlinkSync(path.join(elsewhere, 'moved.json'), file);
    expect(listSnapshots(built.root)).toMatchObject({ snapshots: [], skipped: [{ file }] });
  }));

it('says what lies among the snapshots that is none, and where it is damaged', () =>
  inRepository(async (built) => {
    const { snapshot, file } = await savedSnapshot(built.root, { name: 'Good' });
    const text = fs.readFileSync(file, 'utf8');
    const put = (id: string, content: string): void => built.write(`.claude/snapshots/${id}.json`, content);
    put('torn-1', text.slice(0, text.length / 2));
    put('newer-1', text.replace('"version": 1', '"version": 7').replace(snapshot.id, 'newer-1'));
    put('foreign-1', '{"name": "left-pad", "version": "1.0.0"}');
    put('other-name-1', text);
    put('merged-1', text.replace('  "notes"', '<<<<<<< HEAD\n  "notes": "a",\n=======\n  "notes"'));
    put('wrong-1', text.replace('"status": "added"', '"status": 3').replace('"todos": []', '"todos": [3]'));
    built.write('.claude/snapshots/README.md', 'ours\n');
    fs.mkdirSync(path.join(built.root, '.claude/snapshots/folder.json'));
    const { snapshots, skipped } = listSnapshots(built.root);
    expect(snapshots.map((one) => one.id)).toEqual([snapshot.id]);
    expect(skipped.map((one) => `${path.basename(one.file)}:${one.line ?? ''} ${one.reason}`)).toEqual([
      'folder.json: it is no file',
      'foreign-1.json: it is no snapshot of claude-hooks: it has no version',
      expect.stringMatching(/^merged-1\.json:\d+ it holds an unresolved merge conflict$/),
      'newer-1.json:3 it is of version 7, and this claude-hooks reads version 1',
      `other-name-1.json: its id is ${snapshot.id}, which is not its name`,
      expect.stringMatching(/^torn-1\.json:\d+ it is damaged: no valid JSON$/),
      expect.stringMatching(/^wrong-1\.json:\d+ it is damaged: todos\[0\]: /),
    ]);
    for (const wanted of ['torn-1', 'torn', 'wrong-1', 'merged', 'newer-1', 'other name', 'foreign-1.json'])
      expect(() => loadSnapshot(built.root, wanted), wanted).toThrow(/cannot be read/);
    expect(() => loadSnapshot(built.root, 'wrong')).toThrow(
      expect.objectContaining({
        code: 'snapshot-unreadable',
        file: path.join(built.root, '.claude/snapshots/wrong-1.json'),
        line: text.split('\n').findIndex((line) => line.includes('"todos"')) + 1,
      }),
    );
    expect(() => loadSnapshot(built.root, 'Goodd')).toThrow(/Near it: good-/);
    expect(loadSnapshot(built.root, 'goo').id).toBe(snapshot.id);
  }));

it('holds what was put in by hand, and keeps its documents out of checkpoints until git tracks them', () =>
  inRepository(async (built) => {
    const { snapshot, file } = await savedSnapshot(built.root);
    expect(await save(built.root)).toMatchObject({ saved: false, cause: 'unchanged' });
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"notes": ""', '"notes": "by hand"'));
    expect(loadSnapshot(built.root, 'Feature')).toMatchObject({ notes: 'by hand' });
    built.git('add', '-f', '.claude/snapshots');
    built.git('commit', '-q', '-m', 'Share');
    const { files } = await diffSnapshots(
      placeOf(built.root).repository,
      snapshot,
      (await savedSnapshot(built.root, { name: 'Later' })).snapshot,
    );
    expect(files).toEqual([{ path: `.claude/snapshots/${snapshot.id}.json`, status: 'added' }]);
  }));

it('compares two snapshots by their checkpoints, and by their documents where those are gone', () =>
  inRepository(async (built) => {
    const { repository } = placeOf(built.root);
    built.write('.claude/context.md', 'one\ntwo\n');
    built.write('gone.txt', 'gone\n');
    const first = (await savedSnapshot(built.root, { name: 'First', state: { a: '1' } })).snapshot;
    built.write('.claude/context.md', 'one\n2\n');
    built.git('checkout', '-q', '-b', 'side');
    built.git('mv', 'src/a.txt', 'src/z.txt');
    fs.rmSync(path.join(built.root, 'gone.txt'));
    built.write('new.txt', 'new\n');
    const second = (await savedSnapshot(built.root, { name: 'Second', note: 'n', state: { a: '2' } }))
      .snapshot;
    const difference = await diffSnapshots(repository, first, second);
    expect(difference).toEqual({
      branch: { from: 'main', to: 'side' },
      files: [
        { path: '.claude/context.md', status: 'modified' },
        { path: 'gone.txt', status: 'deleted' },
        { path: 'new.txt', status: 'added' },
        { path: 'src/z.txt', status: 'renamed', from: 'src/a.txt' },
      ],
      filesFrom: 'checkpoints',
      todos: { added: [], removed: [], changed: [] },
      state: {
        added: [],
        removed: [],
        changed: [{ from: { name: 'a', value: '1' }, to: { name: 'a', value: '2' } }],
      },
      context: [
        { sign: ' ', text: 'one' },
        { sign: '-', text: 'two' },
        { sign: '+', text: '2' },
      ],
      notes: [{ sign: '+', text: 'n' }],
    });
    built.git('update-ref', '-d', `refs/claude-hooks/checkpoints/${first.checkpoint}`);
    const told = await diffSnapshots(repository, first, second);
    expect(told).toMatchObject({ filesFrom: 'documents' });
    expect(told.files?.map((one) => `${one.status} ${one.path}`)).toEqual([
      'modified .claude/context.md',
      'deleted gone.txt',
      'added new.txt',
      'deleted src/a.txt',
      'added src/z.txt',
    ]);
    built.git('commit', '-q', '-am', 'Third');
    const third = (await savedSnapshot(built.root, { name: 'Third' })).snapshot;
    expect(await diffSnapshots(repository, first, third)).toMatchObject({
      files: null,
      filesFrom: 'unknown',
    });
    const resume = await resumeSnapshot(await workplaceOf(built.root), first);
    expect(resume).toMatchObject({
      checkpoint: undefined,
      since: null,
      sinceUnknown: 'its checkpoint is not in this repository',
      commands: ['git checkout main --'],
    });
  }));

it('is read in a folder without git, which has neither its branch nor its checkpoint', () =>
  inRepository(async (built) => {
    const { snapshot } = await savedSnapshot(built.root, { note: 'the note' });
    const bare = path.join(built.base, 'elsewhere');
    fs.cpSync(path.join(built.root, '.claude'), path.join(bare, '.claude'), { recursive: true });
    const place = await workplaceOf(bare);
    expect(loadSnapshot(place, 'Feature X')).toStrictEqual(snapshot);
    expect(await resumeSnapshot(place, snapshot)).toMatchObject({
      checkpoint: undefined,
      since: null,
      advice: [`${bare} is in no git repository.`],
      commands: [],
    });
  }));

it('takes no other checkpoint for its own', () =>
  inRepository(async (built) => {
    const { snapshot } = await savedSnapshot(built.root);
    built.write('more.txt', 'more\n');
    const other = await saved(built.root);
    const forged = { ...snapshot, checkpoint: other.id };
    const resume = await resumeSnapshot(await workplaceOf(built.root), forged);
    expect(resume.checkpoint).toBeUndefined();
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
