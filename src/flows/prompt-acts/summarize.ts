import { summarize } from '../summarize.ts';
import { type ActPlace, type ActResult, inTime } from './act.ts';

/** Gives the turn the summary of the last hours: of every session of this working tree that did anything in them. */
export async function summarizeLast(
  { place, deadline }: ActPlace,
  { minutes, said }: { minutes: number; said: string },
): Promise<ActResult> {
  const period = `the last ${said.replace(/ of work$/i, '')}`;
  const summaries = await inTime(deadline, () => summarize(place, { lastMs: minutes * 60_000 }));
  if (summaries.length === 0) {
    const nothing = `nothing happened in ${period}`;
    return { done: true, said: nothing, told: `Summarize ${period}: ${nothing}, as the transcripts tell.` };
  }
  const last = minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
  return {
    done: true,
    said: `the summary of ${period} is in the conversation`,
    told: `Summarize ${period}: answer from the summary below, which was written by rule from the transcripts.`,
    quotes: summaries.map(({ text }) => ({
      source: 'summary',
      text,
      command: `claude-hooks context summarize --last ${last}`,
    })),
  };
}
