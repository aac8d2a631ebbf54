import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type StatePaths, statePaths } from '../../src/store/paths.ts';
import { installedCommands } from './installed.ts';
import { payloadLine } from './payloads.ts';
import { makeSandbox, type RunResult, type Sandbox } from './sandbox.ts';
import { FakeSession } from './session.ts';

/** A prompt that starts a template of four phases and sixteen steps. */
export const TEMPLATE_PROMPT =
  'Start session from template: Feature Development\nFeature: User notifications';

/** A repository with claude-hooks installed, and in it a session for each test. */
export interface TemplatePlace {
  readonly sandbox: Sandbox;
  /** The session of the test. */
  readonly session: FakeSession;
  newSession(): FakeSession;
  state(): StatePaths;
  /** Rings the installed command of an event with a payload of the client, for the session of the test or another. */
  send(
    event: string,
    payload: string,
    changes?: Record<string, unknown>,
    of?: FakeSession,
  ): Promise<RunResult>;
  /** @returns what the model is given at a start. */
  start(source?: string, of?: FakeSession): Promise<string>;
  /** @returns what the person is told for a prompt, and what the model is given. */
  ask(prompt: string): Promise<{ said: string; context: string }>;
  /** The end of a turn, and what the worker does for it. */
  stop(): Promise<void>;
  /** Tasks of the agent, created and completed. */
  complete(...subjects: string[]): void;
  /** Runs `template` with its answer as JSON, `exit` with it. */
  json(...args: string[]): Promise<Record<string, unknown>>;
  /** Steps that are done, with who ticked them. */
  done(): Promise<string[]>;
}

/** Opens one for all tests of the file; each begins with no template, plan or trust of the one before. */
export function useTemplatePlace(): TemplatePlace {
  let sandbox: Sandbox;
  let session: FakeSession;
  let commands: Map<string, string[]>;
  let tasks = 0;
  beforeAll(async () => {
    sandbox = await installedSandbox();
    commands = installedCommands(sandbox, '.claude/settings.json');
  });
  beforeEach(() => {
    session = newSession();
    forgetTemplates(sandbox);
  });
  afterAll(() => void sandbox.cleanup());

  const newSession = (): FakeSession => new FakeSession(path.join(sandbox.home, 'transcripts'), sandbox.repo);
  const send: TemplatePlace['send'] = (event, payload, changes = {}, of = session) =>
    sandbox.run('/bin/sh', ['-c', commands.get(event)?.[0] ?? 'exit 9'], {
      env: { CLAUDE_PROJECT_DIR: sandbox.repo, CLAUDE_CODE_SESSION_ID: of.id },
      input: payloadLine(payload, {
        session_id: of.id,
        cwd: sandbox.repo,
        transcript_path: of.transcript,
        ...changes,
      }),
    });
  const json: TemplatePlace['json'] = async (...args) => {
    const run = await sandbox.cli(['template', ...args, '--json']);
    return { exit: run.code, ...(JSON.parse(run.stdout) as Record<string, unknown>) };
  };
  return {
    get sandbox() {
      return sandbox;
    },
    get session() {
      return session;
    },
    newSession,
    state: () => statePaths(path.join(sandbox.repo, '.git/claude-hooks')),
    send,
    json,
    start: (source = 'startup', of = session) =>
      send('SessionStart', `SessionStart-${source}`, {}, of).then(contextOf),
    ask: (prompt) =>
      send('UserPromptSubmit', 'UserPromptSubmit', { prompt }).then((run) => ({
        said: saidBy(run),
        context: contextOf(run),
      })),
    stop: async () => {
      expect(await send('Stop', 'Stop')).toMatchObject({ code: 0, stderr: '' });
      expect(await sandbox.settle(60_000)).toEqual([]);
    },
    complete: (...subjects) => {
      for (const subject of subjects) {
        tasks += 1;
        completeTask(session, String(tasks), subject);
      }
    },
    done: async () => {
      const { steps } = await json('check', '--session', session.id);
      const all = steps as { text: string; done: boolean; by?: string }[];
      return all.filter((step) => step.done).map(({ text, by }) => `${text} (${by})`);
    },
  };
}

async function installedSandbox(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write(
    '.claude-sessionrc.json',
    '{ "checkpoints": { "loop": false }, "partitions": [{ "name": "ui", "globs": ["src/ui/**"] }] }',
  );
  sandbox.git('add', '-A');
  sandbox.git('commit', '-q', '-m', 'Set up');
  await sandbox.cli(['install', '--scope', 'project', '--git-hooks', 'none', '--yes']);
  return sandbox;
}

function forgetTemplates({ repo, env }: Sandbox): void {
  const user = path.join(env.XDG_CONFIG_HOME ?? '', 'claude-session/templates');
  const places = [
    '.git/claude-hooks/templates',
    '.git/claude-hooks/live',
    '.claude/templates',
    '.claude/plans',
    'canary',
    'passing',
    user,
    path.join(env.XDG_DATA_HOME ?? '', 'claude-hooks/trust'),
  ];
  for (const place of places) fs.rmSync(path.resolve(repo, place), { recursive: true, force: true });
}

function completeTask(session: FakeSession, id: string, subject: string): void {
  session.answer(session.use('TaskCreate', { subject, description: 'd' }), `Task #${id} created`, {
    toolUseResult: { task: { id, subject } },
  });
  session.answer(session.use('TaskUpdate', { taskId: id, status: 'completed' }), `Updated task #${id}`, {
    toolUseResult: { success: true, taskId: id, updatedFields: ['status'] },
  });
}

function saidBy({ stdout }: RunResult): string {
  return stdout === '' ? '' : ((JSON.parse(stdout) as { systemMessage?: string }).systemMessage ?? '');
}

function contextOf({ code, stdout, stderr }: RunResult): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  if (stdout === '') return '';
  const { hookSpecificOutput } = JSON.parse(stdout) as {
    hookSpecificOutput: { additionalContext: string };
  };
  expect(hookSpecificOutput.additionalContext.length).toBeLessThanOrEqual(9_500);
  return hookSpecificOutput.additionalContext;
}

/** Lines of a context outside the fences, and those inside. */
export function parted(context: string): { ours: string; quoted: string } {
  const nonce = /\[data ([0-9a-f]{16}) \.\.\.\]/.exec(context)?.[1] ?? 'none';
  const blocks = new RegExp(`^\\[data ${nonce} [^]*?^\\[end ${nonce}\\]$`, 'gm');
  return { ours: context.replace(blocks, ''), quoted: (context.match(blocks) ?? []).join('\n') };
}
