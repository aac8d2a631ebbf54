import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSyntheticPrompt, parseEvent } from '../../../src/sessions/event.ts';
import { failureSignature, isReportable } from '../../../src/sessions/failure-rules.ts';

const payloads = path.resolve(import.meta.dirname, '../../fixtures/claude-code/payloads');

describe('events', () => {
  it.each(readdirSync(payloads).filter((name) => name.endsWith('.json')))('reads %s', (name) => {
    const bytes = readFileSync(path.join(payloads, name));
    const raw = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const event = parseEvent(bytes);
    expect(event?.name).toBe(raw.hook_event_name);
    expect(event?.session).toBe(raw.session_id);
    expect(event?.tool?.name).toBe(raw.tool_name);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseEvent(bytes)),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        const event = parseEvent(Buffer.from(text));
        if (event !== undefined) expect(typeof event.name).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no session id that is unfit for a file name', () => {
    for (const id of ['../x', 'a/b', '', '.hidden', 'a\u0000', 'x'.repeat(101), 5, null]) {
      expect(parseEvent(Buffer.from(JSON.stringify({ session_id: id })))?.session).toBeUndefined();
    }
  });

  it('tells the prompts of the client from those of the person', () => {
    expect(isSyntheticPrompt('<task-notification>\n<task-id>x')).toBe(true);
    expect(isSyntheticPrompt('explain <task-notification>')).toBe(false);
    expect(isSyntheticPrompt(undefined)).toBe(false);
  });
});

describe('failing tools', () => {
  const failure = (
    error: string,
    more: Partial<Parameters<typeof isReportable>[0]> = {},
  ): Parameters<typeof isReportable>[0] => ({
    tool: 'Bash',
    error,
    command: 'x',
    interrupted: false,
    before: 0,
    ...more,
  });

  it.each([
    ['Exit code 1\n2 tests failed', false],
    ['Exit code 3', false],
    ['Exit code 127\nsh: foo: not found', true],
    ['Exit code 137', true],
    ['Exit code 1\nwrite: No space left on device', true],
    ['Permission to use Bash with command rm has been denied.', false],
    ["The user doesn't want to proceed with this tool use.", false],
    ['Commands that change directories require explicit approval', false],
    ['String to replace not found in file.', false],
    ['EACCES: permission denied, open /etc/x', true],
  ])('%j is unexpected: %s', (error, reported) => {
    expect(isReportable(failure(error), 'unexpected', [])).toBe(reported);
  });

  it('follows the configured mode', () => {
    expect(isReportable(failure('Exit code 1'), 'none', [])).toBe(false);
    expect(isReportable(failure('Exit code 1'), 'all', [])).toBe(true);
    expect(isReportable(failure('Exit code 1', { interrupted: true }), 'all', [])).toBe(false);
    expect(isReportable(failure('Exit code 1'), 'all', [/exit code 1/i])).toBe(false);
    expect(
      [0, 1, 2, 3].map((before) => isReportable(failure('Exit code 1', { before }), 'repeated', [])),
    ).toEqual([false, false, true, false]);
    expect(isReportable(failure('boom', { tool: 'mcp__db__query' }), 'unexpected', [])).toBe(true);
  });

  it('gives the same failure the same signature', () => {
    expect(failureSignature('Bash', 'Exit code 1\n/a/b.ts:10 bad')).toBe(
      failureSignature('Bash', 'Exit code 2\n/c/d/e.ts:99 bad'),
    );
    expect(failureSignature('Bash', 'x')).not.toBe(failureSignature('Read', 'x'));
  });
});
