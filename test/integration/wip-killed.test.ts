import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recoverBranchMove } from '../../src/flows/wip.ts';
import { doneOperations, pendingOperations } from '../../src/store/operations.ts';
import { bundleScript } from '../support/bundle.ts';
import { fingerprint, placeOf, saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { type KillPoint, killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { at, type BuiltRepository, makeDirty, plainRepository } from '../support/repositories.ts';

// A WIP commit, a squash and the undoing of one, killed at every call that changes something.

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 29;
const HEADER = `
  import { commitWip, BRANCH_MOVE_UNDO } from './src/flows/wip.ts';
  import { squashWip } from './src/flows/squash.ts';
  import { configSchema } from './src/config/schema.ts';
  import { findCheckpoint } from './src/checkpoints/list.ts';
  import { doneOperations } from './src/store/operations.ts';
  import { locateRepository, statePaths, stateRoot, userPaths } from './src/store/paths.ts';
  const repository = locateRepository(process.argv[2]);
  const state = statePaths(stateRoot(repository, userPaths(process.env)));
  const config = configSchema.parse({ checkpoints: { commit: 'branch' } });
  const place = { repository, state, user: userPaths(process.env), now: Date.now, log() {}, resolved: { config } };
`;
const ACTIONS = `
  const actions = {
    commit: async () => commitWip({ ...place, config, commandsTrusted: true, reason: 'stop', session: 's', now: Date.now(),
      checkpoint: { ...(await findCheckpoint(repository, 'kept')), files: [] } }),
    squash: () => squashWip(place, { dryRun: false }),
    message: () => squashWip(place, { dryRun: false, message: 'One' }),
    undo: () => BRANCH_MOVE_UNDO.undo(place, doneOperations(state)[0]),
  };
  void actions[process.argv[3]]();
`;

let folder: string;
let preload: string;
let script: string;
let template: BuiltRepository;
useIsolatedProcess();
beforeAll(async () => {
  Object.assign(process.env, {
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.invalid',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.invalid',
  });
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-script-'));
  preload = writeKillPreload(folder);
  script = bundleScript(`${HEADER}${ACTIONS}`, path.join(folder, 'actions.cjs'));
  template = plainRepository();
  makeDirty(template);
  template.git('reset', '-q');
  await saved(template.root, { reason: 'stop', name: 'kept' });
});
afterAll(() => {
  template.cleanup();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A copy of a repository, with the same times. */
function copyOf(built: BuiltRepository): BuiltRepository {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-repo-')));
  fs.cpSync(built.root, path.join(base, 'repo'), {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  const copy = at(base, path.join(base, 'repo'));
  copy.git('update-index', '-q', '--refresh');
  for (const { operation, directory } of doneOperations(placeOf(copy.root).state))
    fs.writeFileSync(path.join(directory, 'entry.json'), JSON.stringify({ ...operation, root: copy.root }));
  return copy;
}

interface Outcome {
  head: string;
  status: string;
}

function outcomeOf(built: BuiltRepository): Outcome {
  return {
    // Commits of two runs differ in their times.
    head: built.git('log', '--format=%s %T'),
    status: built.git('status', '--porcelain', '-z', '--untracked-files=all'),
  };
}

const files = (built: BuiltRepository): Record<string, string> =>
  fingerprint(built.root, /^(?:\.git|\.claude)(?:\/|$)/);

async function recover(built: BuiltRepository): Promise<void> {
  const { state } = placeOf(built.root);
  for (const stored of pendingOperations(state)) await recoverBranchMove({ state, now: Date.now }, stored);
}

async function killAt(
  action: string,
  from: BuiltRepository,
  point: KillPoint,
  ends: [Outcome, Outcome],
): Promise<number> {
  const built = copyOf(from);
  try {
    const before = files(built);
    const known = doneOperations(placeOf(built.root).state).length;
    const { code } = await runKilledAt(preload, script, [built.root, action], point);
    await recover(built);
    const { state } = placeOf(built.root);
    const place = `killed ${point.when} call ${point.call}`;
    const outcome = outcomeOf(built);
    expect(ends, place).toContainEqual(outcome);
    expect(files(built), place).toEqual(before);
    expect(pendingOperations(state), place).toEqual([]);
    expect(fs.existsSync(path.join(built.root, '.git/index.lock')), place).toBe(false);
    // What was done can be undone.
    const isNew = outcome.head === ends[1].head;
    expect(doneOperations(state).length, place).toBe(known + (isNew ? 1 : 0));
    expect(built.tryGit('fsck', '--strict'), place).toBe(true);
    if (!isNew)
      expect((await runKilledAt(preload, script, [built.root, action], undefined)).code, place).toBe(0);
    expect(outcomeOf(built), place).toEqual(ends[1]);
    return code === null ? 1 : 0;
  } finally {
    built.cleanup();
  }
}

describe.each([
  ['a WIP commit', [], 'commit'],
  ['undoing a WIP commit', ['commit'], 'undo'],
  ['a squash', ['commit'], 'squash'],
  ['a squash into one commit', ['commit'], 'message'],
])('%s', (_name, before, action) => {
  it('is the old or the new state after a kill anywhere, and completes when repeated', async () => {
    const start = copyOf(template);
    for (const one of before)
      expect((await runKilledAt(preload, script, [start.root, one], undefined)).stderr).toMatch(
        /^CALLS \d+\n$/,
      );
    const whole = copyOf(start);
    try {
      const { calls, code } = await runKilledAt(preload, script, [whole.root, action], undefined);
      const ends: [Outcome, Outcome] = [outcomeOf(start), outcomeOf(whole)];
      expect([code, ends[0].head === ends[1].head]).toEqual([0, false]);
      let killed = 0;
      for (const point of killPoints(calls, STEP)) killed += await killAt(action, start, point, ends);
      expect(killed).toBeGreaterThan(0);
    } finally {
      start.cleanup();
      whole.cleanup();
    }
  }, 600_000);
});
