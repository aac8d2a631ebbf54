import type { UpdatePlace } from '../../src/flows/context-file.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import type { SessionFacts } from '../../src/transcript/facts.ts';

/** A place for updates of the context file, and what they wrote to the log. */
export function updatePlace(
  folder: string,
  env: Record<string, string>,
  now: () => number = () => Date.parse('2026-11-28T12:00:00'),
): UpdatePlace & { logged: string[] } {
  const repository = locateRepository(folder);
  const logged: string[] = [];
  return {
    repository,
    state: statePaths(stateRoot(repository, userPaths(env))),
    now,
    log: (_level, message) => void logged.push(message),
    logged,
  };
}

/** What a transcript tells, of which only parts matter. */
export function factsOf(more: Partial<SessionFacts> = {}): SessionFacts {
  return {
    prompts: [{ value: 'Build the search', line: 1 }],
    lastAnswer: undefined,
    filesCreated: new Map(),
    filesModified: new Map(),
    commands: [],
    failures: [],
    apiErrors: [],
    decisions: [],
    todos: [],
    compactions: 0,
    lines: 1,
    damaged: 0,
    ...more,
  };
}
