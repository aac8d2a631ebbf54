import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { foldSession } from '../../src/sessions/session.ts';
import { belongingOf, boundConversations } from '../../src/store/belonging.ts';
import { readRecords } from '../../src/store/journal.ts';
import { type StatePaths, statePaths } from '../../src/store/paths.ts';
import { listPieces } from '../../src/store/piece-files.ts';
import { readPiece } from '../../src/store/pieces.ts';
import { bundleScript } from '../support/bundle.ts';
import { killPoints, runKilledAt, writeKillPreload } from '../support/kill-points.ts';
import { makeSandbox } from '../support/sandbox.ts';

// Everything that writes about sessions, killed at each of its writes: a start, prompts, the worker, a command, a journal that
// is put aside, conversations that are adopted. Whoever comes next finds one session a conversation, each event noted once.

const STEP = process.env.CLAUDE_HOOKS_FULL === '1' ? 1 : 41;
const sandbox = makeSandbox({ git: false });
const preload = writeKillPreload(sandbox.root);
const script = bundleScript(
  `import * as fs from 'node:fs';
   import { drain } from './src/flows/drain.ts';
   import { noteStart } from './src/flows/note-start.ts';
   import { finishSessions } from './src/flows/post-session.ts';
   import { moveSession, startSessionNamed } from './src/flows/sessions/act.ts';
   import { conversationOf } from './src/flows/sessions/begin.ts';
   import { keepSessions } from './src/flows/sessions/keep.ts';
   import { setAside } from './src/flows/sessions/refold.ts';
   import { parseEvent } from './src/sessions/event.ts';
   import { statePaths } from './src/store/paths.ts';
   import { openSpool, recordEvent } from './src/store/spool.ts';
   const [, , root, cwd, pid] = process.argv;
   const state = statePaths(root);
   const place = { state, repository: { root: cwd, gitDir: undefined, commonDir: undefined }, cwd, env: {}, runtime: cwd,
     user: { home: cwd, data: cwd, state: cwd, config: cwd }, now: () => Date.now(), recovered: [], log() {},
     resolved: { config: JSON.parse(process.env.CONFIG), commandsTrusted: false, problems: [] } };
   (async () => {
     openSpool(state);
     const start = (id, source) => {
       const event = parseEvent(Buffer.from(JSON.stringify({ hook_event_name: 'SessionStart', session_id: id, source, cwd })));
       noteStart(place, event, conversationOf(event, {}), 'local', Number(pid));
     };
     const tell = (bell, name, id, more) =>
       recordEvent(state, bell, 'local', JSON.stringify({ hook_event_name: name, session_id: id, cwd, ...more }));
     start('a', 'startup');
     tell('prompt', 'UserPromptSubmit', 'a', { prompt: 'one' });
     tell('stop', 'Stop', 'a');
     tell('end', 'SessionEnd', 'a', { reason: 'clear' });
     start('b', 'clear');
     tell('prompt', 'UserPromptSubmit', 'b', { prompt: 'two' });
     await drain(place);
     await finishSessions(place);
     const { id } = startSessionNamed(place, 'named');
     moveSession(place, id, 'complete');
     fs.appendFileSync(state.pieces + '/' + id + '.jsonl', 'garbage\\n');
     setAside(state, id);
     keepSessions(place);
   })();`,
  path.join(sandbox.root, 'writer.cjs'),
);

afterAll(() => {
  sandbox.cleanup();
});

let folders = 0;
function newState(): { state: StatePaths; args: string[] } {
  folders += 1;
  const root = path.join(sandbox.root, `state-${folders}`);
  const state = statePaths(root);
  fs.mkdirSync(state.sessions, { recursive: true });
  // A conversation from before there were sessions.
  const old = [
    { t: 1_000, type: 'start', source: 'startup' },
    { t: 1_001, type: 'prompt', prompt: 'long ago' },
    { t: 1_002, type: 'end', reason: 'other' },
  ];
  fs.writeFileSync(
    path.join(state.sessions, 'old.jsonl'),
    old.map((one) => `${JSON.stringify(one)}\n`).join(''),
  );
  return { state, args: [root, sandbox.repo, String(process.pid)] };
}

function check(state: StatePaths, label: string): void {
  const spooled = new Set<string>();
  for (const name of fs.readdirSync(state.sessions)) {
    const conversation = name.replace('.jsonl', '');
    const belonging = belongingOf(state, conversation);
    expect(belonging, `${label}: ${conversation}`).toBeDefined();
    const { records } = readPiece(state, belonging?.session ?? '');
    const told = readRecords(path.join(state.sessions, name)).records;
    for (const { type, eid } of told) {
      if (type !== 'prompt' && type !== 'stop' && type !== 'end') continue;
      if (eid === undefined) continue;
      const noted = records.filter((record) => record.eid === eid);
      expect(noted.length, `${label}: ${type} of ${conversation}`).toBe(1);
      spooled.add(String(eid));
    }
    const jobs = told.flatMap(({ type, job }) => (type === 'job-done' ? [job] : []));
    expect(new Set(jobs).size, label).toBe(jobs.length);
  }
  expect(spooled.size).toBeGreaterThan(0);
  for (const id of listPieces(state)) {
    const { records, damaged } = readPiece(state, id);
    expect(damaged, `${label}: ${id}`).toBe(0);
    expect(foldSession(id, records).conversations.length, `${label}: ${id}`).toBeLessThanOrEqual(3);
  }
  for (const conversation of boundConversations(state))
    expect(belongingOf(state, conversation)).toBeDefined();
  expect(belongingOf(state, 'a')?.session).toBe(belongingOf(state, 'b')?.session);
  expect(JSON.parse(fs.readFileSync(state.sessionList, 'utf8')).rows.length).toBe(listPieces(state).length);
}

test('whoever writes about sessions may be killed at any write', { timeout: 900_000 }, async () => {
  const { configSchema } = await import('../../src/config/schema.ts');
  process.env.CONFIG = JSON.stringify(
    configSchema.parse({ postSession: { summary: false, context: false }, notify: { desktop: false } }),
  );
  const whole = newState();
  const { code, calls, stderr } = await runKilledAt(preload, script, whole.args, undefined);
  expect({ code, stderr: stderr.replace(/CALLS \d+\n/, '') }).toEqual({ code: 0, stderr: '' });
  check(whole.state, 'not killed');
  expect(calls).toBeGreaterThan(100);
  const points = killPoints(calls, STEP);
  for (const point of points) {
    const { state, args } = newState();
    await runKilledAt(preload, script, args, point);
    // Whoever comes next: the same once more, to its end.
    const again = await runKilledAt(preload, script, args, undefined);
    expect(again.code, again.stderr).toBe(0);
    check(state, `killed ${point.when} write ${point.call} of ${calls}`);
    fs.rmSync(state.root, { recursive: true, force: true });
  }
});
