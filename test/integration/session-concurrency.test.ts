import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listSessions } from '../../src/flows/sessions/list.ts';
import { belongingOf } from '../../src/store/belonging.ts';
import { locateRepository, type StatePaths, statePaths } from '../../src/store/paths.ts';
import { listPieces } from '../../src/store/piece-files.ts';
import { readPiece } from '../../src/store/pieces.ts';
import { openSpool } from '../../src/store/spool.ts';
import { bundleScript } from '../support/bundle.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

// Many clients at once, in one repository and in a linked worktree of it: one session a conversation, and no other.

const AT_ONCE = 8;
let sandbox: Sandbox;
let state: StatePaths;
let script: string;
let linked: string;

beforeAll(() => {
  sandbox = makeSandbox();
  linked = path.join(sandbox.root, 'linked');
  sandbox.git('worktree', 'add', '-q', '-b', 'feature/rank', linked);
  state = statePaths(path.join(sandbox.repo, '.git/claude-hooks'));
  openSpool(state);
  script = bundleScript(
    `import { beginConversation } from './src/flows/sessions/begin.ts';
     import { locateRepository, statePaths } from './src/store/paths.ts';
     import { appendPiece } from './src/store/pieces.ts';
     const [, , root, cwd, ...conversations] = process.argv;
     const place = { state: statePaths(root), repository: locateRepository(cwd) };
     const client = { pid: process.pid, start: undefined };
     for (const conversation of conversations) {
       const { session } = beginConversation(place, { conversation, how: 'startup', parent: undefined, transcript: undefined, cwd, at: Date.now(), client });
       for (let n = 0; n < 50; n += 1)
         appendPiece(place.state, session, { t: Date.now(), type: n % 2 === 0 ? 'prompt' : 'stop', conversation });
     }`,
    path.join(sandbox.root, 'client.cjs'),
  );
});
afterAll(() => {
  sandbox.cleanup();
});

function run(cwd: string, ...conversations: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, state.root, cwd, ...conversations], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}

test('clients that begin the same and other conversations at once make one session each', {
  timeout: 120_000,
}, async () => {
  const shared = ['shared-1', 'shared-2', 'shared-3'];
  await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      run(index % 2 === 0 ? sandbox.repo : linked, ...shared, `own-${index}`),
    ),
  );
  const conversations = [...shared, ...Array.from({ length: AT_ONCE }, (_, index) => `own-${index}`)];
  const sessions = conversations.map((one) => belongingOf(state, one)?.session);
  expect(new Set(sessions).size).toBe(conversations.length);
  expect(listPieces(state)).toEqual([...sessions].sort());
  for (const [index, session] of sessions.entries()) {
    const { records, damaged } = readPiece(state, session ?? '');
    expect(damaged).toBe(0);
    const clients = index < shared.length ? AT_ONCE : 1;
    const count = (type: string): number => records.filter((record) => record.type === type).length;
    expect([count('created'), count('start'), count('prompt')]).toEqual([1, clients, 25 * clients]);
  }
  const { rows } = await listSessions({ state, repository: locateRepository(sandbox.repo) });
  const branches = rows.filter(({ conversations: [one] }) => one?.startsWith('own-') === true);
  expect(branches.map(({ branch, root }) => [branch, root === linked]).sort()).toEqual([
    ...Array.from({ length: AT_ONCE / 2 }, () => ['feature/rank', true]),
    ...Array.from({ length: AT_ONCE / 2 }, () => ['main', false]),
  ]);
});
