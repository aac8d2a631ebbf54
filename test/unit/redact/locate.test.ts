import fc from 'fast-check';
import { expect, it } from 'vitest';
import { locateSecrets } from '../../../src/redact/locate.ts';
import { redactText } from '../../../src/redact/redact.ts';
import { POSITIVES } from './corpus.ts';

const sample = fc.constantFrom(...POSITIVES).map(({ text }) => text);
const line = fc.constantFrom('', 'the build failed', 'const a = 1;', '[redacted:github-token]', 'ünï');

it('finds something exactly where redaction would change something', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(line, sample, fc.string({ unit: 'binary' })), { maxLength: 6 }),
      (lines) => {
        const text = lines.join('\n');
        expect(locateSecrets(text).length > 0).toBe(redactText(text) !== text);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('tells the line and the rule, never the secret', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.constantFrom(...POSITIVES), (above, { text }) => {
      const found = locateSecrets(`${'nothing here\n'.repeat(above)}${text}`);
      const lines = text.split('\n').length;
      for (const { line: number, rule } of found) {
        expect(number).toBeGreaterThan(above);
        expect(number).toBeLessThanOrEqual(above + lines);
        expect(rule).toMatch(/^[a-z0-9-]{1,40}$/);
        expect(redactText(text)).toContain(`[redacted:`);
      }
    }),
  );
});
