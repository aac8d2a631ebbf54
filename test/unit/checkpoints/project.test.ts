import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { projectFacts } from '../../../src/checkpoints/project.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

/** The facts of a project with these files. */
function factsOf(files: Record<string, string>) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-project-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const { node, lines, testCommand } = projectFacts(folder);
  expect(node).toBe(process.version);
  return { lines, testCommand };
}

const withTests = (more: object = {}): string => JSON.stringify({ scripts: { test: 'x' }, ...more });

it.each([
  [{ packageManager: 'pnpm@9.1.0+sha512.abc' }, {}, 'pnpm 9.1.0'],
  [{ packageManager: 'yarn@4.2.2' }, { 'package-lock.json': '{"lockfileVersion": 3}' }, 'yarn 4.2.2'],
  [{ devEngines: { packageManager: { name: 'bun', version: '^1.2' } } }, {}, 'bun ^1.2'],
  [{ packageManager: 'rm@1; rm -rf /' }, {}, 'npm'],
  [{}, { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, 'pnpm (lock file version 9.0)'],
  [{}, { 'yarn.lock': '# THIS IS GENERATED\n# yarn lockfile v1\n' }, 'yarn (lock file version 1)'],
  [{}, { 'yarn.lock': '__metadata:\n  version: 8\n' }, 'yarn (lock file version 8)'],
  [{}, { 'package-lock.json': '{\n  "lockfileVersion": 3\n}' }, 'npm (lock file version 3)'],
  [{}, { 'bun.lock': '{ "lockfileVersion": 1 }' }, 'bun (lock file version 1)'],
  [{}, { 'bun.lockb': '\0\u0001' }, 'bun'],
  [{}, {}, 'npm'],
])('finds the package manager of %j with %j: %s', (manifest, files, words) => {
  const facts = factsOf({ 'package.json': withTests(manifest), ...files });
  expect(facts.lines).toEqual([`Package manager: ${words}`]);
  const name = words.split(' ')[0];
  expect(facts.testCommand).toBe(name === 'bun' ? 'bun run test' : `${name} test`);
});

it.each([
  [{ 'requirements.txt': '' }, 'used (requirements.txt)', undefined],
  [
    { 'pyproject.toml': 'requires-python = ">=3.11"\n[tool.pytest.ini_options]\n', 'uv.lock': '' },
    '>=3.11 (uv, uv.lock)',
    'uv run pytest',
  ],
  [{ 'setup.py': '', '.python-version': '3.12.1\n', 'pytest.ini': '' }, '3.12.1 (setup.py)', 'pytest'],
])('finds Python in %j', (files, words, command) => {
  expect(factsOf(files)).toEqual({ lines: [`Python: ${words}`], testCommand: command });
});

it('says nothing of tools a project does not use, and survives files that are none', () => {
  expect(factsOf({})).toEqual({ lines: [], testCommand: undefined });
  expect(factsOf({ 'package.json': '{' })).toEqual({
    lines: ['Package manager: npm'],
    testCommand: undefined,
  });
  expect(factsOf({ 'package.json': 'null' }).testCommand).toBeUndefined();
  expect(
    factsOf({ 'package.json': '{"devEngines":{"packageManager":[1]},"packageManager":7}' }).lines,
  ).toHaveLength(1);
  expect(factsOf({ 'go.mod': '' }).testCommand).toBe('go test ./...');
  expect(factsOf({ 'Cargo.toml': '' }).testCommand).toBe('cargo test');
});
