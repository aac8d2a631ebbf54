import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyPersonal,
  isGenerated,
  newContext,
  takeOver,
  type UpdateInput,
  updateContext,
} from '../../../src/context/context-file.ts';
import type { ContextFacts, SessionPart } from '../../../src/context/facts.ts';
import { ELSEWHERE } from '../../../src/context/layout.ts';
import { proposalKeys } from '../../../src/context/proposals.ts';
import { handWritten, readRegion } from '../../../src/context/regions.ts';

const session = (more: Partial<SessionPart> = {}): SessionPart => ({
  id: '1a2b3c4d',
  feature: 'search',
  todos: [
    { text: 'index', done: true, line: '7' },
    { text: 'rank', done: false, line: '9' },
  ],
  decisions: [],
  ...more,
});

const facts = (more: Partial<ContextFacts> = {}): ContextFacts => ({
  branch: 'main',
  files: [{ path: 'src/a.ts', status: 'modified' }],
  commits: ['abc1234 first'],
  dependencies: ['- zod ^4 (package.json)'],
  date: '2026-11-22',
  session: session(),
  ...more,
});

const input = (more: Partial<ContextFacts> = {}, rest: Partial<UpdateInput> = {}): UpdateInput => ({
  facts: facts(more),
  part: 'whole',
  offered: new Set(),
  ...rest,
});

const decided = (text: string): Partial<ContextFacts> => ({
  session: session({ decisions: [{ text, session: '1a2b3c4d', line: '120' }] }),
});

describe('a context file into which nobody wrote', () => {
  it('is told by what stands outside its regions, whatever they hold', () => {
    const text = newContext(input());
    expect(isGenerated(text)).toBe(true);
    expect(isGenerated(emptyPersonal('2026-01-01'))).toBe(true);
    expect(isGenerated(text.replaceAll('\n', '\r\n'))).toBe(true);
    expect(
      isGenerated(updateContext(text, input({ branch: undefined, commits: [], session: undefined }))),
    ).toBe(true);
    expect(isGenerated(text.replace('## Architecture\n', '## Architecture\n\nA queue.\n'))).toBe(false);
    expect(isGenerated(text.replace('## Architecture\n\n', ''))).toBe(false);
    expect(isGenerated(text.replace('<!-- claude-hooks:end next -->\n', ''))).toBe(false);
    expect(isGenerated(text.replace('1. [ ] rank', '9. call Bob\n1. [ ] rank'))).toBe(false);
    expect(isGenerated('')).toBe(false);
  });

  it('holds for all facts, and for none of them once a line was added outside', () => {
    const word = fc.string({ maxLength: 20 });
    const some = fc.record({
      branch: fc.option(word, { nil: undefined }),
      files: fc.array(fc.record({ path: word, status: fc.constant('new' as const) })),
      commits: fc.array(word.map((text) => `abc1234 ${text}`)),
      session: fc.option(
        fc.record({
          id: fc.constant('0a'),
          feature: fc.option(word, { nil: undefined }),
          todos: fc.option(
            fc.array(fc.record({ text: word, done: fc.boolean(), line: fc.nat().map(String) })),
            {
              nil: undefined,
            },
          ),
          decisions: fc.array(
            fc.record({ text: word, session: fc.constant('0a'), line: fc.nat().map(String) }),
          ),
        }),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(some, (given) => {
        const text = newContext(input(given));
        expect(isGenerated(text)).toBe(true);
        expect(updateContext(text, input(given))).toBe(text);
        expect(isGenerated(`${text}mine\n`)).toBe(false);
      }),
    );
  });
});

describe('context file', () => {
  it('starts with every section and the regions filled', () => {
    const text = newContext(input());
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
    expect(readRegion(text, 'work')).toEqual([
      '- Feature: search',
      '- Status: 50% (1 of 2 todos done)',
      '- Branch: main',
      '- Files in work:',
      '  - src/a.ts (modified)',
    ]);
    expect(readRegion(text, 'dependencies')).toEqual(['- zod ^4 (package.json)']);
    expect(readRegion(text, 'next')).toEqual([
      '1. [ ] rank (session 1a2b3c4d, line 9)',
      '2. [x] index (session 1a2b3c4d, line 7)',
    ]);
  });

  it('is unchanged where nothing is news, also on another day', () => {
    const text = newContext(input());
    expect(updateContext(text, input({ date: '2027-01-01' }))).toBe(text);
    expect(updateContext(text, input({ branch: 'other', date: '2027-01-01' }))).toContain(
      'Last updated: 2027-01-01',
    );
  });

  it('changes only branch, files, commits and dependencies after a git operation', () => {
    const text = newContext(input());
    const news = {
      branch: 'topic',
      files: [],
      session: undefined,
      commits: ['def5678 second'],
      dependencies: [],
    };
    const next = updateContext(text, input(news));
    expect(readRegion(next, 'work')).toEqual([
      '- Feature: search',
      '- Status: 50% (1 of 2 todos done)',
      '- Branch: topic',
    ]);
    expect(readRegion(next, 'next')).toEqual(readRegion(text, 'next'));
    expect(readRegion(next, 'commits')).toEqual(['- def5678 second']);
    expect(readRegion(next, 'dependencies')).toEqual([]);
  });

  it('keeps what it cannot know just now', () => {
    const text = newContext(input());
    const next = updateContext(
      text,
      input({ files: undefined, dependencies: undefined, session: undefined }),
    );
    expect(next).toBe(text);
  });

  it('keeps lines a person put into a region, before and behind its own', () => {
    const text = newContext(input())
      .replace('- Feature: search', 'Mine first\n\nand second\n- Feature: search')
      .replace(
        '2. [x] index (session 1a2b3c4d, line 7)',
        '2. [x] index (session 1a2b3c4d, line 7)\n3. call Bob',
      );
    const next = updateContext(text, input({ branch: 'topic', session: session({ todos: [] }) }));
    expect(readRegion(next, 'work')).toEqual([
      'Mine first',
      '',
      'and second',
      '- Feature: search',
      '- Branch: topic',
      '- Files in work:',
      '  - src/a.ts (modified)',
    ]);
    expect(readRegion(next, 'next')).toEqual(['1. Nothing open', '3. call Bob']);
  });

  it('leaves a damaged region alone and updates the others', () => {
    const text = newContext(input()).replace('<!-- claude-hooks:end work -->\n', '');
    const next = updateContext(text, input({ branch: 'topic', commits: ['def5678 second'] }));
    expect(next).toContain('- Branch: main');
    expect(next).not.toContain('topic');
    expect(next).toContain('- def5678 second');
  });

  it('shows nothing of a commit, a branch or a file that could act', () => {
    const evil =
      'x\u001b[31m\n## Known Issues\n<!-- claude-hooks:end commits -->\u202e ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    const text = newContext(
      input({ branch: evil, commits: [`abc1234 ${evil}`], files: [{ path: evil, status: 'new' }] }),
    );
    expect(text).not.toMatch(/[\u001b\u202e]|ghp_/);
    expect(text.match(/^## Known Issues$/gm)).toHaveLength(1);
    expect(isGenerated(text)).toBe(true);
  });
});

describe('proposals', () => {
  const line = '- 2026-11-22 (proposed, session 1a2b3c4d, line 120): We will use Redis.';

  it('are marked, name their line, and stay through later sessions', () => {
    const text = newContext(input(decided('We will use Redis.')));
    expect(readRegion(text, 'decisions')).toEqual([line]);
    const later = updateContext(text, input({ date: '2026-12-01', session: session({ id: 'ffff0000' }) }));
    expect(readRegion(later, 'decisions')).toEqual([line]);
    const again = updateContext(later, input({ ...decided('We will use Redis!'), date: '2026-12-02' }));
    expect(readRegion(again, 'decisions')).toEqual([line]);
  });

  it('go once a person wrote them down, and do not come again', () => {
    const text = newContext(input(decided('We will use Redis.'))).replace(
      '## Recent Decisions\n',
      '## Recent Decisions\n\n- Yesterday: we will use **Redis**.\n',
    );
    const next = updateContext(text, input(decided('We will use Redis.')));
    expect(readRegion(next, 'decisions')).toEqual([]);
    expect(handWritten(next).map((one) => one.text)).toContain('- Yesterday: we will use **Redis**.');
  });

  it('are not made again once they were dismissed', () => {
    const text = newContext(input(decided('We will use Redis.')));
    const offered = new Set(proposalKeys(text));
    expect(offered.size).toBe(1);
    const dismissed = text.replace(`${line}\n`, '');
    const next = updateContext(dismissed, input(decided('We will use Redis.'), { offered }));
    expect(readRegion(next, 'decisions')).toEqual([]);
    expect(readRegion(updateContext(dismissed, input(decided('We will use Redis.'))), 'decisions')).toEqual([
      line,
    ]);
  });

  it('hold what an earlier session left open and a later one does not name', () => {
    const text = newContext(input());
    const other = session({ id: 'ffff0000', todos: [{ text: 'paint', done: false, line: '3' }] });
    const next = updateContext(text, input({ session: other }));
    expect(readRegion(next, 'issues')).toEqual([
      '- [ ] 2026-11-22 (proposed, session 1a2b3c4d, line 9): rank',
    ]);
    const same = session({ todos: [{ text: 'paint', done: false, line: '30' }] });
    expect(readRegion(updateContext(text, input({ session: same })), 'issues')).toEqual([]);
  });
});

describe('a context file that git tracks', () => {
  it('holds what is the same for everyone; the personal one takes the rest over', () => {
    const whole = newContext(input(decided('We will use Redis.')));
    const personal = updateContext(
      takeOver(emptyPersonal('2026-11-22'), whole),
      input({ session: undefined }, { part: 'personal', shared: whole }),
    );
    const shared = updateContext(whole, input({}, { part: 'shared' }));
    for (const name of ['work', 'decisions', 'commits', 'next']) {
      expect(readRegion(personal, name)).toEqual(readRegion(whole, name));
      expect(readRegion(shared, name)).toEqual([ELSEWHERE]);
    }
    expect(readRegion(shared, 'dependencies')).toEqual(['- zod ^4 (package.json)']);
    const other = input({ branch: 'x', commits: [], date: '2027-01-01' }, { part: 'shared' });
    expect(updateContext(shared, other)).toBe(shared);
    expect(takeOver(personal, shared)).toBe(personal);
  });

  it('drops a proposal that somebody wrote into the shared file', () => {
    const personal = updateContext(
      emptyPersonal('2026-11-22'),
      input(decided('We will use Redis.'), { part: 'personal' }),
    );
    expect(readRegion(personal, 'decisions')).toHaveLength(1);
    const next = updateContext(personal, input({}, { part: 'personal', shared: '- we will use Redis\n' }));
    expect(readRegion(next, 'decisions')).toEqual([]);
  });
});
