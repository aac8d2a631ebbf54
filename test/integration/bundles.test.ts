import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { VERSION } from '../../src/version.ts';
import { makeSandbox, PROJECT_ROOT } from '../support/sandbox.ts';

const dist = path.join(PROJECT_ROOT, 'dist');
const hooks = readdirSync(path.join(dist, 'hooks')).map((name) => path.join(dist, 'hooks', name));

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

  it('require nothing that is not Node or beside them', () => {
    for (const file of [...hooks, path.join(dist, 'bell.cjs'), path.join(dist, 'cli.cjs')]) {
      const names = [...readFileSync(file, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(
        (match) => match[1] ?? '',
      );
      const outside = names.filter(
        (name) =>
          !name.startsWith('node:') && !name.startsWith('../lib/') && !ZX_OWN.has(name) && !isBuiltin(name),
      );
      expect(outside, file).toEqual([]);
    }
  });

  it('name no path of the machine that built them', () => {
    for (const file of [...hooks, path.join(dist, 'cli.cjs')])
      expect(readFileSync(file, 'utf8')).not.toContain(PROJECT_ROOT);
  });
});

/** zx carries these as text for its own type of start, which is never used. */
const ZX_OWN = new Set(['./core.cjs', './globals.cjs', './util.cjs', './deps.cjs']);
const BUILTINS = new Set(process.getBuiltinModule('node:module').builtinModules);
function isBuiltin(name: string): boolean {
  return BUILTINS.has(name);
}

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
