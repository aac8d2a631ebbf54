import { describe, expect, it } from 'vitest';
import { HooksError } from '../../../src/errors.ts';
import { checkSettings } from '../../../src/install/settings-check.ts';
import { parseSettings } from '../../../src/install/settings-text.ts';

const EVENTS = ['SessionStart', 'Stop'];

function check(text: string | Buffer): string[] {
  return checkSettings(parseSettings('/r/settings.json', Buffer.from(text)), EVENTS);
}

function refusal(text: string | Buffer): HooksError {
  try {
    check(text);
  } catch (error) {
    if (error instanceof HooksError) return error;
    throw error;
  }
  throw new Error(`not refused: ${text.toString()}`);
}

const hook = (fields: string): string =>
  `{\n  "hooks": {\n    "PreToolUse": [{"hooks": [{${fields}}]}]\n  }\n}`;

it.each([
  ['"x"', 'the file holds a string instead'],
  ['null', 'the file holds null instead'],
  ['[]', 'the file holds an array instead'],
  ['5', 'the file holds a number instead'],
  ['{"hooks": null}', 'null'],
  ['{"hooks": []}', 'an array'],
])('%s is called %s', (text, words) => {
  const { message } = refusal(text);
  expect(message).toContain(words);
  expect(message).not.toMatch(/\ban (?:null|string|number|boolean)\b/);
});

/** Each of these was given to Claude Code 2.1.197, which ran none of the file's hooks. */
const DROPPED: [name: string, text: string, place: string][] = [
  ['a comment', '{\n  // x\n  "a": 1\n}', '2:3'],
  ['a block comment', '{"a": /* x */ 1}', '1:7'],
  ['a trailing comma', '{\n  "a": 1,\n}', '2:9'],
  ['a trailing comma in an array', '{"a": [1,\n2,\n]}', '2:2'],
  ['broken JSON', '{\n  "a": ,\n}', '2:8'],
  ['an open brace', '{"a": 1', '1:8'],
  ['a non-breaking space', '{"a":\u00a01}', '1:6'],
  ['two documents', '{} {}', '1:4'],
  ['an array', '\n[]', '2:1'],
  ['a string', '"x"', '1:1'],
  ['hooks as a string', '{"hooks": "x"}', '1:11'],
  ['hooks as an array', '{"hooks": []}', '1:11'],
  ['the old flat form', '{"hooks": {"Stop": [{"type": "command", "command": "x"}]}}', '1:21'],
  ['a string as a group', '{"hooks": {"PreToolUse": ["x"]}}', '1:27'],
  ['null as a group', '{"hooks": {"PreToolUse": [null]}}', '1:27'],
  ['a matcher that is no string', '{"hooks": {"PreToolUse": [{"matcher": 5, "hooks": []}]}}', '1:39'],
  ['hooks of a group as a string', '{"hooks": {"PreToolUse": [{"hooks": "x"}]}}', '1:37'],
  ['an unknown hook type', hook('"type": "zz"'), '3:40'],
  ['a hook without type', hook('"command": "x"'), '3:31'],
  ['a command hook without command', hook('"type": "command"'), '3:31'],
  ['a prompt hook without prompt', hook('"type": "prompt"'), '3:31'],
  ['an MCP hook without tool', hook('"type": "mcp_tool", "server": "a"'), '3:31'],
  ['an http hook without a URL', hook('"type": "http", "url": "x"'), '3:55'],
  ['a timeout as a string', hook('"type": "command", "command": "x", "timeout": "5"'), '3:78'],
  ['a zero timeout', hook('"type": "command", "command": "x", "timeout": 0'), '3:78'],
  ['a negative timeout', hook('"type": "command", "command": "x", "timeout": -1'), '3:78'],
  ['a null timeout', hook('"type": "command", "command": "x", "timeout": null'), '3:78'],
  ['an endless timeout', hook('"type": "command", "command": "x", "timeout": 1e999'), '3:78'],
  ['args that are no array', hook('"type": "command", "command": "x", "args": "x"'), '3:75'],
  ['async as a string', hook('"type": "command", "command": "x", "async": "x"'), '3:76'],
  ['an unknown shell', hook('"type": "command", "command": "x", "shell": "zsh"'), '3:76'],
  ['a model that is no string', '{"model": 5}', '1:11'],
  ['a known key that is null', '{"model": null}', '1:11'],
  ['env that is no object', '{"env": []}', '1:9'],
  ['permissions as an array', '{"permissions": []}', '1:17'],
  ['a permission list as a string', '{"permissions": {"allow": "x"}}', '1:27'],
  ['additional directories as a string', '{"permissions": {"additionalDirectories": "x"}}', '1:43'],
  ['a flag as a string', '{"disableAllHooks": "false"}', '1:21'],
  ['a zero count', '{"cleanupPeriodDays": 0}', '1:23'],
  ['a fraction as a count', '{"cleanupPeriodDays": 1.5}', '1:23'],
  ['a status line as a string', '{"statusLine": "x"}', '1:16'],
  ['a status line of unknown type', '{"statusLine": {"type": "x", "command": "x"}}', '1:25'],
  ['a status line without command', '{"statusLine": {"type": "command"}}', '1:16'],
  ['a server list with a number', '{"enabledMcpjsonServers": [1]}', '1:28'],
  ['plugins as an array', '{"enabledPlugins": []}', '1:20'],
  ['attribution as a string', '{"attribution": "x"}', '1:17'],
  ['sandbox as a string', '{"sandbox": "x"}', '1:13'],
  ['spinner verbs as an array', '{"spinnerVerbs": []}', '1:18'],
];

/** Each of these ran its hooks. */
const TOLERATED: [name: string, text: string][] = [
  [
    'an unknown event in the flat form',
    '{"hooks": {"Zork": [{"type": "command", "command": "x"}], "Blub": "x"}}',
  ],
  ['an event of others that is no array', '{"hooks": {"PreToolUse": "x", "Setup": {}, "PreCompact": null}}'],
  ['half a second', hook('"type": "command", "command": "x", "timeout": 0.5')],
  ['env with numbers and null', '{"env": {"A": 5, "B": null, "C": {}}}'],
  ['a bad permission rule', '{"permissions": {"allow": [5, "bash("]}}'],
  ['words the client forgives', '{"effortLevel": "zz", "theme": 5}'],
  [
    'unknown keys anywhere',
    '{"zork": 1, "hooks": {"Stop": [{"x": 1, "hooks": [{"type": "command", "command": "x", "y": 2}]}]}}',
  ],
  ['a byte order mark', '\uFEFF{"a": 1}'],
  ['duplicate keys elsewhere', '{"a": 1, "a": 2, "hooks": {"Setup": [], "Setup": []}}'],
  ['a carriage return alone', '{"a": 1,\r"b": 2}'],
  ['__proto__', '{"__proto__": {"a": 1}}'],
  ['an empty file', ''],
  ['no hooks at all', '{}'],
];

describe('checkSettings', () => {
  it.each(DROPPED)('refuses %s and says where', (_name, text, place) => {
    const error = refusal(text);
    expect(`${error.line}:${error.column}`).toBe(place);
    expect(error).toMatchObject({ kind: 'conflict', file: '/r/settings.json' });
    expect(error.message).toContain('Claude Code drops the whole file');
    expect(error.hint).toBeTruthy();
  });

  it.each(TOLERATED)('takes %s', (_name, text) => {
    expect(check(text)).toEqual([]);
  });

  it.each([
    ['hooks twice', '{"hooks": {},\n"hooks": {}}', '2:1'],
    ['an event of ours twice', '{"hooks": {"Stop": [], "Stop": []}}', '1:24'],
    ['an event of ours that is no array', '{"hooks": {"Stop": {}}}', '1:20'],
  ])('refuses %s, although the client reads the file', (_name, text, place) => {
    const error = refusal(text);
    expect(`${error.line}:${error.column}`).toBe(place);
    expect(error.message).toContain('cannot be edited without risk');
  });

  it('refuses what is not UTF-8', () => {
    const error = refusal(
      Buffer.concat([Buffer.from('{\n "a": "'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    );
    expect(error).toMatchObject({ code: 'settings-not-utf8', line: 2, column: 8 });
  });

  it('counts columns without the byte order mark and across CRLF', () => {
    const error = refusal('\uFEFF{\r\n  "model": 5\r\n}');
    expect(`${error.line}:${error.column}`).toBe('2:12');
  });

  it('survives deep nesting', () => {
    expect(() => check(`{"a": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).toThrow(HooksError);
  });

  it('warns where hooks are switched off', () => {
    expect(check('{"disableAllHooks": true}')[0]).toContain('no hook of any settings file runs');
  });
});
