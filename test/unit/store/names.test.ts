import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newCheckpointId } from '../../../src/checkpoints/name.ts';
import { cleanName, isId, newId, slugOf } from '../../../src/store/names.ts';

/** Texts that broke other programs: paths, options, shell, refs, reserved names, control and bidi characters. */
const NAUGHTY = [
  '',
  ' ',
  '../../etc/passwd',
  '/absolute',
  '-rf',
  '--upload-pack=touch x',
  '$(touch x)',
  '`touch x`',
  '; rm -rf /',
  'a\nb',
  'a\0b',
  'CON',
  'nul.lock',
  'HEAD',
  '@{-1}',
  'refs/heads/main',
  'a..b',
  'name.lock',
  '~^:?*[\\',
  '\u202egnp.exe',
  '\ufeff',
  'Ω≈ç√∫',
  '日本語',
  'é',
  '💥'.repeat(200),
  '\ud800',
  '__proto__',
  'a'.repeat(10_000),
];

it('makes an id of any text that is fit for a ref, a file name and a command line', () => {
  const check = (text: string): void => {
    const id = newId(text, 1_795_000_000_000, 'thing');
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(id.length).toBeLessThanOrEqual(60);
    expect(isId(id)).toBe(true);
  };
  for (const text of NAUGHTY) check(text);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => check(text)));
});

it('keeps what can be read of a name', () => {
  expect(slugOf('Feature Development', 'thing')).toBe('feature-development');
  expect(slugOf('Éclair à la carte!', 'thing')).toBe('eclair-a-la-carte');
  expect(slugOf('日本語', 'thing')).toBe('thing');
  expect(newCheckpointId('日本語', 1)).toMatch(/^checkpoint-/);
});

it('sorts ids of one name by their time and makes each once', () => {
  const times = [0, 1, 999, 1_795_000_000_000, 1_795_000_000_001, 4_000_000_000_000];
  const ids = times.map((time) => newId('x', time, 'thing'));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 200 }, () => newId('x', 1, 'thing'))).size).toBeGreaterThan(195);
});

it('keeps a name on one line without control characters, at most 200 letters', () => {
  expect(cleanName(' a\n\tb\u202e c\u0007 ')).toBe('a b c');
  expect(cleanName('word '.repeat(60))).toBe('word '.repeat(40).trim());
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const name = cleanName(text);
      expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\n]/u);
      expect([...name].length).toBeLessThanOrEqual(200);
      expect(cleanName(name)).toBe(name);
    }),
  );
});

it('takes nothing for an id that could leave its folder', () => {
  for (const text of NAUGHTY.filter((one) => !/^a+$/.test(one))) expect(isId(text)).toBe(false);
});
