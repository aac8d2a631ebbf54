/**
 * npm run bench: what claude-hooks costs, as whole processes, in one run, in turn with `node -e 0` and `sh -c :`,
 * so that a machine whose speed drifts does not spoil the ratios. Prints a table and writes bench.json.
 * Options: --rounds N (default 15), --peers (installs and measures other hook tools from npm), --large (100,000 commits).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import * as path from 'node:path';

const argument = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(name);
  return at === -1 ? fallback : Number(process.argv[at + 1]);
};
const rounds = argument('--rounds', 15);
const dist = path.resolve('dist');
const base = mkdtempSync(path.join(tmpdir(), 'claude-hooks-bench-'));
const home = path.join(base, 'home');
mkdirSync(home);
const { NODE_EXTRA_CA_CERTS: _unset, ...inherited } = process.env;
const env: NodeJS.ProcessEnv = {
  ...inherited,
  HOME: home,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
};
const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
const session = 'bench-0000';

interface Row {
  name: string;
  /** The row its ratio is taken to. */
  against: string;
  /** The ratio that is asked for; undefined where the row is only shown. */
  goal?: number;
  /** Milliseconds of one. */
  run(): number;
  /** Not measured; after every run. */
  after?(): void;
}

/**
 * Runs a command line `times` times in a loop of one shell and returns the milliseconds of one. Started from a shell,
 * not from Node, whose own cost of starting a process is half of what a small shell script takes.
 */
function timeInShell(
  command: string,
  times: number,
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): number {
  const input = path.join(base, 'stdin');
  writeFileSync(input, options.input ?? '');
  // bash tells the time without starting a process (EPOCHREALTIME, since 5.0).
  const loop = `s=\${EPOCHREALTIME/[.,]/}; i=0; while [ $i -lt ${times} ]; do ( ${command} ) <'${input}' >/dev/null || exit 9; i=$((i+1)); done; e=\${EPOCHREALTIME/[.,]/}; echo $((e-s)) >&3`;
  const result = spawnSync('bash', ['-c', loop], {
    cwd: options.cwd ?? base,
    env: options.env ?? env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0)
    throw new Error(`${command.slice(0, 160)} failed: ${result.stderr.toString().slice(0, 400)}`);
  return Number(result.output[3]?.toString()) / 1_000 / times;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function repository(name: string, files: number, commits: number): string {
  const folder = path.join(base, name);
  execFileSync('git', ['init', '-q', '-b', 'main', folder], { env });
  const lines: string[] = [];
  for (let commit = 0; commit < commits; commit += 1) {
    const text = `commit ${commit} of the history\n`;
    lines.push(
      `commit refs/heads/main\ncommitter Bench <bench@example.com> ${1_700_000_000 + commit} +0000\ndata ${text.length}\n${text}`,
    );
    if (commit === 0) {
      for (let file = 0; file < files; file += 1) {
        const body = `export const value${file} = ${file};\n`;
        lines.push(`M 100644 inline src/d${file % 100}/f${file}.ts\ndata ${body.length}\n${body}`);
      }
      const readme = '# Bench\n\nA repository to measure with.\n';
      lines.push(`M 100644 inline README.md\ndata ${readme.length}\n${readme}`);
    }
  }
  execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { env, input: `${lines.join('\n')}\n` });
  execFileSync('git', ['-C', folder, 'reset', '-q', '--hard', 'main'], { env });
  install(folder, 'none');
  return folder;
}

function install(folder: string, gitHooks: string): void {
  execFileSync(
    process.execPath,
    [path.join(dist, 'cli.cjs'), 'install', '--scope', 'local', '--git-hooks', gitHooks, '--yes'],
    { cwd: folder, env, stdio: 'ignore' },
  );
}

function sessionEnv(project: string): NodeJS.ProcessEnv {
  return { ...env, CLAUDE_PROJECT_DIR: project, CLAUDE_CODE_SESSION_ID: session };
}

function commandOf(project: string, event: string): string {
  const settings = JSON.parse(readFileSync(path.join(project, '.claude/settings.local.json'), 'utf8')) as {
    hooks: Record<string, { hooks: { command: string }[] }[]>;
  };
  return settings.hooks[event]?.[0]?.hooks[0]?.command ?? '';
}

function ring(project: string, event: string, times: number, extra: Record<string, unknown> = {}): number {
  const input = `${JSON.stringify({ session_id: session, transcript_path: '/none', cwd: project, hook_event_name: event, padding: 'x'.repeat(1_800), ...extra })}\n`;
  return timeInShell(`exec /bin/sh -c ${quote(commandOf(project, event))}`, times, {
    cwd: project,
    env: sessionEnv(project),
    input,
  });
}

function emptySpool(project: string): void {
  const spool = path.join(project, '.git/claude-hooks/spool');
  for (const name of readdirSync(spool)) if (name !== 'tmp') rmSync(path.join(spool, name));
}

function waitForWorker(project: string): void {
  for (let round = 0; round < 200; round += 1) {
    const state = path.join(project, '.git/claude-hooks');
    const busy =
      readdirSync(path.join(state, 'spool')).length > 1 ||
      readdirSync(path.join(state, 'work')).length > 0 ||
      readdirSync(path.join(state, 'jobs')).some((name) => name.endsWith('.json'));
    if (!busy) break;
    spawnSync('sleep', ['0.05']);
  }
  spawnSync('sleep', ['0.3']);
}

function startOnce(project: string): void {
  ring(project, 'SessionStart', 1, { source: 'startup' });
  const due = path.join(project, '.git/claude-hooks/due', session);
  const future = new Date(Date.now() + 86_400_000);
  utimesSync(due, future, future);
}

function slowestGit(project: string): () => number {
  return () =>
    timeInShell(
      'exec git --no-optional-locks status --porcelain=v2 --branch -z --untracked-files=normal',
      2,
      { cwd: project },
    );
}

const quiet = { CLAUDE_SESSION_CHECKPOINTS__LOOP: 'false' };
Object.assign(env, quiet);
const small = repository('small', 200, 10);
startOnce(small);
const tenThousand = repository('ten-thousand', 10_000, 10);
const plainCommit = repository('plain-commit', 20, 2);
const bareCommit = repository('bare-commit', 20, 2);
const oneHook = repository('one-hook', 20, 2);
const twoTrue = repository('two-true', 20, 2);
for (const project of [plainCommit, oneHook]) {
  install(project, 'plain');
  mkdirSync(path.join(project, '.git/claude-hooks/spool/tmp'), { recursive: true });
}
rmSync(path.join(oneHook, '.git/hooks/prepare-commit-msg'));
for (const name of ['post-commit', 'prepare-commit-msg']) {
  mkdirSync(path.join(twoTrue, '.git/hooks'), { recursive: true });
  writeFileSync(path.join(twoTrue, '.git/hooks', name), '#!/bin/sh\ntrue\n', { mode: 0o755 });
}
const COMMIT = `echo x >>README.md && exec git ${identity.map(quote).join(' ')} commit -q -a -m x`;
const commit = (project: string): number => timeInShell(COMMIT, 5, { cwd: project });

const NODE = quote(process.execPath);
const rows: Row[] = [
  { name: 'sh -c :', against: 'node -e 0', run: () => timeInShell('exec /bin/sh -c :', 10) },
  {
    name: 'doorbell, prompt, nothing due',
    against: 'node -e 0',
    goal: 0.12,
    run: () => ring(small, 'UserPromptSubmit', 10, { prompt: 'x' }),
    after: () => emptySpool(small),
  },
  {
    name: 'doorbell, stop, nothing due',
    against: 'node -e 0',
    goal: 0.12,
    run: () => ring(small, 'Stop', 10),
    after: () => emptySpool(small),
  },
  {
    name: 'session end: recorded, worker started',
    against: 'node -e 0',
    goal: 0.2,
    run: () => ring(small, 'SessionEnd', 1, { reason: 'other' }),
    after: () => waitForWorker(small),
  },
  {
    name: 'doorbell without a shell (bell.cjs)',
    against: 'node -e 0',
    goal: 1.1,
    run: () =>
      timeInShell(`exec ${NODE} ${quote(path.join(dist, 'bell.cjs'))} prompt:local`, 3, {
        cwd: small,
        env: sessionEnv(small),
        input: '{"hook_event_name":"UserPromptSubmit"}\n',
      }),
    after: () => emptySpool(small),
  },
  { name: 'git commit, no hook', against: 'node -e 0', run: () => commit(bareCommit) },
  {
    name: 'git commit, one hook of claude-hooks',
    against: 'git commit, no hook',
    goal: 1.3,
    run: () => commit(oneHook),
    after: () => emptySpool(oneHook),
  },
  {
    name: 'git commit, all hooks of claude-hooks',
    against: 'git commit, no hook',
    run: () => commit(plainCommit),
    after: () => emptySpool(plainCommit),
  },
  {
    name: 'git commit, two hooks that only run `true`',
    against: 'git commit, no hook',
    run: () => commit(twoTrue),
  },
  { name: 'git status, 10,000 files', against: 'node -e 0', run: slowestGit(tenThousand) },
  { name: 'git status, 200 files', against: 'node -e 0', run: slowestGit(small) },
  {
    name: 'session start, 200 files',
    against: 'node -e 0 + git status, 200 files',
    goal: 1,
    run: () => ring(small, 'SessionStart', 2, { source: 'startup' }),
  },
  {
    name: 'session start, 10,000 files',
    against: 'node -e 0 + git status, 10,000 files',
    goal: 1,
    run: () => ring(tenThousand, 'SessionStart', 2, { source: 'startup' }),
  },
  {
    name: 'claude-hooks --help',
    against: 'node -e 0',
    run: () => timeInShell(`exec ${NODE} ${quote(path.join(dist, 'cli.cjs'))} --help`, 2),
  },
];
if (process.argv.includes('--large')) {
  const large = repository('large', 200, 100_000);
  rows.push(
    { name: 'git status, 100,000 commits', against: 'node -e 0', run: slowestGit(large) },
    {
      name: 'session start, 100,000 commits',
      against: 'node -e 0 + git status, 100,000 commits',
      goal: 1,
      run: () => ring(large, 'SessionStart', 2, { source: 'startup' }),
    },
  );
}
if (process.argv.includes('--peers')) rows.push(...peers());

/** Other tools' hook for a finished tool call, installed from npm without running their install scripts. */
function peers(): Row[] {
  const folder = path.resolve('node_modules/.cache/bench-peers');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'node_modules/ecc-universal'))) {
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    execFileSync(
      'npm',
      [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        'ecc-universal@2.0.0',
        'oh-my-claude-sisyphus@5.5.0',
        'lefthook@2.2.2',
      ],
      { cwd: folder, stdio: 'ignore' },
    );
  }
  const event = `${JSON.stringify({ session_id: session, cwd: small, hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: { command: 'ls' }, tool_response: { stdout: 'x'.repeat(1_500) } })}\n`;
  const script = (name: string, args: string[], extra: NodeJS.ProcessEnv = {}): Row => ({
    name,
    against: 'node -e 0',
    run: () =>
      timeInShell(`${NODE} ${args.map(quote).join(' ')} 2>/dev/null || :`, 2, {
        cwd: small,
        env: { ...sessionEnv(small), ...extra },
        input: event,
      }),
  });
  const omc = path.join(folder, 'node_modules/oh-my-claude-sisyphus');
  const ecc = path.join(folder, 'node_modules/ecc-universal');
  const lefthook = path.join(
    folder,
    `node_modules/lefthook-${process.platform}-${process.arch}/bin/lefthook`,
  );
  return [
    script('ecc-universal 2.0.0, activity tracker', [
      path.join(ecc, 'scripts/hooks/session-activity-tracker.js'),
    ]),
    script(
      'oh-my-claude-sisyphus 5.5.0, post-tool',
      [path.join(omc, 'scripts/run.cjs'), path.join(omc, 'scripts/post-tool-verifier.mjs')],
      { CLAUDE_PLUGIN_ROOT: omc },
    ),
    ...(existsSync(lefthook)
      ? [
          {
            name: 'lefthook 2.2.2, run validate',
            against: 'node -e 0',
            run: () => timeInShell(`${quote(lefthook)} run validate 2>/dev/null || :`, 2, { cwd: small }),
          },
        ]
      : []),
  ];
}

const baseline: Row = {
  name: 'node -e 0',
  against: 'node -e 0',
  run: () => timeInShell(`exec ${NODE} -e 0`, 3),
};
const times = new Map<string, number[]>();
const measure = (row: Row): void => {
  const ms = row.run();
  row.after?.();
  times.set(row.name, [...(times.get(row.name) ?? []), ms]);
};
const all = [baseline, ...rows];
for (const row of all) {
  row.run();
  row.after?.();
}
for (let round = 0; round < rounds; round += 1) for (const row of all) measure(row);

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const series = (name: string): number[] => {
  if (!name.includes(' + ')) return times.get(name) ?? [];
  // Twice the Node start, plus the git command it needs.
  const [node = '', git = ''] = name.split(' + ');
  return (times.get(node) ?? []).map((value, index) => 2 * value + (times.get(git)?.[index] ?? 0));
};
const table = all.map((row) => {
  const own = series(row.name);
  const other = series(row.against);
  return {
    name: row.name,
    medianMs: median(own),
    minMs: Math.min(...own),
    against: row.against.includes(' + ') ? `2 x ${row.against}` : row.against,
    ratio: median(own.map((value, index) => value / (other[index] ?? value))),
    goal: row.goal,
  };
});
console.log(
  `Node ${process.version}, ${cpus()[0]?.model ?? ''} x ${cpus().length}, ${rounds} rounds, in turn; medians of whole processes\n`,
);
console.log('| what | median ms | min ms | ratio | to | goal |\n|---|---|---|---|---|---|');
for (const row of table) {
  const goal = row.goal === undefined ? '' : `<= ${row.goal} ${row.ratio <= row.goal ? 'met' : 'MISSED'}`;
  console.log(
    `| ${row.name} | ${row.medianMs.toFixed(1)} | ${row.minMs.toFixed(1)} | ${row.ratio.toFixed(3)} | ${row.against} | ${goal} |`,
  );
}
writeFileSync(
  'bench.json',
  `${JSON.stringify({ node: process.version, cpus: cpus().length, rounds, rows: table }, null, 2)}\n`,
);
rmSync(base, { recursive: true, force: true });
