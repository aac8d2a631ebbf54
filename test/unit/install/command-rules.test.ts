import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { COMMAND_RULES, searchPattern, wantedRules } from '../../../src/install/command-rules.ts';
import { holdsPattern } from '../../../src/store/calls.ts';
import { RISKY, UNREADABLE_HARMLESS, UNREADABLE_RISKY } from '../../support/agent-commands.ts';

const eventOf = (command: string): string =>
  `${JSON.stringify({
    session_id: 's',
    cwd: '/rm /mv git reset',
    tool_name: 'Bash',
    tool_input: { command, description: 'x' },
    tool_use_id: 'toolu_1',
  })}\n`;

describe('the rules', () => {
  it('each have an example, and an entry finds it in the event, alone and in the middle of more', () => {
    expect(new Set(RISKY.map(([, rule]) => rule))).toEqual(new Set(COMMAND_RULES));
    for (const [command, rule] of RISKY) {
      for (const before of ['', 'ls\n', 'ls\n\t', 'cd "$d" &&', 'do ', '$(', '`', ';', '!'])
        expect([before, command, holdsPattern(eventOf(before + command), searchPattern(rule))]).toEqual([
          before,
          command,
          true,
        ]);
    }
  });

  it('end in nothing that makes the client read a star as a star', () => {
    expect(COMMAND_RULES.filter((rule) => rule.endsWith(':*'))).toEqual([]);
    expect(new Set(COMMAND_RULES).size).toBe(COMMAND_RULES.length);
  });

  it('are found in risky commands the client cannot read, in harmless ones not', () => {
    const finders = (command: string): string[] =>
      COMMAND_RULES.filter((rule) => holdsPattern(eventOf(command), searchPattern(rule)));
    for (const command of UNREADABLE_HARMLESS) expect([command, finders(command)]).toEqual([command, []]);
    for (const command of UNREADABLE_RISKY)
      expect([command, finders(command).length > 0]).toEqual([command, true]);
  });

  it('are joined by those of the configuration, each once; few where each costs a Node process', () => {
    const own = ['Bash(terraform destroy:*)', 'Bash(rm*)', 'Bash(say "(x)")'];
    expect(wantedRules(own, 'local', 'linux')).toEqual([
      ...COMMAND_RULES,
      'terraform destroy:*',
      'say "(x)"',
    ]);
    expect(wantedRules([], 'project', 'win32')).toEqual(COMMAND_RULES);
    const windows = wantedRules(own, 'user', 'win32');
    expect(windows.length).toBeLessThan(10);
    expect(windows).toEqual(expect.arrayContaining(['rm*', 'git res*', 'terraform destroy:*']));
  });
});

describe('searchPattern', () => {
  const words = fc.constantFrom(
    'rm',
    'git',
    'reset',
    '-i',
    'db:x',
    '@a/b',
    'é',
    '"',
    '$(x)',
    'a.b',
    'x-y',
    '(',
    '\\\\*',
  );
  const content = fc
    .array(fc.tuple(fc.constantFrom('', ' ', '*', ' *', '* ', ' * '), words), { minLength: 1, maxLength: 4 })
    .chain((parts) =>
      fc
        .constantFrom('', '*', ' *', ':*')
        .map((end) => parts.map(([gap, word]) => gap + word).join('') + end),
    )
    .filter((text) => /[A-Za-z0-9]/.test(text) && text.trim() === text);
  /** A command the client takes the rule to be about: its stars filled in. */
  const filled = (rule: string): fc.Arbitrary<string> => {
    const parts = rule.replace(/:\*$/, ' *').replaceAll('\\\\*', '\0').split('*');
    return fc
      .array(fc.constantFrom('', 'x', 'a b', '-r f', '"q"', 'n', 't'), {
        minLength: parts.length,
        maxLength: parts.length,
      })
      .map((texts) => parts.map((part, index) => (index === 0 ? part : texts[index] + part)).join(''))
      .map((text) => text.replaceAll('\0', '*'));
  };

  it('is found in every command its rule matches, wherever that stands', () => {
    fc.assert(
      fc.property(
        content.chain((rule) => fc.tuple(fc.constant(rule), filled(rule))),
        fc.constantFrom('', 'cd x && ', 'ls\n', 'ls\n\t', '(', 'A=1 ', '\\', '"'),
        ([rule, command], before) => {
          expect(holdsPattern(eventOf(before + command), searchPattern(rule))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('needs no quoting, and means the same to a shell as to the doorbell without one', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'rmgit es-"\\nt\n. xdb:/'), maxLength: 30 });
    const cases = fc.array(fc.tuple(content, texts), { minLength: 40, maxLength: 60 });
    fc.assert(
      fc.property(cases, (pairs) => {
        const lines = pairs.map(([rule, text]) => {
          const pattern = searchPattern(rule);
          expect(pattern).toMatch(/^[\w./:@=+,*[\]!-]+$/);
          const given = eventOf(text).trimEnd().replaceAll("'", `'\\''`);
          return `e='${given}'; case $e in *tool_input*${pattern}*) echo y;; *) echo n;; esac`;
        });
        const said = execFileSync('/bin/sh', { input: lines.join('\n'), encoding: 'utf8' })
          .trim()
          .split('\n');
        expect(said).toEqual(
          pairs.map(([rule, text]) => (holdsPattern(eventOf(text), searchPattern(rule)) ? 'y' : 'n')),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('checkpoints.commands', () => {
  const isTaken = (...commands: string[]): boolean =>
    configSchema.safeParse({ checkpoints: { commands } }).success;

  it('takes what the client can read', () => {
    for (const rule of [
      'Bash(rm *)',
      'Bash(x:*)',
      'Bash(a (b) c)',
      'Bash(*x*)',
      'Bash(é a)',
      'Bash(a \\(b\\) *)',
    ])
      expect([rule, isTaken(rule)]).toEqual([rule, true]);
  });

  it('refuses what the client would never fire for, and what it would fire for at any command', () => {
    const never = [
      'rm *',
      'Bash(rm',
      'Bash(rm *) ',
      'bash(rm *)',
      'Edit(src/**)',
      'Bash(a\nb)',
      'Bash(a\\)',
      'Bash (a)',
    ];
    const always = ['Bash', 'Bash()', 'Bash(*)', 'Bash( * )', ''];
    for (const rule of [...never, ...always, `Bash(${'x'.repeat(200)})`])
      expect([rule, isTaken(rule)]).toEqual([rule, false]);
    expect(isTaken(...Array.from({ length: 51 }, (_, index) => `Bash(x${index})`))).toBe(false);
  });
});
