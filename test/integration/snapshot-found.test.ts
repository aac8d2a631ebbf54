import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { listCheckpoints } from '../../src/checkpoints/list.ts';
import { listSnapshots, loadSnapshot, saveSnapshot } from '../../src/flows/snapshot.ts';
import { diffSnapshots } from '../../src/flows/snapshot-diff.ts';
import { resumeSnapshot } from '../../src/flows/snapshot-resume.ts';
import { placeOf, save, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { inRepository, savedSnapshot, workplaceOf } from '../support/snapshots.ts';

useIsolatedProcess();

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
