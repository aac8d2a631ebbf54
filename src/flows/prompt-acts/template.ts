import { HooksError } from '../../errors.ts';
import { counted } from '../../platform/words.ts';
import { takeNews } from '../../store/template-progress.ts';
import { type FilledTemplate, fillTemplate, type Value } from '../../templates/fill.ts';
import { phaseNumber } from '../../templates/progress.ts';
import { templateCommands } from '../template-commands.ts';
import { HOW_TO_FOLLOW, phaseQuote } from '../template-context.ts';
import { planOf, type StartedTemplate, startInSession } from '../template-start.ts';
import { findTemplate, type LoadedTemplate } from '../templates.ts';
import { type ActPlace, type ActResult, type Quote, shown } from './act.ts';
import { workOnPartition } from './partition.ts';

/**
 * Starts the session from a template: fills it in with the variables of the prompt, remembers how far it is from now on, and
 * gives the turn its first phase. A required variable without a value is asked for, and nothing is started.
 */
export async function startFromTemplate(
  at: ActPlace,
  { name, variables }: { name: string; variables: readonly { key: string; value: string }[] },
): Promise<ActResult> {
  const { place, session, nonce } = at;
  const one = shown(name, nonce);
  const no = (said: string, told: string): ActResult => ({ done: false, said, told });
  const loaded = await findTemplate(place, name);
  const filled = fillTemplate(
    loaded.parsed.template,
    variables.map(({ key, value }): Value => ({ name: key, value })),
  );
  const show = (names: readonly string[]): string => names.map((each) => shown(each, nonce)).join(', ');
  if (loaded.parsed.template.phases.every(({ steps }) => steps.length === 0))
    return no(
      `the template ${one} has no steps (- [ ] ...); see: claude-hooks template lint`,
      `Start session from template ${one}: it has no steps and was not started.`,
    );
  if (filled.missing.length > 0)
    return no(
      `the template ${one} was not started: it needs ${show(filled.missing)}; add a line "NAME: value" for each below the first one`,
      `Start session from template ${one}: not started, because values it needs are missing. The person was told which; ask for them.`,
    );
  const started = startInSession(place, planOf(loaded, filled), session);
  takeNews(place.state, session);
  const { of } = phaseNumber(started.run, 0);
  const partition = await partitionOf(at, started);
  const ask = filled.open.length === 0 ? '' : ' Some {{...}} in it have no value: ask the person for them.';
  return {
    done: true,
    said: `the session works by the template ${one} (${loaded.origin}), ${counted(of, 'phase')}, ${counted(started.run.steps.length, 'step')}${await remarks(at, loaded, filled, started)}${partition.said}`,
    told: `Start session from template ${one}: ${HOW_TO_FOLLOW}${ask}`,
    quotes: [{ source: 'template', ...phaseQuote(place.state, started.run, true) }, ...partition.quotes],
  };
}

/** What the person is told besides. */
async function remarks(
  { place, nonce }: ActPlace,
  loaded: LoadedTemplate,
  { open, unknown }: FilledTemplate,
  { run, replaced }: StartedTemplate,
): Promise<string> {
  const show = (names: readonly string[]): string =>
    names
      .slice(0, 10)
      .map((name) => shown(name, nonce))
      .join(', ');
  const own = new Set(run.phases.flatMap(({ steps }) => steps.map(({ verify }) => verify)));
  const waiting = (await templateCommands(place)).filter(
    ({ command, allowed }) => !allowed && own.has(command),
  );
  const { preset } = run;
  return [
    ...(open.length === 0 ? [] : [`without a value: ${show(open)}`]),
    ...(unknown.length === 0 ? [] : [`not in the template: ${show(unknown)}`]),
    ...(replaced === undefined ? [] : [`in the place of ${shown(replaced, nonce)}`]),
    ...(preset === undefined ? [] : [`written for the preset ${shown(preset, nonce)}`]),
    ...(loaded.problems.some(({ level }) => level === 'error')
      ? ['it has errors: claude-hooks template lint']
      : []),
    ...(waiting.length === 0
      ? []
      : [
          `${waiting.length} of its commands ${waiting.length === 1 ? 'does not run before you allow it' : 'do not run before you allow them'}: claude-hooks trust`,
        ]),
  ]
    .map((remark) => `; ${remark}`)
    .join('');
}

/** Puts the partition it is about in work; where that is not done, it is said why. */
async function partitionOf(
  at: ActPlace,
  { run }: StartedTemplate,
): Promise<{ said: string; quotes: Quote[] }> {
  if (run.partition === undefined) return { said: '', quotes: [] };
  try {
    const { said, quotes = [] } = await workOnPartition(at, { name: run.partition });
    return { said: `; ${said}`, quotes };
  } catch (error) {
    if (!(error instanceof HooksError)) throw error;
    return { said: `; its partition is not in work: ${error.message}`, quotes: [] };
  }
}
