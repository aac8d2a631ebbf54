import { visible } from '../platform/terminal.ts';
import { redactText } from '../redact/redact.ts';
import { machineBlock } from './machine-part.ts';
import { code, fenced, line, shellWord } from './markdown.ts';
import type { ProjectFacts } from './project.ts';
import type { Checkpoint, Narrative } from './types.ts';

const MAX_FILES = 200;

/**
 * The document of a checkpoint: a note from which a person or a session can go on. Secrets are redacted.
 * @param narrative what the session told; without it the todos in the checkpoint's own record are what is known.
 */
export function renderDocument(
  checkpoint: Checkpoint,
  root: string,
  facts: ProjectFacts,
  narrative: Narrative = recorded(checkpoint),
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
  return `${redactText(human)}\n${machineBlock(checkpoint)}\n`;
}

function recorded({ todos = [] }: Checkpoint): Narrative {
  const lastCompleted = todos.findLast((todo) => todo.status === 'completed')?.text;
  return {
    nextSteps: todos.filter((todo) => todo.status !== 'completed').map((todo) => todo.text),
    notes: [],
    ...(lastCompleted === undefined ? {} : { lastCompleted }),
  };
}

function contextLines(checkpoint: Checkpoint, narrative: Narrative): string[] {
  const title = checkpoint.named === true ? checkpoint.name : undefined;
  return [
    `- Working on: ${line(narrative.workingOn ?? checkpoint.note ?? title ?? 'not noted')}`,
    ...(narrative.askedBefore ?? []).map((text) => `- Asked before: ${line(text)}`),
    `- Branch: ${branchWords(checkpoint)}`,
    `- Last completed: ${line(narrative.lastCompleted ?? 'not noted')}`,
    `- Saved: ${checkpoint.createdAt} (${line(checkpoint.reason)})`,
    ...conversationLines(checkpoint),
  ];
}

function conversationLines({ session, conversation }: Checkpoint): string[] {
  if (session === undefined) return [];
  const { message, at } = conversation ?? {};
  const upTo =
    message === undefined ? '' : `, up to message ${code(message)}${at === undefined ? '' : ` of ${at}`}`;
  return [`- Conversation: session ${code(session)}${upTo}`];
}

function branchWords({ branch }: Checkpoint): string {
  return branch === undefined ? 'none (detached HEAD)' : code(branch);
}

function fileLines(checkpoint: Checkpoint): string[] {
  const { files, leftOut, leftOutCount } = checkpoint;
  const included = new Set(checkpoint.included);
  const shown = files.slice(0, MAX_FILES).map((file) => {
    const why = included.has(file.path) ? ', ignored by git and held by checkpoints.include' : '';
    return `- ${code(file.path)} (${file.status}${why})`;
  });
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
    `- Branch: ${branchWords(checkpoint)}`,
    `- Commit: ${checkpoint.head ?? 'none yet'}`,
    `- Status: ${counts.new} new, ${counts.modified} modified, ${counts.deleted} deleted`,
    ...(checkpoint.operation === undefined ? [] : [`- In the middle of: ${checkpoint.operation}`]),
    ...(checkpoint.indexTree === undefined
      ? ['- The index holds unmerged paths, so staging is not held.']
      : []),
    `- Checkpoint: ${checkpoint.commit} (refs/claude-hooks/checkpoints/${checkpoint.id})`,
    ...(checkpoint.previous === undefined ? [] : [`- Checkpoint before it: ${checkpoint.previous}`]),
  ];
}

/** A command is left out where a word of it holds what cannot be seen: nobody should paste that. */
function resumeCommands(checkpoint: Checkpoint, root: string, testCommand: string | undefined): string {
  const command = (before: string, word: string | undefined, after = ''): string[] =>
    word === undefined || !isSeen(word) ? [] : [`${before} ${shellWord(word)}${after}`];
  return [
    ...command('cd', root),
    ...command('git checkout', checkpoint.branch ?? checkpoint.head),
    ...command('claude-hooks checkpoint restore', checkpoint.id),
    ...(testCommand === undefined ? [] : [line(testCommand)]),
    ...command('claude --resume', checkpoint.session, ' --fork-session'),
  ].join('\n');
}

function isSeen(word: string): boolean {
  return visible(word) === word && !/[\n\t]/.test(word);
}
