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

async function run(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const said = { out: '', err: '', code: 0 };
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
    exit: (code) => {
      said.code = code;
    },
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  await define(program, cli);
  await program.parseAsync(['context', ...args], { from: 'user' });
  return said;
}

describe('claude-hooks context inject', () => {
  it('shows the text on standard output and the sizes beside it', async () => {
    const { out, err } = await run('inject', '--dry-run');
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
    const { out, err } = await run('inject', '--dry-run');
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
    await expect(run('inject', '--dry-run', '--source', 'never')).rejects.toThrow(/never/);
  });
});

describe('claude-hooks context', () => {
  const file = '.claude/context.md';

  it('makes the file from the project, once; --force keeps what was there', async () => {
    sandbox.write(
      'package.json',
      '{"name":"shop","scripts":{"test":"vitest run"},"dependencies":{"zod":"^4"}}',
    );
    await run('init');
    const text = sandbox.read(file);
    expect(text).toMatch(/^# Demo\n\nREADME-MARKER: a small project\.\n/);
    expect(text).toContain('- Run: `npm test` (vitest run)');
    expect(text).toContain('- zod ^4 (package.json)');
    expect(text).toContain('Start COMMIT-MARKER');
    expect(await run('check')).toMatchObject({ code: 0 });
    await expect(run('init')).rejects.toMatchObject({ kind: 'conflict', code: 'context-exists' });
    sandbox.write(file, 'mine\n');
    const { kept } = JSON.parse((await run('init', '--force', '--json')).out);
    expect(sandbox.read(kept)).toBe('mine\n');
    expect(sandbox.git('status', '--porcelain', '-uall')).not.toContain('local.md');
    expect(sandbox.read(file)).toBe(text);
  });

  it('shows the file, and its parts as JSON', async () => {
    await expect(run('show')).rejects.toMatchObject({ code: 'context-missing' });
    sandbox.write(file, '# T\n\n## Known Issues\n\n- [ ] \u001b[31mred\n');
    expect((await run('show')).out).toBe('# T\n\n## Known Issues\n\n- [ ] \\x1b[31mred\n');
    const { files } = JSON.parse((await run('show', '--json')).out);
    expect(files).toMatchObject([{ sections: [{ title: 'Known Issues', line: 3 }], regions: [] }]);
    sandbox.write(file, '\0');
    expect(await run('show')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is binary') });
  });

  it('adds one clean line, dated, and ticks it', async () => {
    await run('add', 'issue', 'slow\nsearch \u202e', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789');
    await run('add', 'issue', 'other');
    expect(sandbox.read(file)).toMatch(/^- \[ \] \d{4}-\d\d-\d\d: slow search \[redacted:[^\]]+\]$/m);
    expect((await run('done', 'issue', '1')).out).toContain('slow search');
    expect(sandbox.read(file)).toMatch(/^- \[x\] .*slow search/m);
    await expect(run('done', 'issue', 'nothing')).rejects.toThrow(/is none of: .*other/);
    await expect(run('add', 'decision', ' \u200b ')).rejects.toMatchObject({ kind: 'usage' });
    await expect(run('add', 'plan', 'x')).rejects.toThrow(/plan/);
  });

  it('updates now, adds regions only when asked, and says whether anything changed', async () => {
    await expect(run('update')).rejects.toMatchObject({ code: 'context-missing' });
    sandbox.write(file, '## Current Work\n\nMine.\n');
    expect((await run('update')).out).toContain('Nothing to change');
    expect(sandbox.read(file)).toBe('## Current Work\n\nMine.\n');
    expect((await run('update', '--add-regions')).out).toContain('new regions: work, updated');
    expect(sandbox.read(file)).toContain('- Branch: main');
    expect((await run('update')).out).toContain('Nothing to change');
    sandbox.git('checkout', '-qb', 'topic');
    const stale = await run('check');
    expect(stale).toMatchObject({ code: 1, out: expect.stringContaining('it says Branch: main') });
    expect((await run('update')).out).toContain('Updated');
  });

  it('opens no editor off a terminal, and names the file', async () => {
    await expect(run('edit')).rejects.toMatchObject({ kind: 'usage' });
    sandbox.write(file, 'x\n');
    await expect(run('edit')).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('.claude/context.md'),
    });
  });
});
