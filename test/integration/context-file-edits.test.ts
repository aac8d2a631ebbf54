import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOwnLine, REGIONS } from '../../src/context/layout.ts';
import { linesOf, scanRegions } from '../../src/context/regions.ts';
import { addToContext, tickInContext } from '../../src/flows/context/add.ts';
import { updateContextFile } from '../../src/flows/context-file.ts';
import { readFacts } from '../../src/transcript/facts.ts';
import { factsOf, updatePlace } from '../support/context-file.ts';
import { makeSandbox, type Sandbox } from '../support/sandbox.ts';

const EDITS = process.env.CLAUDE_HOOKS_FULL === '1' ? 1_000 : 250;

let sandbox: Sandbox;
let file: string;
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
  file = path.join(sandbox.repo, '.claude/context.md');
});
afterEach(() => {
  vi.unstubAllEnvs();
  sandbox.cleanup();
});

/** Every line that claude-hooks did not write, with its end; markers of whole regions are ours. */
function theirs(bytes: Buffer): { line: string; isInside: boolean }[] {
  const lines = linesOf(bytes.toString('utf8'));
  const regions = [...scanRegions(lines).regions];
  return lines.flatMap((line, index): { line: string; isInside: boolean }[] => {
    const region = regions.find(([, { begin, end }]) => index >= begin && index <= end);
    if (region === undefined) return [{ line: line.text + line.eol, isInside: false }];
    const [name, { begin, end }] = region;
    const isMarker = index === begin || index === end;
    const isOurs = isMarker || line.text.trim() === '' || isOwnLine(name)(line.text);
    return isOurs ? [] : [{ line: line.text + line.eol, isInside: true }];
  });
}

const mineInside = (bytes: Buffer): number => theirs(bytes).filter(({ isInside }) => isInside).length;

interface Edit {
  at: number;
  remove: number;
  insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  // Every place is as likely as any other.
  at: fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((place) => place / 1_000_000),
  remove: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 60 }) }),
  insert: fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        '\r\n',
        '\nmine\n',
        '\n- mine\r\n',
        '## Mine\n',
        '- [x] done\n',
        '\uFEFF',
        '\n1. [ ] step\n',
      ),
    },
    // What breaks a region, or keeps all of them from being updated.
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...REGIONS.map(({ name }) => `<!-- claude-hooks:begin ${name} -->\n`),
        '```\n',
        '\n<<<<<<< HEAD\n',
      ),
    },
  ),
});

describe('edits by hand between updates', () => {
  it(`lose no byte: ${EDITS} random ones, each followed by an update with other facts`, async () => {
    const place = updatePlace(sandbox.repo, sandbox.env);
    const session = (at: number) => ({
      id: `session-${at}`,
      transcript: '',
      facts: factsOf({
        todos: [{ text: `step ${at}`, status: at % 2 === 0 ? 'completed' : 'pending', line: at + 1 }],
        decisions: at % 7 === 0 ? [{ value: `We will use number ${at}.`, line: at + 2 }] : [],
      }),
    });
    await updateContextFile(place, session(0));
    const pristine = fs.readFileSync(file);
    let updates = 0;
    let insideRegions = 0;
    const all = fc.sample(edit, {
      numRuns: EDITS,
      seed: Number(process.env.CLAUDE_HOOKS_SEED ?? 20_261_128),
    });
    for (const [at, { at: where, remove, insert }] of all.entries()) {
      if (at % 5 === 0) fs.writeFileSync(file, pristine);
      const old = fs.readFileSync(file, 'utf8');
      const letters = Array.from(old);
      const from = Math.floor(where * letters.length);
      fs.writeFileSync(
        file,
        letters.slice(0, from).join('') + insert + letters.slice(from + remove).join(''),
      );
      const before = fs.readFileSync(file);
      await updateContextFile(place, at % 3 === 0 ? undefined : session(at + 1));
      const after = fs.readFileSync(file);
      if (!after.equals(before)) updates += 1;
      if (!after.equals(before) && mineInside(before) > 0) insideRegions += 1;
      expect(theirs(after), `edit ${at}: ${JSON.stringify({ where, remove, insert })}`).toEqual(
        theirs(before),
      );
    }
    expect(updates).toBeGreaterThan(EDITS / 2);
    expect(insideRegions).toBeGreaterThan(EDITS / 10);
  }, 300_000);

  it('keep CRLF, mixed line ends, byte order mark, missing newline at the end and permissions', async () => {
    const place = updatePlace(sandbox.repo, sandbox.env);
    await updateContextFile(place, { id: 's', transcript: '', facts: factsOf() });
    const text = `\uFEFF${fs.readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}mine\nand mine\r\nlast`;
    fs.writeFileSync(file, text);
    fs.chmodSync(file, 0o640);
    sandbox.git('checkout', '-qb', 'topic');
    await updateContextFile(place, undefined);
    const after = fs.readFileSync(file, 'utf8');
    expect(after).toBe(text.replace('- Branch: main', '- Branch: topic'));
    expect(fs.statSync(file).mode & 0o777).toBe(0o640);
  });

  it('keep what looks like a secret outside the regions, and never write one into them', async () => {
    const place = updatePlace(sandbox.repo, sandbox.env);
    await updateContextFile(place, { id: 's', transcript: '', facts: factsOf() });
    const secret = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
    fs.appendFileSync(file, `test token ${secret}\n`);
    sandbox.git('commit', '-q', '--allow-empty', '-m', `Remove ${secret}`);
    await updateContextFile(place, undefined);
    const after = fs.readFileSync(file, 'utf8');
    expect(after.split(secret)).toHaveLength(2);
    expect(after).toMatch(/- [0-9a-f]{7} Remove \[redacted/);
  });

  it('are not made by a git operation where there is no file', async () => {
    await updateContextFile(updatePlace(sandbox.repo, sandbox.env), undefined);
    expect(fs.existsSync(file)).toBe(false);
  });

  it('dismiss a proposal for good; what is written down leaves the proposals', async () => {
    const place = updatePlace(sandbox.repo, sandbox.env);
    const decisions = [
      { value: 'We will use Redis for the queue.', line: 12 },
      { value: 'Decided to keep one table.', line: 14 },
    ];
    const ended = { id: 'abcdef12-3456', transcript: '', facts: factsOf({ decisions }) };
    await updateContextFile(place, ended);
    const redis = '- 2026-11-28 (proposed, session abcdef12, line 12): We will use Redis for the queue.\n';
    const table = '- 2026-11-28 (proposed, session abcdef12, line 14): Decided to keep one table.\n';
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toContain(redis + table);
    fs.writeFileSync(file, text.replace(redis, ''));
    await addToContext(place, 'decision', 'decided to keep one table');
    await updateContextFile(place, ended);
    const after = fs.readFileSync(file, 'utf8');
    expect(after).not.toContain('proposed');
    expect(after).toContain('- 2026-11-28: decided to keep one table\n');
  });

  it('can tick what claude-hooks proposed, and it stays ticked', async () => {
    const place = updatePlace(sandbox.repo, sandbox.env);
    const todo = (id: string, text: string) => ({
      id,
      transcript: '',
      facts: factsOf({ todos: [{ text, status: 'pending', line: 5 }] }),
    });
    await updateContextFile(place, todo('first', 'rank results'));
    await updateContextFile(place, todo('second', 'paint'));
    expect((await tickInContext(place, 'issue', 'rank')).text).toContain('rank results');
    await updateContextFile(place, todo('third', 'sweep'));
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toContain('- [x] 2026-11-28 (proposed, session first, line 5): rank results');
    expect(text).toContain('- [ ] 2026-11-28 (proposed, session second, line 5): paint');
    await expect(tickInContext(place, 'issue', 'nothing of the kind')).rejects.toMatchObject({
      kind: 'usage',
    });
  });

  it('cite lines of the transcript that exist and say it', async () => {
    const transcript = path.join(sandbox.root, 'abcdef12-0000.jsonl');
    const assistant = (content: unknown[]): string =>
      JSON.stringify({ type: 'assistant', message: { role: 'assistant', content } });
    const todos = [
      { content: 'Write the parser', status: 'completed' },
      { content: 'Wire it in', status: 'pending' },
    ];
    const lines = [
      JSON.stringify({ type: 'user', message: { role: 'user', content: 'Build the parser' } }),
      '{"type":"of a later version"}',
      '{ torn',
      assistant([{ type: 'text', text: 'I looked. We decided to use recursive descent. It is small.' }]),
      assistant([{ type: 'tool_use', id: 't1', name: 'TodoWrite', input: { todos } }]),
      JSON.stringify({
        type: 'user',
        message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }] },
        toolUseResult: { oldTodos: [], newTodos: todos },
      }),
    ];
    fs.writeFileSync(transcript, `${lines.join('\n')}\n`);
    const place = updatePlace(sandbox.repo, sandbox.env);
    const facts = readFacts(transcript);
    await updateContextFile(place, { id: 'abcdef12-0000', transcript, facts });
    const text = fs.readFileSync(file, 'utf8');
    const cited = [...text.matchAll(/session abcdef12, line (\d+)\)(?:: (.*))?$/gm)];
    expect(cited).toHaveLength(3);
    for (const [whole, line, words] of cited) {
      const said = lines[Number(line) - 1] ?? '';
      const before = text.slice(0, text.indexOf(whole)).split('\n').at(-1) ?? '';
      expect(said).toContain(words ?? before.replace(/^\d+\. \[[x ]\] (.*) \($/, '$1'));
    }
    expect(text).toContain('- Status: 50% (1 of 2 todos done)');
  });
});
