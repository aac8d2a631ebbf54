import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SearchResult, searchCheckpoints } from '../../src/checkpoints/search.ts';
import { parsePairs } from '../../src/checkpoints/search-paths.ts';
import { parseMatch } from '../../src/checkpoints/search-trees.ts';
import { placeOf, saved } from '../support/checkpoints.ts';
import { madeUp, type Planted, plantCheckpoints } from '../support/plant-checkpoints.ts';
import { type BuiltRepository, isolateProcess, plainRepository } from '../support/repositories.ts';
import { runOnTerminal } from '../support/run-cli.ts';

isolateProcess();
let built: BuiltRepository;
beforeEach(() => {
  built = plainRepository();
});
afterEach(() => built.cleanup());

function search(
  text: string,
  more: Partial<Parameters<typeof searchCheckpoints>[0]> = {},
): Promise<SearchResult> {
  const { repository } = placeOf(built.root);
  return searchCheckpoints({ repository, text, content: false, budgetMs: 10_000, limit: 20, ...more });
}

/** Ids and where the text was found, in the order of the answer. */
async function placesOf(...args: Parameters<typeof search>): Promise<string[]> {
  const { hits } = await search(...args);
  return hits.map(
    ({ checkpoint, found }) => `${checkpoint.id}: ${found.map(({ where }) => where).join(' ')}`,
  );
}

let second = 0;
function plant(
  id: string,
  more: Partial<Planted['metadata']> = {},
  files: Record<string, string> = {},
): Planted {
  second += 1;
  const createdAt = new Date(1_700_000_000_000 + second * 1000).toISOString();
  return { metadata: madeUp(id, { createdAt, ...more }), files };
}

describe('checkpoint search', () => {
  it('finds a text wherever it is known, the best first, then the newest', async () => {
    plantCheckpoints(built.root, [
      plant('a-1', { name: 'Has Login in it' }),
      plant('b-2', { name: 'LOGIN' }),
      plant('c-3', { name: 'Login works' }),
      plant('d-4', { note: 'first line\nthe login is red' }),
      plant('e-5', { todos: [{ text: 'Write the login page', status: 'pending' }] }),
      plant('f-6', { branch: 'feature/login' }),
      plant('g-7', {}, { 'src/login/page.ts': 'x\n', 'src/b.ts': 'x\n' }),
      plant('h-8', {}, { 'src/b.ts': 'the login is here\n' }),
      plant('i-9', { remarks: ['login.bin is held whole'] }),
      plant('login-10', { note: 'login' }),
      plant('j-11', {}, { 'src/login/page.ts': 'x\n' }),
    ]);
    expect(await placesOf(' login ')).toEqual([
      'b-2: name',
      'login-10: id note',
      'c-3: name',
      'a-1: name',
      'd-4: note',
      'e-5: todo',
      'f-6: branch',
      'j-11: path',
      'g-7: path',
      'i-9: remark',
    ]);
    expect((await search('login', { content: true })).hits.at(-1)).toMatchObject({
      checkpoint: { id: 'h-8' },
      found: [{ where: 'content', path: 'src/b.ts', line: 1, text: 'the login is here' }],
    });
    const limited = await search('login', { limit: 2 });
    expect(limited.hits).toHaveLength(2);
    expect(limited.total).toBe(10);
  });

  it('reads documents with their edits, but not what only programs read there', async () => {
    const checkpoint = await saved(built.root, { name: 'Edited' });
    const file = path.join(built.root, checkpoint.document);
    expect(await placesOf('ask ada')).toEqual([]);
    fs.appendFileSync(file, '\n- Ask Ada about the index\n');
    expect(await placesOf('ask ada')).toEqual([`${checkpoint.id}: document`]);
    expect(await placesOf('"createdAt":')).toEqual([]);
    expect(await placesOf(checkpoint.tree)).toEqual([]);
    fs.rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(await placesOf('ask ada')).toEqual([]);
    fs.rmSync(file);
    fs.symlinkSync('/dev/zero', file);
    expect(await placesOf('ask ada')).toEqual([]);
  });

  it('knows the paths that differ from the commit, not those that are the same', async () => {
    built.write('src/fresh/ünï\n.txt', 'x');
    fs.rmSync(path.join(built.root, 'src/deep/c.txt'));
    const { id } = await saved(built.root, {});
    fs.rmSync(path.join(built.root, '.claude'), { recursive: true });
    expect(await placesOf('ÜNÏ')).toEqual([`${id}: path`]);
    expect(await placesOf('deep/c.txt')).toEqual([`${id}: path`]);
    expect(await placesOf('guide.txt')).toEqual([]);
    expect((await search('x')).paths).toEqual({ done: 1, of: 1 });
  });

  it('searches the files as plain text, each tree once, and says how far it came', async () => {
    const files = { 'a.txt': 'one\n  two (x|y)* -e --all $(touch canary)\n', 'b.bin': 'two (x|y)*\0' };
    plantCheckpoints(built.root, [
      plant('a-1', {}, files),
      plant('b-2', {}, { 'a.txt': 'other\n' }),
      plant('c-3', {}, files),
    ]);
    for (const text of ['(X|Y)*', '-e --all', '--all', '$(touch canary)']) {
      const { hits, content } = await search(text, { content: true });
      expect(hits.map(({ checkpoint }) => checkpoint.id)).toEqual(['c-3', 'a-1']);
      expect(hits[0]?.found).toEqual([
        { where: 'content', path: 'a.txt', line: 2, text: files['a.txt'].split('\n')[1]?.trim() },
      ]);
      expect(content).toEqual({ done: 3, of: 3 });
    }
    expect(await placesOf('x.y', { content: true })).toEqual([]);
    expect(fs.existsSync(path.join(built.root, 'canary'))).toBe(false);
    const none = await search('two', { content: true, budgetMs: 0 });
    expect(none).toMatchObject({ hits: [], content: { done: 0, of: 3 }, paths: { done: 0, of: 3 } });
    for (const text of ['', '  ', 'a\nb']) {
      await expect(search(text)).rejects.toMatchObject({ code: 'search-text', kind: 'usage' });
    }
  });

  it('stops in the middle of a tree when the time is up', async () => {
    plantCheckpoints(built.root, [plant('a-1', {}, { a: 'two\n' }), plant('b-2', {}, { b: 'two\n' })]);
    const bin = path.join(built.base, 'bin');
    const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    fs.mkdirSync(bin);
    fs.writeFileSync(
      path.join(bin, 'git'),
      `#!/bin/sh\ncase "$*" in *grep*-e*) exec sleep 20 ;; esac\nexec '${git}' "$@"\n`,
      { mode: 0o755 },
    );
    const before = process.env.PATH;
    process.env.PATH = `${bin}:${before}`;
    try {
      const { hits, content } = await search('two', { content: true, budgetMs: 1_500 });
      expect({ hits, content }).toEqual({ hits: [], content: { done: 0, of: 2 } });
    } finally {
      process.env.PATH = before;
    }
  });

  it('prints one row a checkpoint and where it was found, and nothing of it acts', async () => {
    plantCheckpoints(built.root, [
      plant('a-1', {
        name: 'Blue \u001b[31m red',
        note: `${'long '.repeat(80)}needle ${'rest '.repeat(80)}`,
      }),
      plant('b-2', {}, { 'needle\u001b[2J.txt': 'x\n' }),
    ]);
    const run = (...args: string[]): ReturnType<typeof runOnTerminal> =>
      runOnTerminal(['checkpoint', 'search', ...args], { cwd: built.root });
    const { stdout } = await run('needle');
    expect(stdout).not.toContain('\u001b');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^a-1 {2}.* {2}Blue \\x1b\[31m red$/);
    expect(lines[1]).toMatch(/^ {2}note: ….*needle/);
    expect(lines[3]).toBe('  path: needle\\x1b[2J.txt');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const nothing = await run('nowhere');
    expect(nothing.stdout).toBe('No checkpoint holds this text.\n');
    expect(nothing.stderr).toContain('--content');
    expect(JSON.parse((await run('needle', '--json', '--limit', '1')).stdout)).toMatchObject({
      version: 1,
      total: 2,
      items: [{ id: 'a-1', found: [{ where: 'note' }] }],
    });
    expect((await run('needle', '--limit', '1')).stderr).toBe('1 of 2; more with --limit 2\n');
  });
});

describe('what git prints', () => {
  const id = fc.stringMatching(/^[0-9a-f]{40}$/);
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));

  it('of pairs of trees is read with any name', () => {
    const pair = fc.tuple(fc.tuple(id, id), fc.array(name));
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: ([ids]) => ids.join(' ') }), (pairs) => {
        const output = pairs.map(
          ([ids, names]) =>
            `${ids.join(' ')}\n${names.map((one) => `:100644 100644 1 2 M\0${one}\0`).join('')}`,
        );
        const read = parsePairs(Buffer.from(output.join('')));
        expect([...read]).toEqual(
          pairs.map(([ids, names]) => [ids.join(' '), names.map((one) => one.toWellFormed())]),
        );
      }),
    );
  });

  it('of a match is read with any name and text', () => {
    fc.assert(
      fc.property(id, name, fc.nat(), name, fc.constantFrom('\0', ':'), (tree, file, line, text, sign) => {
        expect(parseMatch(`${tree}:${file}\0${line}${sign}${text}`, tree)).toEqual({
          path: file,
          line,
          text: text.trim(),
        });
      }),
    );
    expect(parseMatch('Binary file x matches', 'a')).toBeUndefined();
  });
});
