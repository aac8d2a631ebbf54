import { nearness, stepWords } from './step-words.ts';

/** From here on a todo is taken for a step. */
const NEAR = 0.8;

/**
 * Which step each todo means: the one with the same words, else the nearest of those with nearly the same. Undefined where
 * none is near, or two are as near and `preferred` does not decide.
 * @param steps their texts.
 * @param preferred the steps of the current phase, which go before others as near.
 */
export function matchTodos(
  todos: readonly string[],
  steps: readonly string[],
  preferred: (step: number) => boolean = () => false,
): (number | undefined)[] {
  const words = steps.map(readings);
  return todos.map((todo) => {
    const own = stepWords(todo);
    const near = words
      .map((step, at) => ({ at, near: Math.max(...step.map((each) => nearness(own, each))) }))
      .filter((one) => one.near >= NEAR);
    const best = Math.max(0, ...near.map((one) => one.near));
    const first = near.filter((one) => one.near === best);
    const chosen = first.length > 1 ? first.filter(({ at }) => preferred(at)) : first;
    return chosen.length === 1 ? chosen[0]?.at : undefined;
  });
}

/** A step as it stands, and without what only explains it: in parentheses, or behind a colon. */
function readings(step: string): string[][] {
  const short = step.slice(0, 400).replace(/\([^()]*\)/g, ' ');
  const head = /^[^:]+(?=: )/.exec(short)?.[0] ?? short;
  return [step, short, head].map(stepWords);
}
