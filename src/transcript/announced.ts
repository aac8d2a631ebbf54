/** Most steps taken from one answer. */
const MOST = 5;
/** Longer announcements are cut by whoever shows them; what is longer than this is no announcement. */
const LONGEST = 600;

const HEADING =
  /^(?:#{1,6}\s*)?(?:\*\*|__)?(?:(?:suggested|recommended|possible|the|my)\s+)?(?:next steps?|what(?:'s|\u2019s| is) (?:next|left)|what remains|next up|remaining(?: work| tasks| steps| items)?|still (?:to do|open|missing)|to-?do(?:s| list)?|open (?:items|points|questions|todos)|follow-?ups?)\s*(?:\([^)]*\)\s*)?(?:\*\*|__)?\s*(?::\s*(?:\*\*|__)?\s*(.*))?$/i;
const ITEM = /^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+(?:\[[ ]\]\s+)?(.+)$/;
const DONE_ITEM = /^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+\[[xX]\]\s+/;
const ANNOUNCES =
  /\b(?:next,? (?:I|we)(?:['\u2019]ll| will| am| are)|(?:I|we)(?:['\u2019]ll| will) (?:now|next|then|continue|go on)|(?:my |the |our )?next steps? (?:is|are|will be|would be)|(?:I|we|you) (?:still )?(?:need|have) to|(?:still|left|remains?|remaining) to (?:be )?\w+|(?:is|are) still (?:missing|open|to do))\b/i;

/**
 * What an answer says is to be done next, by rule: the list under a heading such as "Next steps", else sentences that
 * announce something. In its own words, without Markdown marks, at most five; empty where it announces nothing.
 */
export function announcedSteps(answer: string): string[] {
  const lines = proseLines(answer);
  const listed = listedSteps(lines);
  if (listed.length > 0) return listed.slice(0, MOST);
  return sentencesOf(lines)
    .filter((sentence) => sentence.length <= LONGEST && ANNOUNCES.test(sentence))
    .slice(-MOST);
}

/**
 * The first sentence of an answer that says something: a heading or a word such as "Done." is joined with what
 * follows. Undefined where the answer is empty or only code.
 */
export function firstSentence(answer: string): string | undefined {
  let said = '';
  for (const sentence of sentencesOf(proseLines(answer))) {
    said = said === '' ? sentence : `${said} ${sentence}`;
    if (said.length >= 20 && !said.endsWith(':')) break;
  }
  return said === '' ? undefined : said;
}

/** Lines outside code blocks. */
function proseLines(text: string): string[] {
  let fence: string | undefined;
  return text.split(/\r?\n/).filter((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && mark === undefined) return true;
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) === true) fence = undefined;
    return false;
  });
}

function listedSteps(lines: readonly string[]): string[] {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    const heading = line.length > LONGEST ? null : HEADING.exec(line);
    if (heading === null) continue;
    const steps = itemsAfter(lines, at + 1);
    const same = withoutMarks(heading[1] ?? '');
    if (steps.length > 0) return steps;
    if (same !== '') return [same];
  }
  return [];
}

/** Items of the list that begins at a line; blank lines may stand before and between them. */
function itemsAfter(lines: readonly string[], from: number): string[] {
  const items: string[] = [];
  for (const line of lines.slice(from)) {
    if (line.trim() === '' || DONE_ITEM.test(line)) continue;
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) items.push(withoutMarks(item));
    else if (!/^\s{2,}/.test(line)) break;
  }
  return items.filter((item) => item !== '');
}

function sentencesOf(lines: readonly string[]): string[] {
  return lines
    .map(withoutMarks)
    .flatMap((line) => line.split(/(?<=[.!?])\s+(?=\S)/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

function withoutMarks(line: string): string {
  return line
    .replace(/^\s*(?:#{1,6}\s+|>\s*|[-*+\u2022]\s+|\d{1,3}[.)]\s+)+(?:\[[ xX]\]\s+)?/, '')
    .replace(/\*\*|__/g, '')
    .trim();
}
