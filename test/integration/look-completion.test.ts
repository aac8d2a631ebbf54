import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { madeUp, plantCheckpoints } from '../support/plant-checkpoints.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

const has = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const HAS_TERMINAL = has('script');

let sandbox: Sandbox;
let bin: string;
let log: string;
beforeEach(() => {
  sandbox = makeSandbox({ prefix: 'claude hooks completion ' });
  bin = path.join(sandbox.root, 'bin');
  log = path.join(sandbox.root, 'log');
  fs.mkdirSync(bin);
  const cli = path.join(PROJECT_ROOT, 'dist/cli.cjs');
  // What is run is written down; only completion is really done.
  fs.writeFileSync(
    path.join(bin, 'claude-hooks'),
    `#!/bin/sh\ncase $1 in __complete|completion) exec '${process.execPath}' '${cli}' "$@" ;; esac\nprintf '%s\\n' "$*" >>"$LOG"\n`,
    { mode: 0o755 },
  );
  plantCheckpoints(sandbox.repo, [
    { metadata: madeUp('feature-x-1', { name: 'Feature $(touch canary)`touch canary`\u001b[31m%F{red}' }) },
    { metadata: madeUp('feature-y-2', { name: '"; touch canary; \'' }) },
    { metadata: madeUp('other-3') },
  ]);
});
afterEach(() => {
  sandbox.cleanup();
});

function environment(): NodeJS.ProcessEnv {
  return {
    ...sandbox.env,
    PATH: `${bin}:${path.dirname(process.execPath)}:${process.env.PATH}`,
    LOG: log,
    TERM: 'xterm',
    PS1: '$ ',
    HISTFILE: '/dev/null',
    INPUTRC: '/dev/null',
  };
}

/** Types into an interactive shell on a terminal of its own. @returns the command lines that were run. */
function type(shell: string, keys: string): string[] {
  const input = `${keys}\nexit\n`;
  spawnSync('script', ['-qec', shell, '/dev/null'], {
    cwd: sandbox.repo,
    env: environment(),
    input,
    timeout: 50_000,
  });
  return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trimEnd().split('\n') : [];
}

const TYPED = [
  // Asked about and taken away again (Ctrl-A, Ctrl-K): nothing typed is run by asking.
  'claude-hooks checkpoint diff "$(touch canary)" fe\t\u0001\u000b',
  'claude-hooks chec\tli\t--gr\t',
  'claude-hooks checkpoint show oth\t',
  'claude-hooks checkpoint show feature\t\tx\t',
  'claude-hooks checkpoint diff latest~1 feature-y\t--st\t',
  'claude-hooks checkpoint diff latest --only READ\t',
  'claude-hooks checkpoint restore other-3 --mode mi\t',
];
const RUN = [
  'checkpoint list --graph',
  'checkpoint show other-3',
  'checkpoint show feature-x-1',
  'checkpoint diff latest~1 feature-y-2 --stat',
  'checkpoint diff latest --only README.md',
  'checkpoint restore other-3 --mode mine-kept',
];

describe('completion in a real shell', () => {
  it.skipIf(!HAS_TERMINAL)('bash (needs the program script)', () => {
    fs.writeFileSync(path.join(sandbox.home, '.bashrc'), 'source <(claude-hooks completion bash)\n');
    const lines = [...TYPED, 'claude-hooks checkpoint restore other-3 --mode=e\t'];
    expect(type('bash --rcfile ~/.bashrc -i', lines.join('\n'))).toEqual([
      ...RUN,
      'checkpoint restore other-3 --mode=exact',
    ]);
    expect(sandbox.exists('canary')).toBe(false);
  });

  it.skipIf(!HAS_TERMINAL || !has('zsh'))('zsh (needs zsh and the program script)', () => {
    fs.writeFileSync(
      path.join(sandbox.home, '.zshrc'),
      'unsetopt auto_menu beep\nautoload -U compinit && compinit -u -D\nsource <(claude-hooks completion zsh)\n',
    );
    expect(type('zsh -i', TYPED.join('\n'))).toEqual(RUN);
    expect(sandbox.exists('canary')).toBe(false);
  });

  it.skipIf(!has('fish'))('fish (needs fish)', () => {
    const ask = (line: string): string[] =>
      execFileSync(
        'fish',
        ['--no-config', '-c', 'claude-hooks completion fish | source; complete -C $argv[1]', line],
        { cwd: sandbox.repo, env: environment(), encoding: 'utf8' },
      )
        .trimEnd()
        .split('\n');
    expect(ask('claude-hooks checkpoint show oth')).toEqual([
      expect.stringMatching(/^other-3\tEnd of turn, /),
    ]);
    expect(ask('claude-hooks checkpoint show feature').map((line) => line.split('\t')[0])).toEqual([
      'feature-y-2',
      'feature-x-1',
    ]);
    expect(ask('claude-hooks checkpoint list --gr')[0]).toMatch(/^--graph\t/);
    expect(ask('claude-hooks checkpoint diff latest --only READ')[0]).toMatch(/^README\.md/);
    expect(sandbox.exists('canary')).toBe(false);
  });
});

describe('completion install', () => {
  it('says what to do, does it only on request, and leaves files of others alone', async () => {
    const install = (...args: string[]): ReturnType<Sandbox['cli']> =>
      sandbox.cli(['completion', 'install', ...args]);
    const file = path.join(sandbox.home, '.local/share/bash-completion/completions/claude-hooks');
    const said = await install('--shell', 'bash');
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toContain('~/.local/share/bash-completion/completions/claude-hooks');
    expect(fs.existsSync(file)).toBe(false);
    expect((await install('--shell', 'bash', '--write')).stdout).toContain('Wrote ~/.local');
    expect(fs.readFileSync(file, 'utf8')).toBe((await sandbox.cli(['completion', 'bash'])).stdout);
    expect((await install('--shell', 'bash', '--remove', '--json')).stdout).toContain('"removed"');
    expect(fs.existsSync(file)).toBe(false);
    fs.writeFileSync(file, '# mine\n');
    for (const flag of ['--write', '--remove']) expect((await install('--shell', 'bash', flag)).code).toBe(5);
    expect(fs.readFileSync(file, 'utf8')).toBe('# mine\n');
    expect((await install()).code).toBe(2);
    const zsh = await sandbox.cli(['completion', 'install'], { env: { SHELL: '/usr/bin/zsh' } });
    expect(zsh.stdout).toContain('fpath=(~/.local/share/zsh/site-functions $fpath)');
  });

  it('asks nothing else of the program: what was cut off waits, and no error is printed', async () => {
    const outside = await sandbox.cli(['__complete', 'bash', '--', 'checkpoint', 'show', ''], { cwd: '/' });
    expect(outside).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const pending = path.join(sandbox.repo, '.git/claude-hooks/operations/pending/x');
    fs.mkdirSync(pending, { recursive: true });
    const inside = await sandbox.cli(['__complete', 'bash', '--', 'checkpoint', 'show', 'oth']);
    expect(inside).toMatchObject({ code: 0, stdout: 'other-3\n', stderr: '' });
    expect(fs.existsSync(pending)).toBe(true);
  });
});
