import { mkdirSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFile, loadConfig } from '../../../src/config/load.ts';
import { PRESET_NAMES } from '../../../src/config/preset-catalog.ts';
import { type ConfigProblem, problemLine } from '../../../src/config/types.ts';
import { makePlace, type Place } from './place.ts';

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const codes = (problems: ConfigProblem[]): string[] => problems.map((problem) => problem.code);

describe('layers', () => {
  it('gives defaults, without a problem, where nothing is configured', () => {
    const result = loadConfig(place);
    expect(result.problems).toEqual([]);
    expect(result.config.checkpoints.every).toBe('30m');
    expect(result.trust.state).toBe('nothing-to-trust');
    expect(result.commandsTrusted).toBe(false);
  });

  it('orders defaults < preset < user < project < local < env < flags', () => {
    const every = (): string => loadConfig(place).config.checkpoints.every;
    place.write('.claude-sessionrc.json', { extends: 'strict' });
    expect(every()).toBe('10m');
    place.writeUser('config.json', { checkpoints: { every: '11m' } });
    expect(every()).toBe('11m');
    place.write('.claude-sessionrc.json', { extends: 'strict', checkpoints: { every: '12m' } });
    expect(every()).toBe('12m');
    place.write('.claude-sessionrc.local.yaml', 'checkpoints:\n  every: 13m\n');
    expect(every()).toBe('13m');
    const env = place.at('.', { CLAUDE_SESSION_CHECKPOINTS__EVERY: '14m' });
    expect(loadConfig(env).config.checkpoints.every).toBe('14m');
    const flags = { checkpoints: { every: '15m' } };
    expect(loadConfig({ ...env, flags }).config.checkpoints.every).toBe('15m');
  });

  it('says where each value comes from, with line and column', () => {
    place.writeUser('config.yml', 'notify:\n  desktop: false\n');
    const file = place.write(
      '.claude-sessionrc',
      '{\n  // why\n  "checkpoints": {\n    "every": "5m", },\n}',
    );
    const { origins } = loadConfig(place);
    expect(origins.get('checkpoints.every')).toEqual([
      { layer: 'project', label: file, file, line: 4, column: 5 },
    ]);
    expect(origins.get('notify.desktop')?.[0]).toMatchObject({ layer: 'user', line: 2, column: 3 });
    expect(origins.has('checkpoints.loop')).toBe(false);
  });

  it('takes the nearest project file between the working folder and the top, and each kind by itself', () => {
    place.write('.claude-sessionrc.json', { context: { commits: 1 } });
    place.write('.claude-sessionrc.local.json', { context: { budget: 1000 } });
    place.write('packages/a/package.json', { 'claude-session': { context: { commits: 2 } } });
    mkdirSync(path.join(place.root, 'packages/a/src'));
    const inside = loadConfig(place.at('packages/a/src'));
    expect(inside.config.context).toMatchObject({ commits: 2, budget: 1000 });
    expect(inside.atTop).toBe(false);
    expect(loadConfig(place).config.context.commits).toBe(1);
    expect(loadConfig(place).atTop).toBe(true);
  });

  it('reads the first of two files in a folder and warns of the other', () => {
    place.write('.claude-sessionrc.json', { context: { commits: 1 } });
    const other = place.write('.claude-sessionrc.yaml', 'context: { commits: 2 }');
    const result = loadConfig(place);
    expect(result.config.context.commits).toBe(1);
    expect(result.warnings).toMatchObject([{ code: 'second-file', file: other }]);
  });

  it('knows $append and null', () => {
    place.writeUser('config.json', { checkpoints: { every: '1h' } });
    place.write('.claude-sessionrc.json', {
      checkpoints: { every: null },
      context: { readme: { $append: ['LIESMICH.md'] } },
    });
    const { config, problems } = loadConfig(place);
    expect(problems).toEqual([]);
    expect(config.checkpoints.every).toBe('30m');
    expect(config.context.readme).toEqual(['README.md', 'README', 'readme.md', 'LIESMICH.md']);
  });

  it.each([
    ['.claude-sessionrc', 'context: {commits: 3}'],
    ['.claude-sessionrc', '{"context": {"commits": 3}, /* JSONC */}'],
    ['.claude-sessionrc.json', '\uFEFF{"context": {"commits": 3}} // end'],
    ['.claude-sessionrc.yaml', 'context:\r\n  commits: 3\r\n'],
    ['.claude-sessionrc.yml', 'context: {commits: 3}'],
    ['.config/claude-sessionrc', 'context: {commits: 3}'],
    ['.config/claude-sessionrc.json', '{"context": {"commits": 3}}'],
    ['.config/claude-sessionrc.yaml', 'context: {commits: 3}'],
    ['.config/claude-sessionrc.yml', 'context: {commits: 3}'],
    ['package.json', '{"claude-session": {"context": {"commits": 3}}}'],
    ['.claude-sessionrc.local', 'context: {commits: 3}'],
    ['.claude-sessionrc.local.json', '{"context": {"commits": 3}}'],
    ['.claude-sessionrc.local.yml', 'context: {commits: 3}'],
    ['.config/claude-sessionrc.local.yaml', 'context: {commits: 3}'],
  ])('reads %s', (name, text) => {
    place.write(name, text);
    const result = loadConfig(place);
    expect(result.problems).toEqual([]);
    expect(result.config.context.commits).toBe(3);
    expect(result.atTop).toBe(true);
  });
});

describe('errors', () => {
  it('names file, line, column, key and the likely key', () => {
    const file = place.write(
      '.claude-sessionrc.json',
      '{\n  "chekpoints": {},\n  "context": { "budgt": 1 }\n}',
    );
    const { errors } = loadConfig(place);
    expect(errors).toMatchObject([
      {
        code: 'unknown-key',
        file,
        line: 2,
        column: 3,
        key: 'chekpoints',
        hint: 'did you mean "checkpoints"?',
      },
      { line: 3, column: 16, key: 'context.budgt', hint: 'did you mean "context.budget"?' },
    ]);
    expect(problemLine(errors[0] as ConfigProblem)).toBe(
      `${file}:2:3 chekpoints: there is no key "chekpoints" (did you mean "checkpoints"?)`,
    );
  });

  it('does the same in YAML', () => {
    place.write('.claude-sessionrc.yaml', '# c\ncheckpoints:\n  evry: 5m\n  every: 5\n');
    expect(loadConfig(place).errors).toMatchObject([
      { key: 'checkpoints.evry', line: 3, column: 3, hint: 'did you mean "checkpoints.every"?' },
      { key: 'checkpoints.every', line: 4, column: 10, message: 'this has to be text, not a number' },
    ]);
  });

  it('names a misplaced key by its right place', () => {
    place.write('.claude-sessionrc.json', { every: '5m' });
    expect(loadConfig(place).errors[0]?.hint).toBe('did you mean "checkpoints.every"?');
  });

  it.each([
    ['{"a": }', 'syntax'],
    ['{"enabled": true, "enabled": false}', 'duplicate-key'],
    ['[1]', 'not-an-object'],
    ['"./evil.cjs"', 'not-an-object'],
    ['{"__proto__": {"enabled": false}}', 'unknown-key'],
    ['{"$import": "./x.cjs"}', 'import-refused'],
    ['{"context": {"sources": ["redme"]}}', 'invalid-value'],
    ['{"hooks": {"git": {"steps": [{"name": "x"}]}}}', 'invalid-value'],
    ['{"nothing": null}', 'unknown-key'],
  ])('refuses %s', (text, code) => {
    place.write('.claude-sessionrc.json', text);
    const result = loadConfig(place);
    expect(codes(result.errors)).toContain(code);
    expect(result.errors[0]?.line).toBe(1);
    expect(result.config.enabled).toBe(true);
  });

  it.each([
    ['a: &a [*a]', 'itself'],
    [
      `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefgh'.replace(
        /./g,
        (name) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${String.fromCharCode(name.charCodeAt(0) - 1)}`)
            .join(',')}]\n`,
      )}`,
      'multiply',
    ],
    ['a: [', 'YAML'],
    ['__proto__:\n  enabled: false\n', '__proto__'],
    ['a: .nan', 'JSON'],
  ])('refuses YAML that is no plain data: %s', (text, words) => {
    place.write('.claude-sessionrc.yaml', text);
    expect(loadConfig(place).errors[0]?.message).toContain(words);
  });

  it('drops only the layer with the error', () => {
    place.writeUser('config.json', { checkpoints: { every: '7m' } });
    place.write('.claude-sessionrc.json', { enabled: 'no' });
    const result = loadConfig(place);
    expect(result.config.checkpoints.every).toBe('7m');
    expect(result.layers.map((layer) => layer.counts)).toEqual([true, false]);
  });

  it('reads neither a folder, nor a huge file, nor a link that leaves the repository', () => {
    mkdirSync(path.join(place.root, '.claude-sessionrc.json'));
    expect(loadConfig(place).errors).toMatchObject([{ code: 'unreadable' }]);
    const second = makePlace();
    second.write('.claude-sessionrc.json', ' '.repeat(1_000_001));
    expect(loadConfig(second).errors[0]?.message).toContain('larger');
    const third = makePlace();
    const outside = third.writeUser('elsewhere.json', { enabled: false });
    symlinkSync(outside, path.join(third.root, '.claude-sessionrc.json'));
    expect(loadConfig(third).errors).toMatchObject([{ code: 'link-outside' }]);
    expect(loadConfig(third).config.enabled).toBe(true);
    second.remove();
    third.remove();
  });

  it('checks a single file', () => {
    const file = place.write('other.json', { enabld: true });
    expect(checkFile(file, place)).toMatchObject([{ key: 'enabld', line: 2 }]);
    expect(checkFile(path.join(place.root, 'none.json'), place)).toMatchObject([{ code: 'unreadable' }]);
  });
});

describe('presets', () => {
  it.each(PRESET_NAMES)('%s is valid and sets something', (name) => {
    place.write('.claude-sessionrc.json', { extends: `claude-hooks:${name}` });
    const result = loadConfig(place);
    expect(result.errors).toEqual([]);
    expect(
      [...result.origins.values()]
        .flat()
        .every((origin) => origin.layer === 'preset' || origin.layer === 'project'),
    ).toBe(true);
    expect(result.origins.size).toBeGreaterThan(1);
  });

  it('resolves files and packages from the file that names them, later over earlier', () => {
    place.write('conf/base.json', { context: { commits: 1, budget: 1000 } });
    place.write('conf/top.yaml', 'extends: ./base.json\ncontext: { commits: 2 }\n');
    place.write('node_modules/@acme/hooks/claude-session.json', { checkpoints: { every: '1h' } });
    place.write('node_modules/plain/package.json', { 'claude-session': { context: { commits: 9 } } });
    place.write('.claude-sessionrc.json', { extends: ['plain', './conf/top.yaml', '@acme/hooks'] });
    const { config, problems } = loadConfig(place);
    expect(problems).toEqual([]);
    expect(config.context).toMatchObject({ commits: 2, budget: 1000 });
    expect(config.checkpoints.every).toBe('1h');
  });

  it('names the chain of a cycle and of too much depth', () => {
    place.write('a.json', { extends: './b.json' });
    place.write('b.json', { extends: './a.json' });
    place.write('.claude-sessionrc.json', { extends: './a.json' });
    expect(loadConfig(place).errors[0]?.message).toContain(
      '.claude-sessionrc.json -> a.json -> b.json -> a.json',
    );
    for (let level = 0; level < 12; level += 1)
      place.write(`l${level}.json`, { extends: `./l${level + 1}.json` });
    place.write('.claude-sessionrc.json', { extends: './l0.json' });
    expect(loadConfig(place).errors[0]).toMatchObject({ code: 'preset-depth' });
  });

  it.each([
    ['minmal', 'unknown-preset'],
    ['claude-hooks:nope', 'unknown-preset'],
    ['../outside.json', 'preset-outside'],
    ['/etc/hosts', 'preset-outside'],
    ['~/x.json', 'preset-outside'],
    ['./link.json', 'preset-outside'],
    ['./evil.cjs', 'preset-executable'],
    ['pkg/evil.cjs', 'preset-executable'],
    ['linked', 'preset-outside'],
    ['./none.json', 'preset-missing'],
    ['..', 'unknown-preset'],
    ['pkg/../../x.json', 'unknown-preset'],
  ])('refuses %s', (name, code) => {
    place.write('../outside.json', { enabled: false });
    symlinkSync(path.join(place.base, 'outside.json'), path.join(place.root, 'link.json'));
    place.write('../linked/claude-session.json', { enabled: false });
    place.write('node_modules/pkg/package.json', { name: 'pkg' });
    symlinkSync(path.join(place.base, 'linked'), path.join(place.root, 'node_modules/linked'));
    place.write('.claude-sessionrc.json', { extends: name });
    const result = loadConfig(place);
    expect(result.errors).toMatchObject([{ code, key: 'extends', line: 2 }]);
    expect(result.config.enabled).toBe(true);
  });
});
