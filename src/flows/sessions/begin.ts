import * as path from 'node:path';
import { ancestorsOf } from '../../platform/process.ts';
import type { SessionEvent } from '../../sessions/event.ts';
import type { StartKind } from '../../sessions/lifecycle.ts';
import {
  type Belonging,
  belongingOf,
  bindConversation,
  clientNote,
  noteClient,
  takeAwaited,
} from '../../store/belonging.ts';
import { isClientAlive, listLive } from '../../store/live.ts';
import { worktreeName } from '../../store/paths.ts';
import { hasPiece } from '../../store/piece-files.ts';
import { appendPiece } from '../../store/pieces.ts';
import { findForked } from './forked.ts';
import { branchOf, freshId, type SessionPlace, timeOf } from './place.ts';
import { readSession, readUntold } from './read.ts';

/** A conversation the client opens. */
export interface Beginning {
  conversation: string;
  how: StartKind;
  /** The conversation it is a fork of, where the client tells. */
  parent: string | undefined;
  transcript: string | undefined;
  cwd: string;
  /** Milliseconds since 1970. */
  at: number;
  client: { pid: number; start: string | undefined };
}

/** What the client says of a conversation it opens. */
export type Begun = Pick<Beginning, 'conversation' | 'how' | 'parent' | 'transcript'>;

const MAIN = new Set(['main', 'master', 'trunk', 'develop']);
const CONVERSATION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * What a SessionStart event says of a conversation. A fork is announced with the id of the conversation it was forked from; its
 * own stands in the name of the folder of CLAUDE_ENV_FILE.
 */
export function conversationOf(
  event: Pick<SessionEvent, 'session' | 'source' | 'transcript'>,
  env: Readonly<Record<string, string | undefined>>,
): Begun | undefined {
  const { session, source, transcript } = event;
  if (session === undefined) return undefined;
  const how: StartKind =
    source === 'resume' || source === 'clear' || source === 'compact' ? source : 'startup';
  const file = env.CLAUDE_ENV_FILE;
  const folder = file === undefined ? '' : path.dirname(file);
  const own = path.basename(path.dirname(folder)) === 'session-env' ? path.basename(folder) : session;
  if (how !== 'resume' || own === session || !CONVERSATION.test(own))
    return { conversation: session, how, parent: undefined, transcript };
  const forked = transcript === undefined ? undefined : path.join(path.dirname(transcript), `${own}.jsonl`);
  return { conversation: own, how: 'fork', parent: session, transcript: forked };
}

/**
 * Notes that a conversation begins or goes on, in the session it belongs to; a new session is made where it belongs to none:
 * a fork belongs to that of the conversation it was forked from, what follows a `/clear` to that of the same client in the same
 * working tree, one an agent started to the agent's (as a child, which does not move it).
 */
export function beginConversation(place: SessionPlace, beginning: Beginning): Belonging {
  const { state, repository } = place;
  const { conversation, how, client } = beginning;
  const known = belongingOf(state, conversation);
  const belonging = known ?? bindTo(place, conversation, findSession(place, beginning));
  if (belonging.role === 'child') {
    if (known === undefined)
      appendPiece(state, belonging.session, {
        t: timeOf(place),
        type: 'child',
        conversation,
        parent: belonging.parent,
      });
    return belonging;
  }
  appendPiece(state, belonging.session, {
    t: beginning.at,
    type: 'start',
    conversation,
    how,
    ...(known === undefined ? { parent: belonging.parent } : {}),
    transcript: beginning.transcript,
    cwd: beginning.cwd,
    root: repository.root,
    branch: branchOf(repository),
    pid: client.pid,
  });
  noteClient(state, client, { conversation, session: belonging.session, root: repository.root });
  return belonging;
}

/** Which session a conversation belongs to; undefined where one has to be made for it. */
function findSession(place: SessionPlace, beginning: Beginning): Belonging | undefined {
  const { state, repository } = place;
  const { root } = repository;
  const parent = clientAbove(place, beginning);
  if (parent !== undefined) return { session: sessionOf(place, parent), role: 'child', parent, root };
  const forked =
    beginning.parent ??
    (beginning.how === 'resume' && beginning.transcript !== undefined
      ? findForked(state, beginning.conversation, beginning.transcript)
      : undefined);
  if (forked !== undefined) return { session: sessionOf(place, forked), role: 'own', parent: forked, root };
  if (beginning.how === 'clear') {
    const before = clientNote(state, beginning.client);
    if (before !== undefined && before.root === root && isOpenPiece(place, before.session))
      return { session: before.session, role: 'own', parent: before.conversation, root };
  }
  const awaited = beginning.how === 'startup' ? takeAwaited(state, worktreeName(repository)) : undefined;
  return awaited !== undefined && hasPiece(state, awaited)
    ? { session: awaited, role: 'own', root }
    : undefined;
}

/**
 * Binds a conversation, to a new session where `to` is undefined. The binding comes first: whoever loses the race leaves no
 * session behind, and one that is killed in between leaves a session whose next record makes its journal.
 */
function bindTo(place: SessionPlace, conversation: string, to: Belonging | undefined): Belonging {
  const { state, repository } = place;
  if (to !== undefined) return bindConversation(state, conversation, to);
  const session = freshId(state, aboutOf(place, undefined), timeOf(place));
  const stands = bindConversation(state, conversation, { session, role: 'own', root: repository.root });
  if (stands.session === session) appendCreated(place, session, undefined);
  return stands;
}

/** The conversation of a client that started this one, if one did. */
function clientAbove({ state }: SessionPlace, { client, conversation }: Beginning): string | undefined {
  const open = listLive(state).filter((live) => live.pid !== client.pid && live.session !== conversation);
  if (open.length === 0) return undefined;
  const above = new Set(ancestorsOf(client.pid));
  return open.find((live) => above.has(live.pid) && isClientAlive(live))?.session;
}

/** The session a conversation belongs to; one is made for a conversation from before there were any. */
function sessionOf(place: SessionPlace, conversation: string): string {
  return (belongingOf(place.state, conversation) ?? bindTo(place, conversation, undefined)).session;
}

/** Work that is complete is not gone on with by clearing the conversation. What no worker has handled yet counts: its end does. */
function isOpenPiece({ state }: SessionPlace, id: string): boolean {
  const { session } = readSession(state, id, readUntold(state));
  return session.state !== 'Complete' && session.state !== 'Archived';
}

/** A new session without a conversation: New. @returns its id. */
export function makeSession(place: SessionPlace, name: string): string {
  const id = freshId(place.state, aboutOf(place, name), timeOf(place));
  appendCreated(place, id, name);
  return id;
}

function appendCreated(place: SessionPlace, session: string, name: string | undefined): void {
  const { root } = place.repository;
  const branch = branchOf(place.repository);
  appendPiece(place.state, session, {
    t: timeOf(place),
    type: 'created',
    ...(name === undefined ? {} : { name }),
    root,
    branch,
  });
}

/** What an id is made of: the name, else a branch that says something, else the folder. */
function aboutOf({ repository }: SessionPlace, name: string | undefined): string {
  const branch = branchOf(repository);
  return name ?? (branch === undefined || MAIN.has(branch) ? path.basename(repository.root) : branch);
}
