import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/notify/notice.ts';
import {
  enqueueNotice,
  type FlushOptions,
  type FlushResult,
  flushOutbox,
  listOutbox,
  retryOutbox,
} from '../../src/notify/outbox.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';

let outbox: string;
let slack: FakeSlack;
let lines: string[];
beforeEach(async () => {
  outbox = fs.mkdtempSync(path.join(os.tmpdir(), 'slack-answers-'));
  slack = await startFakeSlack();
  lines = [];
});
afterEach(async () => {
  await slack.close();
  fs.rmSync(outbox, { recursive: true });
});

function queue(id: string, more: Partial<Notice> = {}): void {
  const base: Notice = {
    id,
    kind: 'error',
    title: id,
    text: 'x',
    project: 'p',
    host: 'h',
    group: id,
    time: 1,
  };
  expect(enqueueNotice(outbox, { ...base, ...more }, { groupWindowMs: 1_000 })).toBe('queued');
}

function flush(more: Partial<FlushOptions> = {}): Promise<FlushResult> {
  return flushOutbox({
    outboxDirectory: outbox,
    webhook: slack.url,
    allowedHosts: [slack.host],
    now: Date.now,
    deadlineMs: 2_000,
    spacingMs: 5,
    retryBaseMs: 5,
    log: (line) => lines.push(line),
    ...more,
  });
}

/** All bytes below the outbox, and everything that was said. */
function everythingKept(): string {
  const files = fs
    .readdirSync(outbox, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  return [
    ...files.map((file) => file.name + fs.readFileSync(path.join(file.parentPath, file.name), 'utf8')),
    ...lines,
  ].join('\n');
}

describe('answers of Slack', () => {
  it('sends JSON once and remembers that', async () => {
    queue('a', { text: '<!channel> & co' });
    expect(await flush()).toEqual({ sent: 1, waiting: 0, dead: 0 });
    expect(await flush()).toEqual({ sent: 0, waiting: 0, dead: 0 });
    expect(slack.requests).toHaveLength(1);
    expect(slack.requests[0]).toMatchObject({ method: 'POST', path: new URL(slack.url).pathname });
    expect(slack.requests[0]?.headers['content-type']).toContain('application/json');
    expect(JSON.parse(slack.requests[0]?.body ?? '')).toMatchObject({ text: 'a: &lt;!channel&gt; &amp; co' });
    expect(enqueueNotice(outbox, { id: 'a' } as Notice, { groupWindowMs: 1 })).toBe('duplicate');
  });

  it.each([
    [400, 'invalid_payload'],
    [403, 'action_prohibited'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
  ])('gives up at once after HTTP %i %s, with one line', async (status, body) => {
    queue('a');
    slack.script({ status, body });
    expect(await flush()).toEqual({ sent: 0, waiting: 0, dead: 1, problem: `HTTP ${status}: ${body}` });
    expect(slack.requests).toHaveLength(1);
    expect(lines).toEqual([`Slack message given up at try 1: HTTP ${status}: ${body}`]);
    expect(listOutbox(outbox)).toMatchObject([
      { state: 'dead', name: 'a', attempts: 1, problem: `HTTP ${status}: ${body}` },
    ]);
    expect(retryOutbox(outbox)).toBe(1);
    expect(await flush()).toMatchObject({ sent: 1, waiting: 0 });
    expect(listOutbox(outbox)).toEqual([]);
  });

  it('gives up after ten tries', async () => {
    queue('a');
    slack.answerWith(() => ({ status: 503 }));
    expect(await flush({ deadlineMs: 20_000, retryBaseMs: 1 })).toMatchObject({
      sent: 0,
      waiting: 0,
      dead: 1,
    });
    expect(slack.requests).toHaveLength(10);
  });

  it('makes its ten tries in about half an hour', async () => {
    queue('a');
    slack.answerWith(() => ({ status: 500 }));
    let clock = 1_000_000;
    const started = clock;
    while (listOutbox(outbox)[0]?.state === 'waiting') {
      await flush({ now: () => clock, deadlineMs: 0, retryBaseMs: undefined, spacingMs: undefined });
      clock += 1_000;
    }
    expect(slack.requests).toHaveLength(10);
    expect(clock - started).toBeGreaterThan(0.75 * 1_800_000);
    expect(clock - started).toBeLessThan(1.25 * 1_800_000);
  });

  it('waits as long as Retry-After says, for every message, also in the next process', async () => {
    queue('a');
    queue('b');
    slack.script({ status: 429, headers: { 'retry-after': '60' } });
    expect(await flush({ deadlineMs: 300 })).toMatchObject({
      sent: 0,
      waiting: 2,
      problem: 'HTTP 429: error',
    });
    expect(await flush({ deadlineMs: 300 })).toMatchObject({ sent: 0, waiting: 2 });
    expect(slack.requests).toHaveLength(1);
    expect(await flush({ now: () => Date.now() + 61_000 })).toMatchObject({ sent: 2, waiting: 0 });
  });

  it('follows no redirect', async () => {
    queue('a');
    const other = await startFakeSlack();
    try {
      slack.answerWith(() => ({ status: 307, headers: { location: other.url }, body: '' }));
      expect(await flush({ deadlineMs: 100, retryBaseMs: 1_000 })).toMatchObject({
        sent: 0,
        waiting: 1,
        problem: 'HTTP 307',
      });
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('does not take a sign-in page for success', async () => {
    queue('a');
    slack.script({ status: 200, body: '<html>Please sign in</html>' });
    expect(await flush({ deadlineMs: 50, retryBaseMs: 10_000 })).toMatchObject({ sent: 0, waiting: 1 });
  });

  it('survives a closed connection and a dead server, and keeps the address to itself', async () => {
    queue('a');
    slack.script({ hangUp: true });
    const first = await flush({ deadlineMs: 50, retryBaseMs: 10_000 });
    expect(first).toMatchObject({ sent: 0, waiting: 1 });
    expect(first.problem).toContain('No answer from 127.0.0.1');
    await slack.close();
    retryOutbox(outbox);
    const dead = await flush({ deadlineMs: 100, now: () => Date.now() + 60_000, retryBaseMs: 10_000 });
    expect(dead.problem).toContain('ECONNREFUSED');
    const kept = `${everythingKept()}${JSON.stringify([first, dead])}`;
    expect(kept).not.toContain(slack.url);
    expect(kept).not.toContain('fakeFake');
  });

  it('hides an address that the answer repeats', async () => {
    queue('a');
    slack.script({ status: 404, body: `no such hook: ${slack.url} (${new URL(slack.url).pathname})` });
    const result = await flush();
    expect(result.problem).toBe('HTTP 404: no such hook: [webhook] ([webhook])');
    expect(everythingKept()).not.toContain('fakeFake');
  });

  it.each(['https://evil.example/services/T/B/x', 'http://10.0.0.1/x', 'http://hooks.slack.com/x'])(
    'sends nothing to %s',
    async (webhook) => {
      queue('a');
      const result = await flush({ webhook });
      expect(result).toMatchObject({ sent: 0, waiting: 1, dead: 0 });
      expect(result.problem).toEqual(expect.any(String));
      expect(listOutbox(outbox)).toMatchObject([{ attempts: 0 }]);
    },
  );

  it('tells how often a group repeated', async () => {
    const at = (id: string, time: number) =>
      enqueueNotice(
        outbox,
        { id, kind: 'error', title: id, text: 'x', project: 'p', host: 'h', group: 'g', time },
        { groupWindowMs: 100 },
      );
    expect([at('1', 0), at('2', 10), at('3', 20), at('4', 200)]).toEqual([
      'queued',
      'grouped',
      'grouped',
      'queued',
    ]);
    await flush();
    expect(
      slack.accepted().map((request) => /same happened (\d+) more times/.exec(request.body)?.[1]),
    ).toEqual([undefined, '2']);
  });

  it('sends what another process queues while it waits', async () => {
    queue('a');
    slack.script({ status: 500 });
    const running = flush({ deadlineMs: 3_000, retryBaseMs: 400 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    queue('b');
    expect(await running).toMatchObject({ sent: 2, waiting: 0 });
  });
});

describe('a crash between any two writes', () => {
  it('resends a message only where the request was under way', async () => {
    queue('a');
    const file = path.join(outbox, 'waiting', fs.readdirSync(path.join(outbox, 'waiting'))[0] as string);
    const before = fs.readFileSync(file);
    await flush();
    // Killed after the id was marked as sent and before the message was removed.
    fs.writeFileSync(file, before);
    expect(await flush()).toEqual({ sent: 0, waiting: 0, dead: 0 });
    expect(slack.requests).toHaveLength(1);
  });

  it('moves a damaged message aside and sends the others', async () => {
    queue('a');
    queue('b');
    const [first] = fs.readdirSync(path.join(outbox, 'waiting'));
    fs.writeFileSync(path.join(outbox, 'waiting', first as string), '{"notice":');
    expect(await flush()).toMatchObject({ sent: 1, waiting: 0, dead: 1 });
  });
});
