import * as path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCli } from '../../src/cli/cli.ts';
import { define } from '../../src/cli/commands/context.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.cleanup();
});

async function run(...args: string[]): Promise<{ out: string; err: string }> {
  const said = { out: '', err: '' };
  const cli = createCli({
    cwd: sandbox.repo,
    env: sandbox.env,
    runtime: path.join(PROJECT_ROOT, 'dist'),
    stdinTty: false,
    stdoutTty: false,
    columns: 80,
    write: (text) => {
      said.out += text;
    },
    warn: (text) => {
      said.err += text;
    },
    exit: () => {},
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  define(program, cli);
  await program.parseAsync(['context', ...args], { from: 'user' });
  return said;
}

describe('claude-hooks context', () => {
  it('shows the text on standard output and the sizes beside it', async () => {
    const { out, err } = await run('show');
    expect(out).toContain('README-MARKER');
    expect(out).toContain('COMMIT-MARKER');
    expect(err).toMatch(/^\s+\d+ {2}readme README\.md$/m);
    expect(err).toMatch(/\d+ {2}of 8000 characters/);
  });

  it('gives one JSON document, for each kind of start', async () => {
    for (const source of ['startup', 'resume', 'clear', 'compact']) {
      const document = JSON.parse((await run('inject', '--dry-run', '--source', source, '--json')).out);
      expect(document).toMatchObject({ version: 1, source, budget: 8_000, leftOut: [], wouldRun: [] });
      expect(document.characters).toBe(document.text.length);
      expect(document.parts.map(({ source: name }: { source: string }) => name)).toContain('git');
    }
  });

  it('runs nothing and writes nothing, and names what a real start would run', async () => {
    sandbox.write(
      '.claude-sessionrc.json',
      JSON.stringify({
        preSession: { dependencies: { enabled: true } },
        hooks: { 'pre-session': { steps: [{ name: 'x', run: 'touch ran' }] } },
      }),
    );
    sandbox.write('package-lock.json', '{}');
    sandbox.write('.env.example', 'A=\n');
    const { out, err } = await run('show');
    expect(out).toContain('.env.example names A');
    expect(err).toContain('At a real start also: npm ci, touch ran');
    expect(sandbox.exists('ran')).toBe(false);
    expect(sandbox.exists('.git/claude-hooks/dependencies.json')).toBe(false);
  });

  it('refuses to inject by hand, and a start it does not know', async () => {
    await expect(run('inject')).rejects.toMatchObject({
      kind: 'usage',
      hint: 'Run: claude-hooks context inject --dry-run',
    });
    await expect(run('show', '--source', 'never')).rejects.toThrow(/never/);
  });
});
