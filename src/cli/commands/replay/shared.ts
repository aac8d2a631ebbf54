import { HooksError } from '../../../errors.ts';
import type { ReplayPlace, ReplayTarget } from '../../../flows/replay/find-session.ts';
import type { StepDeviation } from '../../../flows/replay/rebuild.ts';
import type { RebuildStep } from '../../../flows/replay/rebuild-plan.ts';
import { visible } from '../../../platform/terminal.ts';
import { redactText } from '../../../redact/redact.ts';
import { type Moment, parseMoment } from '../../../replay/moment.ts';
import type { Selection } from '../../../replay/select.ts';
import type { Cli } from '../../cli.ts';
import type { ReplayOptions } from '../replay.ts';

/** The conversation that is meant; says which, where a session was named that has several. */
export async function replayTarget(cli: Cli, place: ReplayPlace, session: string): Promise<ReplayTarget> {
  const { findReplaySession } = await import('../../../flows/replay/find-session.ts');
  const { remark, ...target } = await findReplaySession(place, session);
  if (remark !== undefined) cli.say(`claude-hooks: ${visible(remark)}`);
  return target;
}

/** @throws HooksError (usage) where the text names no moment. */
export function momentOf(option: string, text: string | undefined): Moment | undefined {
  if (text === undefined) return undefined;
  const moment = parseMoment(text);
  if (moment !== undefined) return moment;
  throw new HooksError({
    code: 'usage',
    kind: 'usage',
    message: `${option} ${visible(text)} names no moment.`,
    hint: 'Write the number of a step (57), where it is told (a49d4421:12), a time (14:30, 2026-11-28T14:30) or +90m.',
  });
}

/** Which steps are asked for. */
export function selectionOf(options: ReplayOptions): Selection {
  const from = momentOf('--from', options.from);
  const until = momentOf('--until', options.until);
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(options.only === undefined ? {} : { only: options.only }),
    skipToolCalls: options.skipToolCalls === true,
  };
}

/** `#57 src/a.ts`, `checkpoint NAME`. */
export function nameOfStep(step: RebuildStep): string {
  if (step.kind === 'checkpoint') return `checkpoint ${step.id}`;
  return `${step.number === undefined ? 'an edit of' : `#${step.number}`} ${oneLine(step.file)}`;
}

export function stepRow(step: RebuildStep): Record<string, unknown> {
  const at = new Date(step.at).toISOString();
  return step.kind === 'edit'
    ? { kind: step.kind, at, number: step.number ?? null, file: step.file, call: step.edit.id }
    : { kind: step.kind, at, id: step.id };
}

export function deviationRow({ kind, file, reason, step }: StepDeviation): Record<string, unknown> {
  return { kind, file: redactText(file), reason: redactText(reason), step: stepRow(step) };
}

/** `#57 src/a.ts: the edit found another content, from line 3 on`. */
export function deviationLine({ kind, file, reason, step }: StepDeviation): string {
  const number = step.kind === 'edit' && step.number !== undefined ? `#${step.number} ` : '';
  const what = kind === 'not-applied' ? 'not applied: ' : '';
  return `${number}${oneLine(redactText(file))}: ${what}${oneLine(redactText(reason))}`;
}

function oneLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n');
}
