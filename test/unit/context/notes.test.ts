import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newContext } from '../../../src/context/context-file.ts';
import type { SessionPart } from '../../../src/context/facts.ts';
import { readContextNotes } from '../../../src/context/notes.ts';

it('reads what people keep in the context file', () => {
  const text = [
    '# Project',
    '## Current Work',
    '- **Feature**: The parser',
    '- Status: 40%',
    '## Known Issues',
    '<!-- - [ ] hidden -->',
    '- [ ] Deep trees are slow',
    '- [x] Fixed long ago',
    '* Names with tabs',
    'Some words.',
    '```',
    '- in code',
    '```',
    '## Next Session',
    '1. Write the printer',
    '2. [ ] Wire it in',
    '## Other',
    '- not this',
  ].join('\n');
  const notes = {
    feature: 'The parser',
    knownIssues: ['Deep trees are slow', 'Names with tabs'],
    nextSession: ['Write the printer', 'Wire it in'],
  };
  expect(readContextNotes(text)).toEqual(notes);
  expect(readContextNotes(text.replaceAll('\n', '\r\n'))).toEqual(notes);
});

it('reads the regions claude-hooks keeps, and nothing from a file nobody wrote into', () => {
  const facts = { branch: 'main', files: [], commits: ['abc x'], dependencies: [], date: '2026-11-22' };
  const fresh = (session: SessionPart | undefined): string =>
    newContext({ facts: { ...facts, session }, part: 'whole', offered: new Set() });
  const todos = [{ text: 'Wire it in', done: false, line: '12' }];
  expect(readContextNotes(fresh({ id: '1a2b', feature: 'Parser', todos, decisions: [] }))).toEqual({
    feature: 'Parser',
    knownIssues: [],
    nextSession: ['Wire it in (session 1a2b, line 12)'],
  });
  expect(readContextNotes(fresh(undefined))).toEqual({ knownIssues: [], nextSession: [] });
});

it('reads any text without failing, at most ten items of one line', () => {
  const word = fc.constantFrom(
    '## Known Issues\n',
    '- [ ] a\n',
    '1. b\n',
    '```\n',
    '<!--',
    '-->',
    '## Next Session\n',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary' })), { maxLength: 60 }), (words) => {
      const { knownIssues, nextSession } = readContextNotes(words.join(''));
      for (const items of [knownIssues, nextSession]) {
        expect(items.length).toBeLessThanOrEqual(10);
        for (const item of items) expect(item).not.toContain('\n');
      }
    }),
  );
});
