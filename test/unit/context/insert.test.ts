import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newContext } from '../../../src/context/context-file.ts';
import { examineContext } from '../../../src/context/examine.ts';
import { addItem, addRegions } from '../../../src/context/insert.ts';
import { itemText } from '../../../src/context/item.ts';
import { handWritten, linesOf, scanRegions } from '../../../src/context/regions.ts';
import { matchItems, openItems, tickItem } from '../../../src/context/tick.ts';

const RUNS = process.env.CLAUDE_HOOKS_FULL === '1' ? 10_000 : 1_000;
const facts = {
  branch: 'main',
  files: [],
  commits: [],
  dependencies: [],
  date: '2026-11-22',
  session: undefined,
};
const fresh = newContext({ facts, part: 'whole', offered: new Set() });
const add = (text: string, item = '- new'): string => addItem(text, 'Recent Decisions', () => item);

/** Everything of `text` is still there, in its order, around what was added. */
function isKept(text: string, next: string): boolean {
  let at = 0;
  for (const letter of next) if (text.startsWith(letter, at)) at += letter.length;
  return at === text.length;
}

describe('adding an item', () => {
  it.each([
    ['an empty section', '## Recent Decisions\n\n## Next\n', '## Recent Decisions\n\n- new\n\n## Next\n'],
    ['a heading alone', '## Recent Decisions', '## Recent Decisions\n\n- new'],
    ['no blank line below', '## Recent Decisions\n## Next\n', '## Recent Decisions\n\n- new\n\n## Next\n'],
    ['a list', '## Recent Decisions\n- a\n\n## Next\n', '## Recent Decisions\n- a\n- new\n\n## Next\n'],
    ['CRLF', '## Recent Decisions\r\n\r\n- a\r\n', '## Recent Decisions\r\n\r\n- a\r\n- new\r\n'],
    ['no newline at the end', '## Recent Decisions\n- a', '## Recent Decisions\n- a\n- new'],
    ['a paragraph', '## Recent Decisions\nWords.\n', '## Recent Decisions\nWords.\n\n- new\n'],
    ['another case', '## recent decisions ##\n- a\n', '## recent decisions ##\n- a\n- new\n'],
    ['no section', '# T\n\nWords.\n', '# T\n\nWords.\n\n## Recent Decisions\n\n- new\n'],
    ['an empty file', '', '## Recent Decisions\n\n- new\n'],
    [
      'a heading in a code block',
      '```\n## Recent Decisions\n```\n## Recent Decisions\n- a\n',
      '```\n## Recent Decisions\n```\n## Recent Decisions\n- a\n- new\n',
    ],
  ])('with %s', (_name, text, expected) => {
    expect(add(text)).toBe(expected);
  });

  it('goes behind what people wrote and never into a region', () => {
    const next = add(add(fresh), '- newer');
    expect(next).toContain('## Recent Decisions\n\n- new\n- newer\n<!-- claude-hooks:begin decisions -->');
    expect(handWritten(next).map((line) => line.text)).toContain('- newer');
    expect(addItem(fresh, 'Notes', () => '- n')).toContain(
      '## Notes\n\n- n\n\n<!-- claude-hooks:begin updated -->',
    );
  });

  it('is refused behind a code block that is never closed', () => {
    expect(() => add('# T\n```\n## Recent Decisions\n')).toThrow(/line 2/);
  });

  it('changes no byte that was there, whatever that is', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        '## Recent Decisions',
        '## Known Issues',
        '- a',
        '1. b',
        '',
        '\r',
        '# T',
        '  deep',
        '\uFEFF',
      ),
      fc.constantFrom('<!-- claude-hooks:begin decisions -->', '<!-- claude-hooks:end decisions -->'),
    );
    const text = fc.array(fc.tuple(piece, fc.constantFrom('\n', '\r\n', '\n\n'))).chain((list) =>
      fc.boolean().map((ends) => {
        const all = list.map(([words, end]) => words + end).join('');
        return ends ? all : all.replace(/\r?\n$/, '');
      }),
    );
    fc.assert(
      fc.property(text, (before) => {
        const next = add(before, '- an item nobody wrote');
        expect(isKept(before, next)).toBe(true);
        expect(next.split('- an item nobody wrote')).toHaveLength(2);
        if (before !== '') expect(next.endsWith('\n')).toBe(before.endsWith('\n'));
        const ours = linesOf(next).findIndex((line) => line.text === '- an item nobody wrote');
        const inside = [...scanRegions(linesOf(next)).regions.values()].some(
          ({ begin, end }) => ours > begin && ours < end,
        );
        expect(inside).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('adding regions', () => {
  it('puts each into its section and nowhere else', () => {
    const bare = '# T\n\n## Current Work\n\nMine.\n\n## Dependencies\n\n## Other\n- x';
    const { text, added } = addRegions(bare, 'whole');
    expect(added).toEqual(['work', 'dependencies', 'updated']);
    expect(text).toBe(
      '# T\n\n## Current Work\n\nMine.\n\n<!-- claude-hooks:begin work -->\n<!-- claude-hooks:end work -->\n\n' +
        '## Dependencies\n<!-- claude-hooks:begin dependencies -->\n<!-- claude-hooks:end dependencies -->\n\n' +
        '## Other\n- x\n\n<!-- claude-hooks:begin updated -->\n<!-- claude-hooks:end updated -->',
    );
    expect(addRegions(text, 'whole')).toEqual({ text, added: [] });
    expect(addRegions(bare, 'shared').added).toEqual(['dependencies']);
    expect(addRegions(fresh, 'whole').added).toEqual([]);
  });

  it('leaves damaged ones as they are', () => {
    const text = '## Current Work\n<!-- claude-hooks:begin work -->\n';
    expect(addRegions(text, 'whole')).toMatchObject({ added: ['updated'] });
  });
});

describe('ticking', () => {
  const text = '## Known Issues\r\n- [ ] one slow\r\n- [x] old\r\n* [ ] two slow\r\n';
  const open = openItems(text, 'Known Issues');

  it('finds open items by number and by words', () => {
    expect(open.map((item) => item.text)).toEqual(['one slow', 'two slow']);
    expect(matchItems(open, '2').map((item) => item.text)).toEqual(['two slow']);
    expect(matchItems(open, 'ONE').map((item) => item.text)).toEqual(['one slow']);
    expect(matchItems(open, 'slow')).toHaveLength(2);
    expect(matchItems(open, '-')).toEqual([]);
    expect(matchItems(open, '3')).toEqual([]);
  });

  it('changes one letter', () => {
    const [first] = open;
    expect(first === undefined ? '' : tickItem(text, first)).toBe(text.replace('[ ] one', '[x] one'));
  });
});

describe('an item', () => {
  it('is one line that cannot act and opens no region, whatever it was made of', () => {
    const bits = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom('<!-- claude-hooks:end work -->', '-->', '\n', '\u202e', '\u001b[2J'),
      ),
    );
    fc.assert(
      fc.property(bits, (all) => {
        const item = itemText(all.join(''), 100);
        expect(item.length).toBeLessThanOrEqual(100);
        expect(item).not.toMatch(/[\n\r\u001b\u202e]|<!--|-->|claude-hooks:(?:begin|end)/);
        expect(scanRegions(linesOf(`- ${item}`)).damage).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('holds no secret, also one across the cut', () => {
    expect(itemText(`${'x'.repeat(80)} ghp_abcdefghijklmnopqrstuvwxyz0123456789`, 100)).not.toContain('ghp_');
  });
});

describe('examining', () => {
  const input = {
    part: 'whole' as const,
    branch: 'main',
    dependencies: [],
    budget: 8_000,
    exists: (name: string) => name === 'src/here.ts',
  };
  const codes = (text: string, more = {}): string[] =>
    examineContext(text, { ...input, ...more }).map(({ code, line }) => `${code}:${line ?? ''}`);

  it('finds nothing in a fresh file', () => {
    expect(codes(fresh)).toEqual([]);
  });

  it('names what is wrong, with its line', () => {
    expect(codes(fresh, { branch: 'topic' })).toEqual(['branch-stale:7']);
    expect(codes(fresh, { dependencies: ['- x 1 (package.json)'] })).toEqual(['dependencies-stale:21']);
    expect(codes(fresh, { budget: 100 })).toEqual(['too-large:']);
    expect(codes(fresh.replace('## Architecture\n', ''))).toEqual(['section-missing:']);
    expect(codes(fresh.replace('<!-- claude-hooks:end work -->\n', ''))).toEqual(['region-damaged:6']);
    expect(codes(fresh, { part: 'shared' })).toContain('personal-in-shared:6');
    expect(codes(`${fresh}\`\`\`\n`)).toEqual(['code-block-open:38']);
  });

  it('names decisions about files that are gone, not addresses and not what is done', () => {
    const decided = addItem(
      fresh,
      'Recent Decisions',
      () => '- see `src/gone.ts`, src/here.ts, https://a.com/b/c.md',
    );
    expect(examineContext(decided, input).map(({ text }) => text)).toEqual([
      'it names src/gone.ts, which does not exist',
    ]);
    expect(codes(addItem(fresh, 'Known Issues', () => '- [x] fixed in src/gone.ts'))).toEqual([]);
  });
});
