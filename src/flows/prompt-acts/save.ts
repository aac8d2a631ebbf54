import { monotonicMs } from '../../platform/clock.ts';
import { visible } from '../../platform/terminal.ts';
import { counted } from '../../platform/words.ts';
import { saveOnRequest } from '../checkpoint.ts';
import { type ActPlace, type ActResult, inTime, shown } from './act.ts';

/** Saves a checkpoint of that name now, before the model is asked. */
export async function saveNow(at: ActPlace, { name }: { name: string }): Promise<ActResult> {
  const { place, session, nonce, deadline } = at;
  const budgetMs = Math.max(1_000, deadline - monotonicMs() - 500);
  const result = await inTime(deadline, () => saveOnRequest(place, { name, session, budgetMs }));
  if (!result.saved && result.cause === 'refused') {
    const why = visible(`${result.reason}. ${result.hint}`);
    return {
      done: false,
      said: `no checkpoint ${shown(name, nonce)} was saved: ${why}`,
      told: `Save checkpoint ${shown(name, nonce)}: none was saved; the person was told why.`,
    };
  }
  const { id, counts, leftOutCount } = result.checkpoint;
  const missing =
    leftOutCount === 0
      ? ''
      : `; ${counted(leftOutCount, 'file is', 'files are')} not held: claude-hooks checkpoint show ${id}`;
  const document =
    result.saved && result.documentError !== undefined ? `; ${visible(result.documentError)}` : '';
  return {
    done: true,
    said: `saved the checkpoint ${id} (${counts.new} new, ${counts.modified} modified, ${counts.deleted} deleted)${missing}${document}`,
    told: `Save checkpoint ${shown(name, nonce)}: saved as ${id} before this turn. Nothing more is to be done for it.`,
  };
}
