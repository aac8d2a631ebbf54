import { describe, expect, it } from 'vitest';
import { pagePayload } from '../../../src/replay/page/payload.ts';
import type { Replay, ReplayStep } from '../../../src/replay/types.ts';
import { hostileReplay, manySteps } from '../../support/replays.ts';

const TOKEN = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const KEY = [
  '-----BEGIN PRIVATE KEY-----',
  ...Array<string>(4).fill('MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)),
  '-----END PRIVATE KEY-----',
];
const replayOf = (step: Partial<ReplayStep>): Replay => ({
  session: 's',
  transcript: 't',
  remarks: [],
  steps: [{ number: 1, at: 0, lane: 'tool', type: 'tool', description: 'x', ...step }],
});

describe('what a page carries', () => {
  it('holds no secret, in whatever field it was', () => {
    const page = pagePayload({
      ...replayOf({
        type: TOKEN,
        description: `token ${TOKEN}`,
        text: KEY.join('\n'),
        file: TOKEN,
        hunks: [
          { oldStart: 1, newStart: 1, lines: [` ${TOKEN}`, `+${TOKEN}`, ...KEY.map((line) => `+${line}`)] },
        ],
        tool: TOKEN,
        input: { password: 'correct horse', nested: [{ text: TOKEN }], [TOKEN]: 1 },
        result: `>${TOKEN}<`,
        agent: TOKEN,
        cite: TOKEN,
      }),
      session: TOKEN,
      transcript: `/home/${TOKEN}`,
      remarks: [TOKEN],
    });
    const text = JSON.stringify(page);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('MIIEvQ');
    expect(text).not.toContain('correct horse');
    expect(page.steps[0]?.hunks?.[0]?.lines).toHaveLength(2 + KEY.length);
    expect(page.steps[0]?.hunks?.[0]?.lines[1]).toMatch(/^\+\[redacted:/);
  });

  it('shows what would act or hide, and drops colours', () => {
    const [step] = pagePayload(
      replayOf({ description: '\u001b[1;31mred\u001b[0m \u001b]0;x\u0007 a\u202eb' }),
    ).steps;
    expect(step?.description).toBe('red \\x1b]0;x\\x07 a\\u{202e}b');
    expect(JSON.stringify(pagePayload(hostileReplay()))).not.toMatch(/[\u001b\u202e\u200b\u2066\u0007]/);
  });

  it('is cut where it would be too long, and says so', () => {
    const short = pagePayload(replayOf({ result: 'x'.repeat(60_000) }));
    expect(short.remarks).toEqual([]);
    expect(short.steps[0]?.result).toHaveLength(60_000);
    const [step] = pagePayload(replayOf({ result: 'y'.repeat(70_000) })).steps;
    expect(step?.result).toMatch(/^y{65536}… \[4,464 more characters\]$/);

    const many = manySteps(3_000);
    const long = 'z'.repeat(40_000);
    const page = pagePayload({ ...many, steps: many.steps.map((one) => ({ ...one, result: long })) });
    expect(page.remarks).toEqual([
      '3,000 long texts are cut here, at 4,096 characters (lines of files at 4,096).',
    ]);
    expect(JSON.stringify(page).length).toBeLessThan(48_000_000);
  });

  it('leaves the replay itself alone', () => {
    const replay = hostileReplay();
    const before = structuredClone(replay);
    pagePayload(replay);
    expect(replay).toEqual(before);
  });
});
