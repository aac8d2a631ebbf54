import { shellWord } from '../../checkpoints/markdown.ts';
import type { PlannedPath, RestorePlan, RestoreResult } from '../../checkpoints/restore/types.ts';
import { LEFT_WORDS } from '../../checkpoints/restore/words.ts';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';
import { when } from './checkpoint.ts';
import { paint } from './paint.ts';

const MAX_CHANGES = 40;
const MAX_LEFT = 20;

const SIGNS: Record<PlannedPath['action'], [sign: string, color: 'green' | 'yellow' | 'red']> = {
  create: ['A', 'green'],
  change: ['M', 'yellow'],
  remove: ['D', 'red'],
};

const STAGING: Record<RestorePlan['staging'], string> = {
  restored: 'staging as it was then',
  same: 'staging already as it was',
  kept: 'staging stays as it is now',
};

/** What a restore does, in the order a person asks: what it is, how much, which files, what stays, what to know. */
export function planText(cli: Cli, plan: RestorePlan): string {
  const lines = [paint(cli, 'bold', plan.title), `  ${summary(plan)}`];
  for (const { path, action } of plan.changes.slice(0, MAX_CHANGES)) {
    const [sign, color] = SIGNS[action];
    lines.push(`  ${paint(cli, color, sign)} ${nameOf(path)}`);
  }
  lines.push(...more(plan.changes.length, MAX_CHANGES));
  if (plan.left.length > 0) lines.push('Stays as it is:');
  for (const { path, why } of plan.left.slice(0, MAX_LEFT))
    lines.push(`  ${paint(cli, 'dim', '=')} ${nameOf(path)} (${LEFT_WORDS[why]})`);
  lines.push(...more(plan.left.length, MAX_LEFT));
  if (plan.conflicts.length > 0) lines.push(paint(cli, 'red', 'Conflicts:'));
  for (const { path, message } of plan.conflicts) lines.push(`  ! ${nameOf(path)}: ${visible(message)}`);
  for (const note of plan.notes) lines.push(visible(note).replace(/\s+/g, ' '));
  return [...lines, ...conversationLines(plan)].join('\n');
}

/** How it ended. */
export function resultText(cli: Cli, result: RestoreResult): string {
  if (result.restored) {
    return [
      `${paint(cli, 'green', 'Restored, verified')}: the files on disk are tree ${result.tree.slice(0, 12)}.`,
      `What was there before is saved as ${paint(cli, 'cyan', result.safety.id)}. Take it back: claude-hooks undo`,
    ].join('\n');
  }
  if (result.cause === 'dry-run') return 'Nothing was changed: this was a dry run.';
  if (result.cause === 'declined') return 'Nothing was changed.';
  return result.plan.left.length > 0
    ? 'Nothing to restore: all that differs stays as it is.'
    : 'Nothing to restore: all is as in the checkpoint.';
}

function summary(plan: RestorePlan): string {
  const count = (action: PlannedPath['action']): number =>
    plan.changes.filter((one) => one.action === action).length;
  const parts = [
    `${count('create')} to create`,
    `${count('change')} to change`,
    `${count('remove')} to remove`,
    ...(plan.left.length > 0 ? [`${plan.left.length} left alone`] : []),
    STAGING[plan.staging],
  ];
  return parts.join(', ');
}

function nameOf(path: string): string {
  return visible(path).replaceAll('\n', '\\n');
}

function more(count: number, shown: number): string[] {
  return count > shown ? [`  and ${count - shown} more (all with --json)`] : [];
}

/** Where the conversation was, and how to go on from there without losing the one of now. */
function conversationLines({ checkpoint }: RestorePlan): string[] {
  if (checkpoint?.session === undefined) return [];
  const { message, at } = checkpoint.conversation ?? {};
  const place = [
    ...(message === undefined ? [] : [`after message ${message}`]),
    `${when(at ?? checkpoint.createdAt)}`,
  ];
  return [
    `Conversation: session ${visible(checkpoint.session)}, ${visible(place.join(', '))}. To go on with it in a copy:`,
    `  claude --resume ${visible(shellWord(checkpoint.session))} --fork-session`,
  ];
}
