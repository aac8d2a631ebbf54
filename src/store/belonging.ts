import * as path from 'node:path';
import {
  claimByRename,
  createFileExclusive,
  ensureDirectory,
  listDirectory,
  readTextIfExists,
  removeFile,
  siblingTempName,
  writeFileAtomic,
} from '../platform/fs.ts';
import type { StatePaths } from './paths.ts';

/** Which session a conversation belongs to. */
export interface Belonging {
  session: string;
  /** `child`: an agent of the session started it (`claude -p`); what happens in it does not move the session. */
  role: 'own' | 'child';
  /** The conversation it was forked from, cleared, or started by. */
  parent?: string;
  /** The top of the working tree it began in. */
  root: string;
}

/**
 * Says once and for all which session a conversation belongs to: the first who says so is right.
 * @returns what stands.
 */
export function bindConversation(state: StatePaths, conversation: string, to: Belonging): Belonging {
  ensureDirectory(state.conversations);
  const file = path.join(state.conversations, conversation);
  if (createFileExclusive(file, `${JSON.stringify(to)}\n`)) return to;
  const there = belongingOf(state, conversation);
  if (there !== undefined) return there;
  // What stands there cannot be read: a damaged disk. It is put aside, and the next one to say so is right.
  for (let number = 1; number <= 5 && !claimByRename(file, `${file}.corrupt-${number}`); number += 1);
  return createFileExclusive(file, `${JSON.stringify(to)}\n`) ? to : (belongingOf(state, conversation) ?? to);
}

/** Undefined where nobody has said so yet, or it cannot be read. */
export function belongingOf(state: StatePaths, conversation: string): Belonging | undefined {
  return parse(readTextIfExists(path.join(state.conversations, conversation)));
}

/** All conversations that are known to belong to a session. */
export function boundConversations(state: StatePaths): string[] {
  return listDirectory(state.conversations).filter((name) => !/\.corrupt-\d$|\.tmp$/.test(name));
}

/** What a process of the client did last. */
export interface ClientNote {
  conversation: string;
  session: string;
  root: string;
}

/** Notes the conversation a client process has open, so that the one a `/clear` begins is known to follow it. */
export function noteClient(
  state: StatePaths,
  client: { pid: number; start: string | undefined },
  note: ClientNote,
): void {
  ensureDirectory(state.clients);
  writeFileAtomic(clientFile(state, client), JSON.stringify(note), { mode: 0o600, sync: false });
}

export function clientNote(
  state: StatePaths,
  client: { pid: number; start: string | undefined },
): ClientNote | undefined {
  try {
    const note = JSON.parse(readTextIfExists(clientFile(state, client)) ?? '') as ClientNote;
    return typeof note.session === 'string' && typeof note.conversation === 'string' ? note : undefined;
  } catch {
    return undefined;
  }
}

function clientFile(state: StatePaths, { pid, start }: { pid: number; start: string | undefined }): string {
  return path.join(state.clients, `${pid}-${start ?? '0'}`);
}

/** Lets the next conversation that begins in a working tree belong to a session; one session a working tree. */
export function awaitConversation(state: StatePaths, worktree: string, session: string): void {
  ensureDirectory(state.awaited);
  writeFileAtomic(path.join(state.awaited, worktree), session, { mode: 0o600, sync: false });
}

/** Takes what is awaited in a working tree; of several that ask at once one gets it. Killed here, nobody is awaited any more. */
export function takeAwaited(state: StatePaths, worktree: string): string | undefined {
  const file = path.join(state.awaited, worktree);
  const mine = siblingTempName(file);
  if (!claimByRename(file, mine)) return undefined;
  const session = readTextIfExists(mine)?.trim();
  removeFile(mine);
  return session === '' ? undefined : session;
}

/** Nobody is awaited for this session any more. */
export function stopAwaiting(state: StatePaths, session: string): void {
  for (const name of listDirectory(state.awaited)) {
    const file = path.join(state.awaited, name);
    if (readTextIfExists(file)?.trim() === session) removeFile(file);
  }
}

/** Notes that a client was killed, until the person is told. */
export function noteLost(state: StatePaths, conversation: string): void {
  ensureDirectory(state.lost);
  createFileExclusive(path.join(state.lost, conversation), '');
}

/** Conversations of which the person has not been told yet. Of several that take them at once, each is told by one. */
export function takeLost(state: StatePaths): string[] {
  return listDirectory(state.lost).filter((name) => {
    const file = path.join(state.lost, name);
    const mine = siblingTempName(file);
    if (name.startsWith('.') || !claimByRename(file, mine)) return false;
    removeFile(mine);
    return true;
  });
}

function parse(text: string | undefined): Belonging | undefined {
  try {
    const value = JSON.parse(text ?? '') as Belonging;
    if (typeof value.session !== 'string' || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value.session))
      return undefined;
    if ((value.role !== 'own' && value.role !== 'child') || typeof value.root !== 'string') return undefined;
    return value;
  } catch {
    return undefined;
  }
}
