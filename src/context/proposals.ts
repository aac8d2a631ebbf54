import { sha256 } from '../platform/digest.ts';
import { itemText, sameWords } from './item.ts';
import { isOwnLine } from './layout.ts';
import { handWritten, readRegion } from './regions.ts';

/** Something a session said that may belong into the context file, with the line of its transcript. */
export interface Proposal {
  text: string;
  /** The first letters of the session's id. */
  session: string;
  /** As `citePlace` has it: `120` for a line, `@3456` for a byte. */
  line: string;
}

export type ProposalKind = 'decisions' | 'issues';

const LONGEST = 240;
/** A region holds this many; the oldest make room. Their sessions' summaries keep them all. */
const MOST = 12;
const FORM = /^- (?:\[[ xX]\] )?\d{4}-\d\d-\d\d \(proposed, session [\w.-]+, line @?\d+\): (.+)$/;

/**
 * The lines of the region of proposals: those there are, without what a person wrote down elsewhere in the file by now,
 * then those that are new. What was offered before and is not there any more was dismissed, and is not offered again.
 * @param given `offered`: from `proposalKeys`, of all earlier texts; `shared`: another file where it may be written down.
 */
export function proposeLines(
  text: string,
  kind: ProposalKind,
  incoming: readonly Proposal[],
  given: { date: string; offered: ReadonlySet<string>; shared?: string | undefined },
): string[] {
  const written = [text, given.shared ?? ''].flatMap(handWritten).map((line) => sameWords(line.text));
  const isWritten = (words: string): boolean => written.some((line) => line.includes(words));
  const lines = readRegion(text, kind).filter((line) => isOwnLine(kind)(line) && !isWritten(wordsOf(line)));
  const known = new Set(lines.map(wordsOf));
  const box = kind === 'issues' ? '[ ] ' : '';
  for (const proposal of incoming) {
    const item = itemText(proposal.text, LONGEST);
    const words = sameWords(item);
    if (words === '' || known.has(words) || given.offered.has(keyOf(kind, words)) || isWritten(words))
      continue;
    known.add(words);
    const source = `session ${proposal.session}, line ${proposal.line}`;
    lines.push(`- ${box}${given.date} (proposed, ${source}): ${item}`);
  }
  return lines.slice(-MOST);
}

/** What a text offers now, for remembering. */
export function proposalKeys(text: string): string[] {
  return (['decisions', 'issues'] as const).flatMap((kind) =>
    readRegion(text, kind)
      .filter((line) => FORM.test(line))
      .map((line) => keyOf(kind, wordsOf(line))),
  );
}

function wordsOf(line: string): string {
  return sameWords(FORM.exec(line)?.[1] ?? line);
}

function keyOf(kind: ProposalKind, words: string): string {
  return sha256(`${kind}\0${words}`).slice(0, 32);
}
