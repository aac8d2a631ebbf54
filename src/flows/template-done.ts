import { belongingOf } from '../store/belonging.ts';
import { isRunFinished, type TemplateRun } from '../store/template-run.ts';
import { markDone } from './sessions/act.ts';
import type { SessionPlace } from './sessions/place.ts';

/** A session that has done every step of its template is done with its work: its end completes it. */
export function noteFinished(place: SessionPlace, conversation: string, run: TemplateRun): void {
  const session = belongingOf(place.state, conversation)?.session;
  if (session === undefined || !isRunFinished(run)) return;
  markDone(place, session, `every step of the template ${run.id} is done`);
}
