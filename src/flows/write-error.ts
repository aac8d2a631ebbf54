import { HooksError, messageOf, systemCode } from '../errors.ts';
import type { StatePaths } from '../store/paths.ts';

const CURES: Record<string, string> = {
  ENOSPC: 'Make room on that disk',
  EDQUOT: 'Make room: your disk quota is used up',
  EROFS: 'Mount that file system writable',
  EACCES: 'Make it writable for you',
  EPERM: 'Make it writable for you',
};

/**
 * What to throw instead of a system's refusal to write; anything else as it is. The next command mends what such an
 * error cuts off.
 */
export function writeError({ state }: { state: StatePaths }, error: unknown): unknown {
  const cure = CURES[systemCode(error) ?? ''];
  if (error instanceof HooksError || cure === undefined) return error;
  return new HooksError({
    code: 'write-failed',
    kind: 'failed',
    message: `${state.root} could not be written: ${messageOf(error)}. What was begun is taken back, or brought to its end by the next command.`,
    hint: `${cure}, then run the same command again.`,
    file: state.root,
    cause: error,
  });
}
