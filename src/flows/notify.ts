import * as path from 'node:path';
import type { Config } from '../config/config.ts';
import { parseDuration } from '../config/duration.ts';
import { messageOf } from '../errors.ts';
import type { Notice } from '../notify/notice.ts';
import { enqueueNotice, type FlushResult, flushOutbox, listOutbox } from '../notify/outbox.ts';
import { resolveWebhook, type WebhookResult, webhookHosts } from '../notify/webhook.ts';
import { systemClock } from '../platform/clock.ts';
import { notifyDesktop } from '../platform/desktop.ts';
import type { UserPaths } from '../store/paths.ts';

interface Setting {
  config: Config;
  user: UserPaths;
  env: Readonly<Record<string, string | undefined>>;
  log?: (line: string) => void;
}

const DEFAULT_GROUP_MS = 10 * 60_000;

/** All messages of this person, whatever the repository: `outbox/` in the person's state directory. */
export function outboxDirectory(user: UserPaths): string {
  return path.join(user.state, 'outbox');
}

/** The webhook of this configuration. The loader lets only the user file name a `file:`, so one is followed here. */
export function configuredWebhook({ config, env }: Pick<Setting, 'config' | 'env'>): WebhookResult {
  const { enabled, webhook } = config.notify.slack;
  if (!enabled) return { problem: 'switched off (notify.slack.enabled)', missing: true };
  return resolveWebhook(webhook, env, { allowFile: true });
}

/**
 * Puts a notice into the outbox and shows it on the desktop; what was reported before does neither. Sends nothing over
 * the network (`flushNotices` does) and never throws: what cannot be done is logged in one line.
 */
export async function sendNotice(notice: Notice, setting: Setting): Promise<void> {
  const { config, user, env, log } = setting;
  const webhook = configuredWebhook(setting);
  const problem = 'problem' in webhook && !webhook.missing ? webhook.problem : undefined;
  let outcome: ReturnType<typeof enqueueNotice> = 'queued';
  try {
    outcome = enqueueNotice(outboxDirectory(user), notice, {
      groupWindowMs: parseDuration(config.notify.group) ?? DEFAULT_GROUP_MS,
      deliver: 'url' in webhook,
    });
  } catch (error) {
    log?.(`the message "${notice.title}" could not be put into the outbox: ${messageOf(error)}`);
  }
  if (outcome !== 'queued') return;
  if (problem !== undefined) log?.(`no message to Slack: ${problem}`);
  if (!config.notify.desktop) return;
  const shown = await notifyDesktop(
    { title: `${notice.project}: ${notice.title}`, message: notice.text },
    env,
  );
  if (shown === 'failed') log?.('the desktop notification could not be shown');
}

/** Sends what waits in the outbox, within the deadline; see `flushOutbox`. Without a webhook everything stays. */
export async function flushNotices(setting: Setting & { deadlineMs: number }): Promise<FlushResult> {
  const { user, env, log, deadlineMs } = setting;
  const directory = outboxDirectory(user);
  const webhook = configuredWebhook(setting);
  if ('problem' in webhook) {
    const waiting = listOutbox(directory).filter((entry) => entry.state === 'waiting').length;
    return { sent: 0, waiting, dead: 0, problem: waiting === 0 ? undefined : webhook.problem };
  }
  return flushOutbox({
    outboxDirectory: directory,
    webhook: webhook.url,
    allowedHosts: webhookHosts(env),
    now: systemClock,
    deadlineMs,
    log,
  });
}
