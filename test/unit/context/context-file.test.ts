import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ContextFacts,
  isGenerated,
  newContext,
  readRegion,
  replaceRegion,
  updateContext,
} from '../../../src/context/context-file.ts';

const facts = (more: Partial<ContextFacts> = {}): ContextFacts => ({
  branch: 'main',
  feature: 'search',
  todos: [
    { text: 'index', done: true },
    { text: 'rank', done: false },
  ],
  commits: ['abc1234 first'],
  date: '2026-11-22',
  ...more,
});

describe('a context file into which nobody wrote', () => {
  it('is told by what stands outside its regions, whatever they hold', () => {
    const text = newContext(facts());
    expect(isGenerated(text)).toBe(true);
    expect(isGenerated(text.replaceAll('\n', '\r\n'))).toBe(true);
    expect(isGenerated(updateContext(text, facts({ branch: undefined, commits: [], todos: [] })))).toBe(true);
    expect(isGenerated(text.replace('## Architecture\n', '## Architecture\n\nA queue.\n'))).toBe(false);
    expect(isGenerated(text.replace('## Known Issues\n\n', ''))).toBe(false);
    expect(isGenerated(text.replace('<!-- claude-hooks:end next -->\n', ''))).toBe(false);
    expect(isGenerated('')).toBe(false);
  });

  it('holds for all facts, and for none of them once a line was added outside', () => {
    const word = fc.stringMatching(/^[a-z ]{0,12}$/);
    const some = fc.record({
      branch: fc.option(word, { nil: undefined }),
      feature: fc.option(word, { nil: undefined }),
      todos: fc.option(fc.array(fc.record({ text: word, done: fc.boolean() })), { nil: undefined }),
      commits: fc.array(word),
      date: word,
    });
    fc.assert(
      fc.property(some, (given) => {
        expect(isGenerated(newContext(given))).toBe(true);
        expect(isGenerated(`${newContext(given)}mine\n`)).toBe(false);
      }),
    );
  });
});

describe('context file', () => {
  it('starts with every section and the regions filled', () => {
    const text = newContext(facts());
    expect([...text.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual([
      'Current Work',
      'Architecture',
      'Recent Decisions',
      'Known Issues',
      'Dependencies',
      'Testing Notes',
      'Recent Commits',
      'Next Session',
    ]);
    expect(text).toContain('- Status: 50% (1 of 2 todos done)');
    expect(readRegion(text, 'next')).toEqual(['1. rank']);
  });

  it('is unchanged where nothing is news, also on another day', () => {
    const text = newContext(facts());
    expect(updateContext(text, facts({ date: '2027-01-01' }))).toBe(text);
    expect(updateContext(text, facts({ branch: 'other', date: '2027-01-01' }))).toContain(
      'Last updated: 2027-01-01',
    );
  });

  it('changes only the branch and the commits after a git operation', () => {
    const text = newContext(facts());
    const next = updateContext(
      text,
      facts({ branch: 'topic', feature: undefined, todos: undefined, commits: ['def5678 second'] }),
    );
    expect(readRegion(next, 'work')).toEqual([
      '- Feature: search',
      '- Status: 50% (1 of 2 todos done)',
      '- Branch: topic',
    ]);
    expect(readRegion(next, 'next')).toEqual(['1. rank']);
    expect(readRegion(next, 'commits')).toEqual(['- def5678 second']);
  });

  it('never touches a byte outside its regions, whatever people write and whatever the line ends', () => {
    const line = fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ''));
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(line),
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (before, old, after, eol, last) => {
          const rows = [
            ...before,
            '<!-- claude-hooks:begin work -->',
            ...old,
            '<!-- claude-hooks:end work -->',
            ...after,
          ];
          const text = rows.join(eol) + (last ? eol : '');
          const head = text.slice(0, text.indexOf('<!-- claude-hooks:begin work -->'));
          const tail = text.slice(text.indexOf('<!-- claude-hooks:end work -->'));
          const next = replaceRegion(text, 'work', ['- x']);
          expect(next.startsWith(head)).toBe(true);
          expect(next.endsWith(tail)).toBe(true);
          if (rows.length > 2)
            expect(next.slice(head.length, next.length - tail.length)).toBe(
              `<!-- claude-hooks:begin work -->${eol}- x${eol}`,
            );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['no region', 'text\n'],
    ['no end', '<!-- claude-hooks:begin work -->\nx\n'],
    ['end first', '<!-- claude-hooks:end work -->\n<!-- claude-hooks:begin work -->\n'],
    [
      'two of them',
      '<!-- claude-hooks:begin work -->\n<!-- claude-hooks:begin work -->\n<!-- claude-hooks:end work -->\n',
    ],
  ])('leaves a damaged region alone: %s', (_name, text) => {
    expect(replaceRegion(text, 'work', ['new'])).toBe(text);
  });
});
