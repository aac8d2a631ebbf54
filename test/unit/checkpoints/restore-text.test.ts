import { describe, expect, it } from 'vitest';
import type { PlannedPath, RestorePlan } from '../../../src/checkpoints/restore/types.ts';
import type { CheckpointSummary } from '../../../src/checkpoints/types.ts';
import type { Cli } from '../../../src/cli/cli.ts';
import { planText, resultText } from '../../../src/cli/render/restore.ts';

const cli = { width: 100, color: false } as Cli;

const checkpoint: CheckpointSummary = {
  id: 'feature-1',
  name: 'Feature',
  createdAt: '2026-11-22T10:00:00.000Z',
  commit: 'c',
  tree: 't',
  reason: 'manual',
  worktree: 'main',
  counts: { new: 0, modified: 0, deleted: 0 },
  leftOut: [],
  leftOutCount: 0,
  remarks: [],
  document: '',
};

function planOf(more: Partial<RestorePlan>): RestorePlan {
  return {
    title: 'Restore "Feature" (feature-1)',
    mode: 'exact',
    changes: [],
    left: [],
    staging: 'same',
    conflicts: [],
    notes: [],
    ...more,
  };
}

describe('the plan of a restore as text', () => {
  it('names what stays with the reason, conflicts, and what to know', () => {
    const text = planText(
      cli,
      planOf({
        mode: 'mine-kept',
        changes: [{ path: 'a', action: 'change' }],
        left: [
          { path: 'build/out', why: 'ignored' },
          { path: 'big\n.bin', why: 'not-held' },
        ],
        staging: 'kept',
        conflicts: [{ path: 'a', kind: 'content', message: 'both changed\u001b[2J it' }],
        notes: ['One\nnote.'],
      }),
    );
    expect(text.split('\n')).toEqual([
      'Restore "Feature" (feature-1)',
      '  0 to create, 1 to change, 0 to remove, 2 left alone, staging stays as it is now',
      '  M a',
      'Stays as it is:',
      '  = build/out (ignored by git)',
      '  = big\\n.bin (no checkpoint holds what is there)',
      'Conflicts:',
      '  ! a: both changed\\x1b[2J it',
      'One note.',
    ]);
  });

  it('shows so many paths and counts the rest', () => {
    const changes: PlannedPath[] = Array.from({ length: 1_000 }, (_none, at) => ({
      path: `f${at}`,
      action: 'remove',
    }));
    const lines = planText(cli, planOf({ changes })).split('\n');
    expect(lines).toHaveLength(43);
    expect(lines.at(-1)).toBe('  and 960 more (all with --json)');
  });

  it('tells the message of the conversation and the exact command, quoted for the shell', () => {
    const told = {
      ...checkpoint,
      session: 'a; rm -rf /',
      conversation: { transcript: 't', offset: 1, message: 'm-1' },
    };
    const [, , place, command] = planText(cli, planOf({ checkpoint: told })).split('\n');
    expect(place).toMatch(
      /^Conversation: session a; rm -rf \/, after message m-1, .*To go on with it in a copy:$/,
    );
    expect(command).toBe("  claude --resume 'a; rm -rf /' --fork-session");
    expect(planText(cli, planOf({ checkpoint }))).not.toContain('Conversation');
  });
});

it('says how it ended', () => {
  const plan = planOf({});
  expect(
    resultText(cli, { restored: true, plan, operation: 'o', safety: checkpoint, tree: 'f'.repeat(40) }),
  ).toBe(
    `Restored, verified: the files on disk are tree ${'f'.repeat(12)}.\nWhat was there before is saved as feature-1. Take it back: claude-hooks undo`,
  );
  const ends = (cause: 'nothing' | 'dry-run' | 'declined', more: Partial<RestorePlan> = {}): string =>
    resultText(cli, { restored: false, cause, plan: planOf(more) });
  expect(ends('nothing')).toBe('Nothing to restore: all is as in the checkpoint.');
  expect(ends('nothing', { left: [{ path: 'a', why: 'ignored' }] })).toBe(
    'Nothing to restore: all that differs stays as it is.',
  );
  expect(ends('dry-run')).toBe('Nothing was changed: this was a dry run.');
  expect(ends('declined')).toBe('Nothing was changed.');
});
