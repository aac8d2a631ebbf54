import type { SessionPlace } from '../../../flows/sessions/place.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Session } from '../../../sessions/session.ts';
import type { SessionRow } from '../../../store/session-list.ts';
import type { Cli } from '../../cli.ts';
import { callingSession } from '../checkpoint/shared.ts';

/** Where sessions are, without reading the configuration. */
export function sessionPlace(cli: Cli): SessionPlace {
  return { state: cli.state, repository: cli.repository, now: systemClock };
}

/** The session a command is about: the one named, else the current one. @param by see `currentSession`. */
export async function targetOf(cli: Cli, named: string | undefined, by?: string): Promise<SessionRow> {
  const { currentSession, findSession } = await import('../../../flows/sessions/find.ts');
  const place = sessionPlace(cli);
  return named === undefined ? currentSession(place, callingSession(cli), by) : findSession(place, named);
}

const iso = (time: number): string => new Date(time).toISOString();

/** A session as `--json` shows it. */
export function sessionJson(session: Session): Record<string, unknown> {
  const { createdAt, updatedAt, conversations, history, ...rest } = session;
  return {
    ...rest,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    conversations: conversations.map(({ startedAt, lastAt, ...one }) => ({
      ...one,
      startedAt: iso(startedAt),
      lastAt: iso(lastAt),
    })),
    history: history.map(({ at, ...one }) => ({ at: iso(at), ...one })),
  };
}

/** A row of the list as `--json` shows it. */
export function rowJson(row: SessionRow): Record<string, unknown> {
  const { size: _size, factsAt: _factsAt, createdAt, updatedAt, ...rest } = row;
  return { ...rest, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}

/** `5 min`, in the largest unit that fits. */
export function age(ms: number): string {
  const units: [name: string, length: number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ];
  const unit = units.find(([, length]) => ms >= length);
  return unit === undefined ? 'now' : `${Math.floor(ms / unit[1])} ${unit[0]}`;
}
