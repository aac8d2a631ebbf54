import { type Branching, foldBranching, innermost } from '../../sessions/branching.ts';
import type { Session } from '../../sessions/session.ts';
import { belongingOf } from '../../store/belonging.ts';
import { isClientAlive, type LiveSession, listLive } from '../../store/live.ts';
import { locateRepository, type Repository, type StatePaths, worktreeName } from '../../store/paths.ts';
import { listPieces } from '../../store/piece-files.ts';
import { readPiece } from '../../store/pieces.ts';
import { makeSession } from '../sessions/begin.ts';
import { findSession } from '../sessions/find.ts';
import { listSessions } from '../sessions/list.ts';
import { branchOf, type SessionPlace, timeOf } from '../sessions/place.ts';
import { readSession, readUntold } from '../sessions/read.ts';

/** A session that branched off another. */
export interface Child {
  session: string;
  branching: Branching;
}

/** All of them, whatever became of them. Reads every journal. */
export function readChildren(state: StatePaths): Child[] {
  return listPieces(state).flatMap((session) => {
    const branching = foldBranching(readPiece(state, session).records);
    return branching === undefined ? [] : [{ session, branching }];
  });
}

/** The child whose work a working tree holds now; undefined where it holds none. */
export function childHere(state: StatePaths, repository: Repository): Child | undefined {
  return innermost(readChildren(state), worktreeName(repository));
}

/** A session and those it branched off, the innermost first. */
export function chainOf(state: StatePaths, session: string): string[] {
  const children = new Map(readChildren(state).map((child) => [child.session, child.branching]));
  const chain = [session];
  for (let at = children.get(session); at !== undefined && !chain.includes(at.parent); ) {
    chain.push(at.parent);
    at = children.get(at.parent);
  }
  return chain;
}

/** A session as it is now, with what no journal tells yet. */
export function sessionNow(state: StatePaths, id: string): Session {
  return readSession(state, id, readUntold(state)).session;
}

/** Conversations that a living client has open in a working tree. */
export function liveHere(state: StatePaths, repository: Repository): LiveSession[] {
  return listLive(state).filter(
    (live) => isClientAlive(live) && locateRepository(live.cwd).root === repository.root,
  );
}

/** The session of a conversation; the conversation itself where it belongs to none yet. */
export function pieceOf(state: StatePaths, conversation: string): string {
  return belongingOf(state, conversation)?.session ?? conversation;
}

/**
 * The session whose work a working tree holds: the one that is named, else the child that is open here, that of the calling
 * conversation, of the only client that is open here, or the one something happened in last and that is not over.
 * @returns undefined where there is none.
 */
export async function workHere(
  place: SessionPlace,
  asked: { named?: string; conversation?: string },
): Promise<Session | undefined> {
  const { state, repository } = place;
  if (asked.named !== undefined) return sessionNow(state, (await findSession(place, asked.named)).id);
  const own = asked.conversation === undefined ? undefined : belongingOf(state, asked.conversation);
  const child = childHere(state, repository);
  if (child !== undefined) return sessionNow(state, child.session);
  if (own?.role === 'own') return sessionNow(state, own.session);
  const live = new Set(
    liveHere(state, repository).flatMap(({ session }) => belongingOf(state, session)?.session ?? []),
  );
  const { rows } = await listSessions(place);
  const mine = rows.filter(({ root }) => root === repository.root);
  const row =
    rows.find(({ id }) => live.has(id)) ??
    mine.find(({ state: at }) => at === 'Active' || at === 'Working' || at === 'Paused' || at === 'New');
  return row === undefined ? undefined : sessionNow(state, row.id);
}

/** As `workHere`; where there is none, one is made for what lies there. */
export async function workHereOrNew(
  place: SessionPlace,
  asked: { named?: string; conversation?: string },
): Promise<Session> {
  const found = await workHere(place, asked);
  if (found !== undefined) return found;
  const id = makeSession(place, branchOf(place.repository) ?? 'work');
  return sessionNow(place.state, id);
}

/** A time behind everything that was told of these sessions. */
export function timeBehind(place: SessionPlace, ...sessions: readonly Session[]): number {
  return Math.max(Math.floor(timeOf(place)), ...sessions.map(({ updatedAt }) => Math.floor(updatedAt) + 1));
}
