import type { Workplace } from '../workplace.ts';

/** One thing the doctor looked at. */
export interface Diagnosis {
  /** Stable, kebab-case: `settings-entries-missing`. */
  id: string;
  level: 'ok' | 'info' | 'warn' | 'error';
  /** What is so, one sentence. */
  text: string;
  /** What to do, ideally a command. */
  cure?: string;
  /** A repair that loses nothing; `--fix` runs it. @returns what it did. */
  fix?: () => Promise<string>;
}

export interface DoctorPlace extends Workplace {
  /** The folder whose settings files count: where the client would be started. */
  dir: string;
}

export type Examination = (place: DoctorPlace) => Promise<Diagnosis[]>;

export function ok(id: string, text: string): Diagnosis {
  return { id, level: 'ok', text };
}
