import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFacts } from '../../../src/transcript/facts.ts';
import { isTestCommand } from '../../../src/transcript/narrative.ts';
import { renderSummary } from '../../../src/transcript/summary.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/claude-code/transcripts');
const fixture = (name: string): string => path.join(fixtures, name);
const scratch = mkdtempSync(path.join(tmpdir(), 'facts-'));
let files = 0;
const write = (text: string): string => {
  files += 1;
  const file = path.join(scratch, `${files}.jsonl`);
  writeFileSync(file, text);
  return file;
};

describe('facts of a transcript', () => {
  it('reads files, commands, failures and tasks from a real session', () => {
    const facts = readFacts(fixture('tools-tasks-subagent.jsonl'));
    expect(facts.prompts.map((item) => item.value)).toEqual(['do things']);
    expect([...facts.filesCreated.keys()]).toEqual(['/repo/new.txt']);
    expect(facts.filesModified.size).toBe(0);
    expect(facts.commands.map((item) => [item.value.command, item.value.ok])).toEqual([
      ['echo hello', true],
      ['exit 3', false],
      ['cd sub && echo 2 > ../watched.txt', false],
      ['rm -rf zzz', true],
    ]);
    expect(facts.todos).toMatchObject([{ text: 'First task', status: 'completed' }]);
    expect(facts.lastAnswer?.value).toBe('final answer');
    expect(facts.damaged).toBe(0);
  });

  it('reads todos of the older tool, API errors and compactions', () => {
    expect(readFacts(fixture('todowrite.jsonl')).todos.map(({ text, status }) => [text, status])).toEqual([
      ['a', 'pending'],
      ['b', 'completed'],
    ]);
    expect(readFacts(fixture('api-error-529.jsonl')).apiErrors).toHaveLength(1);
    expect(readFacts(fixture('compaction-resume-clear.jsonl')).compactions).toBeGreaterThan(0);
    expect(readFacts(path.join(scratch, 'missing.jsonl')).lines).toBe(0);
  });

  it('cites lines that say what is cited', () => {
    const file = fixture('tools-tasks-subagent.jsonl');
    const lines = readFileSync(file, 'utf8').split('\n');
    const facts = readFacts(file);
    for (const item of facts.prompts) expect(lines[(item.place.line ?? 0) - 1]).toContain(item.value);
    for (const item of facts.commands)
      expect(lines[(item.place.line ?? 0) - 1]).toContain(JSON.stringify(item.value.command).slice(1, -1));
    for (const [name, { place }] of facts.filesCreated) expect(lines[(place.line ?? 0) - 1]).toContain(name);
  });

  it('skips and counts torn, damaged and unknown lines wherever they stand', () => {
    const good = readFileSync(fixture('tools-tasks-subagent.jsonl'), 'utf8').trimEnd().split('\n');
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(good.length),
            fc.constantFrom(
              '{"type":"user","mess',
              '\u0000\u0000',
              '[1]',
              '{"type":"from-the-future","x":1}',
            ),
          ),
          { maxLength: 6 },
        ),
        (damage) => {
          const lines = [...good];
          for (const [at, text] of damage) lines.splice(at, 0, text);
          const facts = readFacts(write(`${lines.join('\n')}\n`));
          expect(facts.damaged).toBe(damage.filter(([, text]) => !text.includes('future')).length);
          expect(facts.commands).toHaveLength(4);
          expect(facts.lines).toBe(lines.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('marks a failure resolved by the same call that works later', () => {
    const call = (id: string, ok: boolean): string[] => [
      JSON.stringify({
        type: 'assistant',
        message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command: 'npm test' } }] },
      }),
      JSON.stringify({
        type: 'user',
        message: {
          content: [
            { type: 'tool_result', tool_use_id: id, is_error: !ok, content: ok ? 'ok' : 'Exit code 1\nred' },
          ],
        },
      }),
    ];
    const facts = readFacts(write([...call('a', false), ...call('b', true)].join('\n')));
    expect(facts.failures).toMatchObject([{ place: { line: 2 }, resolvedBy: { place: { line: 4 } } }]);
  });
});

describe('summary', () => {
  it('has every section, cites lines and names open todos', () => {
    const facts = readFacts(fixture('todowrite.jsonl'));
    const text = renderSummary(facts, {
      session: '12345678-aaaa',
      startedAt: 0,
      endedAt: 60_000,
      reason: 'other',
      branch: 'main',
      root: '/repo',
      transcript: '/t.jsonl',
      checkpoint: undefined,
      changed: ['a.txt'],
    });
    expect([...text.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual([
      'What was done',
      'Decisions',
      'Issues met',
      'Current state',
      'Open todos',
    ]);
    expect(text).toContain('- Asked: PROMPTMARK hi (3)');
    expect(text).toMatch(/^- \[ \] a \(\d+\)$/m);
    expect(text).not.toMatch(/^- \[ \] b/m);
    expect(text).toContain('Uncommitted: a.txt');
  });

  it('knows test commands', () => {
    expect(
      ['npm test', 'npm run test -- x', 'npx vitest run', 'pytest -q', 'go test ./...'].every(isTestCommand),
    ).toBe(true);
    expect(['ls', 'git status', 'cat test.txt', 'npm run build'].some(isTestCommand)).toBe(false);
  });
});
