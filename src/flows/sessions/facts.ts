import { statIfExists } from '../../platform/fs.ts';
import type { Session } from '../../sessions/session.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { TranscriptTodo } from '../../transcript/events.ts';
import type { BackgroundTask, SessionFacts, ToolUse } from '../../transcript/facts.ts';
import { followSession, rememberedFacts } from '../session-facts.ts';

/** What happened in a session, over all its conversations. A fork begins with what its parent holds; that counts once. */
export interface WorkFacts {
  files: { file: string; read: number; written: number }[];
  tools: (ToolUse & { name: string })[];
  tasks: BackgroundTask[];
  prompts: { at: number | undefined; text: string }[];
  decisions: { at: number | undefined; text: string }[];
  /** Of the conversation that was gone on with last. */
  todos: TranscriptTodo[];
}

/**
 * @param read whether what is new in the transcripts is read, which takes a while the first time; else only what is remembered
 *   counts.
 */
export function workFacts(state: StatePaths, session: Session, read: boolean): WorkFacts {
  const files = new Map<string, { read: number; written: number }>();
  const tools = new Map<string, ToolUse>();
  const facts: WorkFacts = { files: [], tools: [], tasks: [], prompts: [], decisions: [], todos: [] };
  const seen = new Set<string>();
  const isNew = (kind: string, at: number | undefined, text: string): boolean => {
    const key = `${kind} ${at ?? ''} ${text}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  const ordered = [...session.conversations].sort((a, b) => a.lastAt - b.lastAt);
  for (const { id, transcript, parent } of ordered) {
    const own = read ? readOf(state, id, transcript) : rememberedFacts(state, id);
    if (own === undefined) continue;
    // What a fork has copied of a conversation that is counted itself.
    const base = parent === undefined || !isFork(session, id) ? undefined : rememberedFacts(state, parent);
    addFiles(files, own, base);
    addTools(tools, own, base);
    for (const task of own.tasks)
      if (!facts.tasks.some(({ id: known }) => known === task.id)) facts.tasks.push(task);
    for (const { at, value } of own.prompts)
      if (isNew('prompt', at, value)) facts.prompts.push({ at, text: value });
    for (const { at, value } of own.decisions)
      if (isNew('decision', at, value)) facts.decisions.push({ at, text: value });
    facts.todos = own.todos;
  }
  facts.files = [...files]
    .map(([file, counts]) => ({ file, ...counts }))
    .sort((a, b) => b.written - a.written || b.read - a.read || (a.file < b.file ? -1 : 1));
  facts.tools = [...tools].map(([name, use]) => ({ name, ...use })).sort((a, b) => b.calls - a.calls);
  return facts;
}

function isFork(session: Session, id: string): boolean {
  return session.conversations.some((one) => one.id === id && one.how === 'fork');
}

function readOf(state: StatePaths, id: string, transcript: string | undefined): SessionFacts | undefined {
  return transcript !== undefined && statIfExists(transcript)?.isFile() === true
    ? followSession(state, id, transcript)
    : rememberedFacts(state, id);
}

function addFiles(
  files: Map<string, { read: number; written: number }>,
  own: SessionFacts,
  base: SessionFacts | undefined,
): void {
  const less = (kind: 'filesRead' | 'filesWritten', file: string): number =>
    Math.max(0, (own[kind].get(file) ?? 0) - (base?.[kind].get(file) ?? 0));
  for (const file of new Set([...own.filesRead.keys(), ...own.filesWritten.keys()])) {
    const before = files.get(file) ?? { read: 0, written: 0 };
    files.set(file, {
      read: before.read + less('filesRead', file),
      written: before.written + less('filesWritten', file),
    });
  }
}

function addTools(tools: Map<string, ToolUse>, own: SessionFacts, base: SessionFacts | undefined): void {
  for (const [name, { calls, failed, ms }] of own.tools) {
    const copied = base?.tools.get(name) ?? { calls: 0, failed: 0, ms: 0 };
    const before = tools.get(name) ?? { calls: 0, failed: 0, ms: 0 };
    tools.set(name, {
      calls: before.calls + Math.max(0, calls - copied.calls),
      failed: before.failed + Math.max(0, failed - copied.failed),
      ms: before.ms + Math.max(0, ms - copied.ms),
    });
  }
}
