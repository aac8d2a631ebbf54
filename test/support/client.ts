import { clientFolder, findClient } from './client-binary.ts';
import type { ApiRequest, MessagesApi } from './messages-api.ts';
import { PROJECT_ROOT, type RunResult, runProcess, type Sandbox } from './sandbox.ts';

export interface ClientRun {
  sandbox: Sandbox;
  api: MessagesApi;
  prompt: string;
  /** More arguments: `--resume`, `--allowedTools=Bash`. */
  args?: readonly string[];
  /** More environment. */
  env?: Record<string, string>;
  /** Where the client is started; the repository unless told. */
  cwd?: string;
  timeoutMs?: number;
}

export interface ClientResult extends RunResult {
  /** What the client says about the run (`--output-format json`); undefined where it printed no JSON. */
  result: Record<string, unknown> | undefined;
  /** The session's id. */
  session: string;
  /** What the model was sent during this run. */
  requests: ApiRequest[];
}

let binary: string | undefined;

/** The client's native binary. @throws where `scripts/get-client.ts` has not been run. */
export function clientBinary(): string {
  binary ??= findClient(clientFolder(PROJECT_ROOT));
  if (binary === undefined) {
    throw new Error('Claude Code is not there; run: node scripts/run.mjs scripts/get-client.ts');
  }
  return binary;
}

/**
 * The client's environment: the sandbox, the double of the API, no traffic beside it. The proxy variables name the
 * double as well, so that an attempt to reach any other host ends there and is counted in `api.strays`.
 */
export function clientEnvironment(sandbox: Sandbox, api: MessagesApi): Record<string, string> {
  return {
    ...sandbox.env,
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: 'dummy',
    CLAUDE_CODE_MAX_RETRIES: '0',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_TMPDIR: sandbox.env.TMPDIR ?? '',
    HTTP_PROXY: api.url,
    HTTPS_PROXY: api.url,
    http_proxy: api.url,
    https_proxy: api.url,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  };
}

/** Runs the real client headless (`claude -p`) in the sandbox to its end. */
export async function runClient(run: ClientRun): Promise<ClientResult> {
  const before = run.api.requests.length;
  const args = ['-p', run.prompt, '--output-format', 'json', ...(run.args ?? [])];
  const done = await runProcess(clientBinary(), args, {
    cwd: run.cwd ?? run.sandbox.repo,
    base: clientEnvironment(run.sandbox, run.api),
    env: run.env ?? {},
    timeoutMs: run.timeoutMs ?? 90_000,
  });
  const result = parseResult(done.stdout);
  return {
    ...done,
    result,
    session: typeof result?.session_id === 'string' ? result.session_id : '',
    requests: run.api.requests.slice(before),
  };
}

function parseResult(stdout: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(stdout.trim()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
