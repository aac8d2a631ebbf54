import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationPaths } from '../../src/store/operations.ts';
import { statePaths } from '../../src/store/paths.ts';
import { type InstallPlace, makeDist, makeInstallPlace } from '../support/install-place.ts';
import { snapshot } from '../support/snapshot.ts';
import { errorOf, operationsAt, undoAt } from '../support/undo.ts';

const LOCAL = '.claude/settings.local.json';
const SETTINGS = '{\n    "model": "opus",\n    "env": {"TOKEN": "s3cret-value"}\n}\n';

let place: InstallPlace;
beforeEach(() => {
  place = makeInstallPlace();
  place.write(LOCAL, SETTINGS);
  fs.chmodSync(path.join(place.repo, LOCAL), 0o640);
});
afterEach(() => {
  place.cleanup();
});

/** Everything of the person's and of ours outside of the state directory of the repository. */
const all = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(snapshot(place.repo, place.home)).filter(
      ([file]) =>
        !/\/\.git\/claude-hooks(?:\/|$)|\/\.local(?:$|\/state|\/share$)|\/claude-hooks\/locks/.test(file),
    ),
  );
const undo = (more: Parameters<typeof undoAt>[1] = {}): ReturnType<typeof undoAt> =>
  undoAt(place.repo, more, place.dist);
const data = (): string => path.join(place.env.XDG_DATA_HOME ?? '', 'claude-hooks');

describe('undo of an install', () => {
  it.each(['local', 'project', 'user'] as const)(
    'gives every file of %s scope the bytes of before back, and does it again',
    async (scope) => {
      place.write('.git/hooks/post-commit', '#!/bin/sh\necho mine\n');
      fs.chmodSync(path.join(place.repo, '.git/hooks/post-commit'), 0o755);
      const before = all();
      await place.install({ scope, gitHooks: 'plain', preset: 'solo' });
      const after = all();
      expect(after).not.toEqual(before);
      const undone = await undo();
      expect(undone).toMatchObject({ applied: true, stored: { operation: { kind: 'install' } } });
      expect(all()).toEqual(before);
      expect(fs.existsSync(data())).toBe(false);
      const redone = await undo({ id: undone.done.operation ?? '' });
      expect(redone.applied).toBe(true);
      expect(all()).toEqual(after);
      await undo();
      expect(all()).toEqual(before);
    },
  );

  it('goes back to the install before it, where it was an upgrade', async () => {
    const before = all();
    await place.install();
    const first = all();
    const newer = makeDist(path.join(place.root, 'newer', 'dist'), '# newer\n');
    await place.install({ source: newer, gitHooks: 'plain' });
    expect(all()).not.toEqual(first);
    const link = path.join(data(), 'runtime/current');
    expect((await undo()).applied).toBe(true);
    // The copy of the newer runtime harms nobody, and the next install removes it.
    for (const name of fs.readdirSync(path.dirname(link)))
      if (![fs.readlinkSync(link), 'current'].includes(name))
        fs.rmSync(path.join(path.dirname(link), name), { recursive: true });
    expect(all()).toEqual(first);
    await undo();
    expect(all()).toEqual(before);
  });

  it('is refused whole where a file was changed since, with its name and the cure', async () => {
    await place.install({ gitHooks: 'plain' });
    place.write(LOCAL, place.read(LOCAL).replace('"opus"', '"sonnet"'));
    const before = all();
    const error = await errorOf(() => undo());
    expect(error).toMatchObject({ code: 'undo-conflict', kind: 'conflict' });
    expect(error.message).toContain(LOCAL);
    expect(error.hint).toContain('claude-hooks uninstall');
    expect(all()).toEqual(before);
    expect(await operationsAt(place.repo)).toHaveLength(1);
  });

  it('shows what it will do and changes nothing for a dry run or a no', async () => {
    await place.install({ gitHooks: 'plain' });
    const before = all();
    const dry = await undo({ dryRun: true });
    expect(dry.applied).toBe(false);
    expect(dry.done.steps).toContainEqual({ verb: 'change', name: path.join(place.repo, LOCAL) });
    expect(dry.done.steps).toContainEqual({
      verb: 'remove',
      name: path.join(place.repo, '.git/hooks/post-commit'),
    });
    const seen: unknown[] = [];
    const declined = await undo({
      confirm: async (stored, preview) => {
        seen.push(stored.operation.kind, preview.steps.length);
        return false;
      },
    });
    expect(declined.applied).toBe(false);
    expect(seen).toEqual(['install', dry.done.steps.length]);
    expect(all()).toEqual(before);
  });

  it('waits for a later install of the same scope to be undone', async () => {
    const before = all();
    await place.install();
    const middle = all();
    await place.install({ gitHooks: 'plain' });
    const [second, first] = await operationsAt(place.repo);
    const error = await errorOf(() => undo({ id: first?.operation.id ?? '' }));
    expect(error).toMatchObject({ code: 'undo-conflict', kind: 'conflict' });
    expect(error.hint).toBe(`First: claude-hooks undo ${second?.operation.id}`);
    await undo();
    expect(all()).toEqual(middle);
    await undo();
    expect(all()).toEqual(before);
    expect(await errorOf(() => undo())).toMatchObject({ code: 'nothing-to-undo' });
  });

  it('leaves files a later install of another scope uses, which then takes them out', async () => {
    const before = all();
    await place.install({ gitHooks: 'plain' });
    await place.install({ scope: 'project', gitHooks: 'plain' });
    const [, first] = await operationsAt(place.repo);
    const undone = await undo({ id: first?.operation.id ?? '' });
    expect(undone.done.notes.join('\n')).toContain('post-commit stays');
    expect(place.read(LOCAL)).toBe(SETTINGS);
    expect(place.exists('.git/hooks/post-commit')).toBe(true);
    await place.uninstall();
    expect(all()).toEqual(before);
  });

  it('leaves what an install of another repository needs by now', async () => {
    const other = path.join(place.root, 'other');
    fs.mkdirSync(other);
    place.git('init', '-q', other);
    await place.install({ scope: 'user' });
    await place.install({ scope: 'user', dir: other });
    const settings = path.join(place.home, '.claude/settings.json');
    const shared = fs.readFileSync(settings, 'utf8');
    const undone = await undo();
    expect(undone.done.notes.join('\n')).toContain(`${settings} stays`);
    expect(fs.readFileSync(settings, 'utf8')).toBe(shared);
    expect(fs.existsSync(path.join(data(), 'runtime/current/bell.sh'))).toBe(true);
    expect(fs.readdirSync(path.join(data(), 'enabled'))).toHaveLength(1);
    await place.uninstall({ dir: other });
    expect(fs.existsSync(settings)).toBe(false);
    expect(fs.existsSync(data())).toBe(false);
  });

  it('takes the consent back that the install gave', async () => {
    place.write('.claude-sessionrc.json', '{"preSession": {"pull": {"enabled": true}}}');
    await place.install();
    expect(fs.readdirSync(path.join(data(), 'trust'))).toHaveLength(1);
    const undone = await undo();
    expect(undone.done.notes.join('\n')).toContain('consent');
    expect(fs.existsSync(path.join(data(), 'trust'))).toBe(false);
  });

  it('keeps what files held readable for their owner only, until an uninstall', async () => {
    await place.install();
    const [stored] = await operationsAt(place.repo);
    const kept = path.join(stored?.directory ?? '', 'contents');
    const texts = fs.readdirSync(kept).map((name) => {
      expect(fs.statSync(path.join(kept, name)).mode & 0o777).toBe(0o600);
      return fs.readFileSync(path.join(kept, name), 'utf8');
    });
    expect(texts).toContain(SETTINGS);
    await place.uninstall();
    expect(fs.existsSync(kept)).toBe(false);
    const error = await errorOf(() => undo({ id: stored?.operation.id ?? '' }));
    expect(error).toMatchObject({ code: 'already-undone' });
    expect(error.message).toContain('claude-hooks uninstall');
  });

  it('is refused where what it kept was damaged', async () => {
    await place.install();
    const [stored] = await operationsAt(place.repo);
    const kept = path.join(stored?.directory ?? '', 'contents');
    for (const name of fs.readdirSync(kept)) fs.writeFileSync(path.join(kept, name), 'damaged');
    const before = all();
    expect(await errorOf(() => undo())).toMatchObject({ code: 'operation-damaged', kind: 'conflict' });
    expect(all()).toEqual(before);
  });
});

describe('the journal of a repository that came from elsewhere', () => {
  it('writes nowhere, whether what it tells of is done or at work', async () => {
    await place.install();
    const [stored] = await operationsAt(place.repo);
    const victim = path.join(place.home, 'victim.txt');
    fs.writeFileSync(victim, 'as it is\n');
    const file = path.join(stored?.directory ?? '', 'entry.json');
    const entry = JSON.parse(fs.readFileSync(file, 'utf8'));
    const items = entry.data.items.map((item: { id: string }) =>
      item.id.startsWith('settings') ? { ...item, file: victim } : item,
    );
    fs.writeFileSync(file, JSON.stringify({ ...entry, data: { ...entry.data, items } }));
    expect(await errorOf(() => undo())).toMatchObject({ code: 'operation-not-ours', kind: 'conflict' });
    const state = statePaths(path.join(place.repo, '.git/claude-hooks'));
    const { pending, damaged } = operationPaths(state);
    fs.renameSync(stored?.directory ?? '', path.join(pending, entry.id));
    const before = all();
    await operationsAt(place.repo);
    expect(fs.readdirSync(pending)).toEqual([]);
    expect(fs.readdirSync(damaged)).toHaveLength(1);
    expect(all()).toEqual(before);
    expect(fs.readFileSync(victim, 'utf8')).toBe('as it is\n');
  });
});
