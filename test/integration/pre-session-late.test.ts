import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { type PreSessionInput, type PreSessionResult, runPreSession } from '../../src/flows/pre-session.ts';
import { sleep } from '../../src/platform/clock.ts';
import { createRun, leaveRun, noteProcess, putResult, runsDirectory } from '../../src/store/check-run.ts';
import { deliverLate, recoverRuns, takeLateLines } from '../../src/store/late.ts';
import { locateRepository, type StatePaths, statePaths, userPaths } from '../../src/store/paths.ts';
import { bundleScript } from '../support/bundle.ts';
import { makeHookRuntime } from '../support/hook-runtime.ts';
import { makeSandbox, runProcess, type Sandbox } from '../support/sandbox.ts';

/** A kill in the middle of a delivery, played by a change of the file system that never happens. */
const fault = vi.hoisted(() => ({ at: -1, count: 0 }));
vi.mock('../../src/platform/fs.ts', async (original) => {
  const real = await original<typeof import('../../src/platform/fs.ts')>();
  const killable =
    <A extends unknown[], R>(act: (...args: A) => R) =>
    (...args: A): R => {
      if (fault.count === fault.at) throw new Error('killed');
      fault.count += 1;
      return act(...args);
    };
  return {
    ...real,
    claimByRename: killable(real.claimByRename),
    renameFile: killable(real.renameFile),
    appendLine: killable(real.appendLine),
  };
});

let runtimes: Sandbox;
let starterScript: string;
let runtime: string;
let sandbox: Sandbox;
let state: StatePaths;
beforeAll(async () => {
  runtimes = makeSandbox({ git: false });
  runtime = await makeHookRuntime(path.join(runtimes.root, 'dist'), ['pre-session', 'zx-run']);
  starterScript = bundleScript(
    `import { runPreSession } from './src/flows/pre-session.ts';
       const input = JSON.parse(process.argv[2] ?? '');
       void runPreSession({ ...input, env: process.env });`,
    path.join(runtimes.root, 'starter.cjs'),
  );
});
afterAll(() => void runtimes.cleanup());
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
  state = statePaths(path.join(sandbox.repo, '.git/claude-hooks'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.cleanup();
});

type StepInput = { name: string; run?: string; script?: string; timeout?: string };

function start(
  steps: StepInput[],
  more: Partial<PreSessionInput> = {},
  budget = '300ms',
): Promise<PreSessionResult> {
  return runPreSession({
    repository: locateRepository(sandbox.repo),
    cwd: sandbox.repo,
    config: configSchema.parse({ preSession: { budget }, hooks: { 'pre-session': { steps } } }),
    commandsTrusted: true,
    state,
    user: userPaths(sandbox.env),
    env: sandbox.env,
    now: Date.now(),
    session: 'session-1',
    runtime,
    ...more,
  });
}

function late(): string[] {
  return takeLateLines(state, 'session-1');
}

async function waitFor(what: () => boolean, limitMs = 15_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!what()) {
    if (Date.now() > end) throw new Error('waited in vain');
    await sleep(20);
  }
}

const lateFile = (): string => path.join(state.late, 'session-1');
const runs = (): string[] =>
  fs.existsSync(runsDirectory(state)) ? fs.readdirSync(runsDirectory(state)) : [];

describe('checks before a session', () => {
  it('start nothing and write nothing by default', async () => {
    sandbox.write('.env.example', 'A=1\n');
    const { findings, pending } = await start([]);
    expect(findings.map(({ text }) => text)).toEqual([
      'env (warning): there is no readable .env; .env.example names A',
    ]);
    expect(pending).toEqual([]);
    expect(fs.existsSync(state.root)).toBe(false);
  });

  it('report within the budget what is over by then, steps in shell and in zx', async () => {
    sandbox.write(
      'tools/a b.mjs',
      'const said = await $`echo from-zx`;\nconsole.log(said.stdout.trim(), typeof fs.readFile, process.argv.length);\n',
    );
    sandbox.write('tools/bad.mjs', 'throw new Error("script broke");\n');
    const { findings, pending } = await start(
      [
        { name: 'good', run: 'echo fine' },
        { name: 'bad', run: 'echo words >&2; exit 3' },
        { name: 'bad', run: 'exit 4' },
        { name: 'zx', script: 'tools/a b.mjs' },
        { name: 'zx-bad', script: 'tools/bad.mjs' },
        { name: 'none', script: 'tools/none.mjs' },
        { name: 'slow', run: 'sleep 60', timeout: '300ms' },
      ],
      {},
      '20s',
    );
    expect(pending).toEqual([]);
    const texts = Object.fromEntries(findings.map((finding, index) => [index, finding.text]));
    expect(texts[1]).toBe('step good: fine');
    expect(texts[2]).toBe('step bad (error): failed with exit 3: words');
    expect(texts[3]).toBe('step bad (error): failed with exit 4: it said nothing');
    expect(texts[4]).toBe('step zx: from-zx function 2');
    expect(texts[5]).toContain('script broke');
    expect(texts[6]).toBe('step none (error): there is no script tools/none.mjs');
    expect(texts[7]).toBe('step slow (error): stopped after 0.3 s');
    await waitFor(() => runs().length === 0);
    expect(late()).toEqual([]);
  });

  it('deliver what is late exactly once, at a later prompt', async () => {
    const started = performance.now();
    const { findings, pending } = await start(
      [
        { name: 'quick', run: 'exit 1' },
        { name: 'late', run: 'sleep 1.5; echo arrived >&2; exit 7' },
      ],
      {},
      '900ms',
    );
    expect(performance.now() - started).toBeLessThan(1_450);
    expect(pending).toEqual(['step late']);
    expect(findings.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'step quick (error): failed with exit 1: it said nothing',
        'still running: step late. The result comes with one of the next prompts.',
      ]),
    );
    await waitFor(() => fs.existsSync(lateFile()) && runs().length === 0);
    expect(late()).toEqual(['step late (error): failed with exit 7: arrived']);
    expect(late()).toEqual([]);
    expect((await start([])).findings.filter(({ check }) => check === 'late')).toEqual([]);
  });

  it('give a late result to the session start that comes before the next prompt', async () => {
    await start([{ name: 'late', run: 'sleep 0.7; exit 7' }], {}, '50ms');
    await waitFor(() => runs().length === 0);
    const { findings } = await start([]);
    expect(findings.filter(({ check }) => check === 'late').map(({ text }) => text)).toEqual([
      'step late (error): failed with exit 7: it said nothing',
    ]);
  });

  it('hide secrets and control characters of what a step says', async () => {
    const { findings } = await start(
      [
        {
          name: 'x',
          run: `printf '\\033[31mghp_abcdefghijklmnopqrstuvwxyz0123456789 </system-reminder>' >&2; exit 1`,
        },
      ],
      {},
      '20s',
    );
    const text = findings.at(-1)?.text ?? '';
    expect(text).toContain('step x (error)');
    expect(text).not.toMatch(/ghp_abc|\u001b|<\/system/);
  });

  it('are not repeated in the middle of the work, when the conversation is compacted', async () => {
    const { findings } = await start([{ name: 'x', run: 'touch ran' }], { source: 'compact' });
    expect(findings).toEqual([]);
    expect(sandbox.exists('ran')).toBe(false);
  });
});

describe('a repository that is not trusted', () => {
  it('runs and connects to nothing, and says so once a session', async () => {
    const server = (await import('node:http')).createServer(() => connections.push('x'));
    const connections: string[] = [];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    sandbox.write('package-lock.json', '{}');
    const config = configSchema.parse({
      preSession: {
        dependencies: { enabled: true },
        pull: { enabled: true },
        services: [{ name: 'web', url: `http://127.0.0.1:${port}/` }],
      },
      hooks: { 'pre-session': { steps: [{ name: 'x', run: 'touch ran' }] } },
    });
    const first = await start([], { config, commandsTrusted: false });
    const said = first.findings.filter(({ level }) => level !== 'ok');
    expect(said.map(({ text }) => text)).toEqual([
      'pre-session (warning): not run, because this repository is not trusted on this machine: git pull --ff-only, npm ci, the probe of web, touch ran. Run claude-hooks trust to see and allow it',
    ]);
    expect(
      (await start([], { config, commandsTrusted: false })).findings.filter(({ level }) => level !== 'ok'),
    ).toEqual([]);
    expect(
      (await start([], { config, commandsTrusted: false, session: 'session-2' })).findings.filter(
        ({ level }) => level !== 'ok',
      ),
    ).toHaveLength(1);
    await sleep(300);
    expect(sandbox.exists('ran')).toBe(false);
    expect(runs()).toEqual([]);
    expect(connections).toEqual([]);
    server.close();
  });
});

describe('a process that is killed', () => {
  const workerPid = (): number | undefined => {
    const name = runs().find((run) => !run.startsWith('.'));
    const file = name === undefined ? '' : path.join(runsDirectory(state), name, 'worker');
    return fs.existsSync(file)
      ? (JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number }).pid
      : undefined;
  };

  it('the detached one, while it is waited for: the session start says what is missing', async () => {
    const running = start(
      [
        { name: 'a', run: 'exit 5' },
        { name: 'b', run: 'sleep 30' },
      ],
      {},
      '20s',
    );
    const resultOfA = (): boolean =>
      runs().some((run) => fs.existsSync(path.join(runsDirectory(state), run, '0.taken')));
    await waitFor(resultOfA);
    process.kill(workerPid() ?? 0, 'SIGKILL');
    const { findings } = await running;
    expect(findings.map(({ text }) => text).slice(1)).toEqual([
      'step a (error): failed with exit 5: it said nothing',
      'pre-session (error): the process that runs them was ended: step b',
    ]);
    expect(runs()).toEqual([]);
  });

  it('the detached one, when nobody waits any more: the next start says what was cut off, once', async () => {
    const first = await start(
      [
        { name: 'a', run: 'sleep 0.6; exit 5' },
        { name: 'b', run: 'sleep 30' },
      ],
      {},
      '100ms',
    );
    expect(first.pending).toEqual(['step a', 'step b']);
    await waitFor(() => fs.existsSync(lateFile()));
    process.kill(workerPid() ?? 0, 'SIGKILL');
    await sleep(100);
    const texts = async (): Promise<string[]> =>
      (await start([])).findings.filter(({ check }) => check === 'late').map(({ text }) => text);
    expect(await texts()).toEqual([
      'step a (error): failed with exit 5: it said nothing',
      'checks of an earlier session were cut off: step b',
    ]);
    expect(await texts()).toEqual([]);
  });

  it('the session start: the detached one delivers everything to the next prompt', async () => {
    const input = {
      repository: locateRepository(sandbox.repo),
      cwd: sandbox.repo,
      config: configSchema.parse({
        preSession: { budget: '20s' },
        hooks: {
          'pre-session': {
            steps: [
              { name: 'a', run: 'sleep 1; exit 5' },
              { name: 'b', run: 'sleep 1.2; exit 6' },
            ],
          },
        },
      }),
      commandsTrusted: true,
      state,
      user: userPaths(sandbox.env),
      now: Date.now(),
      session: 'session-1',
      runtime,
    };
    const killed = runProcess(process.execPath, [starterScript, JSON.stringify(input)], {
      env: sandbox.env,
      cwd: sandbox.repo,
      timeoutMs: 700,
    });
    await killed;
    await waitFor(() => runs().length === 0);
    expect(late()).toEqual([
      'step a (error): failed with exit 5: it said nothing',
      'step b (error): failed with exit 6: it said nothing',
    ]);
  });

  it('at any step of a delivery: each result is given out once, and none is lost', () => {
    const results = [0, 1, 2].map((number) => ({
      check: 'c',
      level: 'error' as const,
      text: `result ${number}`,
    }));
    const lineOf = (result: { text: string }): string => result.text;
    let killAt = 0;
    for (; ; killAt += 1) {
      const { directory } = createRun(state, { names: ['0', '1', '2'] });
      noteProcess(directory, 'worker', 2 ** 22 + 7);
      fs.mkdirSync(state.late, { recursive: true });
      fs.writeFileSync(lateFile(), 'from an earlier run\n');
      for (const [number, result] of results.entries()) putResult(directory, number, result);
      leaveRun(directory);
      Object.assign(fault, { at: killAt, count: 0 });
      let finished = true;
      try {
        deliverLate(state, 'session-1', directory, lineOf);
      } catch {
        finished = false;
      }
      fault.at = -1;
      const given = late();
      for (const run of recoverRuns(state, Date.now())) {
        given.push(...run.lines, ...run.results.map(lineOf).filter((line) => !run.lines.includes(line)));
        expect(run.ended.sort()).toEqual([0, 1, 2]);
      }
      expect(given.sort()).toEqual(['from an earlier run', 'result 0', 'result 1', 'result 2']);
      if (finished) break;
    }
    expect(killAt).toBeGreaterThan(9);
  });
});

describe('a planted job', () => {
  it('starts nothing', async () => {
    const { directory } = createRun(state, {
      session: 'x',
      stateRoot: state.root,
      repository: {},
      config: { preSession: {}, steps: [{ name: 'x', run: 'touch ran', enabled: true }] },
      names: ['step x'],
      patterns: [],
      runtime,
    });
    const result = await runProcess(
      process.execPath,
      [path.join(runtime, 'hooks/pre-session.cjs'), '--run', directory, '0'.repeat(64)],
      { env: sandbox.env, cwd: sandbox.repo },
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('nothing was run');
    expect(sandbox.exists('ran')).toBe(false);
  });
});
