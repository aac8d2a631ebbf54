/** Words by which an answer or a prompt says that something was decided. */
const DECISION =
  /\b(?:decided (?:to|on|against|that)|we(?:['\u2019]ll| will) (?:use|keep|go with|stick with|adopt)|let['\u2019]?s (?:go with|stick with|settle on)|(?:going|went|gone) with|cho(?:se|sen) to|sett?led on|opt(?:ed|ing) (?:for|to)|the decision is)\b/i;
/** A question or an offer decides nothing. */
const UNDECIDED =
  /\?\s*$|\b(?:should (?:we|I)|shall (?:we|I)|could (?:we|I)|(?:have|has|had)(?:n['\u2019]t| not) (?:yet )?decided|not (?:yet )?decided|undecided|whether)\b/i;
const LONGEST = 600;

/** The sentences of a text that tell a decision, in its own words; none from code blocks and quotes. */
export function decisionsIn(text: string): string[] {
  if (!DECISION.test(text)) return [];
  return proseOf(text)
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.replace(/^\s*(?:[-*+]|\d{1,3}[.)]|#{1,6})\s+/, '').trim())
    .filter((sentence) => sentence.length <= LONGEST && DECISION.test(sentence) && !UNDECIDED.test(sentence));
}

function proseOf(text: string): string {
  let fenced = false;
  return text
    .split('\n')
    .filter((line) => {
      const fence = /^\s*(?:```|~~~)/.test(line);
      if (fence) fenced = !fenced;
      return !fence && !fenced && !/^\s*>/.test(line);
    })
    .join('\n');
}
