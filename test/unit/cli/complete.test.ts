import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, createCli } from '../../../src/cli/cli.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { ARGUMENTS, complete } from '../../../src/cli/complete.ts';
import { madeUp, plantCheckpoints } from '../../support/plant-checkpoints.ts';
import { type BuiltRepository, isolateProcess, plainRepository } from '../../support/repositories.ts';

isolateProcess();
let built: BuiltRepository;
beforeAll(() => {
  built = plainRepository();
  plantCheckpoints(built.root, [
    {
      metadata: madeUp('older-1', { name: 'Older', createdAt: '2026-01-01T00:00:00.000Z', session: 'aa-1' }),
    },
    { metadata: madeUp('evil-2', { name: '$(touch canary)\t`x`\n\u001b[31m', session: 'bb; rm -rf' }) },
  ]);
});
afterAll(() => built.cleanup());

function cliAt(cwd: string): Cli {
  const silent = (): void => {};
  const io = {
    stdinTty: false,
    stdoutTty: false,
    columns: undefined,
    write: silent,
    warn: silent,
    exit: silent,
  };
  return createCli({ ...io, cwd, env: process.env, runtime: cwd });
}

function offered(...words: string[]): Promise<string[]> {
  return complete(cliAt(built.root), ['bash', '--', ...words]);
}

describe('completion', () => {
  it.each([
    [['che'], ['checkpoint']],
    [['--v'], ['--version']],
    [['nonsense', ''], []],
    [['checkpoint', 'se'], ['search']],
    [
      ['checkpoint', 'show', ''],
      ['evil-2', 'older-1', 'latest'],
    ],
    [['checkpoint', 'show', 'ol'], ['older-1']],
    [['checkpoint', 'show', 'older-1', ''], []],
    [['checkpoint', 'diff', 'latest', 'o'], ['older-1']],
    [['checkpoint', 'diff', '--stat', 'latest', 'o'], ['older-1']],
    [['checkpoint', 'push', 'origin', 'older-1', 'ev'], ['evil-2']],
    [['checkpoint', 'save', ''], []],
    [['checkpoint', 'list', '--gr'], ['--graph']],
    [['checkpoint', 'list', '--session', ''], ['aa-1']],
    [['checkpoint', 'list', '--limit', ''], []],
    [['checkpoint', 'restore', '--mode', 'm'], ['mine-kept']],
    [['checkpoint', 'restore', '--mode', '=', 'm'], ['mine-kept']],
    [
      ['checkpoint', 'restore', '--mode', '='],
      ['exact', 'mine-kept'],
    ],
    [['checkpoint', 'restore', '--mode=e'], ['--mode=exact']],
    [['checkpoint', 'restore', '--mode', 'exact', 'ol'], ['older-1']],
    [['checkpoint', 'diff', 'latest', '--only', 'a', 'b'], [':files']],
    [['checkpoint', 'diff', 'latest', '--only', 'a', '--st'], ['--stat']],
    [['config', 'validate', ''], [':files']],
    [['install', '--preset', 'so'], ['solo']],
    [['completion', 'f'], ['fish']],
  ])('of %j is %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it('tells names beside the words where the shell shows them, as one harmless line', async () => {
    const lines = await complete(cliAt(built.root), ['zsh', '--', 'checkpoint', 'show', '']);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^evil-2\t\$\(touch canary\) `x` \\x1b\[31m, 2026-11-22 \d\d:\d\d$/);
  });

  it('has nothing to say where nothing can be read', async () => {
    expect(await complete(cliAt('/'), ['bash', '--', 'checkpoint', 'show', ''])).toEqual([]);
    const head = fs.readFileSync(path.join(built.root, '.git/HEAD'));
    built.write('.git/HEAD', 'nonsense');
    expect(await offered('checkpoint', 'show', '')).toEqual([]);
    built.write('.git/HEAD', head);
  });

  it('never fails and offers only plain words, whatever was typed', async () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'checkpoint',
        'snapshot',
        'diff',
        '--only',
        '--mode',
        '=',
        '--',
        '-',
        'undo',
        '__proto__',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
        for (const line of await offered(...words))
          expect(line).toMatch(/^(?::files|(?:--[a-z-]+=)?[\w.~-]+)$/);
      }),
      { numRuns: 60 },
    );
  });

  it('knows what every command takes', async () => {
    const unknown: string[] = [];
    for (const { name, load } of COMMANDS) {
      const program = new Command();
      await (await load()).define(program, cliAt(built.root));
      for (const verb of program.commands)
        for (const command of [verb, ...verb.commands]) {
          const words = command === verb ? name : `${name} ${command.name()}`;
          const kinds = ARGUMENTS[words]?.length ?? 0;
          const takes = command.registeredArguments;
          const isKnown = takes.at(-1)?.variadic === true ? kinds > 0 : kinds === takes.length;
          if (!isKnown) unknown.push(`${words}: ${takes.length} arguments, ${kinds} known`);
        }
    }
    expect(unknown).toEqual([]);
  });
});
