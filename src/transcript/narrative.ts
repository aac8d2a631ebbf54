import { redactText } from '../redact/redact.ts';
import { announcedSteps, firstSentence } from './announced.ts';
import type { Cited, CommandRun, SessionFacts } from './facts.ts';

const TEST_COMMAND =
  /\b(?:npm (?:run )?t(?:est)?|yarn test|pnpm (?:run )?test|bun test|vitest|jest|mocha|pytest|tox|go test|cargo test|mvn test|gradle test|rspec|phpunit|ctest|make (?:test|check)|node --test)\b/;
/** Nothing by which one command line becomes two: it comes to stand in a block for a shell. */
const PLAIN_COMMAND = /^[\w./:@=,+ "'*-]{1,200}$/;
/** Commands that exit with an error where there is merely nothing to find. */
const LOOKS = /^\s*(?:grep|rg|ag|which|type|ls|cat|head|tail|find|test|\[|diff|cmp|git (?:diff|grep))\b/;
/** Answers of the client where a person or a rule did not let a command run. */
const REFUSED =
  /requested permissions?|haven't granted|doesn't want to (?:proceed|take this action)|require[sd]? (?:explicit )?approval|has been denied|denied by|was blocked by|interrupted by user/i;
/** What a person says to let the work go on; it does not tell what the work is. */
const GO_ON =
  /^(?:y|yes|yep|yeah|ok(?:ay)?|sure|no|nope|please|go(?: on| ahead)?|continue|carry on|proceed|next|thanks?(?: you)?|do it|do that|again|try again|retry|good|great|perfect|looks good|lgtm)(?:[\s,.!]+(?:please|thanks|thank you|go on|go ahead|continue|proceed|do it))*[\s.!,]*$/i;

const PROMPTS = 3;
const COMPLETED = 3;
const NOTES = 5;

/** Whether the client says that a person or a rule did not let a call happen. */
export function isRefusal(text: string): boolean {
  return REFUSED.test(text.slice(0, 500));
}

/** Whether a shell command runs tests. */
export function isTestCommand(command: string): boolean {
  return TEST_COMMAND.test(command);
}

/** What a checkpoint's document says of a session; each text on one line, redacted, at most 300 letters. */
export interface SessionNarrative {
  workingOn?: string;
  /** Prompts before the last one, the latest first. */
  askedBefore: string[];
  lastCompleted?: string;
  nextSteps: string[];
  notes: string[];
  testCommand?: string;
  todos: { text: string; status: string }[];
}

/**
 * Tells from a session's facts what was worked on (the last prompts that say something), what was last completed
 * (todos, else the last answer), what comes next (open todos, else what the last answer announces), what was decided
 * and what failed and was not put right, and how tests were run.
 */
export function narrativeOf(facts: SessionFacts): SessionNarrative {
  const [workingOn, ...askedBefore] = realPrompts(facts).map(({ value }) => oneLine(value));
  const lastCompleted = completed(facts);
  const testCommand = testCommandOf(facts);
  return {
    ...(workingOn === undefined ? {} : { workingOn }),
    askedBefore,
    ...(lastCompleted === undefined ? {} : { lastCompleted }),
    nextSteps: nextSteps(facts),
    notes: notesOf(facts),
    ...(testCommand === undefined ? {} : { testCommand }),
    todos: facts.todos.map(({ text, status }) => ({ text, status })),
  };
}

/** The latest first. Where all prompts only let the work go on, the last of them. */
function realPrompts(facts: SessionFacts): Cited<string>[] {
  const prompts = [...facts.prompts].reverse();
  const real = prompts.filter(({ value }) => !GO_ON.test(value.trim()) && !/^\/\S*$/.test(value.trim()));
  return (real.length > 0 ? real : prompts.slice(0, 1)).slice(0, PROMPTS);
}

/** The prompt that says what is worked on. */
export function goalOf(facts: SessionFacts): Cited<string> | undefined {
  return realPrompts(facts)[0];
}

function completed(facts: SessionFacts): string | undefined {
  const done = facts.todos
    .filter((todo) => todo.status === 'completed')
    .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    .slice(-COMPLETED)
    .map((todo) => oneLine(todo.text));
  if (done.length > 0) return done.join('; ');
  const said = facts.lastAnswer === undefined ? undefined : firstSentence(facts.lastAnswer.value);
  return said === undefined ? undefined : oneLine(said);
}

function nextSteps(facts: SessionFacts): string[] {
  const rank = (status: string): number => (status === 'in_progress' ? 0 : 1);
  const open = facts.todos
    .filter((todo) => todo.status !== 'completed')
    .sort((a, b) => rank(a.status) - rank(b.status))
    .map((todo) => oneLine(`${todo.text}${todo.status === 'in_progress' ? ' (in progress)' : ''}`));
  if (open.length > 0 || facts.lastAnswer === undefined) return open;
  return announcedSteps(facts.lastAnswer.value).map(oneLine);
}

function notesOf(facts: SessionFacts): string[] {
  const apiError = facts.apiErrors.at(-1);
  return [
    ...facts.decisions.slice(-NOTES).map((item) => `Decision: ${oneLine(item.value)}`),
    ...unresolvedRuns(facts)
      .slice(-NOTES)
      .map((item) => item.value),
    ...(apiError !== undefined && apiError.order > (facts.lastAnswer?.order ?? 0)
      ? [`The last turn ended in an API error: ${oneLine(apiError.value)}`]
      : []),
  ];
}

/**
 * Commands and tests of which the last run failed, in the order of their last runs, each as one line. A run that went well
 * also puts right what begins with the same command: `npm test` does so for `npm test -- one.test.ts`.
 */
export function unresolvedRuns(facts: SessionFacts): Cited<string>[] {
  const failed = new Map<string, Cited<CommandRun>>();
  for (const run of facts.commands) {
    const { command, ok } = run.value;
    failed.delete(command);
    if (!ok) failed.set(command, run);
    else for (const known of failed.keys()) if (known.startsWith(`${command} `)) failed.delete(known);
  }
  return [...failed.values()]
    .filter(({ value }) => !LOOKS.test(value.command) && !isRefusal(value.output))
    .map(({ value: { command, output }, ...source }) => {
      const what = isTestCommand(command) ? 'Tests fail' : 'Not resolved';
      return { ...source, value: `${what}: ${oneLine(command)}: ${oneLine(tellingLine(output))}` };
    });
}

/** The line of an output that says what went wrong; the first one is often only the exit code. */
function tellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const first = lines[0] ?? 'failed';
  return /^(?:Error: )?Exit code \d+$/i.test(first.trim()) ? (lines[1] ?? first) : first;
}

function testCommandOf(facts: SessionFacts): string | undefined {
  return facts.commands
    .map((item) => item.value.command.trim())
    .filter((command) => isTestCommand(command) && PLAIN_COMMAND.test(command))
    .at(-1);
}

/** On one line of at most 300 characters. Redacted before it is cut: half a secret is no longer known as one. */
export function oneLine(text: string): string {
  return wholeText(text, 300);
}

/** On one line of at most so many characters, redacted before it is cut. */
export function wholeText(text: string, limit: number): string {
  const flat = redactText(text.slice(0, 10_000)).replace(/\s+/g, ' ').trim();
  return flat.length <= limit ? flat : `${Array.from(flat.slice(0, limit)).slice(0, -1).join('')}…`;
}
