import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embedJson, escapeHtml } from '../../../src/replay/page/model/embed.ts';
import { renderReplayPage } from '../../../src/replay/page/render-page.ts';
import type { Replay } from '../../../src/replay/types.ts';
import { HOSTILE, hostileReplay } from '../../support/replays.ts';

/** Any UTF-16, halves of surrogate pairs among it, and what ends or opens elements. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        '<',
        '/',
        '>',
        'script',
        'SCRIPT',
        '!--',
        '-->',
        '\u2028',
        '\u2029',
        '\\',
        '"',
        ' ',
        ']]>',
      ),
    )
    .map((parts) => parts.join('')),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(text, fc.boolean(), fc.constant(null), fc.array(tie('any')), fc.dictionary(text, tie('any'))),
})).any;

const assets = { script: 'run()', style: 'a{}' };
const replayWith = (description: string): Replay => ({
  session: description,
  transcript: undefined,
  remarks: [description],
  steps: [
    { number: 1, at: 0, lane: 'prompt', type: 'prompt', description, input: { [description]: description } },
  ],
});

describe('data in a page', () => {
  it('comes back as it was, and ends no element', () => {
    fc.assert(
      fc.property(value, (data) => {
        const embedded = embedJson(data);
        // What JSON itself changes (-0) aside.
        expect(JSON.stringify(JSON.parse(embedded))).toBe(JSON.stringify(data));
        expect(embedded).not.toMatch(/[<\u2028\u2029]/);
      }),
    );
  });

  it('leaves the page the elements it has, whatever is recorded', () => {
    const elements = (page: string): string[] => page.match(/<\/?[a-z!][^ >]*/gi) ?? [];
    const usual = elements(renderReplayPage(replayWith('words'), assets));
    expect(usual.filter((tag) => tag === '<script')).toHaveLength(3);
    fc.assert(
      fc.property(text, (recorded) => {
        expect(elements(renderReplayPage(replayWith(recorded), assets))).toEqual(usual);
      }),
    );
    expect(elements(renderReplayPage(hostileReplay(), assets))).toEqual(usual);
  });

  it('stands in an attribute or an element as text', () => {
    expect(escapeHtml(`<a href="x">&amp;`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;amp;');
  });
});

describe('the policy of the page', () => {
  const page = renderReplayPage(replayWith(HOSTILE), assets);
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';

  it('allows its own script and style, by hash, and nothing else', async () => {
    const hash = async (source: string): Promise<string> =>
      Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(source))).toString('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${await hash('run()')}'`,
      `style-src 'sha256-${await hash('a{}')}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  it('comes before everything it is about', () => {
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style'));
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<script'));
  });
});
