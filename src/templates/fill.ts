import { fillIn, isVariableName, placeholdersIn, sameName } from './placeholders.ts';
import type { Template, TemplateVariable } from './types.ts';

export interface Value {
  name: string;
  value: string;
}

export interface FilledTemplate {
  template: Template;
  /** What it was filled in with, in the order of the variables. */
  values: Value[];
  /** Names that were given and are no variable of the template. */
  unknown: string[];
  /** Required variables without a value. */
  missing: string[];
  /** Others without a value, which stand in the text as `{{Name}}`. */
  open: string[];
}

const LONGEST_VALUE = 500;

/**
 * The variables of a template: those it declares, and, where it declares none, those that stand in it. So a plain list of
 * steps with a `{{Feature}}` in it needs no front matter.
 */
export function variablesOf(template: Template): TemplateVariable[] {
  if (template.variables.length > 0) return template.variables;
  const found = new Map<string, TemplateVariable>();
  for (const name of textsOf(template).flatMap(placeholdersIn)) {
    if (isVariableName(name) && !found.has(sameName(name)))
      found.set(sameName(name), { name, required: false });
  }
  return [...found.values()];
}

/**
 * Fills a template in: after it was parsed, so that no value can add a step, a phase or a command. Values stand on one line, of
 * at most 500 characters. Commands are not filled in.
 */
export function fillTemplate(template: Template, given: readonly Value[]): FilledTemplate {
  const variables = variablesOf(template);
  const known = new Map(variables.map((variable) => [sameName(variable.name), variable]));
  const wanted = new Map(given.map(({ name, value }) => [sameName(name), cleanValue(value)]));
  const values = new Map<string, string>();
  for (const { name, default: otherwise } of variables) {
    const value = wanted.get(sameName(name)) || otherwise;
    if (value !== undefined && value !== '') values.set(sameName(name), value);
  }
  const without = variables.filter(({ name }) => !values.has(sameName(name)));
  const fill = (text: string): string => fillIn(text, values);
  return {
    template: {
      ...template,
      title: fill(template.title),
      intro: template.intro.map(fill),
      phases: template.phases.map((phase) => ({
        title: fill(phase.title),
        notes: phase.notes.map(fill),
        steps: phase.steps.map((step) => ({ ...step, text: fill(step.text), notes: step.notes.map(fill) })),
      })),
    },
    values: variables.flatMap(({ name }) => {
      const value = values.get(sameName(name));
      return value === undefined ? [] : [{ name, value }];
    }),
    unknown: [...new Set(given.map(({ name }) => name).filter((name) => !known.has(sameName(name))))],
    missing: without.filter(({ required }) => required).map(({ name }) => name),
    open: without.filter(({ required }) => !required).map(({ name }) => name),
  };
}

/** All that is filled in. */
export function textsOf({ title, intro, phases }: Template): string[] {
  return [
    title,
    ...intro,
    ...phases.flatMap((phase) => [
      phase.title,
      ...phase.notes,
      ...phase.steps.flatMap(({ text, notes }) => [text, ...notes]),
    ]),
  ];
}

/** One line, without what hides or moves text. */
function cleanValue(value: string): string {
  const line = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu, ' ').trim();
  return [...line].slice(0, LONGEST_VALUE).join('').trimEnd();
}
