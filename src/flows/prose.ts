import { ensureDirectory } from '../platform/fs.ts';
import { runProgram } from '../platform/process.ts';
import { redactText } from '../redact/redact.ts';
import { PROSE_INSTRUCTIONS, PROSE_SCHEMA, readProse, renderProse } from '../transcript/prose.ts';
import type { Workplace } from './workplace.ts';

export interface ProseRequest {
  /** The summary written by rule: all that the model is shown. */
  extract: string;
  /** Most US dollars. */
  budgetUsd: number;
  timeoutMs: number;
}

export type ProseResult =
  | { ok: true; text: string; costUsd: number | undefined }
  | { ok: false; reason: string };

const LONGEST_EXTRACT = 200_000;
const LONGEST_REASON = 300;

/**
 * Lets the person's own Claude Code write the prose of a summary from the extract: without tools, hooks, MCP servers and the
 * project's settings, in a folder outside the repository, within a budget and a time. Never rejects: the summary written by
 * rule stands where anything goes wrong, or where the answer cites a place the extract does not have.
 */
export async function writeProse(place: Workplace, request: ProseRequest): Promise<ProseResult> {
  ensureDirectory(place.user.state);
  const run = await runProgram('claude', claudeArguments(request.budgetUsd), {
    cwd: place.user.state,
    timeoutMs: request.timeoutMs,
    input: `${PROSE_INSTRUCTIONS}\n\n<extract>\n${request.extract.slice(0, LONGEST_EXTRACT).replaceAll('</extract>', '')}\n</extract>\n`,
  });
  if (run.code === -1) return failed('claude was not found on PATH');
  if (run.timedOut) return failed(`claude gave no answer within ${request.timeoutMs / 1_000} s`);
  const answer = parseAnswer(run.stdout);
  if (answer === undefined)
    return failed(run.stderr.trim() || `claude ended with ${String(run.code)} and no JSON`);
  if (answer.is_error === true || run.code !== 0) {
    return failed(String(answer.result ?? answer.errors ?? `claude ended with ${String(run.code)}`));
  }
  const prose = readProse(answer.structured_output, request.extract);
  if (!prose.ok) return failed(prose.reason);
  const cost = answer.total_cost_usd;
  return {
    ok: true,
    text: redactText(renderProse(prose.value, request.extract)),
    costUsd: typeof cost === 'number' ? cost : undefined,
  };
}

function claudeArguments(budgetUsd: number): string[] {
  return [
    '-p',
    '--output-format=json',
    `--json-schema=${JSON.stringify(PROSE_SCHEMA)}`,
    '--tools=',
    '--strict-mcp-config',
    '--disable-slash-commands',
    '--no-session-persistence',
    // The person's own settings may say how to log in; nothing in them may run.
    '--setting-sources=user',
    '--settings={"disableAllHooks":true}',
    `--max-budget-usd=${budgetUsd}`,
  ];
}

function failed(reason: string): ProseResult {
  return { ok: false, reason: redactText(reason).replace(/\s+/g, ' ').slice(0, LONGEST_REASON) };
}

function parseAnswer(stdout: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(stdout.trim());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
