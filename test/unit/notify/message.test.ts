import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shorten, slackMessage } from '../../../src/notify/message.ts';
import type { Notice } from '../../../src/notify/notice.ts';

const notice: Notice = {
  id: 'a',
  kind: 'error',
  title: 'API error',
  text: 'rate_limit',
  project: 'demo',
  branch: 'main',
  session: 's-1',
  host: 'box',
  command: 'claude --resume s-1',
  group: 'g',
  time: Date.UTC(2026, 0, 2, 3, 4, 5),
};

const hostile = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          '<!channel>',
          '&',
          '<',
          '>',
          '```',
          '`',
          '\u202e',
          '\n',
          '🎉',
          '\ud800',
          '"',
          '\\',
          'x',
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.join('')),
  )
  .chain((text) => fc.integer({ min: 1, max: 400 }).map((times) => text.repeat(times)));

interface Text {
  type: string;
  text: string;
  verbatim?: boolean;
}

/** Every text object of a message, with its block type. */
function texts(blocks: Record<string, unknown>[]): { block: string; role: string; value: Text }[] {
  return blocks.flatMap((block) => [
    ...(block.text === undefined
      ? []
      : [{ block: String(block.type), role: 'text', value: block.text as Text }]),
    ...((block.fields ?? []) as Text[]).map((value) => ({ block: String(block.type), role: 'field', value })),
    ...((block.elements ?? []) as Text[]).map((value) => ({
      block: String(block.type),
      role: 'element',
      value,
    })),
  ]);
}

describe('slackMessage', () => {
  it('says what, where, when and how to look closer', () => {
    const { text, blocks } = slackMessage(notice, 3);
    expect(text).toBe('API error: rate_limit');
    const all = texts(blocks).map(({ value }) => value.text);
    expect(all).toEqual([
      'API error',
      '```rate_limit```',
      '*Project*\ndemo',
      '*Branch*\nmain',
      '*Session*\ns-1',
      '*Host*\nbox',
      '*Time*\n2026-01-02T03:04:05.000Z',
      'To look closer: `claude --resume s-1`',
      'The same happened 3 more times since the last message about it.',
    ]);
  });

  it('stays within the limits of Slack and cannot address anyone, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.record({
          id: hostile,
          kind: fc.constantFrom('error' as const, 'info' as const),
          title: hostile,
          text: hostile,
          project: hostile,
          branch: fc.option(hostile, { nil: undefined }),
          session: fc.option(hostile, { nil: undefined }),
          host: hostile,
          command: fc.option(hostile, { nil: undefined }),
          group: hostile,
          time: fc.double(),
        }),
        fc.nat(),
        (any, repeats) => {
          const message = slackMessage(any, repeats);
          expect(message.text.length).toBeLessThanOrEqual(4_000);
          expect(message.blocks.length).toBeLessThanOrEqual(50);
          expect(JSON.stringify(message).length).toBeLessThanOrEqual(13_000);
          for (const { block, role, value } of texts(message.blocks)) {
            const limit = block === 'header' ? 150 : role === 'field' ? 2_000 : 3_000;
            expect(value.text.length).toBeLessThanOrEqual(limit);
            expect(value.text.length).toBeGreaterThan(0);
            expect(value.text).not.toMatch(/[<>\u202e\u001b]/);
            expect(value.text).not.toMatch(/&(?!(?:amp|lt|gt);)/);
            expect(value.text).not.toMatch(/\p{Cs}/u);
            if (value.type === 'mrkdwn') expect(value.verbatim).toBe(true);
          }
          const [, body] = texts(message.blocks);
          expect(body?.value.text.slice(3, -3)).not.toContain('`');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('shorten', () => {
  it('escapes, cuts between code points and never inside an escape', () => {
    expect(shorten('a<b', 10)).toBe('a&lt;b');
    expect(shorten('a<b', 6)).toBe('a&lt;b');
    expect(shorten('a<b', 5)).toBe('a…');
    expect(shorten('🎉🎉', 4)).toBe('🎉🎉');
    expect(shorten('🎉🎉', 3)).toBe('🎉…');
    expect(shorten('🎉🎉', 2)).toBe('…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, limit) => {
        const result = shorten(text, limit);
        expect(result.length).toBeLessThanOrEqual(limit);
        const plain = result.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
        expect(plain === text || (plain.endsWith('…') && text.startsWith(plain.slice(0, -1)))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
