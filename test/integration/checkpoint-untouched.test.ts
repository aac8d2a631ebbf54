import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { fingerprint, save, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';

useIsolatedProcess();

const HOOKS =
  'pre-commit commit-msg post-commit prepare-commit-msg reference-transaction post-index-change post-checkout pre-auto-gc'.split(
    ' ',
  );

/** Everything a person has: a stash, reflogs, tags, notes, remote branches, staged and half-staged work. */
function fullRepository(): BuiltRepository {
  const built = plainRepository();
  built.git('config', 'core.logAllRefUpdates', 'always');
  built.git('tag', '-a', '-m', 'A tag', 'v1');
  built.git('notes', 'add', '-m', 'A note');
  built.git('update-ref', 'refs/remotes/origin/main', 'HEAD~1');
  built.git('checkout', '-q', '-b', 'feature');
  built.write('src/a.txt', 'stashed\n');
  built.git('stash', 'push', '-q', '-m', 'precious');
  built.write('src/a.txt', 'stashed again\n');
  built.git('stash', 'push', '-q');
  makeDirty(built);
  return built;
}

/** No identity, a key that does not exist, programs that say that they were run and fail. */
function makeHostile(built: BuiltRepository): string {
  const canary = path.join(built.base, 'canary');
  const fails = path.join(built.base, 'fails.sh');
  fs.writeFileSync(fails, `#!/bin/sh\necho "$0 $*" >>'${canary}'\nexit 1\n`, { mode: 0o755 });
  for (const hook of HOOKS) fs.copyFileSync(fails, path.join(built.root, '.git/hooks', hook));
  for (const [key, value] of [
    ['user.useConfigOnly', 'true'],
    ['commit.gpgsign', 'true'],
    ['tag.gpgsign', 'true'],
    ['user.signingkey', 'missing'],
    ['gpg.program', fails],
    ['core.editor', fails],
    ['sequence.editor', fails],
    ['core.pager', fails],
    ['core.askPass', fails],
    ['core.fsmonitor', fails],
    ['credential.helper', fails],
    ['diff.external', fails],
    ['gc.auto', '1'],
    ['maintenance.auto', 'true'],
  ])
    built.git('config', key ?? '', value ?? '');
  for (const name of [
    'EDITOR',
    'VISUAL',
    'GIT_EDITOR',
    'GIT_SEQUENCE_EDITOR',
    'GIT_ASKPASS',
    'SSH_ASKPASS',
    'PAGER',
  ])
    process.env[name] = fails;
  return canary;
}

/** All that is a person's, in git's own words and byte for byte. */
function everything(built: BuiltRepository): Record<string, unknown> {
  const git = (...args: string[]): string =>
    built.git('-c', 'core.fsmonitor=false', '-c', 'diff.external=', ...args);
  const gitFile = (name: string): string =>
    fs.readFileSync(path.join(built.root, '.git', name)).toString('base64');
  return {
    index: gitFile('index'),
    indexTimes: String(fs.statSync(path.join(built.root, '.git/index'), { bigint: true }).mtimeNs),
    head: gitFile('HEAD'),
    refs: git('for-each-ref', '--format=%(refname) %(objectname)')
      .split('\n')
      .filter((line) => !line.startsWith('refs/claude-hooks/')),
    stash: git('stash', 'list', '--format=%gd %H %gs'),
    reflogs: git('log', '-g', '--all', '--format=%gD %H %gs'),
    logs: fs.readdirSync(path.join(built.root, '.git/logs/refs'), { recursive: true }),
    config: gitFile('config'),
    status: built.git(
      '--no-optional-locks',
      '-c',
      'core.fsmonitor=false',
      'status',
      '--porcelain=v2',
      '--',
      ':!.claude',
    ),
    files: fingerprint(built.base),
    folders: folderTimes(built.root),
  };
}

/** Modification times of folders: a file that was made and removed again shows there. */
function folderTimes(root: string): Record<string, string> {
  const times: Record<string, string> = {};
  for (const entry of fs.readdirSync(root, { withFileTypes: true, recursive: true })) {
    const folder = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, folder);
    if (!entry.isDirectory() || /^\.(?:git|claude)(?:\/|$)/.test(name)) continue;
    times[name] = String(fs.statSync(folder, { bigint: true }).mtimeNs);
  }
  return times;
}

it('leaves everything of the person as it is, and needs no identity, key, editor, hook or prompt', async () => {
  const built = fullRepository();
  const { env } = process;
  process.env = { ...env };
  try {
    const canary = makeHostile(built);
    const before = everything(built);
    expect(before.stash).toContain('precious');
    const first = await saved(built.root, {
      name: 'One',
      note: 'note',
      session: 's-1',
      include: ['ignored/secret'],
    });
    expect(await save(built.root)).toMatchObject({ cause: 'unchanged' });
    await saved(built.root, { reason: 'stop', force: true, include: [] });
    expect(await save(built.root, { budgetMs: 0 })).toMatchObject({ cause: 'refused' });
    expect(everything(built)).toEqual(before);
    expect(fs.existsSync(canary)).toBe(false);
    expect(built.git('log', '-1', '--format=%an <%ae> %cn %G?', first.commit)).toBe(
      'claude-hooks <claude-hooks@localhost> claude-hooks N\n',
    );
    // Later work of the person meets nothing of ours.
    for (const hook of HOOKS) fs.rmSync(path.join(built.root, '.git/hooks', hook));
    for (const key of ['commit.gpgsign', 'core.fsmonitor', 'diff.external'])
      built.git('config', '--unset', key);
    const work = built.git('status', '--porcelain');
    built.git('stash', 'push', '-q', '--include-untracked');
    built.git('stash', 'pop', '-q', '--index');
    expect(built.git('status', '--porcelain')).toBe(work);
    expect(built.tryGit('fsck', '--full', '--strict')).toBe(true);
  } finally {
    process.env = env;
    built.cleanup();
  }
});
