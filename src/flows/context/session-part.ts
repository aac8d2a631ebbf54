import type { SessionPart, Todo } from '../../context/facts.ts';
import { citePlace } from '../../transcript/events.ts';
import type { SessionFacts } from '../../transcript/facts.ts';
import { narrativeOf } from '../../transcript/narrative.ts';

/** What a session's transcript adds to the context file. */
export function sessionPart(session: string, facts: SessionFacts): SessionPart {
  const id = session.slice(0, 8);
  const { workingOn, nextSteps } = narrativeOf(facts);
  return {
    id,
    feature: workingOn,
    todos: todosOf(facts, nextSteps),
    decisions: facts.decisions.map(({ value, place }) => ({
      text: value,
      session: id,
      line: citePlace(place),
    })),
  };
}

/** The todos; where it had none, what its last answer announced. */
function todosOf({ todos, lastAnswer }: SessionFacts, nextSteps: readonly string[]): Todo[] | undefined {
  if (todos.length > 0)
    return todos.map(({ text, status, place }) => ({
      text,
      done: status === 'completed',
      line: citePlace(place),
    }));
  if (lastAnswer === undefined || nextSteps.length === 0) return undefined;
  return nextSteps.map((text) => ({ text, done: false, line: citePlace(lastAnswer.place) }));
}
