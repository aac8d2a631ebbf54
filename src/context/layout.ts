/** A part of the context file that claude-hooks keeps. */
export interface RegionKind {
  name: string;
  /** The heading it stands under; undefined for the line at the end. */
  section: string | undefined;
  /** True for what differs from person to person, or from worktree to worktree. */
  personal: boolean;
  /** The form of the lines claude-hooks writes there. Every other line a person put there, and it stays. */
  own: RegExp;
}

/** What stands in a personal region of a file that git tracks: the same for everyone. */
export const ELSEWHERE = 'Kept in .claude/context.local.md: it differs from person to person.';

const SOURCE = String.raw`\(session [\w.-]+, line @?\d+\)`;
const PROPOSED = String.raw`\d{4}-\d\d-\d\d \(proposed, session [\w.-]+, line @?\d+\): .+`;

/** In the order in which they stand in the file. */
export const REGIONS: readonly RegionKind[] = [
  {
    name: 'work',
    section: 'Current Work',
    personal: true,
    own: /^(?:- (?:Feature|Status|Branch): .*|- Files in work:(?: .*)?| {2}- .*\((?:new|modified|deleted|in conflict)\)| {2}- and \d+ more)$/,
  },
  { name: 'decisions', section: 'Recent Decisions', personal: true, own: new RegExp(`^- ${PROPOSED}$`) },
  { name: 'issues', section: 'Known Issues', personal: true, own: new RegExp(`^- \\[[ xX]\\] ${PROPOSED}$`) },
  {
    name: 'dependencies',
    section: 'Dependencies',
    personal: false,
    own: /^- (?:\S+(?: .*)? \([\w./-]+(?:, dev)?\)|and \d+ more \([\w./-]+\))$/,
  },
  { name: 'commits', section: 'Recent Commits', personal: true, own: /^- [0-9a-f]{4,64}(?: .*)?$/ },
  {
    name: 'next',
    section: 'Next Session',
    personal: true,
    own: new RegExp(`^\\d+\\. (?:Nothing open|\\[[ xX]\\] .* ${SOURCE}|and \\d+ more)$`),
  },
  { name: 'updated', section: undefined, personal: true, own: /^Last updated: \d{4}-\d\d-\d\d$/ },
];

/** The headings people expect, in order. */
export const SECTIONS = [
  'Current Work',
  'Architecture',
  'Recent Decisions',
  'Known Issues',
  'Dependencies',
  'Testing Notes',
  'Recent Commits',
  'Next Session',
] as const;

/** Whether claude-hooks wrote a line of the region of that name. */
export function isOwnLine(name: string): (line: string) => boolean {
  const kind = REGIONS.find((region) => region.name === name);
  return (line) => line === ELSEWHERE || kind === undefined || kind.own.test(line);
}
