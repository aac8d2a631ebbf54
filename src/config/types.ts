import { visible } from '../platform/terminal.ts';
import type { Config } from './config.ts';

/** Where a value comes from, lowest first: a higher one wins. */
export const LAYERS = ['defaults', 'preset', 'user', 'project', 'local', 'env', 'flags'] as const;
export type LayerName = (typeof LAYERS)[number];

/** A place in a file, 1-based. */
export interface Position {
  line: number;
  column: number;
}

/** Something wrong with the configuration. An error means that the layer it is in does not count. */
export interface ConfigProblem {
  level: 'error' | 'warning';
  /** Short, stable, kebab-case: `unknown-key`. */
  code: string;
  /** One sentence, without the place. Never holds a configured value that could be a secret. */
  message: string;
  hint?: string;
  /** Absolute path, or the name of an environment variable. */
  file?: string;
  line?: number;
  column?: number;
  /** Dotted: `checkpoints.every`. */
  key?: string;
}

/** What a configuration would make this machine run or connect to. */
export interface RunnableItem {
  key: string;
  text: string;
}

/**
 * - `trusted`: consent for exactly this content is on record;
 * - `changed`: consent was given, but for other content;
 * - `untrusted`: never;
 * - `nothing-to-trust`: the configuration would run nothing.
 */
export type TrustState = 'trusted' | 'untrusted' | 'changed' | 'nothing-to-trust';

export interface TrustStatus {
  state: TrustState;
  /** Identity of everything the repository's own layers would run; consent is given for this hash. */
  hash: string;
  /** What would run, for people to read. */
  commands: RunnableItem[];
}

export interface ResolvedConfig {
  config: Config;
  problems: ConfigProblem[];
  /**
   * Whether dependency installs, pulls, tests, commits, cleaning and steps may run: consent for this content
   * is on record. False in a repository without a record, even where it would run nothing of its own.
   */
  commandsTrusted: boolean;
  trust: TrustStatus;
}

const LONGEST_LINE = 600;

/** `file:line:column key: message (hint)`, on one line, at most 600 characters, safe to print. */
export function problemLine(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const head = [place, problem.key].filter((part) => part !== undefined && part !== '').join(' ');
  const text = head === '' ? problem.message : `${head}: ${problem.message}`;
  const line = problem.hint === undefined ? text : `${text} (${problem.hint})`;
  return visible(line.replace(/\s*[\r\n]\s*/g, ' ')).slice(0, LONGEST_LINE);
}
