import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_RULES } from '../../src/install/command-rules.ts';
import { HOOK_CATALOG } from '../../src/install/hook-catalog.ts';
import { type InstallPlace, makeInstallPlace } from '../support/install-place.ts';

const LOCAL = '.claude/settings.local.json';

describe('a hundred and more different files', () => {
  let shared: InstallPlace;
  beforeAll(() => {
    shared = makeInstallPlace();
  });
  afterAll(() => {
    shared.cleanup();
  });

  const values: Record<string, unknown>[] = [
    {},
    { model: 'opus', cleanupPeriodDays: 30 },
    { hooks: {} },
    { hooks: { Stop: [], Zork: 'x' }, z: [1, [2, { a: {} }]] },
    {
      permissions: { allow: ['Bash(ls)'], deny: [] },
      hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'a "b" \\ c' }] }] },
    },
    {
      hooks: {
        SessionStart: [{ hooks: [{ type: 'command', command: 'theirs', timeout: 5 }] }],
        SessionEnd: [{ matcher: 'other', hooks: [] }],
      },
      'ключ 🎉': 'ünï "q"',
    },
  ];
  const layouts: ((value: unknown) => string)[] = [
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 2),
    (value) => `${JSON.stringify(value, null, '\t')}\n`,
    (value) => `${JSON.stringify(value, null, 3).replaceAll('\n', '\r\n')}\r\n`,
    (value) => `\uFEFF${JSON.stringify(value, null, 4)}\n`,
    (value) => `  ${JSON.stringify(value, null, 2).replaceAll(':', ' :  ').replaceAll('\n', '\n\n')}\n\n`,
    (value) => JSON.stringify(value).replaceAll('{', '{ ').replaceAll(',', ' ,'),
    (value) =>
      JSON.stringify(value, null, 2).replace(
        /[\u0080-\uffff]/g,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    (value) =>
      JSON.stringify(value, null, 2).replace(
        '{',
        '{ "n": 123456789012345678901234567890, "e": 1.50e3, "d": 1, "d": 2' +
          (JSON.stringify(value) === '{}' ? '' : ','),
      ),
  ];
  const variants = values.flatMap((value, v) =>
    layouts.flatMap((layout, l) =>
      ['', ' \n'].map((tail, t) => ({ name: `${v}.${l}.${t}`, text: layout(value) + tail })),
    ),
  );

  it.each(variants)('$name: install twice and uninstall is byte-identical', async ({ text }) => {
    shared.write(LOCAL, text);
    const held = JSON.parse(text.replace(/^\uFEFF/, ''));
    await shared.install();
    const first = shared.read(LOCAL);
    const { hooks, ...rest } = JSON.parse(first.replace(/^\uFEFF/, ''));
    const { hooks: oldHooks = {}, ...oldRest } = held;
    expect(rest).toEqual(oldRest);
    for (const [event, groups] of Object.entries(oldHooks)) {
      const kept = Array.isArray(groups) ? hooks[event].slice(0, groups.length) : hooks[event];
      expect(kept).toEqual(groups);
    }
    const entries = HOOK_CATALOG.length - 2 + COMMAND_RULES.length;
    expect(first.match(/claude_hooks=[a-z-]+:local;/g)).toHaveLength(entries);
    await shared.install();
    expect(shared.read(LOCAL)).toBe(first);
    await shared.uninstall();
    expect(shared.read(LOCAL)).toBe(text);
  });

  it('are more than a hundred', () => {
    expect(variants.length).toBeGreaterThan(100);
  });
});
