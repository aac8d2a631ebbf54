import type { Template, TemplatePhase, TemplateStep, TemplateVariable } from './types.ts';
import { writeVerify } from './verify-command.ts';

/** A template as Markdown; `parseTemplate` gives it back. Strings of the front matter stand in quotation marks. */
export function renderTemplate(template: Template): string {
  const { title, description, partition, preset, variables, intro, phases } = template;
  const field = (key: string, value: string | undefined): string[] =>
    value === undefined || value === '' ? [] : [`${key}: ${JSON.stringify(value)}`];
  return `${[
    '---',
    ...field('name', title),
    ...field('description', description),
    ...field('partition', partition),
    ...field('preset', preset),
    ...(variables.length === 0 ? [] : ['variables:', ...variables.flatMap(variableLines)]),
    '---',
    ...(intro.length === 0 ? [] : ['', ...intro]),
    ...phases.flatMap((phase) => ['', ...phaseMarkdown(phase)]),
  ].join('\n')}\n`;
}

function variableLines({ name, description, default: otherwise, required }: TemplateVariable): string[] {
  return [
    `  - name: ${JSON.stringify(name)}`,
    ...(description === undefined ? [] : [`    description: ${JSON.stringify(description)}`]),
    ...(otherwise === undefined ? [] : [`    default: ${JSON.stringify(otherwise)}`]),
    ...(required ? ['    required: true'] : []),
  ];
}

/** @param isDone which steps are ticked, by their place in the phase. */
export function phaseMarkdown(
  { title, notes, steps }: TemplatePhase,
  isDone: (step: number) => boolean = () => false,
): string[] {
  return [
    `## ${title}`,
    '',
    ...(notes.length === 0 ? [] : [...notes, '']),
    ...steps.flatMap((step, at) => [stepLine(step, isDone(at)), ...step.notes]),
  ];
}

function stepLine({ text, verify }: TemplateStep, done: boolean): string {
  return `- [${done ? 'x' : ' '}] ${text}${verify === undefined ? '' : ` ${writeVerify(verify)}`}`;
}
