import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hookCommand } from '../../src/install/commands-text.ts';
import { HOOK_CATALOG } from '../../src/install/hook-catalog.ts';
import { writeSessionPartition } from '../../src/store/partition.ts';
import {
  locateRepository,
  type StatePaths,
  statePaths,
  stateRoot,
  userPaths,
} from '../../src/store/paths.ts';
import { openSpool } from '../../src/store/spool.ts';
import { mountFoldingDisk } from '../support/folding-disk.ts';
import { payloadLine } from '../support/payloads.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from '../support/sandbox.ts';

// Edits of the agent while a partition is in work, through the built doorbell and hook.

const SESSION = 's-1';
const FORMS = ['sh', 'bash', 'node'].filter(
  (form) => form === 'node' || spawnSync(form, ['-c', ':']).status === 0,
);
const RUNTIME = { directory: path.join(PROJECT_ROOT, 'dist'), inProject: undefined, node: process.execPath };

let sandbox: Sandbox;
let state: StatePaths;
beforeAll(() => {
  sandbox = makeSandbox();
  for (const file of ['src/ui/a.ts', 'src/server/b.ts', 'docs/c.md']) sandbox.write(file, 'x\n');
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'Files');
  state = statePaths(stateRoot(locateRepository(sandbox.repo), userPaths(sandbox.env)));
  openSpool(state);
});
afterAll(() => {
  sandbox.cleanup();
});
beforeEach(() => {
  configure('block');
  inWork('Frontend');
});

function configure(outside: string, more: object = {}): void {
  const partitions = [
    { name: 'Frontend', globs: ['src/ui/**', '!src/ui/legacy/**'], outside },
    { name: 'Back end', globs: ['src/server/**'] },
  ];
  sandbox.write('.claude-sessionrc.json', JSON.stringify({ partitions, ...more }));
}

const inWork = (name: string | undefined, session = SESSION): void =>
  writeSessionPartition(state, session, { name, by: 'hand', at: 1 });

interface Answer {
  permissionDecision?: string;
  permissionDecisionReason?: string;
  additionalContext?: string;
}

/** Rings as the client does. @returns what the hook answered; undefined for nothing at all. */
function ring(
  file: string | undefined,
  more: {
    form?: string;
    fields?: Record<string, unknown>;
    env?: Record<string, string>;
    key?: string;
    payload?: string;
    project?: string;
  } = {},
): Answer | undefined {
  const entry = HOOK_CATALOG.find(({ bell }) => bell === 'edit');
  if (entry === undefined) throw new Error('no entry');
  const form = more.form ?? 'sh';
  const command = hookCommand(entry, 'local', RUNTIME, form === 'node' ? 'win32' : 'linux');
  const run = spawnSync(form === 'node' ? '/bin/sh' : form, ['-c', command], {
    cwd: sandbox.root,
    env: {
      ...sandbox.env,
      CLAUDE_PROJECT_DIR: more.project ?? sandbox.repo,
      CLAUDE_CODE_SESSION_ID: SESSION,
      ...more.env,
    },
    input: payloadLine(more.payload ?? 'PreToolUse-Edit', {
      session_id: SESSION,
      cwd: more.project ?? sandbox.repo,
      tool_input: file === undefined ? {} : { [more.key ?? 'file_path']: file, content: 'x' },
      ...more.fields,
    }),
    encoding: 'utf8',
  });
  expect([run.status, run.stderr]).toEqual([0, '']);
  if (run.stdout === '') return undefined;
  const { hookSpecificOutput } = JSON.parse(run.stdout) as {
    hookSpecificOutput: Answer & { hookEventName: string };
  };
  expect(hookSpecificOutput.hookEventName).toBe('PreToolUse');
  return hookSpecificOutput;
}

const at = (file: string): string => path.join(sandbox.repo, file);

describe.each(FORMS)('an edit, as %s', (form) => {
  it('outside the partition in work is refused with its name, the file and the way out', () => {
    const answer = ring(at('src/server/b.ts'), { form });
    expect(answer?.permissionDecision).toBe('deny');
    for (const part of ['Frontend', 'src/server/b.ts', 'src/ui/**', 'belongs to Back end'])
      expect(answer?.permissionDecisionReason).toContain(part);
    expect(answer?.permissionDecisionReason).toContain(
      `claude-hooks context partition use back-end --session ${SESSION}`,
    );
  });

  it('inside it, and without any in work, is left to the client', () => {
    expect(ring(at('src/ui/a.ts'), { form })).toBeUndefined();
    inWork(undefined);
    expect(ring(at('src/server/b.ts'), { form })).toBeUndefined();
    fs.rmSync(path.join(state.partition, SESSION));
    expect(ring(at('src/server/b.ts'), { form })).toBeUndefined();
  });

  it('is pointed out, or nothing, where the configuration says so', () => {
    configure('note');
    const answer = ring(at('docs/c.md'), { form });
    expect(answer?.permissionDecision).toBeUndefined();
    expect(answer?.additionalContext).toMatch(
      /^claude-hooks: docs\/c\.md lies outside the partition in work, Frontend/,
    );
    configure('allow');
    expect(ring(at('docs/c.md'), { form })).toBeUndefined();
    configure('block', { enabled: false });
    expect(ring(at('docs/c.md'), { form })).toBeUndefined();
  });

  it('is not looked at where hooks are off, without a session, and in the session of another scope', () => {
    const quiet = (env: Record<string, string>): void => {
      expect(ring(at('docs/c.md'), { form, env })).toBeUndefined();
    };
    quiet({ CLAUDE_HOOKS: '0' });
    quiet({ CLAUDE_HOOKS_DEPTH: '1' });
    quiet({ CLAUDE_CODE_SESSION_ID: '../../x' });
    fs.writeFileSync(path.join(state.owner, SESSION), 'user\n');
    quiet({});
    fs.rmSync(path.join(state.owner, SESSION));
    fs.writeFileSync(path.join(state.flags, 'off'), '');
    quiet({});
    fs.rmSync(path.join(state.flags, 'off'));
  });
});

it('the shell leaves without starting anything while no partition is in work', () => {
  inWork(undefined);
  const entry = HOOK_CATALOG.find(({ bell }) => bell === 'edit');
  if (entry === undefined) throw new Error('no entry');
  const command = hookCommand(entry, 'local', { ...RUNTIME, node: '/nowhere/node' }, 'linux');
  // No program can be found, and the node that is named is not there: whatever was started would be complained about.
  const env = {
    HOME: sandbox.home,
    PATH: '/nowhere',
    CLAUDE_PROJECT_DIR: sandbox.repo,
    CLAUDE_CODE_SESSION_ID: SESSION,
  };
  const quiet = spawnSync('/bin/sh', ['-c', command], {
    env,
    input: payloadLine('PreToolUse-Edit'),
    encoding: 'utf8',
  });
  expect([quiet.status, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
  expect(fs.existsSync(path.join(state.owner, SESSION))).toBe(false);
  inWork('Frontend');
  const loud = spawnSync('/bin/sh', ['-c', command], {
    env,
    input: payloadLine('PreToolUse-Edit'),
    encoding: 'utf8',
  });
  expect([loud.status, loud.stdout]).toEqual([0, '']);
  expect(loud.stderr).toContain('node was not found');
  fs.rmSync(path.join(state.owner, SESSION), { force: true });
});

describe('the file that is meant', () => {
  const isRefused = (file: string, more: Parameters<typeof ring>[1] = {}): boolean =>
    ring(file, more)?.permissionDecision === 'deny';

  it.each([
    ['a new file of the partition', 'src/ui/new/deep/x.ts', false],
    ['a file its globs take out again', 'src/ui/legacy/x.ts', true],
    ['a new file elsewhere', 'lib/new.ts', true],
    ['a path with dots', 'src/ui/../server/b.ts', true],
    ['its context file', '.claude/partitions/frontend.md', false],
    ['the context file of another', '.claude/partitions/back-end.md', true],
    ['the context file of the project', '.claude/context.md', false],
    ['a name with a line end', 'lib/a\nb "c"', true],
  ])('%s', (_what, file, refused) => {
    expect(isRefused(at(file))).toBe(refused);
  });

  it('may be given relative to the folder the agent is in', () => {
    expect(isRefused('b.ts', { fields: { cwd: at('src/server') } })).toBe(true);
    expect(isRefused('a.ts', { fields: { cwd: at('src/ui') } })).toBe(false);
  });

  it('is the one a link leads to, also a link to nothing yet', () => {
    fs.symlinkSync('../server/b.ts', at('src/ui/link.ts'));
    fs.symlinkSync('../../lib/not-there.ts', at('src/ui/dangling.ts'));
    fs.symlinkSync('src/ui', at('shortcut'));
    fs.symlinkSync('loop', at('loop'));
    fs.symlinkSync(sandbox.repo, path.join(sandbox.root, 'other name'));
    try {
      expect(isRefused(at('src/ui/link.ts'))).toBe(true);
      expect(isRefused(at('src/ui/dangling.ts'))).toBe(true);
      expect(isRefused(at('shortcut/a.ts'))).toBe(false);
      expect(isRefused(at('loop'))).toBe(true);
      const project = path.join(sandbox.root, 'other name');
      expect(isRefused(path.join(project, 'src/server/b.ts'), { project })).toBe(true);
      expect(isRefused(path.join(project, 'src/ui/a.ts'))).toBe(false);
      expect(isRefused(at('src/ui/a.ts'), { project })).toBe(false);
    } finally {
      for (const link of ['src/ui/link.ts', 'src/ui/dangling.ts', 'shortcut', 'loop']) fs.rmSync(at(link));
      fs.rmSync(path.join(sandbox.root, 'other name'));
    }
  });

  it('outside the repository is no part of the project', () => {
    expect(isRefused(path.join(sandbox.root, 'tmp/scratch.txt'))).toBe(false);
    expect(isRefused(path.join(sandbox.home, '.claude/plans/plan.md'))).toBe(false);
    const other = path.join(sandbox.root, 'other/src/server');
    fs.mkdirSync(other, { recursive: true });
    spawnSync('git', ['init', '-q', path.join(sandbox.root, 'other')]);
    expect(isRefused(path.join(other, 'x.ts'))).toBe(false);
  });

  it('in another worktree of the repository counts by its path from the top of that', () => {
    for (const place of [path.join(sandbox.root, 'tree'), at('.claude/worktrees/inner')]) {
      sandbox.git('worktree', 'add', '-q', '--detach', place);
      expect(isRefused(path.join(place, 'src/server/b.ts'))).toBe(true);
      expect(isRefused(path.join(place, 'src/ui/a.ts'))).toBe(false);
      sandbox.git('worktree', 'remove', '--force', place);
    }
  });

  it('in a submodule counts by its path in the project', () => {
    const inner = at('src/ui/vendored');
    fs.mkdirSync(inner);
    spawnSync('git', ['init', '-q', inner]);
    expect(isRefused(path.join(inner, 'x.ts'))).toBe(false);
    fs.rmSync(inner, { recursive: true });
    const outer = at('vendored');
    fs.mkdirSync(outer);
    spawnSync('git', ['init', '-q', outer]);
    expect(isRefused(path.join(outer, 'x.ts'))).toBe(true);
    fs.rmSync(outer, { recursive: true });
  });

  it('is named by each tool in its way, and by a sub-agent as well', () => {
    expect(
      isRefused(at('lib/x.ipynb'), { key: 'notebook_path', fields: { tool_name: 'NotebookEdit' } }),
    ).toBe(true);
    expect(isRefused(at('docs/c.md'), { payload: 'PreToolUse-Write' })).toBe(true);
    expect(isRefused(at('docs/c.md'), { fields: { agent_id: 'a1', agent_type: 'general-purpose' } })).toBe(
      true,
    );
    expect(ring(undefined)).toBeUndefined();
  });

  it('is nothing to judge once its partition is gone from the configuration', () => {
    inWork('Long gone');
    expect(ring(at('docs/c.md'))).toBeUndefined();
    inWork('FRONTEND');
    expect(isRefused(at('docs/c.md'))).toBe(true);
  });

  it('on a disk that folds case is the same in any spelling', (context) => {
    const disk = mountFoldingDisk();
    if (typeof disk === 'string') return context.skip(disk);
    try {
      const project = fs.realpathSync(disk.root);
      spawnSync('git', ['init', '-q', project]);
      fs.mkdirSync(path.join(project, 'src/ui'), { recursive: true });
      fs.copyFileSync(at('.claude-sessionrc.json'), path.join(project, '.claude-sessionrc.json'));
      const there = statePaths(stateRoot(locateRepository(project), userPaths(sandbox.env)));
      openSpool(there);
      writeSessionPartition(there, SESSION, { name: 'Frontend', by: 'hand', at: 1 });
      const judged = (file: string): boolean => isRefused(path.join(project, file), { project });
      expect([judged('SRC/UI/new.ts'), judged('Src/ui/a.ts'), judged('SRC/other.ts')]).toEqual([
        false,
        false,
        true,
      ]);
    } finally {
      disk.unmount();
    }
  });
});
