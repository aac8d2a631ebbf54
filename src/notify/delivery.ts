import * as path from 'node:path';
import { messageOf } from '../errors.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { type HttpAnswer, httpRequest } from '../platform/http.ts';
import { redactValue } from '../redact/redact.ts';
import { acquireLock, type Lock } from '../store/lock.ts';
import { judgeAnswer, type Verdict } from './answer.ts';
import { slackMessage } from './message.ts';
import type { Notice } from './notice.ts';
import {
  createOn,
  isOn,
  listOn,
  type OutboxItem,
  readItem,
  readOn,
  removeFrom,
  tidyOutbox,
  writeOn,
} from './outbox-files.ts';
import { holdUntil, markUsed, openFrom } from './pace.ts';
import { webhookProblem } from './webhook.ts';

export interface FlushOptions {
  outboxDirectory: string;
  /** The address; checked again here, and never written anywhere. */
  webhook: string;
  /** Hosts besides hooks.slack.com, `host:port`. */
  allowedHosts: readonly string[];
  now: Clock;
  /** No request is started later than this many milliseconds from now; one that runs may take 5 s more. */
  deadlineMs: number;
  /** Between an answer and the next request to the same webhook; the default is 1,000 ms. */
  spacingMs?: number;
  /** First wait after a failure, doubled each time; the default of 3.5 s makes 10 tries in about 30 minutes. */
  retryBaseMs?: number;
  /** One line for each message given up. */
  log?: (line: string) => void;
}

export interface FlushResult {
  sent: number;
  /** Still in the outbox. */
  waiting: number;
  /** Given up in this call. */
  dead: number;
  /** Why the last failed try failed. */
  problem?: string;
}

const TRIES = 10;
const RETRY_BASE_MS = 3_500;
const TIMEOUT_MS = 5_000;
/** New messages of other processes are noticed at least this often while waiting. */
const NAP_MS = 250;

/**
 * Sends what is due, one message at a time for all processes of this person, and waits within the deadline for what
 * becomes due. What is left goes at the next call.
 *
 * A message is sent once, with one exception: where a request was under way and its answer was never recorded (the
 * process was killed, the machine stopped, the answer took over 5 s), it is sent again, because Slack may not have it.
 */
export async function flushOutbox(options: FlushOptions): Promise<FlushResult> {
  const { outboxDirectory, now } = options;
  const result: FlushResult = { sent: 0, waiting: 0, dead: 0 };
  const problem = webhookProblem(options.webhook, options.allowedHosts);
  if (problem !== undefined)
    return { ...result, waiting: listOn(outboxDirectory, 'waiting').length, problem };
  if (listOn(outboxDirectory, 'waiting').length === 0) return result;
  const deadline = now() + options.deadlineMs;
  const lock = await senderLock(outboxDirectory, now, deadline);
  if (lock !== undefined) {
    try {
      await sendAll(options, deadline, result);
      tidyOutbox(outboxDirectory, now());
    } finally {
      lock.release();
    }
  }
  return { ...result, waiting: listOn(outboxDirectory, 'waiting').length };
}

async function senderLock(outbox: string, now: Clock, deadline: number): Promise<Lock | undefined> {
  for (;;) {
    const lock = acquireLock(path.join(outbox, 'locks'), 'flush');
    if (lock !== undefined || now() >= deadline) return lock;
    await sleep(50);
  }
}

async function sendAll(options: FlushOptions, deadline: number, result: FlushResult): Promise<void> {
  const { outboxDirectory, now } = options;
  // Only the holder of the lock changes a message, so each file is read once.
  const items = new Map<string, OutboxItem>();
  for (;;) {
    readNewItems(outboxDirectory, items, result);
    const [next] = [...items].sort(
      ([, a], [, b]) => a.nextAttempt - b.nextAttempt || a.notice.time - b.notice.time,
    );
    if (next === undefined) return;
    const [hash, item] = next;
    const due = Math.max(item.nextAttempt, openFrom(options));
    if (due > deadline) return;
    if (due > now()) {
      await sleep(Math.min(due - now(), NAP_MS));
      continue;
    }
    const verdict = await attempt(options, hash, item);
    if (verdict !== 'already-sent') record(options, hash, item, verdict, result);
    if (!isOn(outboxDirectory, 'waiting', hash)) items.delete(hash);
  }
}

function readNewItems(outbox: string, items: Map<string, OutboxItem>, result: FlushResult): void {
  for (const hash of listOn(outbox, 'waiting')) {
    if (items.has(hash)) continue;
    const item = readItem(outbox, 'waiting', hash);
    if (item === 'damaged') {
      writeOn(outbox, 'dead', hash, readOn(outbox, 'waiting', hash) ?? {});
      removeFrom(outbox, 'waiting', hash);
      result.dead += 1;
      result.problem = 'a message in the outbox is damaged';
    } else if (item !== undefined) items.set(hash, item);
  }
}

async function attempt(
  options: FlushOptions,
  hash: string,
  item: OutboxItem,
): Promise<Verdict | 'already-sent'> {
  const { outboxDirectory, now } = options;
  if (isOn(outboxDirectory, 'seen', hash)) {
    removeFrom(outboxDirectory, 'waiting', hash);
    return 'already-sent';
  }
  item.attempts += 1;
  item.nextAttempt = now() + backOff(options, item.attempts);
  writeOn(outboxDirectory, 'waiting', hash, item);
  const posted = await post(options, item.notice, item.repeats);
  if ('answer' in posted) return judgeAnswer(posted.answer, now());
  return { kind: 'later', problem: posted.problem, waitMs: backOff(options, item.attempts), everyone: true };
}

function record(
  options: FlushOptions,
  hash: string,
  item: OutboxItem,
  verdict: Verdict,
  result: FlushResult,
): void {
  const { outboxDirectory, now } = options;
  if (verdict.kind === 'sent') {
    createOn(outboxDirectory, 'seen', hash, {});
    removeFrom(outboxDirectory, 'waiting', hash);
    result.sent += 1;
    return;
  }
  item.problem = verdict.problem;
  result.problem = verdict.problem;
  if (verdict.kind === 'later' && verdict.everyone) {
    holdUntil(options, now() + verdict.waitMs);
  }
  if (verdict.kind === 'later' && item.attempts < TRIES) {
    item.nextAttempt = Math.max(item.nextAttempt, now() + verdict.waitMs);
    writeOn(outboxDirectory, 'waiting', hash, item);
    return;
  }
  writeOn(outboxDirectory, 'dead', hash, item);
  removeFrom(outboxDirectory, 'waiting', hash);
  result.dead += 1;
  options.log?.(`Slack message given up at try ${item.attempts}: ${verdict.problem}`);
}

/** Doubles each time, between 0.8 and 1.2 of that, so that many machines do not knock at once. */
function backOff(options: FlushOptions, attempts: number): number {
  const base = (options.retryBaseMs ?? RETRY_BASE_MS) * 2 ** (attempts - 1);
  return base * (0.8 + Math.random() * 0.4);
}

/**
 * One POST. The time of use is written before the request (it holds if this process is killed) and after the answer
 * (two requests are then apart by the spacing however long the first was on its way).
 */
async function post(
  options: FlushOptions,
  notice: Notice,
  repeats: number,
): Promise<{ answer: HttpAnswer } | { problem: string }> {
  markUsed(options);
  try {
    const answer = await httpRequest({
      url: options.webhook,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(slackMessage(redactValue(notice), repeats)),
      timeoutMs: TIMEOUT_MS,
      maxBytes: 4_096,
    });
    return { answer: { ...answer, body: withoutAddress(answer.body, options.webhook) } };
  } catch (error) {
    return { problem: messageOf(error) };
  } finally {
    markUsed(options);
  }
}

/** A proxy may quote the address in its answer. */
function withoutAddress(text: string, webhook: string): string {
  const { pathname } = new URL(webhook);
  const hidden = text.replaceAll(webhook, '[webhook]');
  return pathname.length > 1 ? hidden.replaceAll(pathname, '[webhook]') : hidden;
}

/**
 * Sends one notice now, past the outbox but with the same lock and spacing.
 * @throws HooksError where no answer came; the message names no part of the address.
 */
export async function sendDirectly(
  options: Omit<FlushOptions, 'deadlineMs' | 'retryBaseMs' | 'log'> & { notice: Notice; waitMs: number },
): Promise<{ answer: HttpAnswer; sent: boolean } | { problem: string }> {
  const flush: FlushOptions = { ...options, deadlineMs: options.waitMs };
  const problem = webhookProblem(options.webhook, options.allowedHosts);
  if (problem !== undefined) return { problem };
  const deadline = options.now() + options.waitMs;
  const lock = await senderLock(options.outboxDirectory, options.now, deadline);
  if (lock === undefined) return { problem: 'another process is sending; try again' };
  try {
    const open = openFrom(flush);
    if (open > deadline) return { problem: `Slack asked to wait until ${new Date(open).toISOString()}` };
    while (options.now() < open) await sleep(open - options.now());
    const posted = await post(flush, options.notice, 0);
    if ('problem' in posted) return posted;
    return { answer: posted.answer, sent: judgeAnswer(posted.answer, options.now()).kind === 'sent' };
  } finally {
    lock.release();
  }
}
