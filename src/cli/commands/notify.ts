import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import * as path from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../../config/config.ts';
import { resolveConfig } from '../../config/resolve.ts';
import { configuredWebhook, flushNotices, outboxDirectory } from '../../flows/notify.ts';
import { wordsOf } from '../../notify/answer.ts';
import type { Notice } from '../../notify/notice.ts';
import { listOutbox, type OutboxEntry, retryOutbox, sendDirectly } from '../../notify/outbox.ts';
import { webhookHosts } from '../../notify/webhook.ts';
import { systemClock } from '../../platform/clock.ts';
import { desktopObstacle, notifyDesktop } from '../../platform/desktop.ts';
import { visible } from '../../platform/terminal.ts';
import { addRedactionPatterns, registerSecrets } from '../../redact/redact.ts';
import type { Cli } from '../cli.ts';

const SEND_WAIT_MS = 10_000;
const RETRY_MS = 30_000;

interface Channel {
  state: 'sent' | 'failed' | 'off';
  /** Why it is off or failed. */
  reason?: string;
  /** What Slack answered. */
  status?: number;
  body?: string;
}

export function define(program: Command, cli: Cli): void {
  const notify = program
    .command('notify')
    .description('Send a test notification; show what waits in the outbox')
    .addHelpText(
      'after',
      '\nExamples:\n  claude-hooks notify test\n  claude-hooks notify outbox --json\n  claude-hooks notify retry\n',
    );
  notify
    .command('test')
    .description(
      'Send one message to Slack and the desktop now, and show the answer (exit 1 where none went out)',
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  SLACK_WEBHOOK=https://hooks.slack.com/... claude-hooks notify test\n',
    )
    .action((options: { json?: true }) => test(cli, options.json === true));
  notify
    .command('outbox')
    .description('List the messages that wait and those that were given up')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  claude-hooks notify outbox --json\n')
    .action((options: { json?: true }) => showOutbox(cli, options.json === true));
  notify
    .command('retry')
    .description('Try all of them again now, also those given up')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  claude-hooks notify retry\n')
    .action((options: { json?: true }) => retry(cli, options.json === true));
}

async function readConfig(cli: Cli): Promise<Config> {
  registerSecrets(cli.env);
  const { repository, cwd, state, user, env } = cli;
  const presetsDirectory = path.join(cli.runtime, 'presets');
  const { config } = await resolveConfig({ repository, cwd, state, user, env, presetsDirectory });
  for (const { pattern, reason } of addRedactionPatterns(config.redact.patterns)) {
    cli.say(`claude-hooks: redact.patterns: ${visible(JSON.stringify(pattern))} is not used: ${reason}`);
  }
  return config;
}

async function test(cli: Cli, asJson: boolean): Promise<void> {
  const config = await readConfig(cli);
  const notice = testNotice(cli);
  const [slack, desktop] = await Promise.all([
    testSlack(cli, config, notice),
    testDesktop(cli, config, notice),
  ]);
  const terminal: Channel = config.notify.terminal
    ? {
        state: 'off',
        reason: 'only inside a session: the client shows it with the hook that reports an error',
      }
    : { state: 'off', reason: 'switched off (notify.terminal)' };
  const deciding = config.notify.slack.enabled ? slack : desktop;
  const ok = deciding.state === 'sent';
  if (asJson) cli.json({ id: notice.id, ok, slack, desktop, terminal });
  else for (const line of describe({ slack, desktop, terminal })) cli.print(line);
  if (!ok) {
    cli.say(`claude-hooks: no notification was sent: ${deciding.reason ?? 'unknown'}`);
    if (slack.state !== 'sent' && config.notify.slack.enabled) cli.say(`  ${slackHint(slack)}`);
    cli.exit(1);
  }
}

function testNotice(cli: Cli): Notice {
  return {
    id: randomUUID(),
    kind: 'info',
    title: 'claude-hooks test message',
    text: 'If you can read this, errors of your Claude Code sessions will reach you here.',
    project: path.basename(cli.repository.root),
    host: hostname(),
    command: 'claude-hooks status',
    group: 'test',
    time: systemClock(),
  };
}

async function testSlack(cli: Cli, config: Config, notice: Notice): Promise<Channel> {
  const webhook = configuredWebhook({ config, env: cli.env });
  if ('problem' in webhook) return { state: webhook.missing ? 'off' : 'failed', reason: webhook.problem };
  const result = await sendDirectly({
    outboxDirectory: outboxDirectory(cli.user),
    webhook: webhook.url,
    allowedHosts: webhookHosts(cli.env),
    now: systemClock,
    waitMs: SEND_WAIT_MS,
    notice,
  });
  if ('problem' in result) return { state: 'failed', reason: result.problem };
  const { status } = result.answer;
  const body = wordsOf(result.answer.body).replace(/^: /, '');
  return result.sent
    ? { state: 'sent', status, body }
    : { state: 'failed', reason: `Slack answered HTTP ${status} ${visible(body)}`.trim(), status, body };
}

async function testDesktop(cli: Cli, config: Config, notice: Notice): Promise<Channel> {
  if (!config.notify.desktop) return { state: 'off', reason: 'switched off (notify.desktop)' };
  const obstacle = desktopObstacle(cli.env);
  if (obstacle !== undefined) return { state: 'off', reason: obstacle };
  const shown = await notifyDesktop({ title: notice.title, message: notice.text }, cli.env);
  return shown === 'shown'
    ? { state: 'sent' }
    : {
        state: 'failed',
        reason: 'the notification program is missing, failed or did not answer (Linux: notify-send)',
      };
}

function describe(channels: Record<string, Channel>): string[] {
  return Object.entries(channels).map(([name, { state, reason, status, body }]) => {
    const answer = state === 'sent' && status !== undefined ? ` (HTTP ${status} ${visible(body ?? '')})` : '';
    return `${name.padEnd(9)}${state}${answer}${reason === undefined ? '' : `: ${reason}`}`;
  });
}

function slackHint(slack: Channel): string {
  if (slack.status !== undefined)
    return 'Check in Slack that the webhook still exists and its channel is not archived.';
  return 'Set SLACK_WEBHOOK to an incoming webhook (https://hooks.slack.com/...) in the environment, or name its variable in notify.slack.webhook.';
}

function showOutbox(cli: Cli, asJson: boolean): void {
  const items = listOutbox(outboxDirectory(cli.user));
  if (asJson) cli.json({ items });
  else cli.print(items.length === 0 ? 'The outbox is empty.' : items.map(lineOf).join('\n'));
}

function lineOf(item: OutboxEntry): string {
  const tried =
    item.attempts === 0 ? 'not tried yet' : `${item.attempts} ${item.attempts === 1 ? 'try' : 'tries'}`;
  const next = item.nextAttempt === undefined ? '' : `, next ${item.nextAttempt}`;
  const problem = item.problem === undefined ? '' : `: ${visible(item.problem)}`;
  return `${item.createdAt}  ${item.state.padEnd(7)}  ${visible(item.name).replace(/\s+/g, ' ')} (${tried}${next}${problem})`;
}

async function retry(cli: Cli, asJson: boolean): Promise<void> {
  const config = await readConfig(cli);
  const directory = outboxDirectory(cli.user);
  retryOutbox(directory);
  const log = (line: string): void => cli.say(`claude-hooks: ${visible(line)}`);
  const { sent, waiting, dead, problem } = await flushNotices({
    config,
    user: cli.user,
    env: cli.env,
    deadlineMs: RETRY_MS,
    log,
  });
  const ok = waiting === 0 && dead === 0;
  if (asJson) cli.json({ id: 'outbox', ok, sent, waiting, dead, problem });
  else cli.print(`${sent} sent, ${waiting} waiting, ${dead} given up.`);
  if (ok) return;
  cli.say(`claude-hooks: not everything was sent: ${visible(problem ?? 'out of time; run it again')}`);
  cli.exit(1);
}
