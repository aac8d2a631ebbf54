import { describe, expect, it } from 'vitest';
import { redactText } from '../../../src/redact/redact.ts';
import { NEGATIVES, POSITIVES } from './corpus.ts';

describe('redactText on known samples', () => {
  it('has enough of both kinds', () => {
    expect(POSITIVES.length).toBeGreaterThanOrEqual(60);
    expect(NEGATIVES.length).toBeGreaterThanOrEqual(100);
  });

  it.each(POSITIVES)('hides: $name', ({ text, secret, kept }) => {
    const result = redactText(text);
    expect(result).not.toContain(secret);
    expect(result).toMatch(/\[redacted:[a-z0-9-]+\]/);
    for (let at = 0; at + 12 <= secret.length; at += 1)
      expect(result).not.toContain(secret.slice(at, at + 12));
    for (const part of kept) expect(result).toContain(part);
    expect(redactText(result)).toBe(result);
  });

  it.each(NEGATIVES)('keeps: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});
