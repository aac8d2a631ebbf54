import { type FormKind, PROMPT_FORMS } from './forms.ts';
import { cleanWord, withoutPunctuation } from './words.ts';

/** What a prompt asks for. Every text in it stands in the prompt as it is. */
export type PromptAct =
  | { kind: 'resume' | 'save' | 'partition' | 'load'; name: string }
  | { kind: 'template'; name: string; variables: { key: string; value: string }[] }
  | { kind: 'summarize'; minutes: number; said: string }
  | { kind: 'handoff'; agent: string; lines: string[] };

export interface ParsedPrompt {
  /** In the order in which they stand there. */
  acts: PromptAct[];
  /** How many more there were than are acted on. */
  ignored: number;
}

/** More than a person types; a pasted document may hold thousands. */
const MOST_ACTS = 8;
const MOST_VARIABLES = 50;
/** A longer one is a sentence that happens to begin so. */
const LONGEST_AGENT = 60;
const LONGEST_MINUTES = 31 * 24 * 60;

const FENCE = /^[ \t]*(`{3,}|~{3,})/;
const PERIOD = /^(?:(\d{1,5}) )?(hours?|minutes?)(?: of work)?$/i;
const VARIABLE = /^[ \t]*([A-Za-z][A-Za-z0-9 _-]{0,39}):[ \t](.*)$/;

/**
 * Finds the forms at the start of lines of a prompt; blanks may stand before them. Lines of code fences do not count, nor
 * do quoted ones (`> `), because a form stands first. A form without its name is none. Never throws; the time grows with
 * the length of the prompt alone.
 */
export function parsePrompt(prompt: string): ParsedPrompt {
  const lines = prompt.split(/\r\n|\n|\r/);
  const acts: PromptAct[] = [];
  let found = 0;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      at = behindFence(lines, at, fence);
      continue;
    }
    const form = formOf(line);
    const read = form === undefined ? undefined : readAct(form, lines, at);
    if (read !== undefined) {
      found += 1;
      if (acts.length < MOST_ACTS) acts.push(read.act);
    }
    at = read?.next ?? at + 1;
  }
  return { acts, ignored: found - acts.length };
}

/** The line behind a fence's end; a fence that is not closed goes to the end of the prompt. */
function behindFence(lines: readonly string[], from: number, fence: string): number {
  for (let at = from + 1; at < lines.length; at += 1) {
    const end = FENCE.exec(lines[at] ?? '')?.[1];
    if (end === undefined || end[0] !== fence[0] || end.length < fence.length) continue;
    if ((lines[at] ?? '').trim() === end) return at + 1;
  }
  return lines.length;
}

interface Found {
  kind: FormKind;
  /** What stands behind the beginning. */
  rest: string;
}

function formOf(line: string): Found | undefined {
  const start = line.search(/[^ \t]/);
  if (start === -1) return undefined;
  for (const { kind, begins } of PROMPT_FORMS) {
    for (const words of begins) {
      if (lowerCase(line.slice(start, start + words.length)) === words)
        return { kind, rest: line.slice(start + words.length) };
    }
  }
  return undefined;
}

/** Letters of ASCII alone, as the doorbell does it: K (the unit kelvin) is no k. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The act and the line behind it; undefined where the rest of the line is not as the form wants it. */
function readAct(
  { kind, rest }: Found,
  lines: readonly string[],
  at: number,
): { act: PromptAct; next: number } | undefined {
  if (kind === 'summarize') {
    const act = summarize(rest);
    return act === undefined ? undefined : { act, next: at + 1 };
  }
  if (kind === 'handoff') return handoff(rest, lines, at);
  const name = cleanWord(rest);
  if (name === '') return undefined;
  if (kind !== 'template') return { act: { kind, name }, next: at + 1 };
  const { variables, next } = variablesFrom(lines, at + 1);
  return { act: { kind, name, variables }, next };
}

function summarize(rest: string): PromptAct | undefined {
  const said = withoutPunctuation(rest);
  const [, count = '1', unit = ''] = (said.length > 60 ? null : PERIOD.exec(said)) ?? [];
  if (unit === '') return undefined;
  const minutes = Number(count) * (/^h/i.test(unit) ? 60 : 1);
  return minutes === 0 || minutes > LONGEST_MINUTES ? undefined : { kind: 'summarize', minutes, said };
}

function handoff(
  rest: string,
  lines: readonly string[],
  at: number,
): { act: PromptAct; next: number } | undefined {
  const colon = rest.indexOf(':');
  const agent = colon === -1 ? '' : cleanWord(rest.slice(0, colon));
  if (agent === '' || agent.length > LONGEST_AGENT || agent.split(' ').length > 4) return undefined;
  const text = [rest.slice(colon + 1).trim()];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (line.trim() === '' || FENCE.test(line) || formOf(line) !== undefined) break;
    text.push(line.trim());
  }
  return { act: { kind: 'handoff', agent, lines: text.filter((line) => line !== '') }, next };
}

/** `Key: value` lines right below; the first line of another kind ends them. */
function variablesFrom(
  lines: readonly string[],
  from: number,
): { variables: { key: string; value: string }[]; next: number } {
  const variables: { key: string; value: string }[] = [];
  let next = from;
  for (; next < lines.length && variables.length < MOST_VARIABLES; next += 1) {
    const line = lines[next] ?? '';
    const [, key, value] = formOf(line) === undefined ? (VARIABLE.exec(line) ?? []) : [];
    if (key === undefined || value === undefined) break;
    variables.push({ key: key.trim(), value: value.trim() });
  }
  return { variables, next };
}
