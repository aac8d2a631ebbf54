/** Which failing tools are errors; see `errors.tools` of the configuration. */
export type ToolFailureMode = 'none' | 'unexpected' | 'repeated' | 'all';

export interface ToolFailure {
  tool: string;
  /** What the tool said. */
  error: string;
  /** The Bash command, if it is one. */
  command: string | undefined;
  interrupted: boolean;
  /** How often this session saw the same failure before. */
  before: number;
}

/** The machine or the harness failed, not the agent's attempt: worth telling someone. */
const UNEXPECTED = [
  /\bENOSPC\b|no space left on device|disk quota exceeded/i,
  /\bEACCES\b|\bEPERM\b|\bEROFS\b|permission denied|read-only file system|operation not permitted/i,
  /\bEMFILE\b|\bENFILE\b|too many open files|cannot allocate memory|out of memory|heap limit/i,
  /segmentation fault|core dumped|bus error|\bkilled\b/i,
  /\bECONNREFUSED\b|\bENOTFOUND\b|\bETIMEDOUT\b|\bECONNRESET\b|could not resolve host|connection refused/i,
  /timed out after|command timed out/i,
  /internal error|unexpected error/i,
];
const UNEXPECTED_EXIT = /^Exit code (126|127|13[0-9]|14[0-9])\b/;
/** The person or a rule said no; that is no failure. */
const REFUSED =
  /doesn't want to (?:proceed|take this action)|permission to use .* has been denied|requires? (?:explicit )?approval|haven't granted|blocked by|hook (?:error|denied)/i;

/**
 * Whether a failed tool call is an error worth a log and a message. An interruption and a refused permission
 * never are. `repeated` reports a failure the third time the session sees it, once.
 */
export function isReportable(
  failure: ToolFailure,
  mode: ToolFailureMode,
  ignore: readonly RegExp[],
): boolean {
  if (mode === 'none' || failure.interrupted || REFUSED.test(failure.error)) return false;
  if (ignore.some((pattern) => pattern.test(failure.error) || pattern.test(failure.command ?? '')))
    return false;
  switch (mode) {
    case 'all':
      return true;
    case 'repeated':
      return failure.before === 2;
    case 'unexpected':
      return (
        failure.tool.startsWith('mcp__') ||
        UNEXPECTED_EXIT.test(failure.error) ||
        UNEXPECTED.some((pattern) => pattern.test(failure.error))
      );
  }
}

/** The same failure has the same signature, whatever numbers, times and paths it holds. */
export function failureSignature(tool: string, error: string): string {
  const line = error.split('\n').slice(0, 3).join(' ');
  return `${tool}:${line
    .replace(/\/[^\s:'"]+/g, '/…')
    .replace(/\d+/g, '#')
    .slice(0, 200)}`;
}
