import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as load from '../../../src/config/load.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { grantTrust, readTrust, revokeTrust } from '../../../src/config/trust.ts';
import { trustFile } from '../../../src/config/trust-identity.ts';
import { configCacheFile } from '../../../src/store/config-cache.ts';
import { locateRepository } from '../../../src/store/paths.ts';
import { makePlace, type Place } from './place.ts';

vi.mock('../../../src/config/load.ts', async (original) => {
  const module = await original<typeof import('../../../src/config/load.ts')>();
  return { ...module, loadConfig: vi.fn(module.loadConfig) };
});

let place: Place;
const compiled = vi.mocked(load.loadConfig);
beforeEach(() => {
  place = makePlace();
  compiled.mockClear();
});
afterEach(() => place.remove());

async function compiles(action: () => unknown, where: Place = place): Promise<boolean> {
  await action();
  const before = compiled.mock.calls.length;
  const result = await resolveConfig(where);
  const fresh = load.loadConfig(where);
  expect(result.commandsTrusted).toBe(fresh.commandsTrusted);
  if (fresh.errors.length === 0) expect(result.config).toEqual(fresh.config);
  return compiled.mock.calls.length - before > 1;
}

describe('the compiled cache', () => {
  it('compiles once, and again for whatever changes, appears or goes away', async () => {
    const same = (): void => {};
    expect(await compiles(same)).toBe(true);
    expect(await compiles(same)).toBe(false);
    const file = path.join(place.root, '.claude-sessionrc.yaml');
    expect(await compiles(() => writeFileSync(file, 'context: {commits: 1}'))).toBe(true);
    expect(await compiles(same)).toBe(false);
    expect(await compiles(() => place.write('.claude-sessionrc.local.json', {}))).toBe(true);
    expect(await compiles(() => place.writeUser('config.json', {}))).toBe(true);
    expect(await compiles(() => place.write('package.json', {}))).toBe(true);
    expect(await compiles(() => place.write('.claude-sessionrc', 'context: {commits: 2}'))).toBe(true);
    expect(await compiles(() => rmSync(path.join(place.root, '.claude-sessionrc')))).toBe(true);
    expect(await compiles(() => place.write('claude-session.config.js', ''))).toBe(true);
    expect(await compiles(() => place.write('x.json', {}))).toBe(false);
    expect(await compiles(() => writeFileSync(file, 'extends: ./x.json'))).toBe(true);
    expect(await compiles(() => place.write('x.json', { context: { commits: 7 } }))).toBe(true);
    expect((await resolveConfig(place)).config.context.commits).toBe(7);
  });

  it('sees a content of the same size and time', async () => {
    const file = place.write('.claude-sessionrc.json', { context: { commits: 1 } });
    const time = new Date(1_700_000_000_000);
    utimesSync(file, time, time);
    await resolveConfig(place);
    place.write('.claude-sessionrc.json', { context: { commits: 2 } });
    utimesSync(file, time, time);
    expect((await resolveConfig(place)).config.context.commits).toBe(2);
  });

  it('depends on CLAUDE_SESSION_ variables, and stores none of their values', async () => {
    const env = place.at('.', { CLAUDE_SESSION_CONTEXT__COMMITS: '3', CLAUDE_SESSION_ID: 'abc-secret' });
    expect((await resolveConfig(env)).config.context.commits).toBe(3);
    expect((await resolveConfig(place)).config.context.commits).toBe(10);
    expect(readFileSync(configCacheFile(place.state, place.user), 'utf8')).not.toContain('abc-secret');
  });

  it('keeps the entries of several working folders', async () => {
    mkdirSync(path.join(place.root, 'sub'));
    await resolveConfig(place);
    await resolveConfig(place.at('sub'));
    compiled.mockClear();
    await resolveConfig(place);
    await resolveConfig(place.at('sub'));
    expect(compiled).not.toHaveBeenCalled();
  });

  it('lies outside the repository, for its owner only, and is compiled anew where it is damaged', async () => {
    place.write('.claude-sessionrc.json', { hooks: { git: { steps: [{ name: 'x', run: 'true' }] } } });
    await resolveConfig(place);
    const file = configCacheFile(place.state, place.user);
    expect(path.relative(place.root, file).startsWith('..')).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    // What an archive could bring along in .git counts for nothing.
    mkdirSync(place.state.root, { recursive: true });
    writeFileSync(
      path.join(place.state.root, 'config.json'),
      text.replace('"commandsTrusted":false', '"commandsTrusted":true'),
    );
    for (const torn of [text, '', 'x', text.slice(0, 100), text.slice(0, -1), '\0\0\0', '{}\n{}']) {
      writeFileSync(file, torn);
      expect((await resolveConfig(place)).commandsTrusted).toBe(false);
      expect((await resolveConfig(place)).config.hooks.git.steps).toHaveLength(1);
    }
  });

  it('works without a place to write', async () => {
    place.write('.claude-sessionrc.json', { context: { commits: 4 } });
    // A file where the directories would be: refused for root too.
    writeFileSync(place.state.root, '');
    mkdirSync(path.dirname(place.user.data), { recursive: true });
    writeFileSync(place.user.data, '');
    chmodSync(place.user.data, 0o400);
    expect((await resolveConfig(place)).config.context.commits).toBe(4);
  });
});

describe('a broken configuration', () => {
  it('leaves the last valid one in force, with one clear line, and runs no commands', async () => {
    const steps = [{ name: 'x', run: 'true' }];
    place.write('.claude-sessionrc.json', { context: { commits: 4 }, hooks: { git: { steps } } });
    grantTrust({ ...place, resolved: await resolveConfig(place) });
    expect((await resolveConfig(place)).commandsTrusted).toBe(true);
    const file = place.write('.claude-sessionrc.json', '{"context": {"commits": 4},,}');
    const result = await resolveConfig(place);
    expect(result.config.context.commits).toBe(4);
    expect(result.problems.filter((problem) => problem.level === 'error')).toMatchObject([{ file, line: 1 }]);
    expect(result.commandsTrusted).toBe(false);
    expect(() => grantTrust({ ...place, resolved: result })).toThrow(/not clear what would run/);
    expect((await resolveConfig(place)).config.context.commits).toBe(4);
  });

  it('means the layers that are valid where there was none before', async () => {
    place.write('.claude-sessionrc.json', '{');
    place.writeUser('config.json', { enabled: false });
    expect((await resolveConfig(place)).config.enabled).toBe(false);
  });
});

describe('switches for the doorbell', () => {
  const flags = (): string[] => (existsSync(place.state.flags) ? readdirSync(place.state.flags).sort() : []);

  it('follow the configuration both ways and leave other files alone', async () => {
    mkdirSync(place.state.flags, { recursive: true });
    writeFileSync(path.join(place.state.flags, 'of-others'), '');
    place.write('.claude-sessionrc.json', {
      enabled: false,
      git: { trailer: false, blockWip: false },
      notify: { terminal: false },
      hooks: { prompt: { enabled: false }, 'on-error': { enabled: false } },
    });
    await resolveConfig(place);
    const all = [
      'no-on-error',
      'no-prompt',
      'no-prompt-forms',
      'no-terminal',
      'no-trailer',
      'no-wip-guard',
      'of-others',
      'off',
    ];
    expect(flags()).toEqual(all);
    rmSync(path.join(place.state.flags, 'off'));
    await resolveConfig(place);
    expect(flags()).toEqual(all);
    place.write('.claude-sessionrc.json', {});
    await resolveConfig(place);
    expect(flags()).toEqual(['of-others']);
  });

  it('follow neither a folder below nor the environment of one process', async () => {
    place.write('sub/.claude-sessionrc.json', { enabled: false });
    expect((await resolveConfig(place.at('sub'))).config.enabled).toBe(false);
    const env = place.at('.', { CLAUDE_SESSION_ENABLED: 'false' });
    expect((await resolveConfig(env)).config.enabled).toBe(false);
    expect(flags()).toEqual([]);
  });
});

describe('trust', () => {
  const withSteps = { hooks: { 'post-session': { steps: [{ name: 'say', run: 'echo hi' }] } } };

  it('is given for one content: any change of what would run takes it away, going back gives it back', async () => {
    place.write('.claude-sessionrc.json', withSteps);
    const before = await resolveConfig(place);
    expect(before).toMatchObject({ commandsTrusted: false, trust: { state: 'untrusted' } });
    expect(before.trust.commands).toEqual([{ key: 'hooks.post-session.steps', text: 'say: echo hi' }]);
    expect(before.problems).toMatchObject([{ code: 'untrusted', level: 'warning' }]);
    grantTrust({ ...place, resolved: before });
    expect(await resolveConfig(place)).toMatchObject({
      commandsTrusted: true,
      trust: { state: 'trusted' },
      problems: [],
    });
    expect(statSync(trustFile(place.repository, place.user)).mode & 0o777).toBe(0o600);
    place.write('.claude-sessionrc.json', { ...withSteps, checkpoints: { every: '5m' } });
    expect((await resolveConfig(place)).commandsTrusted).toBe(true);
    place.write('.claude-sessionrc.json', { ...withSteps, preSession: { pull: { enabled: true } } });
    expect(await resolveConfig(place)).toMatchObject({ commandsTrusted: false, trust: { state: 'changed' } });
    place.write('.claude-sessionrc.json', withSteps);
    expect((await resolveConfig(place)).commandsTrusted).toBe(true);
    expect(revokeTrust(place)).toBe(true);
    expect((await resolveConfig(place)).trust.state).toBe('untrusted');
    expect(revokeTrust(place)).toBe(false);
  });

  it('covers the content of a script and of presets in the repository', async () => {
    place.write('tools/step.mjs', '1');
    place.write('team.json', { hooks: { git: { steps: [{ name: 's', script: 'tools/step.mjs' }] } } });
    place.write('.claude-sessionrc.json', { extends: './team.json' });
    grantTrust({ ...place, resolved: await resolveConfig(place) });
    expect((await resolveConfig(place)).commandsTrusted).toBe(true);
    place.write('tools/step.mjs', '2');
    expect((await resolveConfig(place)).trust.state).toBe('changed');
    place.write('tools/step.mjs', '1');
    place.write('team.json', {
      hooks: { git: { steps: [{ name: 's', script: 'tools/step.mjs', timeout: '5s' }] } },
    });
    expect((await resolveConfig(place)).trust.state).toBe('changed');
  });

  it('is needed for what only the user asks for, because it runs code of the repository', async () => {
    place.writeUser('config.json', { preSession: { dependencies: { enabled: true } } });
    expect(await resolveConfig(place)).toMatchObject({
      commandsTrusted: false,
      trust: { state: 'untrusted' },
    });
    grantTrust({ ...place, resolved: await resolveConfig(place) });
    expect((await resolveConfig(place)).commandsTrusted).toBe(true);
  });

  it('can be given for one process by hash', async () => {
    place.write('.claude-sessionrc.json', withSteps);
    const { hash } = (await resolveConfig(place)).trust;
    const env = place.at('.', { CLAUDE_HOOKS_TRUST: hash });
    expect((await resolveConfig(env)).commandsTrusted).toBe(true);
    expect((await resolveConfig(place)).commandsTrusted).toBe(false);
    expect((await resolveConfig(place.at('.', { CLAUDE_HOOKS_TRUST: '1' }))).commandsTrusted).toBe(false);
    expect(readTrust(place)).toBeUndefined();
  });

  it('lets no service be contacted that a file of the repository names, before it is given', async () => {
    const service = (name: string): object => ({
      preSession: { services: [{ name, url: `http://${name}/` }] },
    });
    place.writeUser('config.json', service('mine'));
    place.write('.claude-sessionrc.json', service('theirs'));
    const names = async (): Promise<string[]> =>
      (await resolveConfig(place)).config.preSession.services.map((each) => each.name);
    expect(await names()).toEqual(['mine']);
    grantTrust({ ...place, resolved: await resolveConfig(place) });
    expect(await names()).toEqual(['theirs']);
  });

  it('is not inherited by a folder whose .git only claims to belong to a trusted repository', async () => {
    place.write('.claude-sessionrc.json', withSteps);
    grantTrust({ ...place, resolved: await resolveConfig(place) });
    const git = path.join(place.root, '.git');
    place.write('../evil/.claude-sessionrc.json', withSteps);
    place.write('../evil/.git', `gitdir: ${git}\n`);
    const evil = place.at('../evil');
    expect(evil.repository.commonDir).toBe(git);
    expect((await resolveConfig(evil)).trust.state).toBe('untrusted');
    place.write('.git/worktrees/real/commondir', '../..\n');
    place.write('.git/worktrees/real/gitdir', `${path.join(place.base, 'real/.git')}\n`);
    place.write('../evil/.git', `gitdir: ${git}/worktrees/real\n`);
    expect((await resolveConfig(place.at('../evil'))).trust.state).toBe('untrusted');
    place.write('../real/.claude-sessionrc.json', withSteps);
    place.write('../real/.git', `gitdir: ${git}/worktrees/real\n`);
    expect((await resolveConfig(place.at('../real'))).trust.state).toBe('trusted');
  });

  it('is not read from a damaged record, nor from one made for another path', async () => {
    place.write('.claude-sessionrc.json', withSteps);
    grantTrust({ ...place, resolved: await resolveConfig(place) });
    const file = trustFile(place.repository, place.user);
    const text = readFileSync(file, 'utf8');
    for (const bad of [
      '',
      '{',
      text.slice(0, 50),
      text.replace(place.root, '/elsewhere'),
      '[]',
      '{"version":1}',
    ]) {
      writeFileSync(file, bad);
      expect((await resolveConfig(place)).commandsTrusted, bad).toBe(false);
    }
    writeFileSync(file, text);
    expect((await resolveConfig(place)).commandsTrusted).toBe(true);
    expect(locateRepository(place.root).root).toBe(place.root);
  });
});
