import type { ToolCallEvent } from './events.ts';
import type { BackgroundTask, ToolUse } from './facts.ts';
import { copyText } from './kept-text.ts';
import { wordsOf } from './record.ts';

const MOST_FILES = 20_000;
const MOST_TOOLS = 500;
const MOST_TASKS = 500;
const LONGEST = 600;

/** Counts one more use of a file; a new one where there are 20,000 already is not counted. */
export function countFile(files: Map<string, number>, file: string | undefined): void {
  if (file === undefined) return;
  const name = copyText(file, 4_096);
  const before = files.get(name);
  if (before !== undefined || files.size < MOST_FILES) files.set(name, (before ?? 0) + 1);
}

/** A call that was told before, without its result, is counted once. */
export function countTool(tools: Map<string, ToolUse>, { tool, result, at, retold }: ToolCallEvent): void {
  const name = copyText(tool, 200);
  const use = tools.get(name) ?? { calls: 0, failed: 0, ms: 0 };
  if (!tools.has(name) && tools.size >= MOST_TOOLS) return;
  const ms = result?.at === undefined || at === undefined ? 0 : Math.max(0, result.at - at);
  const failed = result?.isError === true ? 1 : 0;
  tools.set(name, {
    calls: use.calls + (retold === true ? 0 : 1),
    failed: use.failed + failed,
    ms: use.ms + ms,
  });
}

/** The task a command that was put into the background became. */
export function taskOfCall({
  input,
  result,
  at,
}: ToolCallEvent): Omit<BackgroundTask, 'endedAt'> | undefined {
  const id = wordsOf(result?.detail?.backgroundTaskId);
  if (id === undefined) return undefined;
  return {
    id: copyText(id, 100),
    what: wordsOf(input.command) ?? wordsOf(input.description) ?? '',
    startedAt: at,
  };
}

export function taskStarted(tasks: BackgroundTask[], task: Omit<BackgroundTask, 'endedAt'>): void {
  if (tasks.some(({ id }) => id === task.id)) return;
  tasks.push({ ...task, what: copyText(task.what, LONGEST), endedAt: undefined });
  if (tasks.length > MOST_TASKS + MOST_TASKS / 4) tasks.splice(0, tasks.length - MOST_TASKS);
}

export function taskEnded(tasks: BackgroundTask[], id: string, at: number | undefined): void {
  const task = tasks.find((one) => one.id === id);
  if (task !== undefined) task.endedAt ??= at;
}
