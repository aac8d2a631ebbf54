import * as path from 'node:path';
import { lastWords } from '../checks/words.ts';
import type { Step } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';
import { cleanLine, cleanText } from '../context/clean.ts';
import { exists } from '../platform/fs.ts';
import { runCommand } from '../platform/process.ts';
import { redactText } from '../redact/redact.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

export interface StepResult {
  name: string;
  ok: boolean;
  /** On success the first line of its output; else why it failed. One line, redacted. */
  text: string;
  durationMs: number;
}

/**
 * Runs one step of the configuration: a shell command, or a zx script in a Node process of its own in which
 * zx's globals (`$`, `fs`, `glob` ...) are there. From the top of the working tree; killed with its children
 * when its time is over. Never rejects. Whether it may run at all is decided by the caller.
 * @param context.runtime the runtime directory (`dist/`).
 * @param context.input given to it on standard input.
 */
export async function runStep(
  step: Step,
  context: { root: string; runtime: string; env?: Record<string, string>; input?: string },
): Promise<StepResult> {
  const name = step.name;
  const command = commandOf(step, context);
  if (command.text === undefined) return { name, ok: false, text: command.problem, durationMs: 0 };
  const timeoutMs = parseDuration(step.timeout) ?? DEFAULT_TIMEOUT_MS;
  const result = await runCommand(command.text, {
    cwd: context.root,
    timeoutMs,
    env: context.env,
    input: context.input,
  });
  const durationMs = Math.round(result.durationMs);
  if (result.ok) return { name, ok: true, text: firstLine(result.stdout), durationMs };
  if (result.timedOut) return { name, ok: false, text: `stopped after ${timeoutMs / 1000} s`, durationMs };
  const text = `failed with ${result.code === null ? 'a signal' : `exit ${result.code}`}: ${lastWords(result)}`;
  return { name, ok: false, text, durationMs };
}

type StepCommand = { text: string } | { text: undefined; problem: string };

function commandOf(step: Step, context: { root: string; runtime: string }): StepCommand {
  if (step.run !== undefined) return { text: step.run };
  if (step.script === undefined)
    return { text: undefined, problem: 'the step has neither "run" nor "script"' };
  const script = path.resolve(context.root, step.script);
  if (!exists(script)) return { text: undefined, problem: `there is no script ${step.script}` };
  const runner = path.join(context.runtime, 'hooks', 'zx-run.cjs');
  return { text: [process.execPath, runner, script].map(quote).join(' ') };
}

function quote(text: string): string {
  return process.platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}

function firstLine(output: string): string {
  const line = cleanText(output.slice(0, 2_000)).trim().split('\n', 1)[0] ?? '';
  return cleanLine(redactText(line), 200);
}
