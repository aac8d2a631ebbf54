import { redactText, redactValue } from '../redact/redact.ts';
import { code, fenced, line, shellWord } from './markdown.ts';
import { optional } from './metadata.ts';
import type { ProjectFacts } from './project.ts';
import type { Checkpoint, Narrative } from './types.ts';

const MAX_FILES = 200;
/** Marks the block that programs read; everything else in the document is for people and may be edited. */
const MACHINE_INFO = 'json claude-hooks';
const MACHINE_BLOCK = /^(`{3,})json claude-hooks[ \t]*\r?\n([\s\S]*?)^\1[ \t]*\r?$/gm;

/** The part of a document that programs read. */
export interface MachinePart {
  version: 1;
  id: string;
  name: string;
  createdAt: string;
  commit: string;
  tree: string;
  [field: string]: unknown;
}

/** The document of a checkpoint: a note from which a person or a session can go on. Secrets are redacted. */
export function renderDocument(
  checkpoint: Checkpoint,
  root: string,
  facts: ProjectFacts,
  narrative: Narrative = { nextSteps: [], notes: [] },
): string {
  const sections: [string, string[]][] = [
    ['Context', contextLines(checkpoint, narrative)],
    ['Files Modified', fileLines(checkpoint)],
    ['Next Steps', narrative.nextSteps.map((step, at) => `${at + 1}. ${line(step)}`)],
    ['Important Notes', noteLines(checkpoint, narrative)],
    ['Git State', gitLines(checkpoint)],
    [
      'Environment',
      [
        `- Working directory: ${code(root)}`,
        `- Node: ${facts.node}`,
        ...facts.lines.map((text) => `- ${line(text)}`),
      ],
    ],
    [
      'Commands to Resume',
      [fenced('sh', resumeCommands(checkpoint, root, narrative.testCommand ?? facts.testCommand))],
    ],
  ];
  const body = sections.flatMap(([title, lines]) => [
    `## ${title}`,
    '',
    ...(lines.length > 0 ? lines : ['None noted.']),
    '',
  ]);
  const human = [`# Session Checkpoint: ${line(checkpoint.name)}`, '', ...body].join('\n');
  return `${redactText(human)}\n${fenced(MACHINE_INFO, JSON.stringify(machinePart(checkpoint), null, 2))}\n`;
}

/** Reads the machine part of a document, however its other parts were edited; undefined where there is none. */
export function readMachinePart(text: string): MachinePart | undefined {
  for (const match of text.matchAll(MACHINE_BLOCK)) {
    try {
      const value = JSON.parse(match[2] ?? '') as MachinePart;
      if (value.version === 1 && typeof value.id === 'string' && typeof value.commit === 'string')
        return value;
    } catch {
      // An edited block that is no JSON any more; another one may follow.
    }
  }
  return undefined;
}

/** A document without the block for programs, for a person to read. */
export function withoutMachinePart(text: string): string {
  return text.replace(MACHINE_BLOCK, '').trimEnd();
}

function machinePart(checkpoint: Checkpoint): MachinePart {
  const { name, branch, session, note, leftOut, remarks } = checkpoint;
  // Ids and hashes are added after redaction, so that no rule can take one for a secret.
  return {
    version: 1,
    id: checkpoint.id,
    ...(redactValue({ name, ...optional('branch', branch), ...optional('note', note), leftOut, remarks }) as {
      name: string;
    }),
    createdAt: checkpoint.createdAt,
    reason: checkpoint.reason,
    commit: checkpoint.commit,
    tree: checkpoint.tree,
    worktree: checkpoint.worktree,
    ...optional('indexTree', checkpoint.indexTree),
    ...optional('head', checkpoint.head),
    ...optional('operation', checkpoint.operation),
    ...optional('session', session),
    counts: checkpoint.counts,
  };
}

function contextLines(checkpoint: Checkpoint, narrative: Narrative): string[] {
  return [
    `- Working on: ${line(narrative.workingOn ?? checkpoint.note ?? checkpoint.name)}`,
    `- Branch: ${checkpoint.branch === undefined ? 'none (detached HEAD)' : code(checkpoint.branch)}`,
    `- Last completed: ${line(narrative.lastCompleted ?? 'not noted')}`,
    `- Saved: ${checkpoint.createdAt} (${line(checkpoint.reason)})`,
  ];
}

function fileLines(checkpoint: Checkpoint): string[] {
  const { files, leftOut, leftOutCount } = checkpoint;
  const shown = files.slice(0, MAX_FILES).map((file) => `- ${code(file.path)} (${file.status})`);
  if (files.length > MAX_FILES)
    shown.push(`- and ${files.length - MAX_FILES} more: claude-hooks checkpoint show ${checkpoint.id}`);
  const why = { size: 'too large', unreadable: 'not readable', 'no-commit': 'a repository without a commit' };
  const missing = leftOut.map(
    (file) => `- ${code(file.path)} (not held: ${why[file.why]}, ${file.bytes} bytes)`,
  );
  if (leftOutCount > leftOut.length)
    missing.push(`- and ${leftOutCount - leftOut.length} more files not held`);
  return [...(shown.length > 0 ? shown : ['Nothing differs from the last commit.']), ...missing];
}

function noteLines(checkpoint: Checkpoint, narrative: Narrative): string[] {
  return [
    ...(checkpoint.note === undefined ? [] : [line(checkpoint.note)]),
    ...narrative.notes.map(line),
    ...checkpoint.remarks.map(line),
  ].map((text) => `- ${text}`);
}

function gitLines(checkpoint: Checkpoint): string[] {
  const { counts } = checkpoint;
  return [
    `- Branch: ${checkpoint.branch === undefined ? 'none (detached HEAD)' : code(checkpoint.branch)}`,
    `- Commit: ${checkpoint.head ?? 'none yet'}`,
    `- Status: ${counts.new} new, ${counts.modified} modified, ${counts.deleted} deleted`,
    ...(checkpoint.operation === undefined ? [] : [`- In the middle of: ${checkpoint.operation}`]),
    ...(checkpoint.indexTree === undefined
      ? ['- The index holds unmerged paths, so staging is not held.']
      : []),
    `- Checkpoint: ${checkpoint.commit} (refs/claude-hooks/checkpoints/${checkpoint.id})`,
  ];
}

function resumeCommands(checkpoint: Checkpoint, root: string, testCommand: string | undefined): string {
  const target = checkpoint.branch === undefined ? checkpoint.head : checkpoint.branch;
  return [
    `cd ${shellWord(root)}`,
    ...(target === undefined ? [] : [`git checkout ${shellWord(target)}`]),
    ...(testCommand === undefined ? [] : [line(testCommand)]),
    `claude-hooks checkpoint load ${checkpoint.id}`,
    ...(checkpoint.session === undefined ? [] : [`claude --resume ${shellWord(checkpoint.session)}`]),
  ].join('\n');
}
