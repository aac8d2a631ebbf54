import type { NumberedStep } from '../../flows/template-check.ts';
import type { LoadedTemplate } from '../../flows/templates.ts';
import { visible } from '../../platform/terminal.ts';
import { counted } from '../../platform/words.ts';
import type { TemplateRun } from '../../store/template-run.ts';
import { phaseMarkdown } from '../../templates/render.ts';
import type { TemplateVariable } from '../../templates/types.ts';
import type { Cli } from '../cli.ts';
import { shortPath } from '../plan-view.ts';
import { cell } from './checkpoint.ts';
import { paint } from './paint.ts';

/** One line for each template, none wider than the terminal. */
export function templateTable(cli: Cli, list: readonly LoadedTemplate[]): string {
  const width = Math.max(...list.map(({ slug }) => slug.length), 0);
  return list
    .map(({ slug, title, origin, shadowed, parsed, problems }) => {
      const errors = problems.filter(({ level }) => level === 'error').length;
      const count = parsed.template.phases.reduce((sum, { steps }) => sum + steps.length, 0);
      const marks = [
        ...(shadowed ? ['another one of that name counts'] : []),
        ...(errors === 0 ? [] : [`${counted(errors, 'error')}: claude-hooks template lint`]),
      ];
      const head = `${origin.padEnd(8)}  ${String(count).padStart(3)} ${count === 1 ? 'step ' : 'steps'}  `;
      const { description } = parsed.template;
      const told = description === undefined ? title : `${title}: ${description}`;
      const room = Math.max(12, cli.width - width - head.length - 2);
      const words = marks.length === 0 ? told : `(${marks.join('; ')}) ${told}`;
      return `${paint(cli, shadowed ? 'dim' : 'cyan', slug.padEnd(width))}  ${head}${cell(words, room)}`;
    })
    .join('\n');
}

/** A template as it is written, with what has to be known to start it. */
export function templateLines(
  cli: Cli,
  { title, slug, origin, file, parsed, problems }: LoadedTemplate,
  variables: readonly TemplateVariable[],
): string[] {
  const { description, partition, preset, intro, phases } = parsed.template;
  return [
    paint(cli, 'bold', `Template: ${cell(title, 200)}`),
    `  ${slug}, ${origin}: ${visible(shortPath(file, cli))}`,
    ...(description === undefined ? [] : [`  ${visible(description)}`]),
    ...(partition === undefined ? [] : [`  partition: ${visible(partition)}`]),
    ...(preset === undefined ? [] : [`  preset: ${visible(preset)}`]),
    ...variables.map((one) => `  ${variableLine(one)}`),
    ...problems.map(({ level, line, message }) => `  ${level} in line ${line}: ${visible(message)}`),
    ...(intro.length === 0 ? [] : ['', ...intro.map(visible)]),
    ...phases.flatMap((phase) => ['', ...phaseMarkdown(phase).map(visible)]),
  ];
}

function variableLine({ name, description, default: otherwise, required }: TemplateVariable): string {
  const rest = required && otherwise === undefined ? 'required' : `default: ${otherwise ?? 'none'}`;
  return visible(`--var ${name}=... (${rest})${description === undefined ? '' : ` ${description}`}`);
}

/** How far a run is, phase by phase, with the numbers by which steps are named. */
export function runLines(
  cli: Cli,
  run: TemplateRun,
  steps: readonly NumberedStep[],
  document: string,
): string[] {
  const done = steps.filter((step) => step.done).length;
  const width = String(steps.length).length;
  return [
    paint(cli, 'bold', cell(run.title, 200)),
    `  ${done} of ${counted(steps.length, 'step')} done; ${visible(shortPath(document, cli))}`,
    ...run.values.map(({ name, value }) => `  ${cell(name, 60)}: ${cell(value, 200)}`),
    ...run.phases.flatMap((phase, at) => [
      '',
      paint(cli, 'bold', cell(phase.title, 200)),
      ...steps
        .filter(({ number }) => run.steps[number - 1]?.phase === at)
        .map((step) => `  ${String(step.number).padStart(width)} ${stepLine(step)}`),
    ]),
  ];
}

function stepLine({ text, done, by, verify, failed }: NumberedStep): string {
  const marks = [
    ...(done && by !== undefined ? [by] : []),
    ...(!done && verify !== undefined ? [`verify: ${verify}`] : []),
    ...(failed === undefined ? [] : [failed]),
  ];
  return `[${done ? 'x' : ' '}] ${cell(text, 200)}${marks.length === 0 ? '' : ` (${cell(marks.join('; '), 200)})`}`;
}
