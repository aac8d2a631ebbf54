import type { ReplayStep } from '../../types.ts';

/** Finds a text, whatever its case. */
export function matcherFor(query: string): RegExp | undefined {
  const text = query.trim();
  return text === '' ? undefined : new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'iu');
}

/** Where a step holds the text: the first field it is found in, with the words around it. */
export interface Found {
  before: string;
  match: string;
  after: string;
}

export function findIn(step: ReplayStep, matcher: RegExp): Found | undefined {
  for (const text of textsOf(step)) {
    const match = matcher.exec(text);
    if (match !== null) return excerpt(text, match.index, match[0].length);
  }
  return undefined;
}

/** Every text of a step, those a person would look for first. */
function* textsOf(step: ReplayStep): Generator<string> {
  yield step.description;
  if (step.text !== undefined) yield step.text;
  if (step.file !== undefined) yield step.file;
  if (step.tool !== undefined) yield step.tool;
  for (const value of Object.values(step.input ?? {}))
    yield typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (step.result !== undefined) yield step.result;
  for (const { lines } of step.hunks ?? []) for (const line of lines) yield line;
  yield step.type;
  if (step.agent !== undefined) yield step.agent;
}

const [BEFORE, AFTER] = [28, 120];

function excerpt(text: string, at: number, length: number): Found {
  const flat = (part: string): string => part.replace(/\s+/g, ' ');
  const from = Math.max(0, at - BEFORE);
  return {
    before: `${from > 0 ? '…' : ''}${flat(text.slice(from, at)).trimStart()}`,
    match: flat(text.slice(at, at + Math.min(length, AFTER))),
    after: flat(text.slice(at + length, at + length + AFTER)),
  };
}
