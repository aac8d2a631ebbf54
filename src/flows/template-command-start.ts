import * as path from 'node:path';
import { HooksError } from '../errors.ts';
import { createFileExclusive, lstatIfExists, readTextIfExists } from '../platform/fs.ts';
import { visible } from '../platform/terminal.ts';
import { redactText } from '../redact/redact.ts';
import { linkOutside, openDocumentFolder } from '../store/documents.ts';
import { isId } from '../store/names.ts';
import type { RunPlan } from '../store/template-run.ts';
import { type FilledTemplate, fillTemplate, type Value, variablesOf } from '../templates/fill.ts';
import { type PlanAtWork, progressMarkdown } from '../templates/progress.ts';
import { templateCommands } from './template-commands.ts';
import { usePartitionOf } from './template-partition.ts';
import { planOf, type StartedTemplate, startFromOutside } from './template-start.ts';
import { findTemplate, type LoadedTemplate } from './templates.ts';
import type { Workplace } from './workplace.ts';

export interface CommandStart {
  started: StartedTemplate;
  /** Variables without a value. */
  open: string[];
  /** Commands that the person has not let run here. */
  waiting: string[];
  /** The copy in the working tree, where one was asked for. */
  copy: string | undefined;
}

/**
 * Starts a template from the command line.
 * @throws HooksError (kind usage) `template-variables` naming what is unknown or missing, `template-unknown`; (kind failed) `template-empty`, `template-not-written`; (kind conflict) `template-copy-exists`.
 */
export async function startByCommand(
  place: Workplace,
  asked: {
    name: string;
    values: readonly Value[];
    /** The conversation that is to work by it; the next one of the working tree where it tells none. */
    session: () => Promise<string | undefined>;
    copy: boolean;
  },
): Promise<CommandStart> {
  const { root } = place.repository;
  const loaded = await findTemplate(place, asked.name);
  const filled = fillTemplate(loaded.parsed.template, asked.values);
  checkValues(loaded, filled);
  const plan = planOf(loaded, filled);
  if (plan.phases.length === 0)
    throw new HooksError({
      code: 'template-empty',
      kind: 'failed',
      message: `The template ${loaded.slug} has no steps.`,
      hint: 'See: claude-hooks template lint',
      file: loaded.file,
    });
  const session = await asked.session();
  const copy = asked.copy
    ? writeCopy(root, loaded.slug, redactText(progressMarkdown(atStart(plan))))
    : undefined;
  const started = startFromOutside(place, plan, session);
  if (session !== undefined) usePartitionOf(place, started.run, session);
  const own = new Set(plan.phases.flatMap(({ steps }) => steps.map(({ verify }) => verify)));
  const waiting = (await templateCommands(place)).filter(
    ({ command, allowed }) => !allowed && own.has(command),
  );
  return { started, open: filled.open, waiting: waiting.map(({ command }) => command), copy };
}

function checkValues({ slug, parsed }: LoadedTemplate, { unknown, missing }: FilledTemplate): void {
  if (unknown.length === 0 && missing.length === 0) return;
  const show = (names: readonly string[]): string => names.map((name) => visible(name)).join(', ');
  const known = variablesOf(parsed.template).map(({ name }) => name);
  const parts = [
    ...(unknown.length === 0
      ? []
      : [`has no variable ${unknown.length === 1 ? '' : 'of these: '}${show(unknown)}`]),
    ...(missing.length === 0 ? [] : [`needs ${show(missing)}`]),
  ];
  throw new HooksError({
    code: 'template-variables',
    kind: 'usage',
    message: `The template ${slug} ${parts.join('; it ')}. Nothing was started.`,
    hint:
      known.length === 0
        ? 'It has no variables.'
        : `Its variables: ${show(known)}. Give them with --var "${visible(missing[0] ?? known[0] ?? '')}=VALUE"`,
  });
}

/** A plan of which no step is done yet. */
function atStart(plan: RunPlan): PlanAtWork {
  const steps = plan.phases.flatMap((one, phase) =>
    one.steps.map((_, step) => ({ phase, step, done: false })),
  );
  return { ...plan, steps };
}

/**
 * Writes the copy before anything is started, and never over a file that is there, unless that is the same.
 * @throws HooksError `template-copy-exists` (kind conflict), `template-not-written`.
 */
function writeCopy(root: string, slug: string, text: string): string {
  const folder = path.join(root, '.claude', 'plans');
  const file = path.join(folder, `${isId(slug) ? slug : 'template'}.md`);
  const link = linkOutside(root, file);
  const reason =
    link === undefined ? openDocumentFolder(root, folder) : `${link} is a link that leads out of ${root}`;
  if (reason !== undefined)
    throw new HooksError({
      code: 'template-not-written',
      kind: 'failed',
      message: `No copy can be written, so nothing was started: ${visible(reason)}.`,
      hint: 'Start it without --copy.',
    });
  if (createFileExclusive(file, text, 0o644)) return file;
  if (lstatIfExists(file)?.isFile() === true && readTextIfExists(file) === text) return file;
  throw new HooksError({
    code: 'template-copy-exists',
    kind: 'conflict',
    message:
      'Where the copy belongs is something else already; it was left as it is, and nothing was started.',
    hint: 'Give that another name, or start it without --copy.',
    file,
  });
}
