import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect } from 'vitest';
import { type ClientResult, type ClientRun, runClient } from './client.ts';
import { type MessagesApi, type ScriptedTurn, startMessagesApi, type Turn } from './messages-api.ts';
import { installTarball } from './pack.ts';
import type { FoundProcess } from './processes.ts';
import { makeSandbox, type Sandbox } from './sandbox.ts';

export interface DemoOptions {
  /** Files of the first commit, by path. */
  files?: Record<string, string>;
  /** The project's configuration, in the first commit as well. */
  config: object;
  /** What else goes into the first commit: modes, links, bytes. */
  prepare?(sandbox: Sandbox): void;
  /** Files written after that commit and before the installation, by path. */
  uncommitted?: Record<string, string>;
  /** Arguments of `install` but `--yes`; without them nothing is installed but the package. */
  install?: readonly string[];
}

export interface Talk extends Pick<ClientRun, 'args' | 'env' | 'cwd' | 'timeoutMs'> {
  /** What the client's run has to be like at its end (`toMatchObject`); unless told, no one looks. */
  ends?: object;
  /** How long processes may outlive the client; half a minute unless told. */
  settleMs?: number;
}

/** A repository that has claude-hooks as a package, and the double of the API the real client talks to in it. */
export interface ClientDemo {
  api: MessagesApi;
  sandbox: Sandbox;
  /**
   * Runs the client on a prompt until everything it started is gone. Expects that the model was asked for all turns
   * in the script and for no other, and that nobody tried to reach another host.
   */
  talk(prompt: string, turns: readonly ScriptedTurn[], more?: Talk): Promise<ClientResult>;
  /** Ends and removes all of it. @returns processes that had to be ended. */
  close(): Promise<FoundProcess[]>;
}

/** Packs claude-hooks into a repository with one commit, and installs its hooks as told. */
export async function openClientDemo(options: DemoOptions): Promise<ClientDemo> {
  const api = await startMessagesApi();
  const sandbox = makeSandbox();
  const close = async (): Promise<FoundProcess[]> => {
    const ended = sandbox.cleanup();
    await api.close();
    return ended;
  };
  try {
    await fill(sandbox, options);
  } catch (error) {
    await close();
    throw error;
  }
  return { api, sandbox, close, talk: (...said) => talk(api, sandbox, ...said) };
}

async function fill(sandbox: Sandbox, options: DemoOptions): Promise<void> {
  for (const [file, text] of Object.entries(options.files ?? {})) sandbox.write(file, text);
  sandbox.write('.claude-sessionrc.json', `${JSON.stringify(options.config)}\n`);
  options.prepare?.(sandbox);
  installTarball(sandbox);
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'Set up the demo');
  for (const [file, text] of Object.entries(options.uncommitted ?? {})) sandbox.write(file, text);
  if (options.install === undefined) return;
  const installed = await sandbox.cli(['install', ...options.install, '--yes']);
  expect(installed).toMatchObject({ code: 0 });
}

async function talk(
  api: MessagesApi,
  sandbox: Sandbox,
  prompt: string,
  turns: readonly ScriptedTurn[],
  { ends = {}, settleMs = 30_000, ...more }: Talk = {},
): Promise<ClientResult> {
  api.script(...turns);
  const run = await runClient({ sandbox, api, prompt, ...more });
  expect(run).toMatchObject(ends);
  expect(await sandbox.settle(settleMs)).toEqual([]);
  expect([api.remaining(), api.unscripted, api.strays]).toEqual([0, 0, []]);
  return run;
}

/** A turn of the model that runs a command. */
export function bash(command: string): Turn {
  return { tools: [{ name: 'Bash', input: { command, description: 'run' } }] };
}

/**
 * Makes a `node` that adds the script it is started with to `~/node-starts`, one a line, and then is the real one.
 * @returns the environment in which it comes first on PATH.
 */
export function watchNode(sandbox: Sandbox): { PATH: string } {
  const folder = path.join(sandbox.home, 'bin');
  fs.mkdirSync(folder);
  fs.writeFileSync(
    path.join(folder, 'node'),
    `#!/bin/sh\nprintf '%s\\n' "$1" >>"$HOME/node-starts"\nexec '${process.execPath}' "$@"\n`,
    { mode: 0o755 },
  );
  return { PATH: `${folder}${path.delimiter}${sandbox.env.PATH}` };
}
