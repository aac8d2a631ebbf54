import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { collectEnvironment } from '../../../src/config/env-layer.ts';
import { isObject, type Json, type JsonObject, mergeLayer } from '../../../src/config/merge.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { leaves, schemaAt } from '../../../src/config/shape.ts';
import { closest, editDistance } from '../../../src/config/suggest.ts';
import { validateLayer } from '../../../src/config/validate.ts';

const key = fc.constantFrom('a', 'b', 'c', 'toString', 'constructor', '__x');
const plain: fc.Arbitrary<Json> = fc.oneof(
  fc.boolean(),
  fc.integer(),
  fc.string(),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const layer: fc.Arbitrary<JsonObject> = fc.letrec<{ node: Json; object: JsonObject }>((tie) => ({
  object: fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
  node: fc.oneof({ maxDepth: 3 }, plain, tie('object')),
})).object;
/** As `layer`, but a key holds an object in all of them or in none, as the schema has it. */
const record = (keys: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<JsonObject> =>
  fc.record(keys, { requiredKeys: [], noNullPrototype: true }).map((value) => value as JsonObject);
const inner = record({ a: plain, b: plain });
const typed = record({ a: plain, b: plain, x: record({ a: plain, y: inner }), y: inner });

const change: fc.Arbitrary<JsonObject> = fc.letrec<{ node: Json; object: JsonObject }>((tie) => ({
  object: fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
  node: fc.oneof(
    { maxDepth: 3 },
    plain,
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }).map((list) => ({ $append: list })),
    tie('object'),
  ),
})).object;

function hasNull(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.values(value).some(hasNull));
}

describe('merging layers', () => {
  it('with nothing changes nothing', () => {
    fc.assert(
      fc.property(layer, (base) => {
        expect(mergeLayer(base, {})).toEqual(base);
        expect(mergeLayer({}, base)).toEqual(base);
      }),
    );
  });

  it('is associative where nothing is removed or appended, and the last layer wins', () => {
    fc.assert(
      fc.property(typed, typed, typed, (a, b, c) => {
        expect(mergeLayer(mergeLayer(a, b), c)).toEqual(mergeLayer(a, mergeLayer(b, c)));
        for (const [name, value] of Object.entries(c)) {
          if (!isObject(value)) expect(mergeLayer(a, c)[name]).toEqual(value);
        }
      }),
    );
  });

  it('twice is the same as once, leaves no operator behind, and changes no input', () => {
    fc.assert(
      fc.property(layer, change, (base, over) => {
        const before = JSON.stringify([base, over]);
        const once = mergeLayer(base, over);
        expect(mergeLayer(once, over)).toEqual(once);
        expect(JSON.stringify(once)).not.toContain('$append');
        expect(hasNull(once)).toBe(false);
        expect(JSON.stringify([base, over])).toBe(before);
      }),
    );
  });

  it('never takes from a list that can only grow', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (base, over) => {
        const result = mergeLayer({ list: base }, { list: over }, { addOnly: () => true }).list;
        expect(result).toEqual(expect.arrayContaining([...base, ...over]));
      }),
    );
  });

  it('does not reach the prototype', () => {
    const result = mergeLayer(
      {},
      JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((result as { polluted?: number }).polluted).toBeUndefined();
  });
});

/** A random valid configuration: some keys, each with a value its part of the schema allows. */
const config: fc.Arbitrary<JsonObject> = fc
  .subarray(leaves().filter((leaf) => leaf.path[0] !== '$schema' && leaf.path[0] !== 'extends'))
  .chain((some) =>
    fc.tuple(...some.map((leaf) => valueFor(leaf.schema).map((value) => nest(leaf.path, value)))),
  )
  .map((parts) => parts.reduce((all, part) => mergeLayer(all, part), {}));

function valueFor(schema: JsonObject): fc.Arbitrary<Json> {
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (typeof schema.pattern === 'string') {
    if (schema.pattern.includes('Bash')) return fc.constantFrom('Bash(make clean*)', 'Bash(x:*)');
    return schema.pattern.includes('KB')
      ? fc.constantFrom('1MB', '2.5 GB')
      : fc.constantFrom('90s', '1.5h', '500ms');
  }
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Number(schema.minimum), max: Number(schema.maximum) });
    case 'array': {
      const { items } = schema;
      if (isObject(items) && items.type === 'string') return fc.array(valueFor(items), { maxLength: 3 });
      const keys = isObject(items) && isObject(items.properties) ? Object.keys(items.properties) : [];
      const example: Json = keys.includes('url')
        ? { name: 'db', url: 'redis://x' }
        : keys.includes('globs')
          ? { name: 'n', globs: ['src/**'] }
          : { name: 'n', run: 'true' };
      return fc.constantFrom<Json>([], [example]);
    }
    default:
      return fc
        .string({ minLength: 1, unit: 'grapheme' })
        .map((text) => text.normalize().replace(/[\uFEFF\u2028\u2029\u0085]/g, '_'));
  }
}

function nest(path: string[], value: Json): JsonObject {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nest(rest, value) };
}

describe('reading files', () => {
  it('gives back every configuration written as JSON, as JSON with comments, and as YAML', () => {
    fc.assert(
      fc.property(config, (value) => {
        const json = JSON.stringify(value, null, 2);
        const commented = `// c\n${json.replace(/\{\n/g, '{ /* x */\n').replace(/([^[{,\s])\n(\s*)([\]}])/g, '$1,\n$2$3')}\n`;
        for (const text of [json, commented, stringify(value)]) {
          const parsed = parseConfig(text, 'f', 'either');
          expect(parsed.problems).toEqual([]);
          expect(parsed.value).toEqual(value);
          expect(validateLayer(parsed, 'f')).toEqual([]);
        }
        expect(configSchema.safeParse(value).success).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, and gives a value or a reason with a place', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '\n',
        '  ',
        '- ',
        '&a',
        '*a',
        '!!js/function',
        'a: ',
        '"context"',
        '#',
        '//',
        '?',
        '|',
        '>',
        '---\n',
        '\t',
        '\0',
        '<<: ',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.constantFrom('json', 'yaml', 'either'),
        (parts, format) => {
          const parsed = parseConfig(parts.join(''), 'f', format as 'json');
          if (parsed.value === undefined) {
            expect(parsed.problems[0]).toMatchObject({ level: 'error', file: 'f', line: expect.any(Number) });
          } else validateLayer(parsed, 'f');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('did you mean', () => {
  it('finds the key behind any one slip in a long enough name', () => {
    const names = leaves()
      .map((leaf) => leaf.path.join('.'))
      .filter((name) => name.length > 7);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.constantFrom('drop', 'swap', 'double'),
        (name, seed, slip) => {
          const at = seed % (name.length - 1);
          const pieces = {
            drop: name.slice(at + 1),
            swap: name[at + 1] + (name[at] ?? '') + name.slice(at + 2),
            double: (name[at] ?? '') + name.slice(at),
          };
          const typo = name.slice(0, at) + pieces[slip as keyof typeof pieces];
          const guess = closest(typo, names);
          expect(guess).toBeDefined();
          expect(editDistance(typo, guess ?? '')).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('says nothing where nothing is near', () => {
    expect(closest('zzzzzzzz', ['checkpoints', 'git'])).toBeUndefined();
    expect(closest('', ['git'])).toBeUndefined();
  });

  it('measures distance as a metric does', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('the environment layer', () => {
  it('reaches every key, in any case and with or without underscores inside a word', () => {
    for (const { path, schema } of leaves()) {
      if (path[0] === 'extends') continue;
      const sample = fc.sample(valueFor(schema), 1)[0] as Json;
      const text = typeof sample === 'string' ? sample : JSON.stringify(sample);
      for (const spell of [
        (word: string) => word.replace('$', '').toUpperCase().replaceAll('-', ''),
        (word: string) => word.replace(/[A-Z]/g, '_$&').replaceAll('-', '_').toUpperCase(),
      ]) {
        if (path[0] === '$schema') continue;
        const { pieces, problems } = collectEnvironment({
          [`CLAUDE_SESSION_${path.map(spell).join('__')}`]: text,
        });
        expect(problems).toEqual([]);
        expect(pieces.map((piece) => piece.parsed.value)).toEqual([nest(path, sample)]);
        expect(pieces.flatMap((piece) => validateLayer(piece.parsed, 'v'))).toEqual([]);
      }
    }
  });

  it('keeps texts as they are written, and takes quotes off', () => {
    const read = (text: string): unknown =>
      collectEnvironment({ CLAUDE_SESSION_POST_SESSION__COMMIT__MESSAGE: text }).pieces[0]?.parsed.value
        ?.postSession;
    for (const text of ['123', 'true', 'null', 'a "b"', '[x'])
      expect(read(text)).toEqual({ commit: { message: text } });
    expect(read('"123"')).toEqual({ commit: { message: '123' } });
    expect(schemaAt(['postSession', 'commit', 'message'])?.type).toBe('string');
  });

  it('leaves variables of other programs alone and warns of a likely slip', () => {
    expect(
      collectEnvironment({ CLAUDE_SESSION_ID: 'x', CLAUDE_SESSION_START_TIME: '1', OTHER: 'x' }),
    ).toEqual({ pieces: [], problems: [] });
    expect(collectEnvironment({ CLAUDE_SESSION_ENABLE: '0' }).problems).toMatchObject([
      { level: 'warning', file: 'CLAUDE_SESSION_ENABLE', hint: 'did you mean "CLAUDE_SESSION_ENABLED"?' },
    ]);
    const typo = collectEnvironment({ CLAUDE_SESSION_CHECKPOINTS__EVRY: '5m' }).pieces.flatMap((piece) =>
      validateLayer(piece.parsed, piece.file),
    );
    expect(typo).toMatchObject([
      { file: 'CLAUDE_SESSION_CHECKPOINTS__EVRY', hint: 'did you mean "checkpoints.every"?' },
    ]);
  });
});
