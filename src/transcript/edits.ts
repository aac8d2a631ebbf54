import { type CommandSpan, commandSpan } from './commands.ts';
import { EDIT_TOOLS } from './edit-hunks.ts';
import type { EditEvent, ToolCallEvent, TranscriptEvent, TranscriptPlace } from './events.ts';
import { readTranscript } from './read.ts';
import { textOf } from './record.ts';

/** One successful change of a file by a tool of the client; its content stays in the transcript until asked for. */
export interface EditPlace {
  /** The tool call's id. */
  id: string;
  /** The file as the client named it; absolute, but for clients that noted it as the model gave it. */
  file: string;
  /** The folder the client was in. */
  cwd: string | undefined;
  /** Milliseconds since 1970: when the model asked for it, and when its result was noted. */
  startedAt: number;
  at: number;
  call: TranscriptPlace | undefined;
  result: TranscriptPlace;
  /** Where the same agent read the whole file last before it, and changed nothing in it since. */
  seen: TranscriptPlace | undefined;
}

/** What a session did to files, as its transcript tells. */
export interface Activity {
  /** False where there is no transcript. */
  found: boolean;
  /** By the time they were noted. */
  edits: EditPlace[];
  /** Commands that may have changed files, by the time they began. */
  commands: CommandSpan[];
  /** Lines that cannot be read. */
  damaged: number;
}

/** Tools that change no file of the working tree, and those whose own transcript tells what they changed. */
const HARMLESS =
  /^(?:unknown|Read|Glob|Grep|LS|NotebookRead|WebFetch|WebSearch|TodoWrite|Task\w*|Agent|AskUserQuestion|ToolSearch|Skill|SlashCommand|(?:Enter|Exit)PlanMode|BashOutput|Kill\w+|SendMessage|ListMcpResources\w*|ReadMcpResource\w*|StructuredOutput)$/;

/**
 * Reads a session's transcript and those of its sub-agents in chunks: kept are the places of edits and the words of
 * commands, never a file's content. Torn, unknown and unreadable lines are passed over and counted.
 * @param since milliseconds since 1970: what was noted before is left out.
 */
export function readActivity(transcript: string, since = 0): Activity {
  const edits: EditPlace[] = [];
  const commands: CommandSpan[] = [];
  /** Commands that run in the background, by the name the client gave them. */
  const background = new Map<string, CommandSpan>();
  let now = 0;
  const see = (event: TranscriptEvent): void => {
    now = Math.max(now, event.kind === 'tool-call' ? (event.result?.at ?? 0) : (event.at ?? 0));
    if (event.kind === 'edit' && (event.at ?? 0) >= since) edits.push(placeOf(event));
    if (event.kind === 'tool-call') noteCommand(event, { since, now, commands, background });
    if (event.kind === 'task-end') {
      const span = background.get(event.task);
      if (span !== undefined) span.to = Math.max(span.to, event.at ?? 0);
      background.delete(event.task);
    }
  };
  const report = readTranscript(transcript, see, { results: 'light' });
  for (const span of background.values()) span.to = Math.max(span.to, now);
  edits.sort((a, b) => a.at - b.at);
  commands.sort((a, b) => a.from - b.from);
  return { found: report.found, edits, commands, damaged: report.damaged + report.tooLong };
}

function placeOf(event: EditEvent): EditPlace {
  const at = event.at ?? 0;
  return {
    id: event.call,
    file: event.file,
    cwd: event.cwd,
    startedAt: event.startedAt ?? at,
    at,
    call: event.callPlace,
    result: event.place,
    seen: event.seen,
  };
}

/** What has no result was cut off with the session. */
function noteCommand(
  event: ToolCallEvent,
  to: { since: number; now: number; commands: CommandSpan[]; background: Map<string, CommandSpan> },
): void {
  if (HARMLESS.test(event.tool) || EDIT_TOOLS.has(event.tool)) return;
  const end = event.result?.at ?? to.now;
  const span = commandSpan(event.tool, event.input, event.at ?? 0, end);
  if (span === undefined) return;
  if (end >= to.since || event.input.run_in_background === true) to.commands.push(span);
  const task = textOf(event.result?.detail?.backgroundTaskId);
  if (task !== undefined) to.background.set(task, span);
}
