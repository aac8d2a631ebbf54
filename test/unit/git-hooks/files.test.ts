import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeBlocks } from '../../../src/install/git-hooks/block.ts';
import { classifyHookFile } from '../../../src/install/git-hooks/hook-file.ts';
import { planGitHooks, revertGitHookFile } from '../../../src/install/git-hooks/index.ts';
import { removeFromJson, setInJson } from '../../../src/install/git-hooks/json-text.ts';
import { locateRepository, userPaths } from '../../../src/store/paths.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-files-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

it('tells hooks in shell from others', () => {
  const kinds: [string | Buffer, string][] = [
    ['#!/bin/sh\n', 'shell'],
    ['#!/bin/bash -e\n', 'shell'],
    ['#! /usr/bin/env bash\r\n', 'shell'],
    ['#!/usr/bin/env -S zsh -f\n', 'shell'],
    ['#!/usr/bin/env FOO=1 dash\n', 'shell'],
    ['#!/bin/busybox sh\n', 'shell'],
    ['echo no first line\n', 'shell'],
    ['', 'shell'],
    ['#!/usr/bin/env python3\n', 'other'],
    ['#!/usr/bin/fish\n', 'other'],
    ['#!/usr/bin/env node\n', 'other'],
    ['#!\n', 'other'],
    [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]), 'other'],
  ];
  for (const [content, kind] of kinds) {
    const file = path.join(folder, 'hook');
    fs.writeFileSync(file, content);
    fs.chmodSync(file, 0o755);
    expect([content, classifyHookFile(file)]).toEqual([content, kind]);
    fs.chmodSync(file, 0o644);
    expect(classifyHookFile(file)).toBe('inactive');
  }
  expect(classifyHookFile(path.join(folder, 'none'))).toBe('absent');
  fs.symlinkSync('hook', path.join(folder, 'link'));
  expect(classifyHookFile(path.join(folder, 'link'))).toBe('link');
});

it('sets and removes values in JSON of any style and changes nothing else', () => {
  const key = fc.constantFrom('scripts', 'name', 'é', 'a"b', 'dependencies');
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
  );
  const object = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1, maxKeys: 3 })), {
    minKeys: 1,
    maxKeys: 4,
  });
  fc.assert(
    fc.property(
      object,
      fc.constantFrom(0, 2, 4, '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.string({ maxLength: 9 }),
      (value, indent, eol, text) => {
        const json = JSON.stringify(value, null, indent).replaceAll('\n', eol) + eol;
        const result = setInJson(json, ['tool', 'prepare'], text);
        expect(JSON.parse(result ?? '')).toEqual({ ...value, tool: { prepare: text } });
        expect(removeFromJson(result ?? '', ['tool', 'prepare'])).toBe(json);
        expect(setInJson(result ?? '', ['tool', 'prepare'], text)).toBe(result);
      },
    ),
    { numRuns: 500 },
  );
  expect(setInJson('{ broken', ['a'], 'b')).toBeUndefined();
  expect(setInJson('[1]', ['a'], 'b')).toBeUndefined();
  expect(setInJson('{"a": 1}', ['a', 'b'], 'c')).toBeUndefined();
});

it('reverting leaves files alone that hold nothing of ours', () => {
  const bytes = Buffer.from([0x23, 0x21, 0xff, 0xfe, 0x0a]);
  for (const surgical of [
    'marked-block',
    'git-hooks:wrapper',
    'git-hooks:lefthook-script',
    'git-hooks:lefthook-lines',
    'git-hooks:lefthook-json',
    'git-hooks:shim',
    'git-hooks:simple-git-hooks',
    'git-hooks:config=x',
    'git-hooks:prepare=husky || true',
    'git-hooks:commands=simple-git-hooks',
  ])
    expect(revertGitHookFile(surgical, path.join(folder, 'f'), bytes)?.equals(bytes)).toBe(true);
});

it('lefthook in JSON and TOML is extended and given back', async () => {
  const env = {
    ...process.env,
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  execFileSync('git', ['init', '-q', folder], { env });
  for (const [name, text] of [
    ['lefthook.json', '{\n  "pre-push": { "jobs": [ { "run": "true" } ] }\n}\n'],
    ['lefthook.jsonc', '{\n  // why\n  "output": false,\n}\n'],
    ['.lefthook.toml', 'output = false\n\n[pre-push]\nparallel = true\n\n[[pre-push.jobs]]\nrun = "true"\n'],
  ] as const) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    const input = {
      repository: locateRepository(folder),
      dir: folder,
      scope: 'project' as const,
      mode: 'auto' as const,
      runtime: { directory: '/r', inProject: undefined, node: '/n' },
      user: userPaths(env),
      env,
    };
    const action = (await planGitHooks(input)).actions.find(({ id }) => id === 'git-hook:lefthook-config');
    const after = action?.after?.toString() ?? '';
    expect(after.match(/git-bell\.sh/g)?.length).toBe(12);
    expect(after).not.toContain('/r/');
    fs.writeFileSync(file, after);
    expect((await planGitHooks(input)).actions[0]?.after?.toString()).toBe(after);
    expect(revertGitHookFile(action?.surgical ?? '', file, Buffer.from(after))?.toString()).toBe(text);
    fs.rmSync(file);
  }
  for (const text of [
    'pre-push = { parallel = true }\n',
    '[pre-push]\ncommands = { }\n',
    'pre-push.parallel = true\n',
  ]) {
    fs.writeFileSync(path.join(folder, 'lefthook.toml'), text);
    const input = {
      repository: locateRepository(folder),
      dir: folder,
      scope: 'project' as const,
      mode: 'auto' as const,
      runtime: { directory: '/r', inProject: undefined, node: '/n' },
      user: userPaths(env),
      env,
    };
    await expect(planGitHooks(input)).rejects.toMatchObject({ code: 'lefthook-config-style' });
  }
});

it('what removing a block leaves is never more than was there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('# >>> claude-hooks >>>', '# <<< claude-hooks <<<', 'a', ''), {
        maxLength: 12,
      }),
      (lines) => {
        const rest = removeBlocks(lines.join('\n'));
        if (rest !== undefined) expect(rest.length).toBeLessThan(lines.join('\n').length);
      },
    ),
    { numRuns: 2_000 },
  );
});
