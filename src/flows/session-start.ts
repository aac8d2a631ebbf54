import * as path from 'node:path';
import { problemLine } from '../config/types.ts';
import type { PartInWork } from '../context/sources.ts';
import { messageOf, systemCode } from '../errors.ts';
import { isEnabledForUser } from '../install/enabled.ts';
import { isInstalledIn } from '../install/installed.ts';
import { exists } from '../platform/fs.ts';
import { spawnDetached } from '../platform/process.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { claimSession } from '../store/live.ts';
import { sessionNonce } from '../store/nonce.ts';
import { worktreeName } from '../store/paths.ts';
import { readGiven, readLastSession, writeGiven } from '../store/session-facts.ts';
import { hasWork, openSpool, recordEvent } from '../store/spool.ts';
import { takeTold } from './branching/told.ts';
import { saveAtStart, startCheckpointLoop } from './checkpoint-loop.ts';
import { runMoment } from './moments.ts';
import { noteStart } from './note-start.ts';
import { runPreSession } from './pre-session.ts';
import { beginSessionContext } from './session-context.ts';
import { type Begun, conversationOf } from './sessions/begin.ts';
import { hasLostSessions } from './sweep.ts';
import type { Workplace } from './workplace.ts';

const SOURCES = ['startup', 'resume', 'clear', 'compact'] as const;
type Source = (typeof SOURCES)[number];

/**
 * What happens when a session starts: checks, context, record, the worker for what an earlier session left.
 * @returns the hook's answer as JSON text; undefined where this scope does not handle the session.
 */
export async function startSession(
  place: Workplace,
  event: SessionEvent,
  scope: string,
  clientPid: number,
): Promise<string | undefined> {
  const { config } = place.resolved;
  if (!config.enabled || !config.hooks['session-start'].enabled) return undefined;
  if (scope === 'user' && !isEnabledForUser(place.repository, place.user)) return undefined;
  const notes: string[] = [...place.recovered, ...place.resolved.problems.map(problemLine)];
  const begun = conversationOf(event, place.env);
  const session = begun?.conversation ?? 'unknown';
  let isOwner = true;
  let writable = whileWritable(place, notes, () => {
    openSpool(place.state);
    isOwner = claimSession(place.state, session, scope, (other) =>
      isInstalledIn(other, place.cwd, place.user, place.env),
    );
  });
  if (!isOwner) return undefined;
  if (writable) await takeUpTemplate(place, event, begun);
  const input = {
    repository: place.repository,
    cwd: place.cwd,
    config,
    source: sourceOf(event),
    state: place.state,
    now: place.now(),
    // A fork begins with what its parent was given: what equals that is dropped by the client.
    nonce: sessionNonce(place.state, event.session ?? session),
    session: event.session,
    conversation: begun?.conversation,
    transcript: event.transcript,
    last: readLastSession(place.state, worktreeName(place.repository)),
    ...(event.source === 'resume' ? { given: readGiven(place.state, event.session ?? session) } : {}),
    partition:
      config.partitions.length === 0 ? undefined : await partitionOf(place, begun, clientPid, event, notes),
  };
  // Git answers while the checks run, unless one of them moves the branch.
  const early = config.preSession.pull.enabled ? undefined : beginSessionContext(input);
  let told: string | undefined;
  writable &&= whileWritable(place, notes, () => {
    told = noteStart(place, event, begun, scope, clientPid);
  });
  const { findings } = await runPreSession({
    ...place,
    config,
    commandsTrusted: place.resolved.commandsTrusted,
    session,
    source: event.source,
    now: place.now(),
  });
  if (writable) {
    for (const { level, text } of findings) if (level === 'error') reportLater(place, event, text);
  }
  const found = [...notes, ...findings.filter(({ level }) => level !== 'ok').map(({ text }) => text)];
  let ofBranches = '';
  // A conversation that is resumed has its brief.
  writable &&= whileWritable(place, notes, () => {
    ofBranches = takeTold(place.state, session, event.source !== 'resume');
  });
  const context = await (early ?? beginSessionContext(input)).finish(found, ofBranches);
  await runMoment(place, 'session-start', event);
  if (writable) writeGiven(place.state, session, `${input.given ?? ''}${context.text}\n`);
  if (writable) await startBackground(place, session, clientPid, event);
  if (context.text === '' && told === undefined) return undefined;
  const output = { hookEventName: 'SessionStart', additionalContext: context.text };
  return `${JSON.stringify({
    ...(context.text === '' ? {} : { hookSpecificOutput: output }),
    ...(told === undefined ? {} : { systemMessage: told }),
  })}\n`;
}

/** Loaded only where the project has partitions. */
async function partitionOf(
  place: Workplace,
  begun: Begun | undefined,
  clientPid: number,
  event: SessionEvent,
  notes: string[],
): Promise<PartInWork | undefined> {
  const { beginPartition, inheritPartition } = await import('./session-partition.ts');
  if (begun !== undefined) inheritPartition(place, begun, clientPid);
  const { part, problems } = beginPartition(place, begun?.conversation ?? 'unknown', sourceOf(event));
  notes.push(...problems);
  return part;
}

/** A template that waits for a session, or is that of the conversation this one goes on with. */
async function takeUpTemplate(
  place: Workplace,
  event: SessionEvent,
  begun: Begun | undefined,
): Promise<void> {
  const { state, repository } = place;
  if (begun === undefined || event.subagent || !exists(state.templates)) return;
  try {
    const { takeUp } = await import('./template-take-up.ts');
    takeUp(place, begun, worktreeName(repository));
  } catch (error) {
    place.log('warn', `the template of this session was not taken up: ${messageOf(error)}`);
  }
}

function sourceOf(event: SessionEvent): Source {
  return SOURCES.find((source) => source === event.source) ?? 'startup';
}

/** @returns whether the state could be written; where the disk is full or read-only the session still gets its context. */
function whileWritable(place: Workplace, notes: string[], write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    notes.push(
      `claude-hooks cannot write ${place.state.root} (${code}): nothing of this session is recorded and no checkpoint is saved. Free some space or give write permission.`,
    );
    return false;
  }
}

function reportLater(place: Workplace, event: SessionEvent, error: string): void {
  recordEvent(
    place.state,
    'check',
    'self',
    JSON.stringify({
      hook_event_name: 'CheckFailed',
      session_id: event.session,
      cwd: place.cwd,
      transcript_path: event.transcript,
      error,
    }),
  );
}

async function startBackground(
  place: Workplace,
  session: string,
  clientPid: number,
  event: SessionEvent,
): Promise<void> {
  const { config } = place.resolved;
  const { checkpoints } = config;
  if (checkpoints.enabled && config.hooks.checkpoint.enabled && place.repository.gitDir !== undefined) {
    const { runtime, state, cwd } = place;
    // What was there before a compaction is saved by its own checkpoint.
    const saveFirst = checkpoints.onStart && event.source !== 'compact' && !event.subagent;
    if (checkpoints.loop) await startCheckpointLoop({ runtime, state, session, clientPid, cwd, saveFirst });
    else if (saveFirst) await saveAtStart({ runtime, state, session, cwd });
  }
  if (hasWork(place.state) || hasLostSessions(place.state)) {
    await spawnDetached(path.join(place.runtime, 'hooks', 'worker.cjs'), [place.state.root, place.cwd], {
      cwd: place.repository.root,
    });
  }
}
