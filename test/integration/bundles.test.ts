import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { VERSION } from '../../src/version.ts';
import { makeSandbox, PROJECT_ROOT } from '../support/sandbox.ts';

const dist = path.join(PROJECT_ROOT, 'dist');
const filesOf = (folder: string): string[] =>
  readdirSync(path.join(dist, folder)).map((name) => path.join(dist, folder, name));
const hooks = filesOf('hooks');
const commandLine = [...reachedFrom(path.join(dist, 'cli.cjs'))];

/** The file and every piece it can load; pieces of an earlier build may lie beside them. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const name of requiredBy(file)) {
    if (isBeside(file, name)) reachedFrom(path.resolve(path.dirname(file), name), reached);
  }
  return reached;
}

function requiredBy(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? '');
}

describe('the built files', () => {
  it('carry the version of the package', () => {
    const { version } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(version);
  });

  it('keep heavy libraries out of what every hook compiles', () => {
    for (const file of hooks.filter((name) => !name.endsWith('zx-run.cjs'))) {
      expect(statSync(file).size, file).toBeLessThan(160_000);
    }
  });

  it('load the globs of partitions only where one is in work or configured, or a prompt is understood', () => {
    const holders = [...hooks, ...filesOf('lib'), path.join(dist, 'bell.cjs')].filter((file) =>
      readFileSync(file, 'utf8').includes('its braces stand for'),
    );
    expect(holders.map((file) => path.relative(dist, file)).sort()).toEqual([
      path.join('hooks', 'edit.cjs'),
      path.join('lib', 'flows-prompt-acts-answer.cjs'),
      path.join('lib', 'flows-session-partition.cjs'),
    ]);
    expect(statSync(path.join(dist, 'hooks/edit.cjs')).size).toBeLessThan(24_000);
  });

  it('require nothing that is not Node or beside them', () => {
    for (const file of [...hooks, ...filesOf('lib'), path.join(dist, 'bell.cjs'), ...commandLine]) {
      const outside = requiredBy(file).filter(
        (name) => !name.startsWith('node:') && !isBeside(file, name) && !ZX_OWN.has(name) && !isBuiltin(name),
      );
      expect(outside, file).toEqual([]);
    }
  });

  it('name no path of the machine that built them', () => {
    for (const file of [...hooks, ...commandLine])
      expect(readFileSync(file, 'utf8')).not.toContain(PROJECT_ROOT);
  });
});

function isBeside(file: string, name: string): boolean {
  return name.startsWith('.') && existsSync(path.resolve(path.dirname(file), name));
}

/** zx carries these as text for its own type of start, which is never used. */
const ZX_OWN = new Set(['./core.cjs', './globals.cjs', './util.cjs', './deps.cjs']);
const BUILTINS = new Set(process.getBuiltinModule('node:module').builtinModules);
function isBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

describe('the command line', () => {
  it('compiles only what the command needs', () => {
    const loaded = (...args: string[]): { files: string[]; bytes: number } => {
      const probe = path.join(mkdtempSync(path.join(tmpdir(), 'probe-')), 'probe.cjs');
      writeFileSync(
        probe,
        'process.on("exit", () => require("fs").writeSync(2, JSON.stringify(Object.keys(require.cache))));',
      );
      const result = spawnSync(process.execPath, ['-r', probe, path.join(dist, 'cli.cjs'), ...args], {
        cwd: tmpdir(),
        encoding: 'utf8',
      });
      expect(result.status, result.stderr).toBe(0);
      const files = (JSON.parse(result.stderr) as string[]).filter((file) => file.startsWith(dist));
      return { files, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
    };
    expect(commandLine.length).toBeGreaterThan(20);
    const help = loaded('--help');
    const list = loaded('checkpoint', 'list', '--json');
    const doctor = loaded('doctor', '--help');
    expect(help.bytes).toBeLessThan(90_000);
    expect(list.bytes).toBeLessThan(120_000);
    for (const file of help.files) expect(list.files).toContain(file);
    expect(doctor.files).not.toEqual(expect.arrayContaining(list.files));
  });

  it('has each module once, so that what one piece is told all know', () => {
    const holders = commandLine.filter((file) =>
      readFileSync(file, 'utf8').includes('it repeats a group that holds an alternative'),
    );
    expect(holders).toHaveLength(1);
  });
});

describe('the doorbell without a shell', () => {
  it('loads no module beyond the start of Node itself', () => {
    const sandbox = makeSandbox();
    try {
      const state = statePaths(stateRoot(locateRepository(sandbox.repo), userPaths(sandbox.env)));
      openSpool(state);
      const probe = path.join(mkdtempSync(path.join(tmpdir(), 'probe-')), 'probe.cjs');
      writeFileSync(
        probe,
        'const before = new Set(process.moduleLoadList); process.on("exit", () => require("fs").writeSync(2, JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name)))));',
      );
      const env = { ...sandbox.env, CLAUDE_PROJECT_DIR: sandbox.repo, CLAUDE_CODE_SESSION_ID: 'probe' };
      const ring = (): { loaded: string[]; status: number | null } => {
        const result = spawnSync(
          process.execPath,
          ['-r', probe, path.join(dist, 'bell.cjs'), 'prompt:local'],
          { env, input: '{"a":1}\n', encoding: 'utf8' },
        );
        return { loaded: JSON.parse(result.stderr) as string[], status: result.status };
      };
      expect(ring()).toEqual({ loaded: [], status: 0 });
      expect(readdirSync(state.spool)).toHaveLength(2);
    } finally {
      sandbox.cleanup();
    }
  });
});
