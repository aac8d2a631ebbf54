import { visible } from '../platform/terminal.ts';
import type { Notice } from './notice.ts';

/** Slack's limits, in UTF-16 units after escaping: the strictest reading of "characters". */
const HEADER = 150;
const SECTION = 3_000;
const FIELD = 300;
const COMMAND = 300;
const SUMMARY = 400;
const ELLIPSIS = '…';
const FENCE = '```';

export interface SlackMessage {
  /** What notifications and screen readers show. */
  text: string;
  blocks: Record<string, unknown>[];
  unfurl_links: false;
  unfurl_media: false;
}

/**
 * A Block Kit message about a notice: at most 5 blocks and 13,000 characters of JSON, whatever the notice holds.
 * `&`, `<` and `>` are escaped, so no text can address a channel or fake a link; characters that hide or reorder
 * text are shown; what is too long is cut between code points and ends in an ellipsis.
 * @param repeats how often the same happened since the last message of its group.
 */
export function slackMessage(notice: Notice, repeats = 0): SlackMessage {
  const title = oneLine(notice.title) || 'claude-hooks';
  const text = visible(notice.text).trim() || 'No details.';
  return {
    text: shorten(`${title}: ${oneLine(text)}`, SUMMARY),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: shorten(title, HEADER), emoji: false } },
      section(`${FENCE}${shorten(text.replaceAll('`', "'"), SECTION - 2 * FENCE.length)}${FENCE}`),
      {
        type: 'section',
        fields: fieldsOf(notice).map(([name, value]) => mrkdwn(`*${name}*\n${shorten(value, FIELD)}`)),
      },
      ...(notice.command === undefined
        ? []
        : [section(`To look closer: \`${shorten(oneLine(notice.command).replaceAll('`', "'"), COMMAND)}\``)]),
      ...(repeats > 0
        ? [
            {
              type: 'context',
              elements: [
                mrkdwn(
                  `The same happened ${repeats} more time${repeats === 1 ? '' : 's'} since the last message about it.`,
                ),
              ],
            },
          ]
        : []),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function fieldsOf(notice: Notice): [string, string][] {
  const fields: [string, string | undefined][] = [
    ['Project', notice.project],
    ['Branch', notice.branch],
    ['Session', notice.session],
    ['Host', notice.host],
    ['Time', timeOf(notice.time)],
  ];
  return fields.flatMap(([name, value]): [string, string][] =>
    value === undefined || oneLine(value) === '' ? [] : [[name, oneLine(value)]],
  );
}

function timeOf(time: number): string {
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : 'unknown';
}

/** `verbatim`: Slack turns no word into a link or a mention. */
function mrkdwn(text: string): Record<string, unknown> {
  return { type: 'mrkdwn', text, verbatim: true };
}

function section(text: string): Record<string, unknown> {
  return { type: 'section', text: mrkdwn(text) };
}

function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim();
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escapes for Slack and cuts to the limit, never inside a code point or an escape. */
export function shorten(text: string, limit: number): string {
  let result = '';
  let kept = '';
  for (const character of text) {
    const next = ESCAPES[character] ?? character;
    if (result.length + next.length > limit) return kept + ELLIPSIS;
    result += next;
    if (result.length <= limit - ELLIPSIS.length) kept = result;
  }
  return result;
}
