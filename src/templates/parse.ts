import { readFrontMatter, splitFrontMatter } from './front-matter.ts';
import type { ParsedTemplate, Template, TemplatePhase, TemplateProblem, TemplateStep } from './types.ts';
import { splitVerify } from './verify-command.ts';

const FENCE = /^[ \t]*(`{3,}|~{3,})/;
const TITLE = /^#[ \t]+(?=\S)/;
const PHASE = /^##[ \t]+(?=\S)/;
const STEP = /^[ \t]*[-*+][ \t]+\[([ xX])\](?:[ \t]+|$)/;
/** The phase of steps that stand before any heading. */
const FIRST_PHASE = 'Steps';

/**
 * Reads a template: front matter, then phases (`##`) with steps (`- [ ]`). What stands in code blocks is text; nothing in it
 * is evaluated. Never throws, whatever the text; the time grows with its length alone.
 */
export async function parseTemplate(text: string): Promise<ParsedTemplate> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const { yaml, body } = splitFrontMatter(lines);
  const front = await readFrontMatter(yaml ?? '');
  const { name, ...fields } = front.fields;
  const read = readBody(lines, body);
  const problems = [...front.problems, ...read.problems];
  if (body === 0 && lines[0]?.trimEnd() === '---')
    problems.push({
      level: 'error',
      code: 'front-matter-open',
      message: 'the front matter has no end: a line ---',
      line: 1,
    });
  const template: Template = {
    title: name ?? read.title ?? '',
    ...fields,
    intro: read.intro,
    phases: read.phases,
  };
  return {
    template,
    problems,
    lines: { ...read.lines, variables: front.variables, keys: front.keys },
  };
}

interface Body {
  title: string | undefined;
  intro: string[];
  phases: TemplatePhase[];
  problems: TemplateProblem[];
  lines: { phases: number[]; steps: number[][] };
}

function readBody(lines: readonly string[], from: number): Body {
  const body: Body = {
    title: undefined,
    intro: [],
    phases: [],
    problems: [],
    lines: { phases: [], steps: [] },
  };
  let notes = body.intro;
  let fence: { mark: string; line: number } | undefined;
  const addPhase = (title: string, line: number): void => {
    const phase: TemplatePhase = { title, notes: [], steps: [] };
    body.phases.push(phase);
    body.lines.phases.push(line);
    body.lines.steps.push([]);
    notes = phase.notes;
  };
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined || mark !== undefined) {
      if (fence === undefined) fence = { mark: mark ?? '', line: at + 1 };
      else if (mark?.startsWith(fence.mark) === true && line.trim() === mark) fence = undefined;
      notes.push(line.trimEnd());
      continue;
    }
    if (PHASE.test(line)) addPhase(headingText(line, 2), at + 1);
    else if (body.title === undefined && body.phases.length === 0 && TITLE.test(line))
      body.title = headingText(line, 1);
    else if (STEP.test(line)) {
      if (body.phases.length === 0) {
        addPhase(FIRST_PHASE, at + 1);
        say(body, 'warning', 'step-outside-phase', 'a step stands before the first "## Phase"', at + 1);
      }
      const step = readStep(body, line, at + 1);
      body.phases.at(-1)?.steps.push(step);
      body.lines.steps.at(-1)?.push(at + 1);
      notes = step.notes;
    } else notes.push(line.trimEnd());
  }
  if (fence !== undefined) {
    const message = `the code block has no end (${fence.mark}): all that follows is text of it`;
    say(body, 'warning', 'code-block-open', message, fence.line);
  }
  trimBlank(body.intro);
  for (const phase of body.phases) {
    trimBlank(phase.notes);
    for (const step of phase.steps) trimBlank(step.notes);
  }
  return body;
}

function readStep(body: Body, line: string, at: number): TemplateStep {
  const [head = '', box] = STEP.exec(line) ?? [];
  if (box !== ' ') say(body, 'warning', 'step-ticked', 'a step of a template is not done yet: - [ ]', at);
  const { text, verify, malformed } = splitVerify(line.slice(head.length).trim());
  if (text === '') say(body, 'error', 'step-empty', 'a step says nothing', at);
  if (malformed)
    say(body, 'error', 'verify-form', 'a verification reads (verify: `command`), at the end of the step', at);
  return { text, ...(verify === undefined ? {} : { verify }), notes: [] };
}

/** The text of a heading, without closing marks. */
function headingText(line: string, level: number): string {
  const text = line.slice(level).trim();
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end -= 1;
  const closed = end < text.length && (end === 0 || text[end - 1]?.trim() === '');
  return (closed ? text.slice(0, end) : text).trim();
}

function say(body: Body, level: TemplateProblem['level'], code: string, message: string, line: number): void {
  body.problems.push({ level, code, message, line });
}

/** Takes blank lines off both ends. */
function trimBlank(lines: string[]): void {
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first === -1) {
    lines.length = 0;
    return;
  }
  while (lines.at(-1)?.trim() === '') lines.pop();
  lines.splice(0, first);
}
