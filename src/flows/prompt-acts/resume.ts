import { withoutMachinePart } from '../../checkpoints/machine-part.ts';
import { shellWord } from '../../checkpoints/markdown.ts';
import type { ChangedFile } from '../../checkpoints/types.ts';
import { type LoadedCheckpoint, loadCheckpoint } from '../checkpoint-load.ts';
import { type ActPlace, type ActResult, inTime, shown } from './act.ts';

/** The comparison may take all the time but this; what git is asked for next is quick. */
const REST_MS = 1_500;
const MOST_FILES = 60;
const SIGNS: Record<ChangedFile['status'], string> = { new: 'A', modified: 'M', deleted: 'D' };

/** Gives the turn a checkpoint's document and what has changed since. Restores nothing. */
export async function resumeFrom(at: ActPlace, { name }: { name: string }): Promise<ActResult> {
  const { place, nonce, deadline } = at;
  const loaded = await loadCheckpoint(place, name, (work) => inTime(deadline - REST_MS, work));
  const { id } = loaded.checkpoint;
  const restore = `claude-hooks checkpoint restore ${shellWord(id)}`;
  const command = `claude-hooks checkpoint load ${shellWord(id)}`;
  return {
    done: true,
    said: `the checkpoint ${id} is in the conversation; no file was restored, that does: ${restore}`,
    told: `Resume from checkpoint ${shown(name, nonce)}: go on from its document below (${id}). No file was restored; if the person wants the files back: ${restore}`,
    quotes: [
      { source: 'checkpoint', text: withoutMachinePart(loaded.text), command },
      { source: 'changed since', text: sinceLines(loaded).join('\n'), command },
    ],
  };
}

function sinceLines({ changes, changesUnknown }: LoadedCheckpoint): string[] {
  if (changes === null) return [`What has changed since cannot be told: ${changesUnknown}`];
  if (changes.length === 0) return ['Nothing has changed since.'];
  const lines = changes
    .slice(0, MOST_FILES)
    .map(({ path, status }) => `${SIGNS[status]} ${path.replace(/[\r\n]+/g, ' ')}`);
  const more = changes.length - lines.length;
  return ['Changed since:', ...lines, ...(more > 0 ? [`and ${more} more`] : [])];
}
