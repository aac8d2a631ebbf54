import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSandbox, type RunResult, type Sandbox } from '../support/sandbox.ts';

// `claude-hooks context partition`, as it is built.

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = makeSandbox();
  for (const file of ['src/ui/a.ts', 'src/ui/shared.ts', 'src/server/b.ts', 'notes.txt', 'notes\u001b[31m2'])
    sandbox.write(file, 'x\n');
  configure('block');
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'All of it');
  sandbox.write('src/server/c.ts', 'x\n');
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'SERVER-COMMIT');
  sandbox.write('src/ui/untracked.ts', 'x\n');
  sandbox.write('.claude/partitions/frontend.md', '# Frontend\n');
});
afterAll(() => {
  sandbox.cleanup();
});

function configure(outside: string): void {
  const partitions = [
    {
      name: 'Frontend',
      globs: ['src/ui/**', 'nowhere/**', '@(x)'],
      owner: 'UI team',
      description: 'Seen',
      outside,
    },
    { name: 'Back end', globs: ['src/server/**', 'src/ui/shared.ts'] },
  ];
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ partitions, checkpoints: { loop: false } }));
}

const partition = (...args: string[]): Promise<RunResult> => sandbox.cli(['context', 'partition', ...args]);
const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await partition(...args, '--json')).stdout) as Record<string, unknown>;

describe('context partition', () => {
  it('list names each with owner and files, what several hold, what none holds, and what cannot be used', async () => {
    await partition('use', 'frontend');
    const { code, stdout, stderr } = await partition('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\* Frontend +3 files {2}block {2}UI team\n {2}Back end +2 files {2}note\n/);
    expect(stdout).toContain('src/ui/shared.ts: Frontend, Back end');
    expect(stdout).toContain('notes\\x1b[31m2');
    expect(stderr).toContain('A glob of the partition Frontend matches nothing: @(x)');
    expect(await json('list')).toMatchObject({
      inWork: 'Frontend',
      by: 'hand',
      partitions: [
        { name: 'Frontend', files: 3, inWork: true, outside: 'block' },
        { name: 'Back end', files: 2, owner: null },
      ],
      overlaps: [{ file: 'src/ui/shared.ts', partitions: ['Frontend', 'Back end'] }],
      unassigned: { files: expect.arrayContaining(['notes.txt', '.gitignore']) },
      refused: [{ glob: '@(x)' }],
    });
  });

  it('show tells its files, commits and changes and those of nothing else', async () => {
    const { code, stdout } = await partition('show');
    expect(code).toBe(0);
    for (const part of [
      'Frontend (in work)',
      'Owner: UI team',
      'nowhere/**  matches no file',
      'src/ui/**  3 files',
      'All of it',
      'src/ui/untracked.ts',
      'Changed files outside it: 1',
    ])
      expect(stdout).toContain(part);
    expect(stdout).not.toMatch(/SERVER-COMMIT|src\/server\/b/);
    expect(await json('show', 'BACK-END')).toMatchObject({
      name: 'Back end',
      inWork: false,
      files: ['src/server/b.ts', 'src/server/c.ts', 'src/ui/shared.ts'],
      context: { file: '.claude/partitions/back-end.md', exists: false },
      commits: [expect.stringContaining('SERVER-COMMIT'), expect.stringContaining('All of it')],
    });
  });

  it('use chooses for sessions to come, or for the one told, and "none" ends it', async () => {
    expect(await json('use', 'back end', '--session', 's-1')).toMatchObject({
      partition: 'Back end',
      session: 's-1',
    });
    expect(await json('list')).toMatchObject({ inWork: 'Frontend' });
    expect(await json('list', '--session', 's-1')).toMatchObject({ inWork: 'Back end' });
    const context = await sandbox.cli(['context', 'inject', '--dry-run']);
    expect(context.stdout).toContain('Working on partition: Frontend');
    expect(await json('use', 'none')).toMatchObject({ partition: null, session: null });
    expect(await json('list')).toMatchObject({ inWork: null });
    expect((await partition('show')).code).toBe(2);
    expect((await sandbox.cli(['context', 'inject', '--dry-run'])).stdout).not.toContain('partition');
  });

  it('in a command of the agent is about its session', async () => {
    sandbox.write('.git/claude-hooks/sessions/s-own.jsonl', '{"t":1,"type":"start"}\n');
    const env = { CLAUDE_CODE_SESSION_ID: 's-own' };
    await sandbox.cli(['context', 'partition', 'use', 'frontend'], { env });
    expect(await json('list')).toMatchObject({ inWork: null });
    expect(await json('list', '--session', 's-own')).toMatchObject({ inWork: 'Frontend' });
    // A session that never began here with claude-hooks has nothing that could be in work.
    const other = await sandbox.cli(['context', 'partition', 'use', 'frontend', '--json'], {
      env: { CLAUDE_CODE_SESSION_ID: 's-elsewhere' },
    });
    expect(JSON.parse(other.stdout)).toMatchObject({ session: null });
    await partition('use', 'none');
  });

  it('auto chooses by what was touched', async () => {
    expect(await json('auto')).toMatchObject({ partition: null });
    sandbox.write('src/server/c.ts', 'y\n');
    sandbox.write('src/server/d.ts', 'y\n');
    sandbox.write('src/server/e.ts', 'y\n');
    expect(await json('auto')).toMatchObject({ partition: 'Back end' });
    await partition('use', 'none');
  });

  it('of a name that is not there is a usage error with the nearest', async () => {
    const { code, stdout, stderr } = await partition('use', 'fronted', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'partition-unknown', hint: expect.stringContaining('Did you mean Frontend?') },
    });
    expect(stderr).toContain('There is no partition "fronted"');
    expect((await partition('use', 'frontend', '--session', '../x')).code).toBe(2);
  });

  it('is completed by the shell', async () => {
    const { stdout } = await sandbox.cli(['__complete', 'bash', '--', 'context', 'partition', 'use', '']);
    expect(stdout.trim().split('\n')).toEqual(['Frontend', 'back-end']);
    const verbs = await sandbox.cli(['__complete', 'bash', '--', 'context', 'partition', '']);
    expect(verbs.stdout.trim().split('\n')).toEqual(['list', 'show', 'use', 'auto']);
  });

  it('and doctor say when the installed hooks do not fit', async () => {
    const doctor = async (): Promise<string[]> => {
      const { items } = JSON.parse((await sandbox.cli(['doctor', '--json'])).stdout) as {
        items: { id: string }[];
      };
      return items.map(({ id }) => id);
    };
    sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "loop": false } }');
    expect((await sandbox.cli(['install', '--yes', '--git-hooks', 'none'])).code).toBe(0);
    expect(await doctor()).toContain('entries');
    configure('block');
    expect(await doctor()).toContain('edit-entry-changed');
    expect((await partition('use', 'frontend')).stderr).toContain('claude-hooks install');
    expect((await sandbox.cli(['install', '--yes', '--git-hooks', 'none'])).code).toBe(0);
    expect(await doctor()).not.toContain('edit-entry-changed');
    expect((await partition('use', 'frontend')).stderr).not.toContain('claude-hooks install');
    sandbox.write('.claude-sessionrc.json', '{ "checkpoints": { "loop": false } }');
    expect(await doctor()).toContain('edit-entry-changed');
  });

  it('without any in the configuration says how to name them', async () => {
    sandbox.write('.claude-sessionrc.json', '{}');
    expect((await partition('list')).stdout).toContain('"partitions"');
    const { code, stderr } = await partition('use', 'x');
    expect([code, stderr]).toEqual([2, expect.stringContaining('"partitions"')]);
  });
});
