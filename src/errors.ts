/** What went wrong, in the groups that decide the exit code of the command line. */
export type ErrorKind = 'failed' | 'usage' | 'config' | 'not-installed' | 'conflict';

/** Exit codes of the command line: 0 ok, 1 failed, 2 usage, 3 config, 4 not installed, 5 conflict. */
export const EXIT_CODES: Record<ErrorKind, number> = {
  failed: 1,
  usage: 2,
  config: 3,
  'not-installed': 4,
  conflict: 5,
};

export interface ErrorDetails {
  /** Short, stable, kebab-case identity of the error, for scripts: `settings-invalid-json`. */
  code: string;
  kind: ErrorKind;
  /** What happened and where, one sentence. */
  message: string;
  /** What to do next, one sentence, ideally with the exact command. */
  hint?: string;
  /** The file concerned, with 1-based line and column where they are known. */
  file?: string;
  line?: number;
  column?: number;
  cause?: unknown;
}

/** The one error class of claude-hooks. Anything else that is thrown is a defect and is shown as one. */
export class HooksError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;

  /** Bundles that load each other each have a copy of this class; an error is known by its shape. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'HooksError' && 'kind' in value && 'code' in value;
  }

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HooksError';
    this.code = details.code;
    this.kind = details.kind;
    this.hint = details.hint;
    this.file = details.file;
    this.line = details.line;
    this.column = details.column;
  }
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

/** The `code` of a Node system error (`ENOENT`, `ENOSPC` ...), if it is one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
