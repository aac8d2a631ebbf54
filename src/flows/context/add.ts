import * as path from 'node:path';
import { newContext } from '../../context/context-file.ts';
import { addItem } from '../../context/insert.ts';
import { itemText } from '../../context/item.ts';
import { matchItems, openItems, tickItem } from '../../context/tick.ts';
import { HooksError } from '../../errors.ts';
import { minuteStamp } from '../../platform/clock.ts';
import { readOffered } from '../../store/offered.ts';
import { documentPaths } from '../../store/paths.ts';
import type { UpdatePlace } from '../context-file.ts';
import { gatherFacts, trackedContext } from './facts.ts';
import { keepOutOfGit } from './keep-out.ts';
import { type EditOutcome, editContextFile, withContextLock } from './write.ts';

export type AddKind = 'decision' | 'issue' | 'next' | 'note';
export type DoneKind = 'issue' | 'next';

const LONGEST = 1_000;
export const COMMAND_WAIT_MS = 30_000;

/** The section of each kind, and how its line reads. */
const KINDS: Record<
  AddKind,
  { section: string; line: (text: string, date: string, last: number) => string }
> = {
  decision: { section: 'Recent Decisions', line: (text, date) => `- ${date}: ${text}` },
  issue: { section: 'Known Issues', line: (text, date) => `- [ ] ${date}: ${text}` },
  next: { section: 'Next Session', line: (text, _date, last) => `${last + 1}. [ ] ${text}` },
  note: { section: 'Notes', line: (text, date) => `- ${date}: ${text}` },
};

/**
 * Adds one dated line to what people write in the context file; a file that is missing is made. Next steps differ from
 * person to person: they go beside a file that git tracks. @returns the file and the line.
 * @throws HooksError: usage for a text without words; conflict where the file must not be written.
 */
export async function addToContext(
  place: UpdatePlace,
  kind: AddKind,
  text: string,
): Promise<{ file: string; line: string }> {
  const item = itemText(text, LONGEST);
  if (!/[\p{L}\p{N}]/u.test(item))
    throw new HooksError({
      code: 'context-empty-text',
      kind: 'usage',
      message: `There is nothing to add: the text of the ${kind} has no letter that can be seen.`,
      hint: `Run: claude-hooks context add ${kind} "what was ${kind === 'decision' ? 'decided' : 'noticed'}"`,
    });
  const { section, line } = KINDS[kind];
  const date = minuteStamp(place.now()).slice(0, 10);
  const done = await withContextLock(place, COMMAND_WAIT_MS, async () => {
    const [facts, tracked] = await Promise.all([
      gatherFacts(place, undefined),
      trackedContext(place.repository),
    ]);
    const { context, contextLocal } = documentPaths(place.repository.root);
    const isPersonal = tracked.context && kind === 'next';
    if (isPersonal) await requireKeptOut(place);
    const part = isPersonal ? 'personal' : tracked.context ? 'shared' : 'whole';
    const file = isPersonal ? contextLocal : context;
    let added = '';
    const outcome = editContextFile(place, file, (before) => {
      const base = before ?? newContext({ facts, part, offered: readOffered(place.state) });
      return addItem(base, section, (written) => {
        const numbers = written.map((one) => Number(/^\s*(\d{1,6})[.)]\s/.exec(one)?.[1] ?? 0));
        added = line(item, date, Math.max(0, ...numbers));
        return added;
      });
    });
    requireWritten(file, outcome);
    return { file, line: added };
  });
  return done ?? lockIsHeld(place);
}

/**
 * Ticks one item of Known Issues or Next Session. @param wanted its number among the open ones, or words of it.
 * @throws HooksError (usage) where none or several match, naming them.
 */
export async function tickInContext(
  place: UpdatePlace,
  kind: DoneKind,
  wanted: string,
): Promise<{ file: string; text: string }> {
  const { section } = KINDS[kind];
  const { context, contextLocal } = documentPaths(place.repository.root);
  const done = await withContextLock(place, COMMAND_WAIT_MS, () => {
    let open: string[] = [];
    for (const file of [context, contextLocal]) {
      let ticked = '';
      const outcome = editContextFile(place, file, (before) => {
        const items = before === undefined ? [] : openItems(before, section);
        // Numbers go on from the first file to the second.
        const number = /^\d{1,4}$/.test(wanted) ? String(Number(wanted) - open.length) : wanted;
        const matches = Number(number) < 1 ? [] : matchItems(items, number);
        if (matches.length > 1)
          throw unclear(
            section,
            wanted,
            matches.map(({ text }) => text),
            'could be each of',
          );
        open = [...open, ...items.map(({ text }) => text)];
        const [item] = matches;
        if (before === undefined || item === undefined) return undefined;
        ticked = item.text;
        return tickItem(before, item);
      });
      if (ticked !== '') {
        requireWritten(file, outcome);
        return { file, text: ticked };
      }
      // Nothing was found in it because it must not be read.
      if (outcome.kind === 'untouched' && file === context) requireWritten(file, outcome);
    }
    throw unclear(section, wanted, open, open.length === 0 ? 'is not there: nothing is open' : 'is none of');
  });
  return done ?? lockIsHeld(place);
}

function unclear(section: string, wanted: string, list: readonly string[], words: string): HooksError {
  const named = list.map((text) => itemText(text, 80)).slice(0, 8);
  return new HooksError({
    code: 'context-item-unclear',
    kind: 'usage',
    message: `${section}: "${itemText(wanted, 80)}" ${words}${named.length === 0 ? '' : `: ${named.join(' | ')}`}`,
    hint: 'Give more of its words, or its number among the open ones: claude-hooks context show',
  });
}

async function requireKeptOut({ repository }: UpdatePlace): Promise<void> {
  const obstacle = await keepOutOfGit(repository);
  if (obstacle === undefined) return;
  throw new HooksError({
    code: 'context-not-kept-out',
    kind: 'conflict',
    message: `Nothing was added: .claude/context.local.md cannot be kept out of git. ${obstacle}`,
    hint: 'Add .claude/*.local.md to your .gitignore and run the same command again.',
  });
}

/** @throws HooksError (conflict) naming the file, and the line where one is to blame. */
export function requireWritten(file: string, outcome: EditOutcome): void {
  if (outcome.kind !== 'untouched' && outcome.kind !== 'busy') return;
  throw new HooksError({
    code: 'context-not-written',
    kind: 'conflict',
    message:
      outcome.kind === 'busy'
        ? `${path.basename(file)} kept changing and was left as it is`
        : `${path.basename(file)} was left as it is: it ${outcome.note}`,
    hint: 'Run the same command again when that is settled; see: claude-hooks context check',
    file,
    ...(outcome.kind === 'untouched' && outcome.line !== undefined ? { line: outcome.line } : {}),
  });
}

export function lockIsHeld({ repository }: Pick<UpdatePlace, 'repository'>): never {
  throw new HooksError({
    code: 'context-busy',
    kind: 'conflict',
    message: `Another process has been changing the context file of ${repository.root} for ${COMMAND_WAIT_MS / 1_000} seconds; nothing was changed.`,
    hint: 'Run the same command again; claude-hooks doctor tells what is stuck.',
  });
}
