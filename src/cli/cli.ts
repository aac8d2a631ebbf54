import { HooksError } from '../errors.ts';
import {
  locateRepository,
  type Repository,
  type StatePaths,
  statePaths,
  stateRoot,
  type UserPaths,
  userPaths,
} from '../store/paths.ts';

/** What every command gets: where it runs and how it speaks. Only the entry builds one. */
export interface Cli {
  cwd: string;
  env: NodeJS.ProcessEnv;
  repository: Repository;
  state: StatePaths;
  user: UserPaths;
  /** Whether a person can be asked: both ends are terminals, no --no-input, no CI. */
  interactive: boolean;
  /** Whether a person reads the answer at once: standard output is a terminal. */
  terminal: boolean;
  /** Terminal columns; 80 where there is no terminal. */
  width: number;
  color: boolean;
  /** Directory of the running bundle: `cli.cjs`, `bell.sh` and the hook scripts lie here. */
  runtime: string;
  /** The answer, to standard output. */
  print(text: string): void;
  /** Until what was printed has been taken, so that a long answer need not be in memory. */
  drained(): Promise<void>;
  /** Messages and progress, to standard error. */
  say(text: string): void;
  /** The one JSON document of a `--json` run; `version: 1` is added. */
  json(document: Record<string, unknown>): void;
  /** Ends the command with this status without an error message (a check that found something). */
  exit(code: number): void;
}

export function createCli(io: {
  cwd: string;
  env: NodeJS.ProcessEnv;
  runtime: string;
  stdinTty: boolean;
  stdoutTty: boolean;
  columns: number | undefined;
  write(text: string): void;
  warn(text: string): void;
  exit(code: number): void;
  /** Undefined where more can be written at once. */
  drained?(): Promise<void> | undefined;
}): Cli {
  const user = userPaths(io.env);
  const repository = locateRepository(io.cwd);
  const ci = io.env.CI !== undefined && io.env.CI !== '' && io.env.CI !== 'false';
  const forced = io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== '0';
  return {
    cwd: io.cwd,
    env: io.env,
    repository,
    state: statePaths(stateRoot(repository, user)),
    user,
    interactive: io.stdinTty && io.stdoutTty && !ci && io.env.TERM !== 'dumb',
    terminal: io.stdoutTty,
    // A terminal that does not know its width says 0.
    width: io.columns || 80,
    color: !io.env.NO_COLOR && (forced || (io.stdoutTty && io.env.TERM !== 'dumb')),
    runtime: io.runtime,
    print: (text) => io.write(text.endsWith('\n') ? text : `${text}\n`),
    drained: async () => io.drained?.(),
    say: (text) => io.warn(text.endsWith('\n') ? text : `${text}\n`),
    json: (document) => io.write(`${JSON.stringify({ version: 1, ...document }, null, 2)}\n`),
    exit: io.exit,
  };
}

/** The error of a question that cannot be asked: names the flag that answers it. */
export function cannotAsk(question: string, flag: string): HooksError {
  return new HooksError({
    code: 'cannot-ask',
    kind: 'usage',
    message: `Not at a terminal, so this cannot be asked: ${question}`,
    hint: `Answer it with ${flag}.`,
  });
}
