import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newContext } from '../../src/context/context-file.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';
import { snapshot } from '../support/snapshot.ts';

let place: InstallPlace;
beforeEach(() => {
  place = makeInstallPlace();
});
afterEach(() => {
  place.cleanup();
});

describe('the rest of an install', () => {
  it('keeps what the hooks write out of git status', async () => {
    await place.install();
    for (const file of [
      'checkpoints/x.md',
      'sessions/x.md',
      'errors/x.log',
      'context.md',
      'context.local.md',
    ])
      place.write(`.claude/${file}`, 'x');
    expect(place.git('status', '--porcelain')).toBe('');
    place.write('.claude/agents/mine.md', 'x');
    expect(place.git('status', '--porcelain')).toBe('?? .claude/\n');
  });

  it('starts the configuration from a preset only where there is none', async () => {
    await place.install({ preset: 'solo' });
    expect(JSON.parse(place.read('.claude-sessionrc.local.json'))).toMatchObject({ extends: ['solo'] });
    expect(place.git('status', '--porcelain')).toBe('');
    await place.uninstall();
    expect(place.exists('.claude-sessionrc.local.json')).toBe(false);
    place.write('.claude-sessionrc', '{}');
    const done = await place.install({ scope: 'project', preset: 'team' });
    expect(done.notes.join('\n')).toContain('.claude-sessionrc is there already');
    expect(place.read('.claude-sessionrc')).toBe('{}');
  });

  it('leaves a configuration that was edited since', async () => {
    await place.install({ preset: 'solo' });
    place.write('.claude-sessionrc.local.json', '{"enabled": true}');
    const done = await place.uninstall();
    expect(done.warnings.join('\n')).toContain('was changed since');
    expect(place.read('.claude-sessionrc.local.json')).toBe('{"enabled": true}');
  });

  it('is consent to what the configuration would run, and uninstall takes it back', async () => {
    place.write('.claude-sessionrc.json', '{"preSession": {"pull": {"enabled": true}}}');
    const done = await place.install();
    expect(done.allowed.join('\n')).toContain('preSession.pull');
    expect(fs.readdirSync(path.join(place.user.data, 'trust'))).toHaveLength(1);
    await place.uninstall();
    expect(fs.existsSync(path.join(place.user.data, 'trust'))).toBe(false);
  });

  it('a broken configuration does not stop it, but nothing of it is allowed', async () => {
    place.write('.claude-sessionrc.json', '{"preSession": {"pull": {"enabled": "yes"}}}');
    const done = await place.install();
    expect(done.applied).toBe(true);
    expect(done.warnings.join('\n')).toContain('no command of the configuration runs');
    expect(fs.existsSync(path.join(place.user.data, 'trust'))).toBe(false);
  });

  it('--purge removes state, private references and documents, but nothing that git tracks or others wrote', async () => {
    const before = snapshot(path.join(place.repo, '.git/refs'), path.join(place.repo, '.git/config'));
    await place.install();
    place.write('.claude/checkpoints/2026-11-22-10-00-x.md', 'x');
    place.write('.claude/checkpoints/mine.md', 'x');
    place.write('.claude/sessions/2026-11-22-10-00.md', 'x');
    const schema = '../../node_modules/claude-hooks/dist/snapshot.schema.json';
    place.write('.claude/snapshots/mine-1.json', JSON.stringify({ $schema: schema, id: 'mine-1' }, null, 2));
    place.write('.claude/snapshots/theirs.json', '{ "a": 1 }');
    place.write('.git/claude-hooks/sessions/x.jsonl', '{}');
    place.git('update-ref', 'refs/claude-hooks/checkpoints/x', 'HEAD');
    place.write('.claude/errors/2026-11-22-10-01.log', 'x');
    place.git('add', '-f', '.claude/errors');
    place.git('commit', '-q', '-m', 'x');
    const head = place.git('rev-parse', 'HEAD');
    const done = await place.uninstall({ purge: true });
    expect(done.removed).toContain('refs/claude-hooks/checkpoints/x');
    expect(place.list('.claude/checkpoints')).toEqual(['mine.md']);
    expect(place.list('.claude/snapshots')).toEqual(['theirs.json']);
    expect(place.exists('.claude/sessions')).toBe(false);
    expect(place.list('.claude/errors')).toHaveLength(1);
    expect(place.exists('.git/claude-hooks')).toBe(false);
    expect(place.git('for-each-ref', 'refs/claude-hooks')).toBe('');
    place.git('update-ref', 'refs/heads/main', 'HEAD~1', head.trim());
    expect(snapshot(path.join(place.repo, '.git/refs'), path.join(place.repo, '.git/config'))).toEqual(
      before,
    );
  });

  it('--purge after an uninstall without it removes what that one left', async () => {
    await place.install();
    place.write('.claude/checkpoints/2026-11-22-10-00-x.md', 'x');
    place.git('update-ref', 'refs/claude-hooks/checkpoints/x', 'HEAD');
    await place.uninstall();
    const dry = await place.uninstall({ purge: true, dryRun: true });
    expect(place.exists('.git/claude-hooks')).toBe(true);
    const done = await place.uninstall({ purge: true });
    expect(done).toMatchObject({ installs: [], actions: [], applied: true, removed: dry.removed });
    expect(done.removed).toContain('refs/claude-hooks/checkpoints/x');
    expect(place.exists('.git/claude-hooks')).toBe(false);
    expect(place.exists('.claude/checkpoints')).toBe(false);
    expect(place.git('for-each-ref', 'refs/claude-hooks')).toBe('');
    expect(fs.existsSync(place.user.data)).toBe(false);
    await expect(place.uninstall({ purge: true })).rejects.toMatchObject({ kind: 'not-installed' });
  });

  it('--purge removes a context file nobody wrote into, and says why any other stays', async () => {
    const text = newContext({
      facts: {
        branch: 'main',
        files: [],
        commits: [],
        dependencies: [],
        date: '2026-11-22',
        session: undefined,
      },
      part: 'whole',
      offered: new Set(),
    });
    const staying = /context\.md stays/;
    await place.install();
    place.write('.claude/context.md', text);
    const done = await place.uninstall({ purge: true });
    expect(done.removed).toContain(path.join(place.repo, '.claude/context.md'));
    expect(done.notes.join()).not.toMatch(staying);
    expect(place.exists('.claude')).toBe(false);

    await place.install();
    place.write('.claude/context.md', `${text}mine\n`);
    expect((await place.uninstall({ purge: true })).notes.join()).toMatch(staying);
    expect(place.read('.claude/context.md')).toBe(`${text}mine\n`);

    await place.install();
    place.write('.claude/context.md', text);
    place.git('add', '-f', '.claude/context.md');
    expect((await place.uninstall({ purge: true })).notes.join()).toMatch(staying);
    expect(place.read('.claude/context.md')).toBe(text);

    place.git('rm', '-q', '--cached', '.claude/context.md');
    fs.renameSync(path.join(place.repo, '.claude/context.md'), path.join(place.root, 'elsewhere.md'));
    fs.symlinkSync(path.join(place.root, 'elsewhere.md'), path.join(place.repo, '.claude/context.md'));
    await place.install();
    expect((await place.uninstall({ purge: true })).notes.join()).toMatch(staying);
    expect(place.exists('.claude/context.md')).toBe(true);
  });

  it('--purge of one scope leaves what another scope still uses', async () => {
    await place.install({ scope: 'project' });
    await expect(place.uninstall({ scope: 'local', purge: true })).rejects.toMatchObject({
      kind: 'not-installed',
    });
    expect(place.exists('.git/claude-hooks')).toBe(true);
  });

  it('without --purge state and documents stay', async () => {
    await place.install();
    place.write('.claude/checkpoints/2026-11-22-10-00-x.md', 'x');
    await place.uninstall();
    expect(place.list('.claude/checkpoints')).toHaveLength(1);
    expect(place.list('.git/claude-hooks')).toContain('spool');
    // The doorbell takes this for a repository where nothing is recorded.
    expect(place.exists('.git/claude-hooks/spool/tmp')).toBe(false);
  });

  it('works in a folder without git', async () => {
    const folder = path.join(place.root, 'no git');
    fs.mkdirSync(folder);
    const done = await place.install({ dir: folder, gitHooks: 'auto' });
    expect(done.warnings.join('\n')).toContain('in no git repository');
    await place.uninstall({ dir: folder, purge: true });
    expect(fs.readdirSync(folder)).toEqual([]);
    expect(fs.existsSync(place.user.state)).toBe(false);
  });
});
