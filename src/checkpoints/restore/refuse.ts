import { HooksError, messageOf, systemCode } from '../../errors.ts';
import type { Repository } from '../../store/paths.ts';
import { refusalFor, refusalFromGit } from '../refusal.ts';

/** Refuses places that hold no checkpoints. @throws HooksError `restore-refused`. */
export function refuseUnfit(repository: Repository): void {
  const refusal = refusalFor(repository);
  if (refusal !== undefined) throw refused(refusal.reason, refusal.hint);
}

function refused(reason: string, hint: string, cause?: unknown): HooksError {
  return new HooksError({
    code: 'restore-refused',
    kind: 'failed',
    message: `Nothing was changed: ${reason}`,
    hint,
    cause,
  });
}

/** An error of before the first change, as a person should read it; anything that is no known failure stays as it is. */
export function refusedBy(error: unknown, repository: Repository): unknown {
  const code = systemCode(error);
  if (error instanceof HooksError && error.hint !== undefined) return error;
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return refused(`a folder cannot be written (${messageOf(error)})`, 'Make it writable for you.', error);
  if (code === 'ENOENT' && messageOf(error).includes('spawn'))
    return refused('git was not found', 'Put git on PATH.', error);
  if (!(error instanceof HooksError) && !/^E[A-Z0-9]+$/.test(code ?? '')) return error;
  const { reason, hint } = refusalFromGit(repository, messageOf(error));
  return refused(reason, hint.replace(/\bsave\b/, 'restore'), error);
}

/**
 * The error of a restore all of which was taken back.
 * @param known what `refusedBy` made of the error.
 * @param kept what stood in the way of that, and where it is now.
 */
export function takenBack(known: unknown, kept: readonly string[]): Error {
  const reason = reasonIn(known);
  const hint = known instanceof HooksError ? known.hint : undefined;
  const more = kept.length === 0 ? '' : ` What stood in the way is kept: ${kept.join(', ')}.`;
  return new HooksError({
    code: known instanceof HooksError ? known.code : 'restore-failed',
    kind: known instanceof HooksError ? known.kind : 'failed',
    message: `Nothing was changed: ${reason}. Files and staging are as before.${more}`,
    hint,
    cause: known instanceof HooksError ? (known.cause ?? known) : known,
  });
}

/** All is in place, but its leftovers are not yet removed. */
export function unfinished(error: unknown, repository: Repository): HooksError {
  return new HooksError({
    code: 'restore-unfinished',
    kind: 'failed',
    message: `The files are restored and verified, but the restore could not be brought to its end: ${reasonIn(refusedBy(error, repository))}`,
    hint: 'Remove the cause; the next command of claude-hooks brings it to its end.',
    cause: error,
  });
}

function reasonIn(error: unknown): string {
  return messageOf(error).replace(/^Nothing was changed: /, '');
}
