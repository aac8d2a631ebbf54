import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('src/replay/page/client/style/base.css', 'utf8');

/** The colours of a theme by name, as `#rrggbb`. */
function coloursOf(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

/** WCAG 2's contrast of two colours, from 1 to 21. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([':root', ':root[data-theme="dark"]'])('the colours of %s', (selector) => {
  const colours = coloursOf(selector);
  const of = (name: string): string => colours.get(name) ?? expect.fail(`no colour --${name}`);

  it.each([
    [
      'ink',
      ['ground', 'panel', 'raised', 'hover', 'current', 'added', 'added-part', 'removed', 'removed-part'],
    ],
    ['soft', ['ground', 'panel', 'raised', 'hover', 'stripe', 'current', 'added', 'removed']],
    ['accent', ['ground', 'panel', 'raised']],
    ['edit', ['panel', 'current', 'added']],
    ['error', ['panel', 'current', 'removed']],
    ['on-accent', ['accent']],
    ['on-mark', ['mark']],
  ])('let %s be read on %j', (text, grounds) => {
    for (const ground of grounds)
      expect(contrast(of(text), of(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    'prompt',
    'answer',
    'tool',
    'edit',
    'checkpoint',
    'commit',
    'error',
    'agent',
    'session',
    'context',
    'cost',
  ])('let the signs of %s be told from their ground', (lane) => {
    for (const ground of ['panel', 'stripe'])
      expect(contrast(of(lane), of(ground))).toBeGreaterThanOrEqual(3);
  });
});
