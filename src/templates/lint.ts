import { textsOf } from './fill.ts';
import { isVariableName, placeholdersIn, sameName } from './placeholders.ts';
import { stepWords } from './step-words.ts';
import type { ParsedTemplate, TemplateProblem } from './types.ts';

const MOST_STEPS = 200;
const LONGEST_STEP = 300;

/** What is wrong with a template, by line. An error keeps it from meaning what it says; it is started all the same. */
export function lintTemplate(parsed: ParsedTemplate): TemplateProblem[] {
  const problems = [
    ...parsed.problems,
    ...lintPhases(parsed),
    ...lintSteps(parsed),
    ...lintPlaceholders(parsed),
  ];
  return problems.sort((a, b) => a.line - b.line || (a.code < b.code ? -1 : 1));
}

function lintPhases({ template, lines }: ParsedTemplate): TemplateProblem[] {
  const { phases, title } = template;
  const problems: TemplateProblem[] = [];
  if (phases.every(({ steps }) => steps.length === 0))
    problems.push(error('no-steps', 'there are no steps: "## Phase", and below it "- [ ] Step"', 1));
  if (title === '')
    problems.push(warning('no-name', 'it has no name: the name of the file stands for it', 1));
  const known = new Set<string>();
  phases.forEach((phase, at) => {
    const line = lines.phases[at] ?? 1;
    if (phase.steps.length === 0)
      problems.push(
        warning('phase-empty', `the phase "${phase.title}" has no steps and is passed over`, line),
      );
    if (known.has(phase.title.toLowerCase()))
      problems.push(warning('phase-twice', `the phase "${phase.title}" is there twice`, line));
    known.add(phase.title.toLowerCase());
  });
  return problems;
}

function lintSteps({ template, lines }: ParsedTemplate): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const known = new Map<string, number>();
  let count = 0;
  template.phases.forEach((phase, at) => {
    phase.steps.forEach(({ text, verify }, number) => {
      const line = lines.steps[at]?.[number] ?? 1;
      const words = stepWords(text).join(' ');
      count += 1;
      if (count === MOST_STEPS + 1)
        problems.push(warning('too-many-steps', `there are more than ${MOST_STEPS} steps`, line));
      if (text.length > LONGEST_STEP)
        problems.push(
          warning('step-long', `a step of more than ${LONGEST_STEP} characters is no todo`, line),
        );
      if (known.has(words) && words !== '')
        problems.push(
          warning(
            'step-twice',
            `the step of line ${known.get(words)} again: a todo cannot tell them apart`,
            line,
          ),
        );
      else known.set(words, line);
      if (verify !== undefined && placeholdersIn(verify).length > 0)
        problems.push(
          error(
            'verify-placeholder',
            'a command is not filled in: {{...}} in it stays, and it is not run',
            line,
          ),
        );
    });
  });
  return problems;
}

function lintPlaceholders({ template, lines }: ParsedTemplate): TemplateProblem[] {
  const { variables, intro, phases } = template;
  const declared = new Set(variables.map(({ name }) => sameName(name)));
  const used = new Set<string>();
  const problems: TemplateProblem[] = [];
  const look = (texts: readonly string[], line: number): void => {
    for (const name of texts.flatMap(placeholdersIn)) {
      used.add(sameName(name));
      if (!isVariableName(name))
        problems.push(
          error('placeholder-name', `{{${name.slice(0, 40)}}} is no variable: it stays as it is`, line),
        );
      else if (variables.length > 0 && !declared.has(sameName(name)))
        problems.push(error('placeholder-undeclared', `{{${name}}} is not among the variables`, line));
    }
  };
  look([template.title, ...intro], 1);
  phases.forEach((phase, at) => {
    look([phase.title, ...phase.notes], lines.phases[at] ?? 1);
    phase.steps.forEach(({ text, notes }, number) => {
      look([text, ...notes], lines.steps[at]?.[number] ?? 1);
    });
  });
  for (const { name } of variables) {
    if (!used.has(sameName(name)) && textsOf(template).length > 0)
      problems.push(
        warning(
          'variable-unused',
          `the variable "${name}" stands nowhere`,
          lines.variables.get(sameName(name)) ?? 1,
        ),
      );
  }
  return problems;
}

function error(code: string, message: string, line: number): TemplateProblem {
  return { level: 'error', code, message, line };
}

function warning(code: string, message: string, line: number): TemplateProblem {
  return { level: 'warning', code, message, line };
}
