import type { UpdatePlace } from '../../src/flows/context-file.ts';
import { locateRepository, statePaths, stateRoot, userPaths } from '../../src/store/paths.ts';
import { readFacts, type SessionFacts } from '../../src/transcript/facts.ts';

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
export function factsOf(
  told: {
    decisions?: readonly { value: string; line: number }[];
    todos?: readonly { text: string; status: string; line: number }[];
  } = {},
): SessionFacts {
  const happened = (line: number) => ({
    place: { transcript: '/t.jsonl', line, offset: 0, length: 1 },
    at: undefined,
    agent: undefined,
    order: line,
  });
  return {
    ...readFacts('/nothing/there.jsonl'),
    prompts: [{ value: 'Build the search', ...happened(1) }],
    decisions: (told.decisions ?? []).map(({ value, line }) => ({ value, ...happened(line) })),
    todos: (told.todos ?? []).map(({ text, status, line }) => ({ text, status, ...happened(line) })),
  };
}
