/** What a check found. `ok` ones are not put into the session. */
export interface Finding {
  /** Name of the check: `dependencies`, `pull`, `env`, `service db`, `step lint`. */
  check: string;
  level: 'ok' | 'warn' | 'error';
  /** One sentence: what is wrong, where, and what to do. Holds no secret. */
  text: string;
}

/** A finding as one line of the context. */
export function findingLine(finding: Finding): string {
  const mark = finding.level === 'ok' ? '' : ` (${finding.level === 'warn' ? 'warning' : 'error'})`;
  return `${finding.check}${mark}: ${finding.text}`;
}
