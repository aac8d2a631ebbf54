import { isPlainName } from '../../context/fence.ts';
import { readDocument } from '../../context/file.ts';
import { contextFileOf } from '../../partitions/find.ts';
import { describePartition } from '../../partitions/wording.ts';
import { usePartition } from '../partition.ts';
import { type ActPlace, type ActResult, inTime, type Quote, shown } from './act.ts';

/**
 * Puts a partition in work for the session, from this turn on, and gives the turn what it is about. @throws HooksError
 * for a name that is not configured; nothing is changed then.
 */
export async function workOnPartition(at: ActPlace, { name }: { name: string }): Promise<ActResult> {
  const { place, session, nonce, deadline } = at;
  const { partition, sentence, warnings } = await inTime(deadline, () =>
    usePartition(place, session, name, 'prompt'),
  );
  const one = shown(name, nonce);
  const said = [sentence, ...warnings].join(' ');
  if (partition === undefined)
    return { done: true, said, told: `Working on partition ${one}: no partition is in work.` };
  const command = 'claude-hooks context partition show';
  const lines = describePartition(partition).join('\n');
  return {
    done: true,
    said,
    told: `Working on partition ${one}: keep to its files; what is known of it is below.`,
    quotes: [
      { source: 'partition', text: lines, command },
      ...contextOf(at, contextFileOf(partition), command),
    ],
  };
}

function contextOf({ place, budget }: ActPlace, file: string, command: string): Quote[] {
  const context = readDocument(place.repository.root, file, budget * 4);
  if (context.kind === 'missing') return [];
  const { text, unread } =
    context.kind === 'text' ? context : { text: `The context file ${context.note}.`, unread: false };
  return [{ source: 'partition', file, text, command: isPlainName(file) ? `cat ${file}` : command, unread }];
}
