import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** A part of what a row is compared with: another row's time, so many times. */
export interface Term {
  row: string;
  times: number;
}

/** One line of the table. */
export interface Row {
  name: string;
  /** What its ratio is taken to: a row, or a sum of rows. */
  against: string | readonly Term[];
  /** The ratio that is asked for; undefined where the row is only shown. */
  goal?: number;
  /** Asked for instead of a ratio: at most so many milliseconds more than what it is compared with. */
  goalMs?: number;
  /** What it measures where that is no time; then no ratio is taken. */
  unit?: 'MB';
  /** Asked for instead of a ratio: at most so many megabytes. */
  goalMb?: number;
  /** How often it is measured, where less than asked for (a run takes long). */
  rounds?: number;
  /** Not measured; before every run. */
  before?(): void;
  /** Milliseconds of one, or as `unit` says. */
  run(): number;
  /** Not measured; after every run. */
  after?(): void;
}

export const dist = path.resolve('dist');
export const base = mkdtempSync(path.join(tmpdir(), 'claude-hooks-bench-'));
const home = path.join(base, 'home');
mkdirSync(home);
const { NODE_EXTRA_CA_CERTS: _unset, ...inherited } = process.env;
export const env: NodeJS.ProcessEnv = {
  ...inherited,
  HOME: home,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  // The loop would save in between.
  CLAUDE_SESSION_CHECKPOINTS__LOOP: 'false',
};
export const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
export const session = 'bench-0000';
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
export const NODE = quote(process.execPath);
export const CLI = `${NODE} ${quote(path.join(dist, 'cli.cjs'))}`;

/**
 * Runs a command line `times` times in a loop of one shell and returns the milliseconds of one. Started from a shell,
 * not from Node, whose own cost of starting a process is half of what a small shell script takes.
 */
export function timeInShell(
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

export function repository(name: string, files: number, commits: number): string {
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

export function install(folder: string, gitHooks: string): void {
  execFileSync(
    process.execPath,
    [path.join(dist, 'cli.cjs'), 'install', '--scope', 'local', '--git-hooks', gitHooks, '--yes'],
    { cwd: folder, env, stdio: 'ignore' },
  );
}

export function sessionEnv(project: string): NodeJS.ProcessEnv {
  return { ...env, CLAUDE_PROJECT_DIR: project, CLAUDE_CODE_SESSION_ID: session };
}

export function commandOf(project: string, event: string): string {
  const settings = JSON.parse(readFileSync(path.join(project, '.claude/settings.local.json'), 'utf8')) as {
    hooks: Record<string, { hooks: { command: string }[] }[]>;
  };
  return settings.hooks[event]?.[0]?.hooks[0]?.command ?? '';
}

export function ring(
  project: string,
  event: string,
  times: number,
  extra: Record<string, unknown> = {},
): number {
  const input = `${JSON.stringify({ session_id: session, transcript_path: '/none', cwd: project, hook_event_name: event, padding: 'x'.repeat(1_800), ...extra })}\n`;
  return timeInShell(`exec /bin/sh -c ${quote(commandOf(project, event))}`, times, {
    cwd: project,
    env: sessionEnv(project),
    input,
  });
}

/** Runs git where nothing is measured. */
export function gitIn(folder: string, args: readonly string[], input?: string): string {
  return execFileSync('git', [...identity, ...args], {
    cwd: folder,
    env,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}
