import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { claimEvents, openSpool } from '../../src/store/spool.ts';
import { type BellPlace, bellLine, inQuotes, makeBellPlace, makeBellRuntime } from '../support/bell.ts';

const shells = ['sh', 'bash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

interface Place extends BellPlace {
  runtime: string;
  ring(
    word: string,
    options?: { shell?: string; env?: Record<string, string>; input?: string },
  ): { status: number | null; stdout: string; stderr: string };
  workerRuns(): Promise<number>;
}

function makePlace(name: string, prepare: (project: string) => string = gitInit): Place {
  const home = mkdtempSync(path.join(tmpdir(), 'bell-'));
  const project = prepare(path.join(home, name));
  const runtime = makeBellRuntime(home);
  writeFileSync(
    path.join(runtime, 'hooks/worker.cjs'),
    'require("fs").appendFileSync(process.argv[2]+"/ran","x")',
  );
  writeFileSync(path.join(runtime, 'hooks/prompt.cjs'), 'process.stdout.write("LATE "+process.argv[3])');
  writeFileSync(
    path.join(runtime, 'hooks/session-start.cjs'),
    'process.stdout.write("START "+process.env.CLAUDE_HOOKS_SCOPE+" "+String(process.env.NODE_EXTRA_CA_CERTS))',
  );
  const place = makeBellPlace(home, project, 'abc-123');
  const { env, state } = place;
  return {
    ...place,
    runtime,
    ring: (word, { shell = 'sh', env: extra = {}, input = '{"hook_event_name":"Stop"}\n' } = {}) =>
      spawnSync(shell, ['-c', bellLine(runtime, word)], {
        env: { ...env, ...extra },
        input,
        encoding: 'utf8',
        cwd: tmpdir(),
      }),
    workerRuns: async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return existsSync(path.join(state.root, 'ran'))
        ? readFileSync(path.join(state.root, 'ran'), 'utf8').length
        : 0;
    },
  };
}

function gitInit(project: string): string {
  mkdirSync(project, { recursive: true });
  execFileSync('git', ['init', '-q', project]);
  return project;
}

const later = (file: string, seconds: number): void => {
  writeFileSync(file, '');
  const time = new Date(Date.now() + seconds * 1_000);
  utimesSync(file, time, time);
};

describe.each(shells)('the doorbell under %s', (shell) => {
  it('records an event in a folder with spaces, quotes and umlauts, byte for byte', () => {
    const place = makePlace('my \'project\' ü "x"');
    const input = `{"hook_event_name":"UserPromptSubmit","prompt":"${'ä'.repeat(50_000)}"}\n`;
    const result = place.ring('prompt:local', { shell, input });
    expect([result.status, result.stdout, result.stderr]).toEqual([0, '', '']);
    const [file = ''] = place.events();
    expect(readFileSync(file, 'utf8')).toBe(input);
    // The name aside is a link to the same file, or gone where links are not to be had; a claim removes it.
    writeFileSync(path.join(place.state.flags, 'no-links'), '');
    place.ring('prompt:local', { shell, input });
    expect(readdirSync(path.join(place.state.spool, 'tmp'))).toEqual([path.basename(file)]);
    expect(claimEvents(place.state, Date.now())).toHaveLength(2);
    expect(readdirSync(path.join(place.state.spool, 'tmp'))).toEqual([]);
  });

  it('starts the worker at a session end and a failure, not at a prompt or a stop before its time', async () => {
    const place = makePlace('p');
    later(path.join(place.state.due, 'abc-123'), 600);
    place.ring('prompt:local', { shell });
    place.ring('stop:local', { shell });
    expect(await place.workerRuns()).toBe(0);
    place.ring('end:local', { shell });
    expect(place.ring('failure:local', { shell }).stdout).toContain('terminalSequence');
    place.ring('tool-failure:local', { shell });
    expect(await place.workerRuns()).toBe(3);
    later(path.join(place.state.due, 'abc-123'), -60);
    place.ring('stop:local', { shell });
    expect(await place.workerRuns()).toBe(4);
    expect(place.events()).toHaveLength(6);
  });

  it('answers a prompt only where late findings wait', () => {
    const place = makePlace('p');
    expect(place.ring('prompt:local', { shell }).stdout).toBe('');
    writeFileSync(path.join(place.state.late, 'abc-123'), 'finding\n');
    expect(place.ring('prompt:local', { shell }).stdout).toBe('LATE abc-123');
  });

  it('passes the start on, without the variable that slows Node down', () => {
    const place = makePlace('p');
    expect(place.ring('start:user', { shell, env: { NODE_EXTRA_CA_CERTS: '/x' } }).stdout).toBe(
      'START user undefined',
    );
  });

  it('handles a session in the scope that came first only', () => {
    const place = makePlace('p');
    place.ring('prompt:local', { shell });
    place.ring('prompt:user', { shell });
    expect(readFileSync(path.join(place.state.owner, 'abc-123'), 'utf8')).toBe('local\n');
    expect(place.events()).toHaveLength(1);
    place.ring('prompt:user', { shell, env: { CLAUDE_CODE_SESSION_ID: 'other' } });
    expect(place.events()).toHaveLength(2);
  });

  it.each([
    ['switched off for the process', { CLAUDE_HOOKS: '0' }],
    ['inside something claude-hooks started', { CLAUDE_HOOKS_DEPTH: '1' }],
  ])('does nothing %s', async (_name, env) => {
    const place = makePlace('p');
    for (const word of ['prompt:local', 'end:local', 'start:local'])
      expect(place.ring(word, { shell, env })).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(place.events()).toEqual([]);
    expect(await place.workerRuns()).toBe(0);
  });

  it('does nothing where the configuration says so or where no session was ever started', () => {
    const place = makePlace('p');
    writeFileSync(path.join(place.state.flags, 'off'), '');
    place.ring('end:local', { shell });
    expect(place.events()).toEqual([]);
    const other = gitInit(path.join(place.home, 'other'));
    expect(place.ring('end:local', { shell, env: { CLAUDE_PROJECT_DIR: other } }).status).toBe(0);
    expect(existsSync(path.join(other, '.git/claude-hooks'))).toBe(false);
  });

  it('finds the shared state from a subfolder, a linked worktree, a submodule-like git file and without git', () => {
    const place = makePlace('main');
    execFileSync('git', [
      '-C',
      place.project,
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@b',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
    ]);
    const tree = path.join(place.home, 'tree');
    execFileSync('git', ['-C', place.project, 'worktree', 'add', '-q', tree]);
    mkdirSync(path.join(tree, 'a/b'), { recursive: true });
    for (const folder of [tree, path.join(tree, 'a/b')])
      place.ring('prompt:local', { shell, env: { CLAUDE_PROJECT_DIR: folder } });
    expect(place.events()).toHaveLength(2);
    const moved = path.join(place.home, 'modules/sub');
    mkdirSync(moved, { recursive: true });
    const sub = path.join(place.home, 'sub');
    mkdirSync(sub);
    writeFileSync(path.join(sub, '.git'), 'gitdir: ../modules/sub\n');
    const plain = path.join(place.home, 'no git/here');
    mkdirSync(plain, { recursive: true });
    for (const folder of [sub, plain]) {
      const state = statePaths(stateRoot(locateRepository(folder), userPaths({ HOME: place.home })));
      openSpool(state);
      place.ring('prompt:local', { shell, env: { CLAUDE_PROJECT_DIR: folder } });
      expect(readdirSync(state.spool)).toHaveLength(2);
    }
  });

  it('works with the small PATH of a graphical client and says where node is missing', async () => {
    const place = makePlace('p');
    expect(place.ring('end:local', { shell: `/bin/${shell}`, env: { PATH: '' } }).status).toBe(0);
    expect(await place.workerRuns()).toBe(1);
    const quoted = inQuotes(place.runtime);
    const gone = spawnSync(
      `/bin/${shell}`,
      ['-c', `claude_hooks=end:project; h='${quoted}'; n=; . "$h/bell.sh"`],
      {
        env: { HOME: place.home, PATH: '/nowhere', CLAUDE_PROJECT_DIR: place.project },
        input: '{}\n',
        encoding: 'utf8',
      },
    );
    expect(gone.status).toBe(0);
    if (!existsSync('/usr/bin/node')) expect(gone.stderr).toContain('node was not found');
    mkdirSync(path.join(place.home, '.local/share/claude-hooks'), { recursive: true });
    symlinkSync(process.execPath, path.join(place.home, 'my node'));
    writeFileSync(
      path.join(place.home, '.local/share/claude-hooks/node'),
      `${path.join(place.home, 'my node')}\n`,
    );
    spawnSync(`/bin/${shell}`, ['-c', `claude_hooks=end:project; h='${quoted}'; n=; . "$h/bell.sh"`], {
      env: { HOME: place.home, PATH: '/nowhere', CLAUDE_PROJECT_DIR: place.project },
      input: '{}\n',
    });
    expect(await place.workerRuns()).toBeGreaterThanOrEqual(2);
  });

  it('does not wait for the end of an input that stays open', async () => {
    const place = makePlace('p');
    const quoted = inQuotes(place.runtime);
    const child = spawn(
      shell,
      ['-c', `claude_hooks=prompt:local; h='${quoted}'; n='${process.execPath}'; . "$h/bell.sh"`],
      {
        env: { HOME: place.home, PATH: process.env.PATH, CLAUDE_PROJECT_DIR: place.project },
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    child.stdin?.write('{"a":1}\n');
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(0);
    expect(place.events()).toHaveLength(1);
  });

  it('names cause and cure where the event cannot be written, and exits 0', () => {
    const place = makePlace('p');
    const tmp = path.join(place.state.spool, 'tmp');
    chmodSync(tmp, 0o500);
    const readOnly = spawnSync('id', ['-u'], { encoding: 'utf8' }).stdout.trim() !== '0';
    if (!readOnly) {
      // Root may write anywhere: a file in the place of the directory has the same effect.
      chmodSync(tmp, 0o700);
      execFileSync('rm', ['-r', tmp]);
      symlinkSync('/proc', tmp);
    }
    const result = place.ring('prompt:local', { shell });
    expect(result.status).toBe(0);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).toContain('claude-hooks doctor');
  });
});

it('never overwrites an event of another doorbell with the same process id', () => {
  const place = makePlace('p');
  const script = path.join(place.home, 'same-pid.sh');
  // Sourcing the doorbell in two subshells of one shell gives both the same $$.
  writeFileSync(
    script,
    `claude_hooks=prompt:local h='${inQuotes(place.runtime)}' n=\n( echo '{"n":1}' | (. "$h/bell.sh") )\n( echo '{"n":2}' | (. "$h/bell.sh") )\n`,
  );
  execFileSync('sh', [script], {
    env: { HOME: place.home, PATH: process.env.PATH, CLAUDE_PROJECT_DIR: place.project },
  });
  expect(
    place
      .events()
      .map((file) => readFileSync(file, 'utf8'))
      .sort(),
  ).toEqual(['{"n":1}\n', '{"n":2}\n']);
});
