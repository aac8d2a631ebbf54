import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hookGroups } from '../../../src/install/commands-text.ts';
import { putEntries, removeEntries } from '../../../src/install/settings-entries.ts';

const FILE = '/r/.claude/settings.json';
const RUNTIME = { directory: "/opt/it's here/dist", inProject: undefined, node: '/usr/bin/node' };
const WANTED = hookGroups('local', RUNTIME, 'linux');
const RULES = ['rm*', 'git res*', '* x "y" \\(*'];
const withRules = (...rules: string[]): ReturnType<typeof hookGroups> =>
  hookGroups('local', RUNTIME, 'linux', { rules, edits: false });
const withEdits = (...rules: string[]): ReturnType<typeof hookGroups> =>
  hookGroups('local', RUNTIME, 'linux', { rules, edits: true });
const EVENTS = [...withRules(...RULES).keys()];

const put = (text: string, wanted = WANTED): string =>
  putEntries(FILE, Buffer.from(text), wanted).bytes.toString();

function withoutOurs(text: string): unknown {
  const value = JSON.parse(text.replace(/^\uFEFF/, ''));
  for (const event of EVENTS) {
    const groups = value.hooks?.[event];
    if (!Array.isArray(groups)) continue;
    const others = groups.filter((group) => !JSON.stringify(group).includes('claude_hooks='));
    if (others.length === 0) delete value.hooks[event];
    else value.hooks[event] = others;
  }
  if (value.hooks !== undefined && Object.keys(value.hooks).length === 0) delete value.hooks;
  return value;
}

/** A JSON value printed with the spacing that a seed decides, so that no formatter is assumed. */
function print(value: unknown, style: Style, depth = 0): string {
  if (typeof value === 'string') return style.escape ? escaped(value) : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const line = style.compact ? style.gap : style.eol + style.unit.repeat(depth + 1);
  const end = style.compact ? style.gap : style.eol + style.unit.repeat(depth);
  const list = Array.isArray(value);
  const members = list
    ? value.map((item) => print(item, style, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => `${print(key, style)}${style.colon}${print(item, style, depth + 1)}`,
      );
  const [open, close] = list ? '[]' : '{}';
  return members.length === 0 ? `${open}${close}` : `${open}${line}${members.join(`,${line}`)}${end}${close}`;
}

const escaped = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

interface Style {
  eol: string;
  unit: string;
  colon: string;
  compact: boolean;
  gap: string;
  escape: boolean;
}

const styles: fc.Arbitrary<Style> = fc.record({
  eol: fc.constantFrom('\n', '\r\n', '\n\n'),
  unit: fc.constantFrom('  ', '    ', '\t', '   ', ''),
  colon: fc.constantFrom(': ', ':', ' : '),
  compact: fc.boolean(),
  gap: fc.constantFrom('', ' '),
  escape: fc.boolean(),
});

class Raw {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

const words = fc.constantFrom('echo hi', 'prüfe "x" \\ y', '日本語 🎉', "it's", 'a\tb', '');
const group = fc.record(
  {
    matcher: fc.constantFrom('', '*', 'Bash', 'Edit|Write'),
    hooks: fc.array(
      fc.record(
        { type: fc.constant('command'), command: words, timeout: fc.constantFrom(5, 0.5, 600) },
        { requiredKeys: ['type', 'command'] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['hooks'] },
);
const hooks = fc.dictionary(fc.constantFrom(...EVENTS, 'Notification'), fc.array(group, { maxLength: 3 }));
const others = fc.dictionary(
  fc.constantFrom('zeta', 'ключ', 'x y', 'a"b', 'future'),
  fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('90071992547409931234', '1e2', '-0', '1.10').map((n) => new Raw(n)),
  ),
  { maxKeys: 4 },
);
const documents = fc.record({
  value: fc.tuple(others, fc.option(hooks, { nil: undefined }), fc.boolean()).map(([rest, held, first]) => {
    const part = held === undefined ? {} : { hooks: held };
    return first ? { ...part, ...rest } : { ...rest, ...part };
  }),
  style: styles,
  bom: fc.boolean(),
  end: fc.constantFrom('', '\n', '\r\n', '\n\n  '),
});

const textOf = (document: { value: unknown; style: Style; bom: boolean; end: string }): string =>
  `${document.bom ? '\uFEFF' : ''}${printRaw(document.value, document.style)}${document.end}`;

function printRaw(value: unknown, style: Style): string {
  const raws: string[] = [];
  const marked = JSON.parse(
    JSON.stringify(value, (_key, item) => {
      if (!(item instanceof Raw)) return item;
      raws.push(item.text);
      return `@@RAW${raws.length - 1}@@`;
    }),
  );
  return print(marked, style).replace(/"@@RAW(\d+)@@"/g, (_all, index) => raws[Number(index)] ?? '');
}

describe('putEntries and removeEntries', () => {
  it('add and remove only our entries, whatever the file looks like', () => {
    const sets = fc.constantFrom(
      WANTED,
      withRules(...RULES),
      withRules('rm*'),
      withEdits(),
      withEdits(...RULES),
    );
    fc.assert(
      fc.property(documents, sets, (document, wantedGroups) => {
        const before = textOf(document);
        const { bytes, containers } = putEntries(FILE, Buffer.from(before), wantedGroups);
        const after = bytes.toString();
        const parsed = JSON.parse(after.replace(/^\uFEFF/, ''));
        for (const [event, wanted] of wantedGroups) {
          const ours = parsed.hooks[event].filter((g: unknown) =>
            JSON.stringify(g).includes('claude_hooks='),
          );
          expect(ours).toEqual(wanted);
        }
        const held = JSON.parse(before.replace(/^\uFEFF/, '')) as { hooks?: Record<string, unknown[]> };
        expect(withoutOurs(after)).toEqual(withoutOurs(before));
        expect(put(after, wantedGroups)).toBe(after);
        const removed = removeEntries(FILE, bytes, containers).toString();
        expect(JSON.parse(removed.replace(/^\uFEFF/, ''))).toEqual(held);
        // What was there keeps its bytes: taking our part out again gives the file back, but for the white
        // space inside a container that was empty.
        const squeeze = (text: string): string => text.replace(/([{[])[ \t\r\n]*([}\]])/g, '$1$2');
        expect(squeeze(removed)).toBe(squeeze(before));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the style of the file', () => {
    expect(put('{\r\n\t"a": 1\r\n}\r\n').slice(0, 58)).toBe(
      '{\r\n\t"a": 1,\r\n\t"hooks": {\r\n\t\t"SessionStart": [\r\n\t\t\t{\r\n\t\t\t\t"',
    );
    expect(put('{"a":1}')).toMatch(
      /^\{"a":1,"hooks":\{"SessionStart":\[\{"hooks":\[\{"type":"command","command":"claude_hooks=start:local;/,
    );
    expect(put('{"a": 1}')).toMatch(/^\{"a": 1, "hooks": \{"SessionStart": \[/);
    expect(put('{\n    "hooks": {"Stop": []}\n}')).toContain('{"Stop": [\n        {');
  });

  it('replaces out-of-date entries where they stand and takes duplicates out', () => {
    const newer = hookGroups('local', { ...RUNTIME, directory: '/opt/new' }, 'linux');
    const old = JSON.stringify(WANTED.get('Stop')?.[0]?.hooks[0]);
    const text = `{"hooks":{"Stop":[{"hooks":[${old}]},{"hooks":[{"type":"command","command":"theirs"}]},{"hooks":[${old}]}],"Zork":[{"hooks":[${old}]}],"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"a"},${old},{"type":"command","command":"b"}]}]}}`;
    const value = JSON.parse(put(text, newer));
    expect(value.hooks.Stop).toEqual([
      newer.get('Stop')?.[0],
      { hooks: [{ type: 'command', command: 'theirs' }] },
    ]);
    expect(value.hooks.Zork).toBeUndefined();
    expect(value.hooks.PreToolUse[0].hooks.map((hook: { command: string }) => hook.command)).toEqual([
      'a',
      'b',
    ]);
  });

  it('leaves an entry alone that another writer reformatted or put beside its own', () => {
    const entry = JSON.stringify({ timeout: 10, ...WANTED.get('Stop')?.[0]?.hooks[0] });
    const text = put(
      `{"hooks": {"Stop": [{"matcher": "", "hooks": [ ${entry} , {"type":"command","command":"x"}]}]}}`,
    );
    expect(text).toContain(`[ ${entry} , {"type":"command","command":"x"}]}]`);
    expect(text.match(/claude_hooks=stop/g)).toHaveLength(1);
  });

  it('moves an entry out of a group whose matcher would keep it from running', () => {
    const entry = JSON.stringify(WANTED.get('SessionStart')?.[0]?.hooks[0]);
    const value = JSON.parse(
      put(
        `{"hooks":{"SessionStart":[{"matcher":"resume","hooks":[${entry},{"type":"command","command":"x"}]}]}}`,
      ),
    );
    expect(value.hooks.SessionStart).toEqual([
      { matcher: 'resume', hooks: [{ type: 'command', command: 'x' }] },
      WANTED.get('SessionStart')?.[0],
    ]);
  });

  it('keeps empty containers that were there before', () => {
    const { bytes, containers } = putEntries(FILE, Buffer.from('{"hooks":{"Stop":[]}}'), WANTED);
    expect(removeEntries(FILE, bytes, containers).toString()).toBe('{"hooks":{"Stop":[]}}');
    expect(removeEntries(FILE, bytes, undefined).toString()).toBe('{}');
  });

  it('writes a new file and takes an empty one', () => {
    const text = putEntries(FILE, undefined, WANTED).bytes.toString();
    expect(text).toBe(`${JSON.stringify({ hooks: Object.fromEntries(WANTED) }, null, 2)}\n`);
    expect(put(' \n')).toBe(text);
  });

  describe('of an event with one entry a rule', () => {
    const groupsOf = (text: string): { matcher?: string; hooks: { if?: string; command: string }[] }[] =>
      JSON.parse(text).hooks.PreToolUse ?? [];
    const theirs = { type: 'command', command: 'theirs' };

    it('put them into one group for the tool, a line each, and take them out without a trace', () => {
      const old = put('{\n  "hooks": {\n    "PreToolUse": []\n  }\n}\n');
      const { bytes, containers } = putEntries(FILE, Buffer.from(old), withRules(...RULES));
      const text = bytes.toString();
      expect(groupsOf(text)).toEqual(withRules(...RULES).get('PreToolUse'));
      expect(groupsOf(text)[0]?.hooks.map((hook) => hook.if)).toEqual(RULES.map((rule) => `Bash(${rule})`));
      expect(text.split('\n').filter((line) => line.includes('command:local'))).toHaveLength(RULES.length);
      expect(text).toContain(`\n          {"type": "command", "if": "Bash(rm*)", "command": "claude_hooks=`);
      expect(removeEntries(FILE, bytes, containers).toString()).toContain('"PreToolUse": [');
      expect(put(text)).toBe(old.replace(/,\n *"PreToolUse": \[\]|"PreToolUse": \[\],\n */, ''));
    });

    it('replace the group where it stands when the rules or the command changed', () => {
      const before = put(
        `{"hooks":{"PreToolUse":[{"hooks":[${JSON.stringify(theirs)}]}]}}`,
        withRules('a *'),
      );
      const after = put(
        before.replace(']}]', `]},{"matcher":"Bash","hooks":[${JSON.stringify(theirs)}]}]`),
        withRules('a *', 'b *'),
      );
      expect(groupsOf(after).map((group) => group.hooks.map((hook) => hook.if))).toEqual([
        [undefined],
        ['Bash(a *)', 'Bash(b *)'],
        [undefined],
      ]);
      const moved = hookGroups('local', { ...RUNTIME, directory: '/opt/new' }, 'linux', {
        rules: ['b *', 'a *'],
        edits: false,
      });
      const again = put(after, moved);
      expect(groupsOf(again)[1]).toEqual(moved.get('PreToolUse')?.[0]);
      expect(again.match(/command:local/g)).toHaveLength(2);
      expect(put(again, WANTED)).not.toContain('command:local');
    });

    it('stay where another writer reformatted them or added a hook; changed, they move out of that group', () => {
      const wanted = withRules('a *', 'b *');
      const group = wanted.get('PreToolUse')?.[0];
      const mixed = { hooks: [theirs, ...(group?.hooks ?? [])], matcher: 'Bash' };
      const text = put(JSON.stringify({ hooks: { PreToolUse: [mixed] } }, null, 1), wanted);
      expect(groupsOf(text)).toEqual([mixed]);
      const changed = withRules('a *', 'c *');
      expect(groupsOf(put(text, changed))).toEqual([
        { hooks: [theirs], matcher: 'Bash' },
        changed.get('PreToolUse')?.[0],
      ]);
    });

    it('gather what was doubled or stands under another matcher', () => {
      const wanted = withRules('a *', 'b *');
      const [a, b] = wanted.get('PreToolUse')?.[0]?.hooks ?? [];
      const before = {
        hooks: {
          PreToolUse: [{ hooks: [b] }, { matcher: 'Bash', hooks: [a] }, { matcher: 'Bash', hooks: [a, b] }],
        },
      };
      expect(groupsOf(put(JSON.stringify(before), wanted))).toEqual(wanted.get('PreToolUse'));
    });

    it('stand beside the group for edits, and each comes and goes without the other', () => {
      const both = withEdits('a *', 'b *');
      const commands = put('{"hooks": {"PreToolUse": []}}', withRules('a *', 'b *'));
      const edits = put('{"hooks": {"PreToolUse": []}}', withEdits());
      const all = put(commands, both);
      expect(groupsOf(all)).toEqual(both.get('PreToolUse'));
      expect(put(all, withRules('a *', 'b *'))).toBe(commands);
      expect(put(all, withEdits())).toBe(edits);
      expect(groupsOf(put(edits, both)).map(({ matcher }) => matcher)).toEqual([
        'Edit|Write|MultiEdit|NotebookEdit',
        'Bash',
      ]);
      expect(put(put(edits, both), both)).toBe(put(edits, both));
    });
  });
});
