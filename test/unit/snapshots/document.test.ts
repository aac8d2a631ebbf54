import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { composeSnapshot, renderSnapshot } from '../../../src/snapshots/document.ts';
import { parseSnapshot } from '../../../src/snapshots/parse.ts';
import type { snapshotSchema } from '../../../src/snapshots/schema.ts';
import type { Snapshot } from '../../../src/snapshots/types.ts';
import { EXAMPLE, snapshots } from './arbitrary.ts';

/** The published file itself, read as any program would read it. */
const published = z.fromJSONSchema(JSON.parse(readFileSync('snapshot.schema.json', 'utf8')));

function reasonOf(text: string): { reason: string; line?: number; column?: number } {
  const parsed = parseSnapshot(text);
  if (parsed.ok) throw new Error('it was read');
  return parsed;
}

/** The keys a type names, where it allows others besides. */
type NamedKeys<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };

describe('the document of a snapshot', () => {
  it('is read back as it was written, and the published schema accepts it', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const text = renderSnapshot(snapshot);
        expect(parseSnapshot(text)).toEqual({ ok: true, snapshot });
        expect(published.safeParse(JSON.parse(text)).error).toBeUndefined();
        expect(text.endsWith('}\n')).toBe(true);
      }),
    );
  });

  it('is, whatever it is made of, one that can be read; and made of it again it is the same', () => {
    fc.assert(
      fc.property(snapshots, (parts) => {
        const made = composeSnapshot({ ...parts, name: `x${parts.name}` });
        expect(parseSnapshot(renderSnapshot(made))).toEqual({ ok: true, snapshot: made });
        expect(composeSnapshot(made)).toEqual(made);
      }),
    );
  });

  it('keeps the names people expect, in JSON that can be compared by line', () => {
    const text = renderSnapshot(
      composeSnapshot({ ...EXAMPLE, files: [{ path: 'a', hash: 'c'.repeat(40), status: 'added' }] }),
    );
    const value = JSON.parse(text) as Record<string, unknown>;
    for (const name of ['timestamp', 'branch', 'files', 'context', 'todos', 'notes'])
      expect(value).toHaveProperty(name);
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it('takes no published field away and adds no type the schema does not have', () => {
    // Checked by the compiler (npm run types).
    type Read = z.output<typeof snapshotSchema>;
    expectTypeOf<keyof Snapshot>().toEqualTypeOf<NamedKeys<Read>>();
    expectTypeOf<Pick<Read, keyof Snapshot>>().toExtend<Snapshot>();
  });

  it('holds no secret, whatever field it stood in', () => {
    const secret = `ghp_${'Zq7'.repeat(12)}`;
    const made = composeSnapshot({
      ...EXAMPLE,
      name: `with ${secret}`,
      branch: `fix/${secret}`,
      notes: `password=${secret}`,
      context: `token: ${secret}`,
      todos: [{ text: `use ${secret}`, status: secret }],
      state: { password: 'hunter2', [secret]: secret },
      files: [
        {
          path: `x ${secret}`,
          pathBase64: Buffer.from(secret).toString('base64'),
          hash: 'c'.repeat(40),
          status: 'renamed',
          from: secret,
          fromBase64: Buffer.from(secret).toString('base64'),
        },
      ],
      conversation: { transcript: `/home/${secret}.jsonl`, offset: 1 },
      remarks: [secret],
    });
    const text = renderSnapshot(made);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    expect(text).not.toContain('hunter2');
    expect(made.tree).toBe(EXAMPLE.tree);
    expect(made.files[0]?.hash).toBe('c'.repeat(40));
    expect(parseSnapshot(text).ok).toBe(true);
  });

  it('keeps only the beginning of a huge context file, and says so', () => {
    const made = composeSnapshot({ ...EXAMPLE, context: 'word '.repeat(300_000) });
    expect(made.context.length).toBeLessThanOrEqual(1_000_000);
    expect(made.remarks.join()).toContain('first 1000000 characters');
  });
});

describe('a document that is not as it should be', () => {
  const text = renderSnapshot({ ...EXAMPLE, files: [{ path: 'a', hash: 'c'.repeat(40), status: 'added' }] });
  const lineOf = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

  it('is placed by line where it is no JSON', () => {
    const broken = text.replace('"notes": ""', '"notes": oops');
    expect(reasonOf(broken)).toMatchObject({
      reason: 'it is damaged: no valid JSON',
      line: lineOf('"notes"'),
    });
    expect(reasonOf(text.slice(0, 200)).line).toBeGreaterThan(1);
    expect(reasonOf('').line).toBe(1);
    expect(reasonOf(`${'['.repeat(200_000)}`).reason).toBe('it is damaged: no valid JSON');
    const merged = text.replace('  "notes"', '<<<<<<< HEAD\n  "notes"');
    expect(reasonOf(merged)).toMatchObject({
      reason: 'it holds an unresolved merge conflict',
      line: lineOf('"notes"'),
    });
  });

  it.each([
    ['"status": "added"', '"status": "gone"', 'files[0].status'],
    ['"branch": "main"', '"branch": 7', 'branch'],
    ['"id": "feature-x-1"', '"id": "../x"', 'id'],
    ['"timestamp": "2026-11-22T10:00:00.000Z"', '"timestamp": "yesterday"', 'timestamp'],
    ['"timestamp": "2026-11-22T10:00:00.000Z"', '"timestamp": "2026-13-45T10:00:00.000Z"', 'timestamp'],
    ['"checkpoint": "feature-x-1"', '"checkpoint": "x --help"', 'checkpoint'],
    [`"tree": "${'b'.repeat(40)}"`, '"tree": "--output=x"', 'tree'],
  ])('is placed by line where a field is wrong: %s', (right, wrong, where) => {
    const found = reasonOf(text.replace(right, wrong));
    expect(found.reason).toContain(`it is damaged: ${where}`);
    expect(found.line).toBe(lineOf(right));
    expect(published.safeParse(JSON.parse(text.replace(right, wrong))).success).toBe(false);
  });

  it('is told apart: foreign, newer, without a field', () => {
    for (const foreign of ['{}', '[]', 'null', '3', '"x"', '[{"version": 1}]', '{"version": "1"}'])
      expect(reasonOf(foreign).reason).toContain('no snapshot of claude-hooks');
    const newer = reasonOf(text.replace('"version": 1', '"version": 2'));
    expect(newer).toMatchObject({ line: lineOf('"version"') });
    expect(newer.reason).toBe('it is of version 2, and this claude-hooks reads version 1');
    expect(reasonOf(text.replace('"notes"', '"notices"')).reason).toContain('it is damaged: notes');
  });

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (source) => void parseSnapshot(source)));
    fc.assert(
      fc.property(fc.json(), (source) => {
        expect(parseSnapshot(source).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.nat(text.length), fc.string(), (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + put.length);
        const parsed = parseSnapshot(changed);
        if (!parsed.ok) expect(parsed.reason).not.toBe('');
      }),
    );
  });

  it('may begin with the mark some editors put there, and may have fields of its own', () => {
    expect(parseSnapshot(`\ufeff${text}`).ok).toBe(true);
    const parsed = parseSnapshot(text.replace('"notes"', '"later": [1],\n  "notes"'));
    expect(parsed).toMatchObject({ ok: true, snapshot: { later: [1] } });
  });
});
