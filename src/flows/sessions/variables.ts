import { HooksError } from '../../errors.ts';
import { redactText } from '../../redact/redact.ts';
import { foldSession } from '../../sessions/session.ts';
import { belongingOf } from '../../store/belonging.ts';
import type { StatePaths } from '../../store/paths.ts';
import { appendPiece, readPiece } from '../../store/pieces.ts';
import { type SessionPlace, timeOf } from './place.ts';

const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const LONGEST_VALUE = 10_000;
const MOST = 200;

/**
 * What steps and other programs are given of a conversation's session: `CLAUDE_SESSION` and, for each variable,
 * `CLAUDE_SESSION_VAR_<KEY>`. Empty where the conversation belongs to none.
 */
export function sessionEnvironment(
  state: StatePaths,
  conversation: string | undefined,
): Record<string, string> {
  const belonging = conversation === undefined ? undefined : belongingOf(state, conversation);
  if (belonging === undefined) return {};
  const { variables } = foldSession(belonging.session, readPiece(state, belonging.session).records);
  return {
    CLAUDE_SESSION: belonging.session,
    ...Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [`CLAUDE_SESSION_VAR_${key}`, value]),
    ),
  };
}

/** Keeps a variable of a session. @throws HooksError where it is no name, too long, one too many, or looks like a secret. */
export function setVariable(place: SessionPlace, session: string, key: string, value: string): void {
  checkKey(key);
  const refuse = (code: string, message: string, hint: string): never => {
    throw new HooksError({ code, kind: 'usage', message, hint });
  };
  if (value.length > LONGEST_VALUE || value.includes('\0'))
    refuse(
      'variable-value',
      `The value of ${key} is not kept: at most ${LONGEST_VALUE} characters, and no zero byte.`,
      'Put it into a file and keep its path.',
    );
  if (redactText(`${key}=${value}`) !== `${key}=${value}` || redactText(value) !== value)
    refuse(
      'variable-secret',
      `The value of ${key} looks like a secret, and sessions keep none.`,
      'Keep the name of an environment variable instead.',
    );
  const { variables } = foldSession(session, readPiece(place.state, session).records);
  if (!Object.hasOwn(variables, key) && Object.keys(variables).length >= MOST)
    refuse(
      'variable-count',
      `The session has ${MOST} variables already.`,
      'Remove some with: claude-hooks session unset KEY',
    );
  appendPiece(place.state, session, { t: timeOf(place), type: 'set', key, value });
}

/** @returns whether there was such a variable. */
export function unsetVariable(place: SessionPlace, session: string, key: string): boolean {
  checkKey(key);
  const { variables } = foldSession(session, readPiece(place.state, session).records);
  if (!Object.hasOwn(variables, key)) return false;
  appendPiece(place.state, session, { t: timeOf(place), type: 'unset', key });
  return true;
}

function checkKey(key: string): void {
  if (KEY.test(key)) return;
  throw new HooksError({
    code: 'variable-name',
    kind: 'usage',
    message: `${JSON.stringify(key.slice(0, 80))} is no name of a variable: letters, digits and _, at most 64, no digit first.`,
    hint: 'For example: claude-hooks session set phase review',
  });
}
