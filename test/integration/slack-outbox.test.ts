import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleScript } from '../support/bundle.ts';
import { type FakeSlack, type SlackRequest, startFakeSlack } from '../support/fake-slack.ts';
import { runProcess } from '../support/sandbox.ts';

const SPACING_MS = 25;
const PROCESSES = 10;
const EACH = 10;

let folder: string;
let script: string;
let outbox: string;
let slack: FakeSlack;
let children: ChildProcess[] = [];

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'slack-outbox-'));
  // One process: queues its notices, then sends until the outbox is empty.
  script = bundleScript(
    `import { enqueueNotice, flushOutbox } from './src/notify/outbox.ts';
     const [outboxDirectory, webhook, host, name, count] = process.argv.slice(2);
     for (let n = 0; n < Number(count); n += 1) {
       const id = name + '-' + n;
       enqueueNotice(outboxDirectory, { id, kind: 'error', title: 'ID=' + id + '.', text: 'x', project: 'p', host: 'h', group: id, time: Date.now() }, { groupWindowMs: 1000 });
     }
     const run = async () => {
       for (;;) {
         const result = await flushOutbox({ outboxDirectory, webhook, allowedHosts: [host], now: Date.now, deadlineMs: 20000, spacingMs: ${SPACING_MS}, retryBaseMs: 20 });
         if (result.waiting === 0) break;
       }
     };
     run();`,
    path.join(folder, 'sender.cjs'),
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

beforeEach(async () => {
  outbox = fs.mkdtempSync(path.join(folder, 'outbox-'));
  slack = await startFakeSlack();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await slack.close();
});

function start(name: string, count: number): Promise<void> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(process.execPath, [script, outbox, slack.url, slack.host, name, String(count)], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve) => child.on('close', () => resolve()));
}

/** The same mixture of 70 % success and 30 % failures each time. */
function answerWithFaults(): void {
  let state = 7;
  slack.answerWith(() => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const dice = (state >> 8) % 100;
    if (dice < 15) return { status: 429, headers: { 'retry-after': '0.05' }, body: 'rate_limited' };
    return dice < 30 ? { status: 500 } : { delayMs: 2 };
  });
}

const idOf = (request: SlackRequest): string => /ID=([\w-]+)\./.exec(request.body)?.[1] ?? '';
const gaps = (requests: SlackRequest[]): number[] =>
  requests.slice(1).map((request, index) => request.time - (requests[index] as SlackRequest).time);

describe('the outbox under many processes', () => {
  it('delivers 100 notices of 10 processes exactly once, spaced, in spite of 30 % failures', async () => {
    answerWithFaults();
    await Promise.all(Array.from({ length: PROCESSES }, (_, n) => start(`p${n}`, EACH)));
    const ids = slack.accepted().map(idOf).sort();
    const wanted = Array.from(
      { length: PROCESSES * EACH },
      (_, n) => `p${Math.floor(n / EACH)}-${n % EACH}`,
    ).sort();
    expect(ids).toEqual(wanted);
    expect(slack.requests.length).toBeGreaterThan(110);
    expect(Math.min(...gaps(slack.requests))).toBeGreaterThanOrEqual(SPACING_MS);
    expect(fs.readdirSync(path.join(outbox, 'waiting'))).toEqual([]);
    expect(fs.existsSync(path.join(outbox, 'dead')) ? fs.readdirSync(path.join(outbox, 'dead')) : []).toEqual(
      [],
    );
  });

  it('loses none when senders are killed at any moment, and repeats at most what was under way', async () => {
    answerWithFaults();
    const KILLS = 8;
    await Promise.all(Array.from({ length: 4 }, (_, n) => queueOnly(`k${n}`, EACH)));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const seen = slack.requests.length;
      const ended = start('none', 0);
      const child = children.at(-1);
      while (slack.requests.length < seen + 2 && child?.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 3 + kill));
      }
      child?.kill('SIGKILL');
      await ended;
    }
    await start('last', 0);
    const ids = slack.accepted().map(idOf);
    const wanted = Array.from({ length: 4 * EACH }, (_, n) => `k${Math.floor(n / EACH)}-${n % EACH}`);
    expect([...new Set(ids)].sort()).toEqual(wanted.sort());
    expect(ids.length - wanted.length).toBeLessThanOrEqual(KILLS);
    expect(Math.min(...gaps(slack.requests))).toBeGreaterThanOrEqual(SPACING_MS - 2);
  });
});

describe('one group under many processes', () => {
  it('makes one message of it and counts the rest, each once', async () => {
    const counter = bundleScript(
      `import { enqueueNotice } from './src/notify/outbox.ts';
       const [outboxDirectory, name] = process.argv.slice(2);
       const outcomes = [];
       for (let n = 0; n < 10; n += 1) {
         const notice = { id: name + n, kind: 'error', title: 't', text: 'x', project: 'p', host: 'h', group: 'same', time: 1000 + n };
         outcomes.push(enqueueNotice(outboxDirectory, notice, { groupWindowMs: 60000 }));
       }
       console.log(outcomes.join(' '));`,
      path.join(folder, 'counter.cjs'),
    );
    const outputs = await Promise.all(
      Array.from(
        { length: 6 },
        async (_, n) => (await runProcess(process.execPath, [counter, outbox, `c${n}-`], {})).stdout,
      ),
    );
    const outcomes = outputs.join(' ').trim().split(/\s+/);
    expect(outcomes.filter((outcome) => outcome === 'queued')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'grouped')).toHaveLength(59);
    const [group] = fs.readdirSync(path.join(outbox, 'groups'));
    expect(JSON.parse(fs.readFileSync(path.join(outbox, 'groups', group as string), 'utf8'))).toMatchObject({
      count: 59,
    });
  });
});

/** Queues in this process: only sending is killed in that test. */
async function queueOnly(name: string, count: number): Promise<void> {
  const { enqueueNotice } = await import('../../src/notify/outbox.ts');
  for (let n = 0; n < count; n += 1) {
    const id = `${name}-${n}`;
    const notice = {
      id,
      kind: 'error' as const,
      title: `ID=${id}.`,
      text: 'x',
      project: 'p',
      host: 'h',
      group: id,
      time: 1,
    };
    expect(enqueueNotice(outbox, notice, { groupWindowMs: 1_000 })).toBe('queued');
  }
}
