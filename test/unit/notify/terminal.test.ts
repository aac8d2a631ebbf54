import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalSequenceFor, visible } from '../../../src/platform/terminal.ts';

const ACTING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
const fragments = fc.constantFrom(
  '\u001b[31m',
  '\u001b]52;c;AAAA\u0007',
  '\u001b]8;;http://x\u001b\\',
  '\u009b2J',
  '\r',
  '\r\n',
  '\n',
  '\t',
  '\u0008',
  '\u007f',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u{e0041}',
  '\u{e007f}',
  '\u00ad',
  'text',
  '🎉',
  'é',
  '\ud83d',
  '\u2028',
);

describe('visible', () => {
  it('lets nothing act on a terminal or hide, for 10,000 texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    fc.assert(
      fc.property(text, (raw) => {
        const shown = visible(raw);
        expect(shown).not.toMatch(ACTING);
        expect(shown).not.toMatch(/\p{Cf}|\p{Cs}/u);
        expect(visible(shown)).toBe(shown);
      }),
      { numRuns: 10_000 },
    );
  });

  it('shows what was there and keeps what is harmless', () => {
    expect(visible('a\u001b[31mb\r\nc\td\u202ee\u0085')).toBe('a\\x1b[31mb\nc\td\\u{202e}e\\x85');
    const harmless = 'Zeile 1\n\tπ ≠ 3 — „ok“ 🎉 日本語 العربية';
    expect(visible(harmless)).toBe(harmless);
  });
});

describe('terminalSequenceFor', () => {
  it('is exactly one sequence of those the client accepts, whatever the title and terminal', () => {
    const env = fc.record({
      TERM_PROGRAM: fc.constantFrom(
        'iTerm.app',
        'ghostty',
        'WarpTerminal',
        'vscode',
        'Apple_Terminal',
        'WezTerm',
        undefined,
      ),
      TERM: fc.constantFrom('xterm-256color', 'rxvt-unicode', 'alacritty', undefined),
      VTE_VERSION: fc.constantFrom('7200', undefined),
    });
    fc.assert(
      fc.property(
        fc.array(fragments).map((parts) => parts.join(';4;')),
        env,
        (title, terminal) => {
          const sequence = terminalSequenceFor(title, terminal);
          expect(sequence).toMatch(
            /^(?:\u0007|\u001b\]9;claude-hooks: [^\u0000-\u001f\u007f-\u009f;]*\u0007|\u001b\]777;notify;claude-hooks;[^\u0000-\u001f\u007f-\u009f;]*\u0007)$/,
          );
          expect(sequence.length).toBeLessThan(500);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('speaks the language of the terminal', () => {
    expect(terminalSequenceFor('Failed')).toBe('\u001b]9;claude-hooks: Failed\u0007');
    expect(terminalSequenceFor('Failed', { TERM_PROGRAM: 'ghostty' })).toBe(
      '\u001b]777;notify;claude-hooks;Failed\u0007',
    );
    expect(terminalSequenceFor('Failed', { TERM_PROGRAM: 'Apple_Terminal' })).toBe('\u0007');
  });
});
