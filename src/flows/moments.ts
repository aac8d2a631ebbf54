import type { Moment } from '../config/config.ts';
import type { SessionEvent } from '../sessions/event.ts';
import { runStep } from './run-step.ts';
import type { Workplace } from './workplace.ts';

/**
 * Runs the project's own steps of a moment, one after the other, each within its time limit, with the event as
 * JSON on standard input and the session's variables in the environment. Only where the person at this machine allowed this repository's commands.
 * A failing step is logged and does not stop the next one. @returns the steps that failed.
 */
export async function runMoment(place: Workplace, moment: Moment, event: SessionEvent): Promise<string[]> {
  const { enabled, steps } = place.resolved.config.hooks[moment];
  const active = steps.filter((step) => step.enabled);
  if (!enabled || active.length === 0) return [];
  if (!place.resolved.commandsTrusted) {
    place.log(
      'warn',
      `steps of ${moment} were not run: this repository's commands are not allowed on this machine (claude-hooks trust)`,
    );
    return [];
  }
  const failed: string[] = [];
  const { sessionEnvironment } = await import('./sessions/variables.ts');
  const variables = sessionEnvironment(place.state, event.session);
  for (const step of active) {
    const result = await runStep(step, {
      root: place.repository.root,
      runtime: place.runtime,
      env: { ...variables, CLAUDE_HOOKS_MOMENT: moment, CLAUDE_HOOKS_SESSION: event.session ?? '' },
      input: JSON.stringify(event),
    });
    place.log(
      result.ok ? 'info' : 'error',
      `${moment} step "${step.name}": ${result.ok ? 'ok' : result.text}`,
    );
    if (!result.ok) failed.push(`${step.name}: ${result.text}`);
  }
  return failed;
}
