import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { drain } from '../../src/flows/drain.ts';
import { noteStart } from '../../src/flows/note-start.ts';
import { finishSessions } from '../../src/flows/post-session.ts';
import { markDone, moveSession, startSessionNamed } from '../../src/flows/sessions/act.ts';
import { conversationOf } from '../../src/flows/sessions/begin.ts';
import { keepSessions } from '../../src/flows/sessions/keep.ts';
import { listSessions } from '../../src/flows/sessions/list.ts';
import { sweepLostSessions } from '../../src/flows/sweep.ts';
import type { Workplace } from '../../src/flows/workplace.ts';
import { parseEvent } from '../../src/sessions/event.ts';
import type { SessionCommand } from '../../src/sessions/lifecycle.ts';
import { belongingOf } from '../../src/store/belonging.ts';
import { readRecords } from '../../src/store/journal.ts';
import { locateRepository, statePaths } from '../../src/store/paths.ts';
import { openSpool, recordEvent } from '../../src/store/spool.ts';
import { BECOMES, LEGAL, type ModelSession, SessionModel } from '../support/session-model.ts';

// Random sequences of what clients, agents, workers and people do, and of crashes, through the real store and flows, beside
// the reference model.

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 10_000 : 120;
const HOUR = 3_600_000;

/** Clients of the model: process ids that live or do not, and the clock by which the spool is written. */
const world = vi.hoisted(() => ({ alive: new Set<number>(), parents: new Map<number, number>(), now: 0 }));

vi.mock('../../src/platform/process.ts', async (original) => ({
  ...(await original<typeof import('../../src/platform/process.ts')>()),
  isSameProcessAlive: (pid: number) => pid === process.pid || world.alive.has(pid),
  processStartTime: (pid: number) => `s${pid}`,
  ancestorsOf: (pid: number) => [world.parents.get(pid) ?? []].flat(),
}));
vi.mock('../../src/store/spool.ts', async (original) => {
  const real = await original<typeof import('../../src/store/spool.ts')>();
  return {
    ...real,
    recordEvent: (...args: Parameters<typeof real.recordEvent>) => {
      const file = real.recordEvent(...args);
      fs.utimesSync(file, new Date(world.now), new Date(world.now));
      return file;
    },
  };
});

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-hooks-model-'));
let folders = 0;
let place: Workplace;

function openPlace(): void {
  folders += 1;
  const cwd = path.join(root, `folder-${folders}`);
  fs.mkdirSync(cwd);
  const user = { home: root, data: root, state: path.join(root, 'state'), config: root };
  const config = configSchema.parse({
    postSession: { summary: false, context: false },
    checkpoints: { enabled: false },
    notify: { desktop: false, terminal: false },
  });
  place = {
    repository: locateRepository(cwd),
    cwd,
    state: statePaths(path.join(root, `state-${folders}`)),
    user,
    env: {},
    runtime: cwd,
    now: () => world.now,
    resolved: {
      config,
      commandsTrusted: false,
      problems: [],
      layers: [],
    } as unknown as Workplace['resolved'],
    recovered: [],
    log: () => {},
  };
  openSpool(place.state);
}

beforeEach(() => {
  world.alive.clear();
});
afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

/** One thing that happens; numbers choose among what there is. */
type Step = { what: string; a: number; b: number };
const WHAT = [
  ...['startup', 'startup', 'resume', 'resume', 'fork', 'clear', 'compact'],
  ...['prompt', 'prompt', 'prompt', 'stop', 'stop', 'failure', 'wake', 'subagent', 'child'],
  ...['end', 'end', 'end twice', 'kill', 'kill', 'kill and resume', 'worker', 'drain', 'done'],
  ...['start', 'cancel', 'pause', 'resume it', 'complete', 'archive', 'named', 'hours', 'weeks'],
];

let pids = 5_000_000;

function begin(model: SessionModel, source: string, conversation: string, pid: number, fork?: string): void {
  const event = parseEvent(
    Buffer.from(
      JSON.stringify({
        hook_event_name: 'SessionStart',
        session_id: fork ?? conversation,
        source,
        cwd: place.cwd,
      }),
    ),
  );
  if (event === undefined) throw new Error('no event');
  world.alive.add(pid);
  const env = { CLAUDE_ENV_FILE: `/x/session-env/${conversation}/sessionstart-hook-0.sh` };
  noteStart(place, event, conversationOf(event, env), 'local', pid);
  model.clients = model.clients.filter((client) => client.pid !== pid);
  model.clients.push({ pid, conversation });
}

function tell(name: string, conversation: string, more: Record<string, unknown> = {}): void {
  const bell =
    { UserPromptSubmit: 'prompt', Stop: 'stop', StopFailure: 'failure', SessionEnd: 'end' }[name] ?? 'g';
  const payload = { hook_event_name: name, session_id: conversation, cwd: place.cwd, ...more };
  recordEvent(place.state, bell, 'local', JSON.stringify(payload));
}

async function happen(model: SessionModel, { what, a, b }: Step): Promise<void> {
  world.now += 1_000;
  const pick = <T>(list: readonly T[], by: number): T | undefined => list[by % Math.max(1, list.length)];
  const client = pick(model.clients, a);
  const known = model.sessions.flatMap(({ conversations }) => [...conversations.keys()]);
  const isOpen = (id: string): boolean => model.clients.some(({ conversation }) => conversation === id);
  const session = pick(model.sessions, a);
  pids += 1;
  const join = (one: ModelSession, conversation: string): void => {
    one.conversations.set(conversation, 'idle');
    model.open(one);
  };
  switch (what) {
    case 'startup': {
      const conversation = model.fresh();
      const one = model.awaited ?? model.make();
      model.awaited = undefined;
      begin(model, 'startup', conversation, pids);
      join(one, conversation);
      break;
    }
    case 'resume': {
      const conversation = pick(
        known.filter((id) => !isOpen(id)),
        a,
      );
      if (conversation === undefined) return;
      model.killed.delete(conversation);
      begin(model, 'resume', conversation, pids);
      join(model.of(conversation), conversation);
      break;
    }
    case 'fork': {
      const parent = pick(known, a);
      if (parent === undefined) return;
      const conversation = model.fresh();
      begin(model, 'resume', conversation, pids, parent);
      join(model.of(parent), conversation);
      break;
    }
    case 'clear': {
      if (client === undefined) return;
      const old = model.of(client.conversation);
      tell('SessionEnd', client.conversation, { reason: 'clear' });
      model.close(client.conversation);
      world.now += 10;
      const conversation = model.fresh();
      const isOver = ['Complete', 'Archived'].includes(model.stateOf(old));
      begin(model, 'clear', conversation, client.pid);
      join(isOver ? model.make() : old, conversation);
      break;
    }
    case 'compact': {
      if (client === undefined) return;
      begin(model, 'compact', client.conversation, client.pid);
      model.touch(model.of(client.conversation));
      break;
    }
    case 'prompt':
    case 'wake': {
      if (client === undefined) return;
      const prompt = what === 'prompt' ? 'do it' : '<task-notification>x</task-notification>';
      tell('UserPromptSubmit', client.conversation, { prompt });
      const one = model.of(client.conversation);
      one.conversations.set(client.conversation, 'busy');
      model.open(one);
      break;
    }
    case 'stop':
    case 'failure': {
      if (client === undefined) return;
      tell(what === 'stop' ? 'Stop' : 'StopFailure', client.conversation, { error: 'server_error' });
      const one = model.of(client.conversation);
      one.conversations.set(client.conversation, 'idle');
      if (one.aside === 'New') one.aside = undefined;
      model.touch(one);
      break;
    }
    case 'subagent': {
      if (client === undefined) return;
      tell('Stop', client.conversation, { agent_id: 'agent-1' });
      tell('UserPromptSubmit', 'never-seen', { agent_id: 'agent-1', prompt: 'x' });
      break;
    }
    case 'child': {
      if (client === undefined) return;
      const child = `child-${pids}`;
      world.parents.set(pids, client.pid);
      begin(model, 'startup', child, pids);
      model.clients = model.clients.filter(({ conversation }) => conversation !== child);
      tell('UserPromptSubmit', child, { prompt: 'x' });
      tell('SessionEnd', child, { reason: 'other' });
      world.alive.delete(pids);
      break;
    }
    case 'end':
    case 'end twice': {
      if (client === undefined) return;
      tell('SessionEnd', client.conversation, { reason: 'other' });
      if (what === 'end twice') {
        world.now += 5;
        tell('SessionEnd', client.conversation, { reason: 'other' });
      }
      world.alive.delete(client.pid);
      model.clients = model.clients.filter((one) => one !== client);
      model.close(client.conversation);
      break;
    }
    case 'kill':
    case 'kill and resume': {
      if (client === undefined) return;
      world.alive.delete(client.pid);
      model.clients = model.clients.filter((one) => one !== client);
      // At once: whoever looks sees it.
      model.close(client.conversation);
      model.killed.add(client.conversation);
      if (what === 'kill') break;
      model.killed.delete(client.conversation);
      begin(model, 'resume', client.conversation, pids);
      join(model.of(client.conversation), client.conversation);
      break;
    }
    case 'worker':
      await work();
      break;
    case 'drain':
      await drain(place);
      break;
    case 'done':
      if (session?.id === undefined) return;
      markDone(place, session.id, 'all phases');
      session.done = true;
      model.touch(session);
      break;
    case 'named': {
      const one = model.make();
      one.id = startSessionNamed(place, `work ${b}`).id;
      model.open(one);
      model.awaited = one;
      break;
    }
    case 'hours':
    case 'weeks': {
      world.now += what === 'hours' ? 2 * HOUR : 20 * 24 * HOUR;
      // A session is quiet from when its end was noticed.
      for (const conversation of model.killed)
        if (fs.existsSync(path.join(place.state.live, conversation))) model.touch(model.of(conversation));
      await work();
      for (const one of model.sessions) {
        const off = [...one.conversations.values()].every((status) => status === 'off');
        if (one.aside === undefined && off && world.now - one.last >= HOUR) {
          one.aside = one.done ? 'Complete' : 'Paused';
          one.last = world.now;
        } else if (what === 'weeks' && one.aside !== undefined && world.now - one.last >= 14 * 24 * HOUR) {
          if (one.aside !== 'Archived') one.last = world.now;
          one.aside = 'Archived';
        }
      }
      break;
    }
    default: {
      const by = (what === 'resume it' ? 'resume' : what) as SessionCommand;
      if (session?.id === undefined) return;
      const { id } = session;
      const from = model.stateOf(session);
      if (!LEGAL[by].includes(from)) {
        expect(() => moveSession(place, id, by), `${by} in ${from}`).toThrow('not possible');
        return;
      }
      moveSession(place, id, by);
      session.aside = BECOMES[by];
      if (by === 'resume') session.done = false;
      model.touch(session);
      if (by === 'start' || (by === 'resume' && session.conversations.size === 0)) model.awaited = session;
      else if (by !== 'resume' && model.awaited === session) model.awaited = undefined;
    }
  }
}

/** What the detached worker does, in its order. */
async function work(): Promise<void> {
  await drain(place);
  if (sweepLostSessions(place) > 0) await drain(place);
  await finishSessions(place);
  keepSessions(place);
}

async function compare(model: SessionModel, steps: readonly Step[]): Promise<void> {
  for (const one of model.sessions) {
    const [conversation] = one.conversations.keys();
    if (conversation !== undefined) one.id ??= belongingOf(place.state, conversation)?.session;
  }
  const told = JSON.stringify(steps.map(({ what, a }) => `${what} ${a}`));
  const states = new Map((await listSessions(place)).rows.map(({ id, state }) => [id, state]));
  const expected = new Map(model.sessions.map((one) => [one.id, model.stateOf(one)]));
  expect(Object.fromEntries(states), told).toEqual(Object.fromEntries(expected));
  for (const one of model.sessions)
    for (const conversation of one.conversations.keys())
      expect(belongingOf(place.state, conversation)?.session, told).toBe(one.id);
}

function jobsDone(conversation: string): string[] {
  const { records } = readRecords(path.join(place.state.sessions, `${conversation}.jsonl`));
  return records.flatMap(({ type, job }) => (type === 'job-done' ? [String(job)] : []));
}

test(`${RUNS} random lives of sessions: the state is always the model's, the work after each run is done once`, {
  timeout: 7_200_000,
}, async () => {
  const step = fc.record({ what: fc.constantFrom(...WHAT), a: fc.nat(20), b: fc.nat(5) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 18 }), async (steps) => {
      world.alive.clear();
      world.parents.clear();
      world.now = Date.now();
      openPlace();
      const model = new SessionModel(() => world.now);
      for (const [index, one] of steps.entries()) {
        await happen(model, one);
        await compare(model, steps.slice(0, index + 1));
      }
      // Two workers: an end that waited kept the first from ending what was lost.
      await work();
      await work();
      await compare(model, steps);
      for (const one of model.sessions) {
        for (const conversation of one.conversations.keys()) {
          const jobs = jobsDone(conversation);
          expect(new Set(jobs).size).toBe(jobs.length);
          expect([conversation, jobs.length]).toEqual([conversation, model.runs.get(conversation) ?? 0]);
        }
      }
      fs.rmSync(place.state.root, { recursive: true, force: true });
    }),
    { numRuns: RUNS },
  );
});
