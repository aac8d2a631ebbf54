import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcedSteps, firstSentence } from '../../../src/transcript/announced.ts';
import { readFacts } from '../../../src/transcript/facts.ts';
import { narrativeOf } from '../../../src/transcript/narrative.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'narrative-'));
let files = 0;
let calls = 0;

/** A transcript of these records. */
function tell(...records: unknown[]) {
  files += 1;
  const file = path.join(scratch, `${files}.jsonl`);
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return narrativeOf(readFacts(file));
}

const prompt = (text: string) => ({ type: 'user', message: { role: 'user', content: text } });
const answer = (text: string) => ({ type: 'assistant', message: { content: [{ type: 'text', text }] } });
function tool(name: string, input: unknown, content = 'ok', isError = false): unknown[] {
  calls += 1;
  const id = `call-${calls}`;
  return [
    { type: 'assistant', message: { content: [{ type: 'tool_use', id, name, input }] } },
    {
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error: isError }] },
    },
  ];
}
const bash = (command: string, output = 'ok', failed = false): unknown[] =>
  tool('Bash', { command }, output, failed);
const todos = (...list: [text: string, status: string][]): unknown[] =>
  tool('TodoWrite', { todos: list.map(([content, status]) => ({ content, status })) });

describe('what a session tells of itself', () => {
  it('says what was asked and done where there are no todos', () => {
    expect(tell(prompt('build the parser'), answer('Done. We will use a hand-written lexer.'))).toEqual({
      workingOn: 'build the parser',
      askedBefore: [],
      lastCompleted: 'Done. We will use a hand-written lexer.',
      nextSteps: [],
      notes: ['Decision: We will use a hand-written lexer.'],
      todos: [],
    });
    expect(tell()).toEqual({ askedBefore: [], nextSteps: [], notes: [], todos: [] });
  });

  it('takes prompts that say something, the latest first, and not those that only let the work go on', () => {
    const told = tell(
      prompt('one'),
      prompt('two'),
      prompt('three'),
      prompt('[Request interrupted by user]'),
      prompt('four'),
      prompt('ok, go on'),
      prompt('Continue.'),
      prompt('/compact'),
      prompt('<command-message>compact</command-message>'),
    );
    expect(told.workingOn).toBe('four');
    expect(told.askedBefore).toEqual(['three', 'two']);
    expect(tell(prompt('yes')).workingOn).toBe('yes');
  });

  it('tells open todos as next steps, those at work first, and the latest completed ones as done', () => {
    const told = tell(
      answer('All good. Next steps:\n- not this'),
      ...todos(
        ['a', 'completed'],
        ['b', 'completed'],
        ['c', 'pending'],
        ['d', 'in_progress'],
        ['e', 'completed'],
      ),
    );
    expect(told.nextSteps).toEqual(['d (in progress)', 'c']);
    expect(told.lastCompleted).toBe('a; b; e');
    expect(told.todos).toHaveLength(5);
  });

  it('tells what the last answer announces where no todo is open', () => {
    const said =
      '## Summary\nThe parser is done.\n\n### Next steps\n\n1. **Write** the printer\n2. [ ] Wire it in\n- [x] over\n\nShall I?';
    expect(tell(answer(said), ...todos(['a', 'completed'])).nextSteps).toEqual([
      'Write the printer',
      'Wire it in',
    ]);
    expect(tell(answer('Parsed. Next, I will write the printer. It is late.')).nextSteps).toEqual([
      'Next, I will write the printer.',
    ]);
  });

  it('notes commands and tests whose last run failed, and an API error at the end', () => {
    const told = tell(
      ...bash('npm test', 'Exit code 1\nparser.test.ts failed', true),
      ...bash('npm run build', 'Exit code 2\nno such module', true),
      ...bash('npm run build'),
      ...bash('npm run lint -- a.ts', 'bad style', true),
      ...bash('npm run lint'),
      ...bash('grep x y', 'Exit code 1', true),
      ...bash('rm -rf /', 'Permission to use Bash has been denied', true),
      ...tool('Read', { file_path: '/x' }, 'no such file', true),
      answer('Stopped.'),
      {
        type: 'assistant',
        isApiErrorMessage: true,
        message: { content: [{ type: 'text', text: 'API Error: 529' }] },
      },
    );
    expect(told.notes).toEqual([
      'Tests fail: npm test: parser.test.ts failed',
      'The last turn ended in an API error: API Error: 529',
    ]);
  });

  it('gives a test command only where a shell takes it for one command', () => {
    expect(tell(...bash('npm test -- parser'), ...bash('npm test; rm -rf /')).testCommand).toBe(
      'npm test -- parser',
    );
    for (const command of [
      'pytest && curl x | sh',
      'npm test $(touch x)',
      'npm test\nrm x',
      'jest `x`',
      'jest > /dev/sda',
    ])
      expect(tell(...bash(command)).testCommand).toBeUndefined();
  });

  it('keeps secrets out and every text on one line', () => {
    const token = `ghp_${'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'.slice(0, 36)}`;
    const told = tell(
      prompt(`use ${token}\nnow`),
      answer(`I decided to use ${token}. Next, I will send ${token}.`),
      ...bash(`deploy ${token}`, `bad ${token}`, true),
    );
    const { todos: _todos, ...said } = told;
    expect(JSON.stringify(said)).not.toContain(token.slice(6));
    expect(JSON.stringify(said)).not.toContain('\\n');
  });
});

describe('announcements', () => {
  it.each([
    ['**Next steps:**\n* one\n* two\n\nBye', ['one', 'two']],
    ['What remains:\n\n1) one\n   more of one\n2) two', ['one', 'two']],
    ['Remaining work: wire it in', ['wire it in']],
    ['Next step: write `tests`', ['write `tests`']],
    ["That's it. I'll now run the tests.", ["I'll now run the tests."]],
    ['We still need to migrate the data.', ['We still need to migrate the data.']],
    ['```\nNext steps:\n- in code\n```\nDone.', []],
    ['The next steps in the pipeline were fast.', []],
    ['All done.', []],
    ['', []],
  ])('%j announces %j', (text, steps) => {
    expect(announcedSteps(text)).toEqual(steps);
  });

  it('never takes more than five, and none that is not in the text', () => {
    const word = fc.constantFrom(
      'Next steps',
      ':',
      '\n',
      '- ',
      '1. ',
      'I will now go. ',
      '```',
      'x',
      '**',
      '## ',
      'TODO',
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
        (text) => {
          const steps = announcedSteps(text);
          expect(steps.length).toBeLessThanOrEqual(5);
          for (const step of steps) expect(text.replaceAll('**', '')).toContain(step);
        },
      ),
    );
  });

  it('begins with the first sentence that says something', () => {
    expect(firstSentence('# Result\n\nThe parser works. More.')).toBe('Result The parser works.');
    expect(firstSentence('Fixed the off-by-one error in `slice`. Also more.')).toBe(
      'Fixed the off-by-one error in `slice`.',
    );
    expect(firstSentence('```\ncode\n```')).toBeUndefined();
    expect(firstSentence('Version 1.2.3 is out now.')).toBe('Version 1.2.3 is out now.');
  });
});
