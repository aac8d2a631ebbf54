import { phaseMarkdown } from './render.ts';
import type { TemplatePhase } from './types.ts';

/** What is told of a plan at work; `store/template-run.ts` has more of it. */
export interface PlanAtWork {
  title: string;
  values: readonly { name: string; value: string }[];
  intro: readonly string[];
  phases: readonly TemplatePhase[];
  /** In order, over all phases. */
  steps: readonly {
    phase: number;
    step: number;
    done: boolean;
    verified?: { ok: boolean; text: string } | undefined;
  }[];
}

/** The whole plan with its boxes as they are: what people and the agent can read at any time. */
export function progressMarkdown(plan: PlanAtWork): string {
  const { title, values, intro, phases } = plan;
  return `${[
    `# ${title}`,
    ...(values.length === 0 ? [] : ['', ...values.map(({ name, value }) => `- ${name}: ${value}`)]),
    ...(intro.length === 0 ? [] : ['', ...intro]),
    ...phases.flatMap((phase, at) => ['', ...phaseMarkdown(phase, doneIn(plan, at))]),
  ].join('\n')}\n`;
}

/**
 * One phase of it: the title, the values, the steps with their boxes, and how their commands ended that failed.
 * @param phase its place among the phases.
 * @param whole with the introduction: for a conversation that was not given it.
 */
export function phaseLines(plan: PlanAtWork, phase: number, whole: boolean): string[] {
  const one = plan.phases[phase];
  if (one === undefined) return [];
  const { at, of } = phaseNumber(plan, phase);
  const failed = plan.steps.filter(
    (step) => step.phase === phase && !step.done && step.verified?.ok === false,
  );
  return [
    `# ${plan.title} (phase ${at} of ${of})`,
    ...(whole && plan.values.length > 0
      ? ['', ...plan.values.map(({ name, value }) => `- ${name}: ${value}`)]
      : []),
    ...(whole && plan.intro.length > 0 ? ['', ...plan.intro] : []),
    '',
    ...phaseMarkdown(one, doneIn(plan, phase)),
    ...(failed.length === 0 ? [] : ['', 'Commands that failed:']),
    ...failed.map(({ step, verified }) => `- ${one.steps[step]?.verify ?? ''}: ${verified?.text ?? ''}`),
  ];
}

/** Its number among the phases that have steps, and how many these are. */
export function phaseNumber(plan: PlanAtWork, phase: number): { at: number; of: number } {
  const withSteps = plan.phases.flatMap(({ steps }, at) => (steps.length > 0 ? [at] : []));
  return { at: withSteps.filter((at) => at <= phase).length, of: withSteps.length };
}

export function countDone(plan: Pick<PlanAtWork, 'steps'>): { done: number; of: number } {
  return { done: plan.steps.filter(({ done }) => done).length, of: plan.steps.length };
}

function doneIn({ steps }: PlanAtWork, phase: number): (step: number) => boolean {
  const done = new Set(steps.flatMap((one) => (one.phase === phase && one.done ? [one.step] : [])));
  return (step) => done.has(step);
}
