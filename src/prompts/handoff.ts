import { visible } from '../platform/terminal.ts';

/** What the words of a handoff say, by what they are about. */
export interface HandoffWords {
  task: string[];
  needs: string[];
  criteria: string[];
  spec: string[];
}

export interface HandoffDocument extends HandoffWords {
  from: string;
  to: string;
  /** Milliseconds since 1970. */
  writtenAt: number;
  branch: string | undefined;
  completed: readonly string[];
  files: readonly string[];
  /** Where the session is told in full. */
  transcript: string | undefined;
}

const LABELS: readonly [RegExp, keyof HandoffWords][] = [
  [/^(?:needs?|needed|requires?)$/i, 'needs'],
  [/^(?:acceptance(?: criteria)?|done when|criteria)$/i, 'criteria'],
  [/^(?:specs?|specification|see)$/i, 'spec'],
  [/^(?:task|to do|todo|what to do)$/i, 'task'],
];
const LABEL = /^([A-Za-z][A-Za-z ]{1,24}):[ \t]*(.*)$/;
const ITEM = /^(?:[-*+] (?:\[[ xX]\] )?|\d{1,3}[.)] )(.*)$/;

/**
 * Sorts the lines of a handoff: behind `Needs:`, `Acceptance criteria:` and `Spec:` stands what these sections hold, up to
 * the next label, with `;` between items of one line. Everything else is the task.
 */
export function sortHandoff(lines: readonly string[]): HandoffWords {
  const words: HandoffWords = { task: [], needs: [], criteria: [], spec: [] };
  let section: keyof HandoffWords = 'task';
  for (const line of lines) {
    const [, label = '', rest = ''] = LABEL.exec(line) ?? [];
    const named = LABELS.find(([pattern]) => pattern.test(label))?.[1];
    section = named ?? section;
    const text = named === undefined ? line : rest;
    if (section === 'task') words.task.push(text);
    else words[section].push(...text.split(';').map((item) => ITEM.exec(item.trim())?.[1] ?? item));
  }
  const full = (items: string[]): string[] => items.map((item) => item.trim()).filter((item) => item !== '');
  return {
    task: full(words.task),
    needs: full(words.needs),
    criteria: full(words.criteria),
    spec: full(words.spec),
  };
}

/** The document as Markdown; every text of unknown origin stands on one line. The caller redacts it. */
export function renderHandoff(handoff: HandoffDocument): string {
  const { from, to, branch } = handoff;
  const sections: [string, string[]][] = [
    ['Completed', list(handoff.completed)],
    ['Files', list(handoff.files)],
    ['Needs', list(handoff.needs)],
    ['Acceptance Criteria', list(handoff.criteria, '- [ ] ')],
    [`What ${oneLine(to)} does`, handoff.task.map(oneLine)],
    ['Where the spec is', list(handoff.spec)],
  ];
  const head = [
    `# Handoff: ${oneLine(from)} -> ${oneLine(to)}`,
    '',
    `- From: ${oneLine(from)}`,
    `- To: ${oneLine(to)}`,
    `- Branch: ${oneLine(branch ?? 'none')}`,
    `- Written: ${new Date(handoff.writtenAt).toISOString()}, by rule from the prompt and the session's transcript`,
    ...(handoff.transcript === undefined ? [] : [`- Transcript: ${oneLine(handoff.transcript)}`]),
  ];
  const body = sections.flatMap(([title, lines]) => [
    '',
    `## ${title}`,
    '',
    ...(lines.length > 0 ? lines : ['None noted.']),
  ]);
  return `${[...head, ...body].join('\n')}\n`;
}

function list(items: readonly string[], mark = '- '): string[] {
  return items.map((item) => `${mark}${oneLine(item)}`);
}

function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}
