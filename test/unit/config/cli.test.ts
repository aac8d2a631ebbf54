import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCli } from '../../../src/cli/cli.ts';
import * as config from '../../../src/cli/commands/config.ts';
import * as trust from '../../../src/cli/commands/trust.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { HooksError } from '../../../src/errors.ts';
import { makePlace, type Place } from './place.ts';

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

interface Answer {
  out: string;
  said: string;
  code: number;
  error: HooksError | undefined;
}

/** Runs a command line as `main.ts` does, with the repository's presets. */
async function call(line: string, where: Place = place): Promise<Answer> {
  const answer: Answer = { out: '', said: '', code: 0, error: undefined };
  const cli = createCli({
    cwd: where.cwd,
    env: { HOME: path.join(place.base, 'home'), ...where.env },
    runtime: path.resolve('.'),
    stdinTty: false,
    stdoutTty: false,
    columns: undefined,
    write: (text) => {
      answer.out += text;
    },
    warn: (text) => {
      answer.said += text;
    },
    exit: (code) => {
      answer.code = code;
    },
  });
  const program = new Command('claude-hooks').exitOverride();
  config.define(program, cli);
  trust.define(program, cli);
  try {
    await program.parseAsync(line.split(' '), { from: 'user' });
  } catch (error) {
    if (!(error instanceof HooksError)) throw error;
    answer.error = error;
  }
  return answer;
}

describe('config show', () => {
  it('prints every value, and where it comes from', async () => {
    const file = place.write('.claude-sessionrc.json', {
      extends: 'team',
      redact: { patterns: ['x-[0-9]+'] },
    });
    place.writeUser('config.json', { redact: { patterns: ['y-[0-9]+'] } });
    const { out, code } = await call('config show --origin');
    expect(code).toBe(0);
    expect(out).toMatch(/^checkpoints\.every +"20m"\n +<- preset team:\d+:\d+$/m);
    expect(out).toMatch(/^enabled +true\n +<- defaults$/m);
    expect(out).toContain(`, then project ${file}:`);
    const json = JSON.parse((await call('config show --origin --json')).out);
    expect(json).toMatchObject({ version: 1, config: { checkpoints: { every: '20m' } } });
    const row = json.origins.find((each: { key: string }) => each.key === 'redact.patterns');
    expect(row).toMatchObject({
      value: ['y-[0-9]+', 'x-[0-9]+'],
      origins: [{ layer: 'user' }, { layer: 'project', file, line: 4 }],
    });
  });

  it('says what is wrong on the other stream and ends with 3', async () => {
    place.write('.claude-sessionrc.json', { enabld: false });
    const { out, said, code } = await call('config show');
    expect(code).toBe(3);
    expect(out).toMatch(/^enabled +true$/m);
    expect(said).toMatch(
      /^error: .*\.json:2:3 enabld: there is no key "enabld" \(did you mean "enabled"\?\)$/m,
    );
  });

  it('shows no password of a service', async () => {
    place.writeUser('config.json', {
      preSession: { services: [{ name: 'db', url: 'postgres://u:hunter2secret@db/x' }] },
    });
    for (const line of [
      'config show',
      'config show --json --origin',
      'trust --status',
      'trust --status --json',
    ]) {
      expect((await call(line)).out).not.toContain('hunter2secret');
    }
  });
});

describe('config validate', () => {
  it('ends with 0 or 3, for all files and for one', async () => {
    expect(await call('config validate')).toMatchObject({
      code: 0,
      out: expect.stringContaining('defaults'),
    });
    const good = place.write('good.yaml', 'enabled: false');
    expect(await call(`config validate good.yaml`)).toMatchObject({ code: 0, out: `valid\n  ${good}\n` });
    place.write('.claude-sessionrc.yml', 'enabled: 1\n');
    const { code, said, out } = await call('config validate');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(said).toMatch(/\.yml:1:10 enabled: this has to be a boolean, not a number\n$/);
    expect(JSON.parse((await call('config validate none.json --json')).out)).toMatchObject({
      version: 1,
      valid: false,
      problems: [{ message: 'there is no such file' }],
    });
    expect((await call('config validate none.json')).code).toBe(3);
  });
});

describe('config init', () => {
  it.each(['json', 'yaml'])(
    'writes a first file in %s that is valid, and none over another',
    async (format) => {
      const line = `config init --preset strict --format ${format}`;
      const file = path.join(place.root, `.claude-sessionrc.${format}`);
      expect((await call(line)).out).toBe(`wrote ${file}\n`);
      expect(readFileSync(file, 'utf8')).toContain('dist/schema.json');
      expect(loadConfig(place)).toMatchObject({
        problems: [{ code: 'untrusted' }],
        config: { checkpoints: { every: '10m' } },
      });
      const before = readFileSync(file);
      expect((await call('config init')).error).toMatchObject({ kind: 'conflict', file });
      expect(readFileSync(file)).toEqual(before);
    },
  );

  it('minds the other places, and names a preset that is near', async () => {
    place.write('package.json', { 'claude-session': {} });
    expect((await call('config init')).error?.kind).toBe('conflict');
    place.write('package.json', { name: 'x' });
    expect((await call('config init --preset strickt')).error).toMatchObject({
      kind: 'usage',
      hint: 'Did you mean "strict"?',
    });
    expect((await call('config init --json')).out).toContain('"version": 1');
    expect(existsSync(path.join(place.root, '.claude-sessionrc.json'))).toBe(true);
  });
});

describe('config path', () => {
  it('lists what counts and where else it looks', async () => {
    const file = place.write('.claude-sessionrc', '{"extends": "node"}');
    const { out } = await call('config path');
    expect(out).toContain(`project  ${file}`);
    expect(out).toMatch(/^preset node \(.*presets.node\.json\)/m);
    const json = JSON.parse((await call('config path --json')).out);
    expect(json.files).toMatchObject([{ layer: 'preset' }, { layer: 'project', file, counts: true }]);
  });
});

describe('trust', () => {
  const steps = { hooks: { git: { steps: [{ name: 'x', run: 'make all' }] } } };

  it('shows what it would allow, and asks for --yes where nobody can be asked', async () => {
    place.write('.claude-sessionrc.json', steps);
    const { out, error } = await call('trust');
    expect(out).toContain('hooks.git.steps: x: make all');
    expect(error).toMatchObject({ kind: 'usage', hint: 'Answer it with --yes.' });
    const answer = await call('trust --yes --json');
    expect(JSON.parse(answer.out)).toMatchObject({
      version: 1,
      id: /^[0-9a-f]{64}$/.exec(loadConfig(place).trust.hash)?.[0],
      state: 'trusted',
    });
    expect(answer.out.trim().split('\n{').length).toBe(1);
  });

  it('allows nothing while the configuration is broken', async () => {
    place.write('.claude-sessionrc.json', { ...steps, enabld: 1 });
    expect((await call('trust --yes')).error).toMatchObject({
      kind: 'config',
      line: 12,
      file: expect.stringContaining('.json'),
    });
    expect(loadConfig(place).commandsTrusted).toBe(false);
  });

  it('has nothing to ask where nothing would run', async () => {
    expect(await call('trust')).toMatchObject({
      code: 0,
      out: expect.stringContaining('would run no commands'),
    });
    expect(await call('trust --status')).toMatchObject({ code: 0 });
    expect((await call('trust --yes --revoke')).error?.kind).toBe('usage');
  });

  it('evaluates an executable configuration and then asks for its commands', async () => {
    place.write('claude-session.config.mjs', `export default ${JSON.stringify(steps)};`);
    expect((await call('trust --status')).code).toBe(1);
    expect((await call('trust')).error?.hint).toBe('Answer it with --yes.');
    const { out } = await call('trust --yes');
    expect(out).toContain('Executable configuration:');
    expect(out).toContain('x: make all');
    expect(loadConfig(place)).toMatchObject({ commandsTrusted: true, problems: [] });
    place.write('claude-session.config.mjs', `export default ${JSON.stringify(steps)}; // changed`);
    expect(loadConfig(place)).toMatchObject({
      config: { hooks: { git: { steps: [] } } },
      executable: expect.any(String),
    });
  });
});
