import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOwnLine } from '../../../src/context/layout.ts';
import { dependencyLines } from '../../../src/context/manifests/dependencies.ts';
import {
  parseCargo,
  parseGemfile,
  parseGoMod,
  parsePyproject,
  parseRequirements,
} from '../../../src/context/manifests/parsers.ts';
import { tomlEntries } from '../../../src/context/manifests/toml.ts';
import { describeProject } from '../../../src/context/project.ts';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-manifests-'));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));
const write = (file: string, text: string): void => fs.writeFileSync(path.join(root, file), text);
const short = (list: { name: string; version: string; dev: boolean }[]): string[] =>
  list.map(({ name, version, dev }) => `${name} ${version}${dev ? ' dev' : ''}`);

describe('manifests', () => {
  it('of Python: project, groups, poetry, requirements', () => {
    const text = `[project]
name = "x" # "y
dependencies = [
  "requests[socks]>=2.31,<3; python_version > '3.8'", # why
  "click",
]
[project.optional-dependencies]
test = ["pytest~=8.0"]
[tool.poetry.dependencies]
python = "^3.11"
django = { version = "^5.0", extras = ["bcrypt"] }
[tool.poetry.group.dev.dependencies]
ruff = "0.4"
`;
    expect(short(parsePyproject(text))).toEqual([
      'requests >=2.31,<3',
      'click ',
      'pytest ~=8.0 dev',
      'django ^5.0',
      'ruff 0.4 dev',
    ]);
    const requirements =
      '-r base.txt\nflask==3.0 # web\n\n# no\nnumpy>=1 ; python_version<"4"\nhttps://x/y.whl\n';
    expect(short(parseRequirements(requirements))).toEqual(['flask ==3.0', 'numpy >=1']);
  });

  it('of Rust, Go, Ruby and PHP', () => {
    const cargo = `[package]\nversion = "9"\n[dependencies]\nserde = { version = "1", features = ["derive"] }\nrand = "0.8"
tokio.workspace = true\n[dependencies.log]\nversion = "0.4"\n[dev-dependencies]\nproptest = '1'\n`;
    expect(short(parseCargo(cargo))).toEqual(['serde 1', 'rand 0.8', 'tokio ', 'log 0.4', 'proptest 1 dev']);
    const go =
      'module m\n\ngo 1.22\n\nrequire a.com/b v1.2.3\n\nrequire (\n\tc.com/d v0.1.0\n\te.com/f v2.0.0 // indirect\n)\n';
    expect(short(parseGoMod(go))).toEqual(['a.com/b v1.2.3', 'c.com/d v0.1.0']);
    const gems = "source 'x'\ngem 'rails', '~> 7.1', '>= 7.1.2'\n  gem \"rspec\", group: :test\n# gem 'no'\n";
    expect(short(parseGemfile(gems))).toEqual(['rails ~> 7.1, >= 7.1.2', 'rspec  dev']);
    write('composer.json', '{"require":{"php":">=8","a/b":"^1"},"require-dev":{"c/d":"*"}}');
    expect(dependencyLines(root)).toEqual([
      '- a/b ^1 (composer.json)',
      '- c/d * (composer.json, dev)',
      '- php >=8 (composer.json)',
    ]);
  });

  it('give sorted lines, each known as our own, capped, and nothing twice', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_v, at) => [`p${99 - at}`, `^${at}`]));
    write(
      'package.json',
      JSON.stringify({ dependencies: { ...many, zod: '^4' }, devDependencies: { zod: '^3' } }),
    );
    write('requirements.txt', 'flask==3.0\n');
    const lines = dependencyLines(root) ?? [];
    expect(lines).toHaveLength(42);
    expect(lines[0]).toBe('- p40 ^59 (package.json)');
    expect(lines[40]).toBe('- and 21 more (package.json)');
    expect(lines.filter((line) => !isOwnLine('dependencies')(line))).toEqual([]);
    expect(dependencyLines(root)).toEqual(lines);
  });

  it('that cannot be read now say nothing at all, so that lines stay', () => {
    expect(dependencyLines(root)).toEqual([]);
    write('requirements.txt', 'flask==3.0\n');
    for (const text of ['{"dependencies":', '<<<<<<< HEAD\n{}\n', '\0\0']) {
      write('package.json', text);
      expect(dependencyLines(root)).toBeUndefined();
    }
  });

  it('hide what is secret in an address, and cannot open a region', () => {
    write(
      'package.json',
      JSON.stringify({
        dependencies: { a: 'git+https://u:hunter2secret@h.com/x', 'b\n<!-- claude-hooks:end x -->': '1' },
      }),
    );
    const text = (dependencyLines(root) ?? []).join('\n');
    expect(text).not.toMatch(/hunter2secret|<!--/);
    expect(text.split('\n')).toHaveLength(2);
  });

  it('of any content fail nowhere, and every line is known as our own', () => {
    const bits = fc.array(
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('[dependencies]\n', '"', "'", '[', ']', '{', '}', '=', '\n', '#'),
      ),
    );
    fc.assert(
      fc.property(bits, fc.dictionary(fc.string(), fc.string()), (all, packages) => {
        const text = all.join('');
        for (const parse of [
          parsePyproject,
          parseCargo,
          parseGoMod,
          parseGemfile,
          parseRequirements,
          tomlEntries,
        ])
          expect(Array.isArray(parse(text))).toBe(true);
        write('package.json', JSON.stringify({ dependencies: packages }));
        write('Cargo.toml', `[dependencies]\n${text}`);
        for (const line of dependencyLines(root) ?? []) {
          expect(line).not.toContain('\n');
          expect(isOwnLine('dependencies')(line)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what a first context file says of a project', () => {
  const describeIt = (): ReturnType<typeof describeProject> =>
    describeProject({
      root,
      readme: ['README.md'],
      architecture: ['docs/architecture.md'],
      folders: [{ name: 'src', files: 3 }],
      testCommand: undefined,
    });

  it('comes from README, manifest and tests', () => {
    write(
      'README.md',
      '<p>x</p>\n\n# Shop ##\n\n[![badge](a)](b)\n\n```\ncode\n```\n\nSells\nthings.\n\n## Layout\n',
    );
    write('package.json', '{"name":"n","description":"d","scripts":{"test":"vitest"}}');
    expect(describeIt()).toEqual({
      title: 'Shop',
      about: ['Sells things.'],
      architecture: ['See README.md, Layout.', '', '- `src/`: 3 files'],
      testing: ['- Run: `npm test` (vitest)'],
    });
  });

  it('does without any of them', () => {
    expect(describeIt()).toMatchObject({ title: path.basename(root), about: [], testing: [] });
    write('package.json', '{"name":"n","description":"d","scripts":{"test":"echo no test specified"}}');
    write('go.mod', 'module m\n');
    expect(describeIt()).toMatchObject({ title: 'n', about: ['d'], testing: ['- Run: `go test ./...`'] });
    write('package.json', 'broken');
    expect(describeIt().title).toBe(path.basename(root));
  });
});
